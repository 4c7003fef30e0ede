//! The accounts table: reads, and the changes of a single account.

use anyhow::Context;
use data_encoding::HEXLOWER;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::engine::{Change, in_time, key, read};
use super::{Store, Written};
use crate::account::{Account, AccountId};
use crate::clock::iso;
use crate::password::PasswordHash;

/// What makes a name or an address unique: while this item exists, it is taken.
#[derive(Clone, PartialEq, Eq)]
pub enum Identifier {
    /// A username, in comparison form.
    Username(String),
    /// An address, in comparison form.
    Email(String),
}

/// DynamoDB takes 2048 bytes of partition key. What is longer than this has its digest in place of it: hardly
/// an address, and mostly what somebody has typed who has none.
const LONGEST_FORM_BYTES: usize = 1_500;

impl Identifier {
    /// The partition key.
    #[must_use]
    pub fn pk(&self) -> String {
        let (kind, form) = match self {
            Self::Username(form) => ("username", form),
            Self::Email(form) => ("email", form),
        };
        if form.len() > LONGEST_FORM_BYTES {
            let digest = HEXLOWER.encode(&Sha256::digest(form));
            return format!("{kind}#digest#{digest}");
        }
        format!("{kind}#{form}")
    }

    /// Whether the account still has this name or address.
    #[must_use]
    pub fn names(&self, account: &Account) -> bool {
        match self {
            Self::Username(form) => account.profile.username_form == *form,
            Self::Email(form) => account.has_email(form),
        }
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct IdentifierItem {
    pub(super) pk: String,
    pub(super) account_id: AccountId,
}

pub(super) fn account_pk(id: AccountId) -> String {
    format!("account#{id}")
}

impl Store {
    /// The account with this id, read consistently.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub async fn account(&self, id: AccountId) -> anyhow::Result<Option<Account>> {
        let reading = self
            .client
            .get_item()
            .table_name(&self.accounts)
            .set_key(Some(key([("pk", &account_pk(id))])))
            .consistent_read(true)
            .send();
        let answer = in_time(reading).await.context("reading an account")?;
        answer.item.map(read).transpose()
    }

    /// Whose name or address this is, read consistently.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub async fn owner(&self, identifier: &Identifier) -> anyhow::Result<Option<AccountId>> {
        let reading = self
            .client
            .get_item()
            .table_name(&self.accounts)
            .set_key(Some(key([("pk", &identifier.pk())])))
            .consistent_read(true)
            .send();
        let answer = in_time(reading).await.context("reading an identifier")?;
        let item: Option<IdentifierItem> = answer.item.map(read).transpose()?;
        Ok(item.map(|item| item.account_id))
    }

