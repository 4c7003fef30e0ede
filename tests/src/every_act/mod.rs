//! Every act and query, done once in each of its outcomes, and what each has cost in calls to
//! DynamoDB.

mod account_acts;
mod logins;
mod queries;
mod registrations;
mod sessions;

use serde_json::{Value, json};

use crate::people::{NEW_PASSWORD, PASSWORD};
use crate::proxy::{Call, Units};
use crate::request::Asker;
use crate::{Reply, World};

/// Settings that switch all limits off.
pub const NO_LIMITS: &[(&str, &str)] = &[
    ("THROTTLE_LOGIN", "off"),
    ("THROTTLE_LOGIN_IDENTIFIER", "off"),
    ("THROTTLE_LOGIN_NETWORK", "off"),
    ("THROTTLE_MAIL", "off"),
    ("THROTTLE_MAIL_NETWORK", "off"),
];

/// A network that nobody in a world has been seen in.
const ELSEWHERE: &str = "198.51.100.7";

/// Whether the limits of a world are on. What is about a limit is left out where they are off.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Limits {
    /// As they are by default.
    On,
    /// All off.
    Off,
}

/// What one act or query has cost.
pub struct Cost {
    /// What was asked.
    pub what: &'static str,
    /// `2r 3w 1t`: reads, writes and transactions.
    pub calls: String,
    /// In units, where the proxy asks for them.
    pub units: Units,
}

/// Does everything, and tells what each thing has cost.
///
/// # Panics
/// When something does not go as it must.
pub async fn perform(world: &World, limits: Limits) -> Vec<Cost> {
    let mut ledger = Ledger {
        world,
        limits,
        rows: Vec::new(),
    };
    queries::nobody_and_queries(&mut ledger).await;
    logins::logins(&mut ledger).await;
    logins::refused_logins(&mut ledger).await;
    sessions::sessions(&mut ledger).await;
    registrations::registrations(&mut ledger).await;
    registrations::mails(&mut ledger).await;
    account_acts::account_acts(&mut ledger).await;
    account_acts::second_addresses(&mut ledger).await;
    account_acts::guards(&mut ledger).await;
    logins::captchas(&mut ledger).await;
    ledger.rows
}

/// What was counted in one world.
struct Ledger<'w> {
    world: &'w World,
    limits: Limits,
    rows: Vec<Cost>,
}

impl Ledger<'_> {
    /// Asks for an act, and counts the calls that this makes. A row that is counted several times
    /// must take the same calls each time.
    async fn act(
        &mut self,
        row: &'static str,
        asker: &Asker<'_>,
        act: &str,
        arguments: Value,
    ) -> Reply {
        self.forget();
        let reply = asker.act(act, arguments).await;
        self.note(row, &reply.to_string());
        reply
    }

    /// The same, selecting no refresh token.
    async fn act_without_session(
        &mut self,
        row: &'static str,
        asker: &Asker<'_>,
        act: &str,
        arguments: Value,
    ) -> Reply {
        self.forget();
        let reply = asker
            .act_selecting(act, arguments, "success errors token")
            .await;
        self.note(row, &reply.to_string());
        reply
    }

    async fn query(&mut self, row: &'static str, asker: &Asker<'_>, query: &str) -> Value {
        self.forget();
        let reply = asker.document(query, json!({})).await;
        assert!(reply.body.get("errors").is_none(), "{reply}");
        self.note(row, &reply.to_string());
        reply.body["data"].clone()
    }

    /// What the setting of a scene has cost does not count.
    fn forget(&self) {
        self.world.proxy.take_calls();
        self.world.proxy.take_units();
    }

    #[track_caller]
    fn note(&mut self, what: &'static str, context: &str) {
        let calls = kinds(&self.world.proxy.take_calls());
        let units = self.world.proxy.take_units();
        match self.rows.iter_mut().find(|row| row.what == what) {
            Some(before) => {
                assert_eq!(before.calls, calls, "{what}{context}");
                before.units = before.units.or_more(units);
            }
            None => self.rows.push(Cost { what, calls, units }),
        }
    }
}

/// `2r 3w 1t`: reads, writes and transactions.
///
/// # Panics
/// When there is a call that no act may make.
#[must_use]
pub fn kinds(calls: &[Call]) -> String {
    let kind = |call: &Call| match call.operation.as_str() {
        "GetItem" | "BatchGetItem" | "Query" => 'r',
        "PutItem" | "UpdateItem" | "DeleteItem" => 'w',
        "TransactWriteItems" => 't',
        other => panic!("{other} is not to be called by anything"),
    };
    let told: Vec<_> = ['r', 'w', 't']
        .map(|one| (one, calls.iter().filter(|it| kind(it) == one).count()))
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(kind, count)| format!("{count}{kind}"))
        .collect();
    if told.is_empty() {
        "none".to_owned()
    } else {
        told.join(" ")
    }
}

fn login(name: &str) -> Value {
    json!({ "username": name, "password": PASSWORD })
}

fn form(name: &str) -> Value {
    json!({
        "email": format!("{name}@email.com"),
        "username": name,
        "password1": NEW_PASSWORD,
        "password2": NEW_PASSWORD,
    })
}

fn confirmed() -> Value {
    json!({ "password": PASSWORD })
}

/// Somebody who has already confirmed an act from here.
async fn somebody<'w>(world: &'w World, name: &str) -> Asker<'w> {
    world.person(name, |_| {}).await;
    let asker = world.as_person(name).await;
    let mismatched =
        json!({ "oldPassword": PASSWORD, "newPassword1": "one", "newPassword2": "two" });
    let reply = asker.act("passwordChange", mismatched).await;
    reply.refuses("newPassword2", "password_mismatch");
    asker
}
