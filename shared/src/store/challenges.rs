//! The challenges table: the counters of the limits here, the captchas in `captchas.rs`. Every key in it is
//! a keyed digest or a random id, so that nothing can be read from a copy.

use std::collections::HashMap;

use anyhow::{Context, ensure};
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use jiff::Timestamp;
use serde::Deserialize;

use super::accounts::{Identifier, IdentifierItem};
use super::engine::{Change, Item, in_time, key, pause, read};
use super::{Store, Written};
use crate::account::AccountId;

/// The key of one counter, and when its window ends.
#[derive(Clone, PartialEq, Eq)]
pub struct Counter {
    /// Partition key.
    pub pk: String,
    /// End of the window, unix seconds.
    pub expires_at: i64,
}

#[derive(Deserialize)]
struct Counted {
    pk: String,
    #[serde(default)]
    count: u32,
    expires_at: i64,
}

/// What a try is judged by, read in one call.
#[derive(Default)]
pub struct LookUp {
    /// Whose the identifier is.
    pub owner: Option<AccountId>,
    /// Counts and expiries found, by key.
    counted: HashMap<String, (u32, i64)>,
}

impl LookUp {
    /// How often something was counted.
    #[must_use]
    pub fn count(&self, counter: &Counter) -> u32 {
        self.counted.get(&counter.pk).map_or(0, |(count, _)| *count)
    }

    /// Until when an item lasts, unix seconds, if it is there.
    #[must_use]
    pub fn expiry(&self, pk: &str) -> Option<i64> {
        self.counted.get(pk).map(|(_, expires_at)| *expires_at)
    }
}

impl Store {
    /// Reads an identifier and several counters in one consistent call. Keys that DynamoDB leaves
    /// out under load are asked for again.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub async fn look_up(
        &self,
        identifier: Option<&Identifier>,
        counters: &[&str],
    ) -> anyhow::Result<LookUp> {
        let mut found = LookUp::default();
        let mut wanted = self.wanted(identifier, counters);
        for attempt in 0..5 {
            if wanted.is_empty() {
                return Ok(found);
            }
            if attempt > 0 {
                pause(attempt).await;
            }
            let looking = self
                .client
                .batch_get_item()
                .set_request_items(Some(wanted))
                .send();
            let answer = in_time(looking)
                .await
                .context("looking up an identifier and its counters")?;
            for (table, items) in answer.responses.unwrap_or_default() {
                for item in items {
                    self.note(&mut found, &table, item)?;
                }
            }
            wanted = answer.unprocessed_keys.unwrap_or_default();
        }
        ensure!(
            wanted.is_empty(),
            "DynamoDB keeps leaving out keys of a look-up"
        );
        Ok(found)
    }

    fn wanted(
        &self,
        identifier: Option<&Identifier>,
        counters: &[&str],
    ) -> HashMap<String, KeysAndAttributes> {
        let keys_of = |pks: Vec<String>| {
            KeysAndAttributes::builder()
                .consistent_read(true)
                .set_keys(Some(pks.iter().map(|pk| key([("pk", pk)])).collect()))
                .build()
                .expect("keys are given")
        };
        let mut wanted = HashMap::new();
        if let Some(identifier) = identifier {
            wanted.insert(self.accounts.clone(), keys_of(vec![identifier.pk()]));
        }
        if !counters.is_empty() {
            let pks = counters.iter().map(|pk| (*pk).to_owned()).collect();
            wanted.insert(self.challenges.clone(), keys_of(pks));
        }
        wanted
    }

    fn note(&self, found: &mut LookUp, table: &str, item: Item) -> anyhow::Result<()> {
        if table == self.accounts {
            found.owner = Some(read::<IdentifierItem>(item)?.account_id);
        } else {
            let counted: Counted = read(item)?;
            found
                .counted
                .insert(counted.pk, (counted.count, counted.expires_at));
        }
        Ok(())
    }

    /// Counts one more, if the count is still below the limit.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub async fn take(&self, counter: &Counter, limit: u32) -> anyhow::Result<bool> {
        let change = Change::when("attribute_not_exists(#count) OR #count < :limit")
            .given("limit", limit)
            .set("expires_at", counter.expires_at)
            .increment("count");
        let written: Written<serde::de::IgnoredAny> = change
            .apply(&self.client, &self.challenges, key([("pk", &counter.pk)]))
            .await?;
        Ok(matches!(written, Written::Done(_)))
    }

    /// Counts one more, whatever the count.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub async fn raise(&self, counter: &Counter) -> anyhow::Result<()> {
        // Whatever the count is; a change asks by itself that it is made once.
        let change = Change::when("attribute_not_exists(#count) OR attribute_exists(#count)")
            .set("expires_at", counter.expires_at)
            .increment("count");
        let _: Written<serde::de::IgnoredAny> = change
            .apply(&self.client, &self.challenges, key([("pk", &counter.pk)]))
            .await?;
        Ok(())
    }

    /// Gives back what was taken for a try that was not examined after all, unless the counter
    /// was cleared meanwhile: no count falls below nothing.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub async fn give_back(&self, counter: &Counter) -> anyhow::Result<()> {
        let change = Change::when("#count > :none")
            .given("none", 0)
            .decrement("count");
        let _: Written<serde::de::IgnoredAny> = change
            .apply(&self.client, &self.challenges, key([("pk", &counter.pk)]))
            .await?;
        Ok(())
    }

    /// Forgets a counter.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub async fn clear(&self, counter: &Counter) -> anyhow::Result<()> {
        let clearing = self
            .client
            .delete_item()
            .table_name(&self.challenges)
            .set_key(Some(key([("pk", &counter.pk)])))
            .send();
        in_time(clearing).await.context("clearing a counter")?;
        Ok(())
    }

    /// Stores a mark that lasts until a time, in unix seconds.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub async fn mark(&self, pk: &str, expires_at: i64) -> anyhow::Result<()> {
        let mut item = key([("pk", pk)]);
        item.insert(
            "expires_at".to_owned(),
            AttributeValue::N(expires_at.to_string()),
        );
        let marking = self
            .client
            .put_item()
            .table_name(&self.challenges)
            .set_item(Some(item))
            .send();
        in_time(marking)
            .await
            .context("making a network familiar")?;
        Ok(())
    }
}

/// The number of the window that a time falls into, and when that window ends (unix seconds).
#[must_use]
pub fn window(now: Timestamp, length_seconds: i64) -> (i64, i64) {
    let number = now.as_second().div_euclid(length_seconds);
    (number, (number + 1) * length_seconds)
}
