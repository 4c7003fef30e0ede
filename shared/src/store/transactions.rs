//! Writes over several items that happen together or not at all.

use anyhow::Context;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{Delete, Put, TransactWriteItem, Update};

use super::Store;
use super::accounts::{Identifier, IdentifierItem, account_pk, as_judged, with_new_credentials};
use super::engine::{Change, Item, RETRIES, attribute, in_time, key, names_in, pause};
use super::sessions::Session;
use crate::account::{Account, AccountId};
use crate::clock::iso;
use crate::email_address::EmailAddress;
use crate::random;

/// How many shards the list of users has. Fixed for ever: it is in the keys of the index.
pub(super) const SHARDS: u8 = 8;

/// How the making of an account ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Created {
    /// It is there.
    Done,
    /// Somebody has the username, and perhaps somebody the address.
    UsernameTaken,
    /// Somebody has the address.
    EmailTaken,
}

/// How the attaching of an address ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attached {
    /// It is the account's.
    Done,
    /// Somebody has the address.
    EmailTaken,
    /// The account has changed.
    Unchanged,
}

/// What became of a transaction: done, or for each of its items whether its condition failed.
enum Committed {
    Done,
    Refused(Vec<bool>),
}

impl Committed {
    fn is_done(&self) -> bool {
        matches!(self, Self::Done)
    }
}

impl Store {
    /// Makes an account with its two identifiers, and a session if there is one.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub async fn create(
        &self,
        account: &Account,
        session: Option<&Session>,
    ) -> anyhow::Result<Created> {
        let profile = &account.profile;
        let mut writes = vec![
            self.put_new(account_item(account)?)?,
            self.claim(
                &Identifier::Username(profile.username_form.clone()),
                account.id(),
            )?,
            self.claim(&Identifier::Email(profile.email_form.clone()), account.id())?,
        ];
        if let Some(session) = session {
            let item = serde_dynamo::to_item(session).context("a session as an item")?;
            writes.push(
                TransactWriteItem::builder()
                    .put(put(&self.sessions, item)?.build()?)
                    .build(),
            );
        }
        Ok(match self.commit(writes).await? {
            Committed::Done => Created::Done,
            Committed::Refused(failed) if failed.get(1) == Some(&true) => Created::UsernameTaken,
            Committed::Refused(_) => Created::EmailTaken,
        })
    }

    /// Takes a registration back, if nobody has verified it meanwhile. Tells whether it did.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub async fn undo_create(
        &self,
        account: &Account,
        session: Option<&Session>,
    ) -> anyhow::Result<bool> {
        let unverified =
            Change::when("attribute_exists(pk) AND #verified = :no").given("no", false);
        let mut writes = vec![self.delete_account(account.id(), unverified)?];
        writes.extend(self.releases(account)?);
        if let Some(session) = session {
            let delete = Delete::builder()
                .table_name(&self.sessions)
                .set_key(Some(key([
                    ("account_id", &session.account_id.to_string()),
                    ("session_id", &session.session_id),
                ])));
            writes.push(TransactWriteItem::builder().delete(delete.build()?).build());
        }
        Ok(self.commit(writes).await?.is_done())
    }

    /// Removes an account with all its identifiers, if it is as it was judged.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub async fn remove(&self, account: &Account) -> anyhow::Result<bool> {
        let mut writes = vec![self.delete_account(account.id(), as_judged(account))?];
        writes.extend(self.releases(account)?);
        Ok(self.commit(writes).await?.is_done())
    }

    /// Attaches a secondary address in place of an earlier one, if the account is active,
    /// verified, and its password and addresses have not changed since `credentials_version`.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub async fn attach_secondary(
        &self,
        account: &Account,
        email: &EmailAddress,
        credentials_version: u64,
    ) -> anyhow::Result<Attached> {
        let change = Change::when("attribute_exists(pk) AND #active = :yes AND #verified = :yes")
            .given("yes", true)
            .unchanged("credentials_version", Some(credentials_version))
            .unchanged(
                "secondary_email_form",
                account.profile.secondary_email_form.as_deref(),
            )
            .set("secondary_email", email.stored())
            .set("secondary_email_form", email.form());
        let mut writes = vec![
            self.update(account.id(), &with_new_credentials(change))?,
            self.claim(&Identifier::Email(email.form().to_owned()), account.id())?,
        ];
        // An earlier address of the same form is the one being claimed, which cannot succeed.
        let earlier = account.profile.secondary_email_form.as_ref();
        if let Some(earlier) = earlier.filter(|form| *form != email.form()) {
            writes.push(self.release(&Identifier::Email(earlier.clone()), account.id())?);
        }
        Ok(match self.commit(writes).await? {
            Committed::Done => Attached::Done,
            Committed::Refused(failed) if failed.get(1) == Some(&true) => Attached::EmailTaken,
            Committed::Refused(_) => Attached::Unchanged,
        })
    }

    /// Detaches the secondary address, if the account is as it was judged.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub async fn detach_secondary(&self, account: &Account) -> anyhow::Result<bool> {
        let change = as_judged(account)
            .remove("secondary_email")
            .remove("secondary_email_form");
        let mut writes = vec![self.update(account.id(), &with_new_credentials(change))?];
        if let Some(form) = &account.profile.secondary_email_form {
            writes.push(self.release(&Identifier::Email(form.clone()), account.id())?);
        }
        Ok(self.commit(writes).await?.is_done())
    }

    /// Sends a transaction. One token over all repeats: an answer that was lost is the same answer.
    async fn commit(&self, writes: Vec<TransactWriteItem>) -> anyhow::Result<Committed> {
        let token = random::hex();
        for attempt in 0.. {
            let sending = self
                .client
                .transact_write_items()
                .set_transact_items(Some(writes.clone()))
                .client_request_token(&token)
                .send();
            match in_time(sending).await {
                Ok(_) => return Ok(Committed::Done),
                Err(error) => match reasons(&error) {
                    Some(codes) if codes.iter().any(|code| code == "ConditionalCheckFailed") => {
                        let failed = codes.iter().map(|code| code == "ConditionalCheckFailed");
                        return Ok(Committed::Refused(failed.collect()));
                    }
                    Some(codes) if is_momentary(&codes) && attempt < RETRIES => {
                        pause(attempt).await;
                    }
                    _ => return Err(error).context("writing several items together"),
                },
            }
        }
        unreachable!("the loop only ends by returning")
    }

    fn put_new(&self, item: Item) -> anyhow::Result<TransactWriteItem> {
        let put = put(&self.accounts, item)?
            .condition_expression("attribute_not_exists(pk)")
            .build()?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    fn claim(
        &self,
        identifier: &Identifier,
        owner: AccountId,
    ) -> anyhow::Result<TransactWriteItem> {
        let item = IdentifierItem {
            pk: identifier.pk(),
            account_id: owner,
        };
        self.put_new(serde_dynamo::to_item(item).context("an identifier as an item")?)
    }

    fn release(
        &self,
        identifier: &Identifier,
        owner: AccountId,
    ) -> anyhow::Result<TransactWriteItem> {
        let delete = Delete::builder()
            .table_name(&self.accounts)
            .set_key(Some(key([("pk", &identifier.pk())])))
            .condition_expression("#account_id = :owner")
            .set_expression_attribute_names(Some(names_in("#account_id")))
            .expression_attribute_values(":owner", attribute(owner));
        Ok(TransactWriteItem::builder().delete(delete.build()?).build())
    }

    fn releases(&self, account: &Account) -> anyhow::Result<Vec<TransactWriteItem>> {
        let profile = &account.profile;
        let emails = [
            Some(&profile.email_form),
            profile.secondary_email_form.as_ref(),
        ];
        std::iter::once(Identifier::Username(profile.username_form.clone()))
            .chain(emails.into_iter().flatten().cloned().map(Identifier::Email))
            .map(|identifier| self.release(&identifier, account.id()))
            .collect()
    }

    fn delete_account(
        &self,
        id: AccountId,
        condition: Change,
    ) -> anyhow::Result<TransactWriteItem> {
        let condition = condition.condition_only();
        let delete = Delete::builder()
            .table_name(&self.accounts)
            .set_key(Some(key([("pk", &account_pk(id))])))
            .condition_expression(condition.condition())
            .set_expression_attribute_names(Some(condition.names()))
            .set_expression_attribute_values(Some(condition.values()));
        Ok(TransactWriteItem::builder().delete(delete.build()?).build())
    }

    fn update(&self, id: AccountId, change: &Change) -> anyhow::Result<TransactWriteItem> {
        let update = Update::builder()
            .table_name(&self.accounts)
            .set_key(Some(key([("pk", &account_pk(id))])))
            .update_expression(change.expression())
            .condition_expression(change.condition())
            .set_expression_attribute_names(Some(change.names()))
            .set_expression_attribute_values(Some(change.values()));
        Ok(TransactWriteItem::builder().update(update.build()?).build())
    }
}

