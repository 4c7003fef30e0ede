//! The sessions table: one item per login. No token is stored.

use std::collections::BTreeSet;

use anyhow::Context;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::engine::{Change, Item, in_time, key};
use super::{Store, Written};
use crate::account::AccountId;
use crate::random;
use crate::token::refresh::{RefreshToken, SessionId};

/// Records are kept for a day after the last token has expired, so that an ended session and an
/// unknown one can be told apart. Seconds.
const KEPT_AFTER_EXPIRY: i64 = 86_400;

/// A token's age is judged by the lifetime in force when it is used, not by the one at its issue.
const IS_YOUNG: &str = "#issued_at > :too_old";

/// A session as it is stored. Times are unix seconds, but for `rotated_at` (microseconds).
#[derive(Clone, Serialize, Deserialize)]
pub struct Session {
    /// Whose.
    pub account_id: AccountId,
    /// Which, as text.
    pub session_id: String,
    /// The how-manieth token is current.
    pub counter: u32,
    /// The oldest token that is not revoked. With rotation it follows `counter`.
    pub oldest: u32,
    /// Tokens between `oldest` and `counter` that are revoked all the same.
    #[serde(
        default,
        with = "serde_dynamo::number_set",
        skip_serializing_if = "BTreeSet::is_empty"
    )]
    pub revoked: BTreeSet<u32>,
    /// When the current token was issued.
    pub issued_at: i64,
    /// When the last rotation was, in unix microseconds; 0 before the first.
    pub rotated_at: i64,
    /// Whether the token that the last rotation replaced is served for a while.
    pub grace: bool,
    /// When the session ended; none while it lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<i64>,
    /// When it began.
    pub created_at: i64,
    /// When a token of it was last used.
    pub last_used_at: i64,
    /// When the current token expires by the lifetime at its issue; for people who read the table.
    pub expires_at: i64,
    /// When the record may disappear.
    pub purge_at: i64,
    /// The session epoch of the account when it began.
    pub epoch: u64,
    /// What the client called itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// Where it was, roughly.
    pub network: String,
    /// Which write made it so.
    pub write_id: String,
}

impl Session {
    /// A new session, and its first token.
    #[must_use]
    pub fn begin(
        account: AccountId,
        epoch: u64,
        now: Timestamp,
        lifetime_seconds: i64,
        client: &crate::network::Client,
    ) -> (Self, RefreshToken) {
        let session = SessionId::random();
        let now = now.as_second();
        let token = RefreshToken {
            account,
            session,
            counter: 0,
            issued_at: now,
        };
        let session = Self {
            account_id: account,
            session_id: session.to_string(),
            counter: 0,
            oldest: 0,
            revoked: BTreeSet::new(),
            issued_at: now,
            rotated_at: 0,
            grace: false,
            ended_at: None,
            created_at: now,
            last_used_at: now,
            expires_at: now + lifetime_seconds,
            purge_at: now + lifetime_seconds + KEPT_AFTER_EXPIRY,
            epoch,
            user_agent: client.user_agent.clone(),
            network: client.network.truncated(),
            write_id: random::hex(),
        };
        (session, token)
    }

    /// Whether a token has been replaced or revoked, where every one stands that is not revoked.
    #[must_use]
    pub fn has_revoked(&self, counter: u32) -> bool {
        counter < self.oldest || self.revoked.contains(&counter)
    }
}

/// Which tokens stand for their session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The current one only: each rotation supersedes the one before.
    Current,
    /// Every one that is not revoked.
    Unrevoked,
}

/// What becomes of the presented token when the next one is issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Earlier {
    /// It is superseded, and served for a while.
    Superseded,
    /// It is revoked at once, since the client asked for it, and so are all that are older.
    Revoked,
    /// It is revoked at once, if it is the oldest that is not.
    RevokedAsOldest,
    /// It is revoked at once, and older ones are not.
    RevokedAlone,
    /// It is good until it expires.
    Kept,
}

