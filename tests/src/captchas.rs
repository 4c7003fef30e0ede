//! Captchas whose text a story knows: drawn by the service, which tells it to nobody.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};

use crate::world::World;

impl World {
    /// Asks for a captcha, and puts another text into the store, as if that had been drawn. Gives
    /// its identifier.
    ///
    /// # Panics
    /// When the engine does not answer.
    pub async fn captcha_saying(&self, text: &str) -> String {
        let uuid = self.act("captcha", json!({})).await.text("uuid");
        let digest = self.app().keys.digest(&["captcha", &uuid, text]);
        let (client, [_, _, challenges]) = self.database();
        client
            .update_item()
            .table_name(challenges)
            .key("pk", AttributeValue::S(format!("captcha#{uuid}")))
            .update_expression("SET digest = :digest")
            .condition_expression("attribute_exists(digest)")
            .expression_attribute_values(":digest", AttributeValue::S(digest))
            .send()
            .await
            .expect("the captcha is in the store");
        uuid
    }
}

/// Arguments with the answer to a captcha.
///
/// # Panics
/// When the arguments are no object.
#[must_use]
pub fn answering(uuid: &str, entry: &str, mut arguments: Value) -> Value {
    let members = arguments.as_object_mut().expect("an object of arguments");
    members.insert("identifier".to_owned(), uuid.into());
    members.insert("userEntry".to_owned(), entry.into());
    arguments
}