    /// The account that has this name or address: two reads, and none that has just lost it.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub async fn account_named(&self, identifier: &Identifier) -> anyhow::Result<Option<Account>> {
        let Some(id) = self.owner(identifier).await? else {
            return Ok(None);
        };
        let account = self.account(id).await?;
        Ok(account.filter(|account| identifier.names(account)))
    }

    async fn change(&self, id: AccountId, change: Change) -> anyhow::Result<Written<Account>> {
        change
            .and("attribute_exists(pk)")
            .apply(&self.client, &self.accounts, key([("pk", &account_pk(id))]))
            .await
    }

    /// Marks an account as verified, if it is active, unverified, and its primary address is
    /// still this one.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub async fn verify(
        &self,
        id: AccountId,
        email_form: &str,
    ) -> anyhow::Result<Written<Account>> {
        let change =
            Change::when("#active = :yes AND #verified = :no AND #email_form = :email_form")
                .given("yes", true)
                .given("no", false)
                .given("email_form", email_form)
                .set("verified", true);
        self.change(id, change).await
    }

    /// Notes a login: last login, no longer archived, and a new hash if the old one is dated;
    /// if epoch, password and state are as they were read.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub async fn record_login(
        &self,
        account: &Account,
        now: Timestamp,
        new_hash: Option<&PasswordHash>,
    ) -> anyhow::Result<Written<Account>> {
        let mut change = Change::when("#active = :yes")
            .given("yes", true)
            .unchanged("verified", Some(account.profile.verified))
            .unchanged("archived", Some(account.profile.archived))
            .unchanged("epoch", Some(account.epoch))
            .unchanged("password_hash", account.password_hash.as_ref())
            .set("last_login", iso(now))
            .set("archived", false);
        if let Some(hash) = new_hash {
            change = change.set("password_hash", hash);
        }
        self.change(account.id(), change).await
    }

    /// Stores the password chosen with a reset link, uses the link up, and ends all sessions;
    /// if the link is still the current one. Verifies the account.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub async fn reset_password(
        &self,
        account: &Account,
        nonce: &str,
        hash: &PasswordHash,
    ) -> anyhow::Result<Written<Account>> {
        let change = Change::when("#active = :yes AND #reset_nonce = :nonce")
            .given("yes", true)
            .given("nonce", nonce)
            .unchanged("verified", Some(account.profile.verified))
            .set("verified", true);
        self.change(account.id(), with_new_password(change, hash))
            .await
    }

    /// Stores the first password of an account that has none, and ends all sessions. Verifies
    /// the account.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub async fn set_password(
        &self,
        account: &Account,
        hash: &PasswordHash,
    ) -> anyhow::Result<Written<Account>> {
        let change = Change::when("#active = :yes")
            .given("yes", true)
            .unchanged("verified", Some(account.profile.verified))
            .unchanged("password_hash", None::<&str>)
            .set("verified", true);
        self.change(account.id(), with_new_password(change, hash))
            .await
    }

    /// Stores a new password and ends all sessions, if the account is as it was judged.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub async fn change_password(
        &self,
        account: &Account,
        hash: &PasswordHash,
    ) -> anyhow::Result<Written<Account>> {
        self.change(account.id(), with_new_password(as_judged(account), hash))
            .await
    }

    /// Stores the names that are given, if the account is as it was judged.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub async fn set_names(
        &self,
        account: &Account,
        first_name: Option<&str>,
        last_name: Option<&str>,
    ) -> anyhow::Result<Written<Account>> {
        let mut change = as_judged(account);
        if let Some(name) = first_name {
            change = change.set("first_name", name);
        }
        if let Some(name) = last_name {
            change = change.set("last_name", name);
        }
        self.change(account.id(), change).await
    }

    /// Archives an account and ends all sessions, if it is as it was judged.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub async fn archive(&self, account: &Account) -> anyhow::Result<Written<Account>> {
        let change = as_judged(account).set("archived", true).increment("epoch");
        self.change(account.id(), change).await
    }

    /// Deactivates an account and ends all sessions, if it is as it was judged.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub async fn deactivate(&self, account: &Account) -> anyhow::Result<Written<Account>> {
        let change = as_judged(account).set("active", false).increment("epoch");
        self.change(account.id(), change).await
    }

    /// Makes one reset link the current one, if no password or address has changed since the
    /// account was read.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub async fn set_reset_nonce(
        &self,
        account: &Account,
        nonce: &[u8; 16],
    ) -> anyhow::Result<Written<Account>> {
        let change = Change::when("#active = :yes")
            .given("yes", true)
            .unchanged("credentials_version", Some(account.credentials_version))
            .set("reset_nonce", HEXLOWER.encode(nonce));
        self.change(account.id(), change).await
    }

    /// Exchanges primary and secondary address, if the account is as it was judged.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub async fn swap_emails(&self, account: &Account) -> anyhow::Result<Written<Account>> {
        let profile = &account.profile;
        let change = as_judged(account)
            .set("email", &profile.secondary_email)
            .set("email_form", &profile.secondary_email_form)
            .set("secondary_email", &profile.email)
            .set("secondary_email_form", &profile.email_form);
        self.change(account.id(), with_new_credentials(change))
            .await
    }
}

/// The account must be in the state in which the guards have judged it.
pub(super) fn as_judged(account: &Account) -> Change {
    Change::when("attribute_exists(pk)")
        .unchanged("epoch", Some(account.epoch))
        .unchanged("credentials_version", Some(account.credentials_version))
        .unchanged("active", Some(account.profile.active))
        .unchanged("archived", Some(account.profile.archived))
        .unchanged("verified", Some(account.profile.verified))
}

/// Passwords and addresses count their changes, and reset links do not outlive one.
pub(super) fn with_new_credentials(change: Change) -> Change {
    change
        .increment("credentials_version")
        .remove("reset_nonce")
}

fn with_new_password(change: Change, hash: &PasswordHash) -> Change {
    with_new_credentials(change)
        .set("password_hash", hash)
        .increment("epoch")
}