impl Store {
    /// Stores a new session, once: a late repeat does not turn back what has become of it since.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub async fn add_session(&self, session: &Session) -> anyhow::Result<()> {
        let item: Item = serde_dynamo::to_item(session).context("a session as an item")?;
        let adding = self
            .client
            .put_item()
            .table_name(&self.sessions)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(session_id)")
            .send();
        match in_time(adding).await {
            Ok(_) => Ok(()),
            // Its id is random: whatever is there comes of an earlier sending of this very write.
            Err(error) if is_there_already(&error) => Ok(()),
            Err(error) => Err(error).context("storing a session"),
        }
    }

    /// Removes a session whose token nobody has been given.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub async fn forget_session(&self, session: &Session) -> anyhow::Result<()> {
        let account = session.account_id.to_string();
        let removing = self
            .client
            .delete_item()
            .table_name(&self.sessions)
            .set_key(Some(key([
                ("account_id", &account),
                ("session_id", &session.session_id),
            ])))
            .send();
        in_time(removing).await.context("removing a session")?;
        Ok(())
    }

    async fn change_session(
        &self,
        token: &RefreshToken,
        change: Change,
    ) -> anyhow::Result<Written<Session>> {
        let account = token.account.to_string();
        let session = token.session.to_string();
        let key: std::collections::HashMap<String, AttributeValue> =
            key([("account_id", &account), ("session_id", &session)]);
        change
            .and("attribute_exists(account_id) AND attribute_not_exists(#ended_at)")
            .apply(&self.client, &self.sessions, key)
            .await
    }

    /// Issues the next token of a session, if the presented one stands for it and the current one
    /// is not older than `lifetime_seconds`.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub async fn rotate(
        &self,
        token: &RefreshToken,
        standing: Standing,
        earlier: Earlier,
        now: Timestamp,
        lifetime_seconds: i64,
    ) -> anyhow::Result<Written<Session>> {
        let seconds = now.as_second();
        let expires_at = seconds + lifetime_seconds;
        let next = token.counter.saturating_add(1);
        let change = presented(token, standing)
            .and(IS_YOUNG)
            .given("too_old", seconds - lifetime_seconds)
            .set("issued_at", seconds)
            .set("last_used_at", seconds)
            .set("expires_at", expires_at)
            .set("purge_at", expires_at + KEPT_AFTER_EXPIRY);
        let change = match earlier {
            Earlier::Superseded => change
                .set("counter", next)
                .set("oldest", next)
                .set("rotated_at", now.as_microsecond())
                .set("grace", true),
            Earlier::Revoked => without_grace(change, now).set("oldest", next),
            Earlier::RevokedAsOldest => without_grace(change, now)
                .and("#oldest = :presented")
                .set("oldest", next),
            Earlier::RevokedAlone => without_grace(change, now).insert("revoked", token.counter),
            Earlier::Kept => change.increment("counter"),
        };
        self.change_session(token, change).await
    }

    /// Notes that a token was used without being replaced, under the conditions of [`Self::rotate`].
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub async fn touch(
        &self,
        token: &RefreshToken,
        standing: Standing,
        now: Timestamp,
        lifetime_seconds: i64,
    ) -> anyhow::Result<Written<Session>> {
        let change = presented(token, standing)
            .and(IS_YOUNG)
            .given("too_old", now.as_second() - lifetime_seconds)
            .set("last_used_at", now.as_second());
        self.change_session(token, change).await
    }

    /// Ends the session of a good token, expired or not.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub async fn revoke(
        &self,
        token: &RefreshToken,
        standing: Standing,
        now: Timestamp,
    ) -> anyhow::Result<Written<Session>> {
        let change = presented(token, standing).set("ended_at", now.as_second());
        self.change_session(token, change).await
    }

    /// Ends a session whatever token is presented.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub async fn end_session(
        &self,
        token: &RefreshToken,
        now: Timestamp,
    ) -> anyhow::Result<Written<Session>> {
        let change = Change::when("attribute_exists(session_id)").set("ended_at", now.as_second());
        self.change_session(token, change).await
    }
}

fn is_there_already(error: &SdkError<PutItemError>) -> bool {
    error
        .as_service_error()
        .is_some_and(PutItemError::is_conditional_check_failed_exception)
}

/// The next token is issued, and the one it is issued for is not served again.
fn without_grace(change: Change, now: Timestamp) -> Change {
    change
        .increment("counter")
        .set("rotated_at", now.as_microsecond())
        .set("grace", false)
}

/// The presented token must be one that stands for its session.
fn presented(token: &RefreshToken, standing: Standing) -> Change {
    let change = match standing {
        Standing::Current => Change::when("#counter = :presented"),
        Standing::Unrevoked => Change::when("#counter >= :presented AND #oldest <= :presented")
            .and("attribute_not_exists(#revoked) OR NOT contains(#revoked, :presented)"),
    };
    change.given("presented", token.counter)
}
