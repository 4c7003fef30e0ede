//! What a scene is, and what scenes are set with.

use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Value, json};
use shared::account::Account;
use tests::people::{NEW_PASSWORD, PASSWORD};
use tests::{Asker, Reply, World};

/// One act or query, for people who are there for it alone.
pub struct Scene {
    /// What it is about.
    pub title: &'static str,
    /// The settings of its world.
    pub settings: &'static [(&'static str, &'static str)],
    /// Puts somebody of this name on the stage, who asks.
    pub set: for<'w> fn(&'w World, &'w str) -> BoxFuture<'w, Ask<'w>>,
    /// What is answered.
    pub says: Says,
    /// How many sessions begin with the answer.
    pub sessions: usize,
    /// How many mails may be handed over for it.
    pub mails: usize,
    /// Whether it has been carried out.
    pub is_done: for<'w> fn(&'w World, &'w str) -> BoxFuture<'w, bool>,
    /// Tries again.
    pub again: for<'w> fn(&'w World, &'w str, Ask<'w>) -> BoxFuture<'w, Reply>,
    /// What is answered then, if it had been carried out before.
    pub afterwards: Says,
}

/// An act that changes nothing, and that may be asked for ever again.
pub const SCENE: Scene = Scene {
    title: "",
    settings: &[],
    set: |world, _| async { Ask::query(world.anybody(), "{ me { username } }") }.boxed(),
    says: Says::Yes,
    sessions: 0,
    mails: 0,
    is_done: |_, _| async { true }.boxed(),
    again: |_, _, ask| async move { ask.ask().await }.boxed(),
    afterwards: Says::Yes,
};

/// What an answer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Says {
    /// It is done.
    Yes,
    /// It is refused, with this one error.
    No(&'static str, &'static str),
    /// `Internal server error.`, and nothing else.
    Accident,
}

impl Says {
    /// Whether an answer says so.
    pub fn is(self, reply: &Reply) -> bool {
        let errors = reply.body.get("errors");
        match self {
            Self::Yes if reply.act.is_empty() => errors.is_none() && !has_only_nulls(reply),
            Self::Yes => errors.is_none() && reply.has_succeeded(),
            Self::No(key, code) => reply.is_refused(key, code),
            Self::Accident => {
                let code = |error: &Value| error["extensions"]["code"].clone();
                let errors = errors.and_then(Value::as_array).into_iter().flatten();
                let codes: Vec<_> = errors.map(code).collect();
                codes == ["INTERNAL_SERVER_ERROR"] && reply.status == 200 && has_only_nulls(reply)
            }
        }
    }
}

fn has_only_nulls(reply: &Reply) -> bool {
    let data = reply.body["data"].as_object();
    data.is_none_or(|data| data.values().all(Value::is_null))
}

/// Somebody who asks, and what for.
pub struct Ask<'w> {
    pub asker: Asker<'w>,
    /// Empty for a query.
    act: &'static str,
    arguments: Value,
    query: String,
}

impl<'w> Ask<'w> {
    /// For an act and all its result.
    pub fn act(asker: Asker<'w>, act: &'static str, arguments: Value) -> Self {
        Self {
            asker,
            act,
            arguments,
            query: String::new(),
        }
    }

    /// For a query.
    pub fn query(asker: Asker<'w>, query: &str) -> Self {
        Self {
            asker,
            act: "",
            arguments: Value::Null,
            query: query.to_owned(),
        }
    }

    /// Asks.
    pub async fn ask(&self) -> Reply {
        if self.act.is_empty() {
            return self.asker.document(&self.query, json!({})).await;
        }
        self.asker.act(self.act, self.arguments.clone()).await
    }
}

/// Everybody has an address of their own on the net, so that nobody's limits are another's.
pub fn home<'w>(asker: Asker<'w>, name: &str) -> Asker<'w> {
    let number: u32 = name.trim_start_matches("user").parse().unwrap_or(250);
    asker.from(&format!("10.0.0.{number}"))
}

/// Somebody without a token, at home.
pub fn anybody<'w>(world: &'w World, name: &str) -> Asker<'w> {
    home(world.anybody(), name)
}

/// Somebody new who is logged in, at home.
pub async fn somebody<'w>(world: &'w World, name: &str) -> Asker<'w> {
    world.person(name, |_| {}).await;
    home(world.as_person(name).await, name)
}

pub fn email(name: &str) -> String {
    format!("{name}@email.com")
}

pub fn login(name: &str) -> Value {
    json!({ "username": name, "password": PASSWORD })
}

pub fn confirmed() -> Value {
    json!({ "password": PASSWORD })
}

/// The form of a new password, with a token.
pub fn new_password(token: &str) -> Value {
    json!({ "token": token, "newPassword1": NEW_PASSWORD, "newPassword2": NEW_PASSWORD })
}

/// What is true of somebody as they are stored; false if there is nobody.
pub async fn holds(world: &World, name: &str, claim: impl Fn(&Account) -> bool) -> bool {
    world.account(name).await.as_ref().is_some_and(claim)
}