fn put(table: &str, item: Item) -> anyhow::Result<aws_sdk_dynamodb::types::builders::PutBuilder> {
    anyhow::ensure!(!item.is_empty(), "an item without attributes");
    Ok(Put::builder().table_name(table).set_item(Some(item)))
}

/// An account as an item, with its keys in the table and in the list of users.
fn account_item(account: &Account) -> anyhow::Result<Item> {
    let mut item: Item = serde_dynamo::to_item(account).context("an account as an item")?;
    let id = account.id();
    let position = format!("{}#{id}", iso(account.profile.date_joined));
    item.insert("pk".to_owned(), attribute(account_pk(id)));
    item.insert("joined_shard".to_owned(), attribute(id.shard(SHARDS)));
    item.insert("joined_at_id".to_owned(), attribute(position));
    Ok(item)
}

/// Why each item of a cancelled transaction failed, in order.
fn reasons(error: &SdkError<TransactWriteItemsError>) -> Option<Vec<String>> {
    match error.as_service_error()? {
        TransactWriteItemsError::TransactionCanceledException(cancelled) => {
            let reasons = cancelled
                .cancellation_reasons
                .as_deref()
                .unwrap_or_default();
            Some(
                reasons
                    .iter()
                    .map(|reason| reason.code.clone().unwrap_or_default())
                    .collect(),
            )
        }
        TransactWriteItemsError::TransactionInProgressException(_) => {
            Some(vec!["TransactionConflict".to_owned()])
        }
        _ => None,
    }
}

/// Whether nothing stands against the transaction but that an item of it was busy at that moment.
fn is_momentary(codes: &[String]) -> bool {
    let is_nothing = |code: &str| matches!(code, "None" | "");
    let is_busy = |code: &str| {
        matches!(
            code,
            "TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded"
        )
    };
    codes.iter().any(|code| is_busy(code))
        && codes.iter().all(|code| is_busy(code) || is_nothing(code))
}
