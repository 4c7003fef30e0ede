//! What a story finds when it looks behind the scenes: tables and letters.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use local::Letter;
use shared::account::Account;
use shared::store::accounts::Identifier;
use shared::username;

use super::World;
use crate::audit;

impl World {
    /// The account of this username, as it is stored.
    ///
    /// # Panics
    /// When the store does not answer.
    pub async fn account(&self, name: &str) -> Option<Account> {
        let identifier = Identifier::Username(username::comparison_form(name));
        self.backstage
            .account_named(&identifier)
            .await
            .expect("the store")
    }

    /// Every account item, for counting.
    pub async fn accounts(&self) -> Vec<audit::Item> {
        let items = audit::items(&self.database, &self.tables[0]).await;
        let is_account = |item: &audit::Item| {
            item.get("pk")
                .and_then(|pk| pk.as_s().ok())
                .is_some_and(|pk| pk.starts_with("account#"))
        };
        items.into_iter().filter(is_account).collect()
    }

    /// Every session item.
    pub async fn sessions(&self) -> Vec<audit::Item> {
        audit::items(&self.database, &self.tables[1]).await
    }

    /// Everything that is kept of accounts and sessions, a line an item, to see later whether
    /// anything has changed.
    pub async fn kept(&self) -> Vec<String> {
        let mut items = audit::items(&self.database, &self.tables[0]).await;
        items.extend(self.sessions().await);
        let shown =
            |item: audit::Item| format!("{:?}", item.into_iter().collect::<BTreeMap<_, _>>());
        let mut lines: Vec<_> = items.into_iter().map(shown).collect();
        lines.sort();
        lines
    }

    /// Changes one attribute of an account as an operator would, in the store.
    ///
    /// # Panics
    /// When there is nobody of that name.
    pub async fn operate(&self, name: &str, attribute: &str, value: impl serde::Serialize) {
        let account = self.account(name).await.expect("somebody of that name");
        let value = serde_json::to_value(value).expect("a plain value");
        let value = match value {
            serde_json::Value::Bool(flag) => AttributeValue::Bool(flag),
            serde_json::Value::Number(number) => AttributeValue::N(number.to_string()),
            other => AttributeValue::S(other.as_str().unwrap_or_default().to_owned()),
        };
        self.database
            .update_item()
            .table_name(&self.tables[0])
            .key("pk", AttributeValue::S(format!("account#{}", account.id())))
            .update_expression("SET #name = :value")
            .expression_attribute_names("#name", attribute)
            .expression_attribute_values(":value", value)
            .send()
            .await
            .expect("the store");
    }

    /// The letters to an address, oldest first.
    #[must_use]
    pub fn letters_to(&self, address: &str) -> Vec<Letter> {
        let mut letters = self.inbox.letters();
        letters.sort_by_key(|letter| letter.number);
        letters
            .into_iter()
            .filter(|letter| letter.to == [address])
            .collect()
    }

    /// The token in the last letter to an address that leads to a path, like `activate`.
    ///
    /// # Panics
    /// When there is no such letter.
    #[must_use]
    pub fn token_mailed(&self, address: &str, path: &str) -> String {
        let start = format!("https://app.example.com/{path}/");
        let letters = self.letters_to(address);
        let link = letters
            .iter()
            .rev()
            .find_map(|letter| letter.text.split(&start).nth(1));
        let link = link.unwrap_or_else(|| panic!("no letter to {address} with a link to {path}"));
        link.split_whitespace()
            .next()
            .unwrap_or_default()
            .to_owned()
    }
}
