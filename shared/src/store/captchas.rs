//! The captchas of the challenges table.

use anyhow::Context;
use serde::{Deserialize, Serialize};

use super::engine::{Change, Item, in_time, key};
use super::{Store, Written};

/// A captcha as it is stored.
#[derive(Clone, Serialize, Deserialize)]
pub struct CaptchaItem {
    /// Partition key.
    pub pk: String,
    /// Keyed digest of id and text.
    pub digest: String,
    /// How many answers were given; one more than allowed when it is gone for that.
    pub tries: u32,
    /// When it was made, unix microseconds.
    pub created_at: i64,
    /// When it may disappear, unix seconds: not before it is too old.
    pub expires_at: i64,
    /// It was answered: it is as good as gone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub over: bool,
}

impl Store {
    /// Stores a new captcha.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub async fn add_captcha(&self, captcha: &CaptchaItem) -> anyhow::Result<()> {
        let item: Item = serde_dynamo::to_item(captcha).context("a captcha as an item")?;
        let storing = self
            .client
            .put_item()
            .table_name(&self.challenges)
            .set_item(Some(item))
            .send();
        in_time(storing).await.context("storing a captcha")?;
        Ok(())
    }

    /// Counts one more answer to a captcha, if fewer than `most` were given and nothing has ended it.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub async fn take_captcha(&self, pk: &str, most: u32) -> anyhow::Result<Written<CaptchaItem>> {
        let change = Change::when("#tries < :most AND attribute_not_exists(#over)")
            .given("most", most)
            .increment("tries");
        self.change_captcha(pk, change).await
    }

    /// Uses a captcha up, and tells whether that was still to be done: of several at once, one is
    /// told so. It disappears by itself.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub async fn use_up_captcha(&self, pk: &str) -> anyhow::Result<bool> {
        let change = Change::when("attribute_not_exists(#over)").set("over", true);
        let written = self.change_captcha(pk, change).await?;
        Ok(matches!(written, Written::Done(_)))
    }

    /// Removes a captcha.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub async fn remove_captcha(&self, pk: &str) -> anyhow::Result<()> {
        let removing = self
            .client
            .delete_item()
            .table_name(&self.challenges)
            .set_key(Some(key([("pk", pk)])))
            .send();
        in_time(removing).await.context("removing a captcha")?;
        Ok(())
    }

    async fn change_captcha(
        &self,
        pk: &str,
        change: Change,
    ) -> anyhow::Result<Written<CaptchaItem>> {
        change
            .and("attribute_exists(pk)")
            .apply(&self.client, &self.challenges, key([("pk", pk)]))
            .await
    }
}
