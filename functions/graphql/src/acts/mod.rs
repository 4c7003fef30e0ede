//! Each mutation, declared once: name, description, arguments, result, and the flow it calls. A
//! dialect turns the declaration into a field of its schema.

mod archive_account;
mod delete_account;
mod password_change;
mod password_reset;
mod password_set;
mod refresh_token;
pub mod refusals;
mod register;
mod resend_activation_email;
mod revoke_token;
mod secondary_email;
mod send_password_reset_email;
mod token_auth;
mod update_account;
mod verify_account;
mod verify_token;

use async_graphql::{Name, Value, indexmap::IndexMap};
use futures::future::BoxFuture;
use shared::Uuid;
use shared::app::App;
use shared::error::{Field, Refusal, Refusals, Result};
use shared::flows::TokensWanted;
use shared::flows::captcha::CaptchaAnswer;
use shared::password::Password;
use shared::settings::Settings;

use crate::answer::Answer;
use crate::caller::SharedCaller;

/// A mutation.
pub struct Act {
    /// Its name.
    pub name: &'static str,
    /// What it does, for a client developer.
    pub description: &'static str,
    /// The name of its result in plain; relay puts `Input` and `Payload` behind it.
    pub result: &'static str,
    /// Whether somebody must be logged in and verified.
    pub access: Access,
    /// Its arguments under the settings in force.
    pub arguments: Vec<Argument>,
    /// What its result shows beside `success` and `errors`, in plain and relay.
    pub outputs: &'static [Output],
    /// What it may refuse with, under any settings.
    pub refusals: &'static [refusals::Group],
    /// Carries it out.
    pub run: Run,
}

impl Act {
    /// Everything that it may refuse with.
    pub fn may_refuse(&self) -> impl Iterator<Item = (Field, Refusal)> {
        self.refusals.iter().copied().flatten().copied()
    }

    /// Whether these refusals are among those that it declares.
    pub(crate) fn declares(&self, given: &Refusals) -> bool {
        given.iter().all(|(key, refusal)| {
            self.may_refuse()
                .any(|(field, known)| field == *key && known.code() == refusal.code())
        })
    }
}

/// How an act is carried out.
pub type Run = for<'a> fn(Call<'a>) -> BoxFuture<'a, Result<Answer>>;

/// Who may do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody; a token in the header changes nothing.
    Public,
    /// Whoever is logged in and verified.
    Protected,
}

/// An argument of an act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    /// Its name, in camelCase.
    pub name: &'static str,
    /// Its type.
    pub ty: &'static str,
    /// Whether it must be given.
    pub is_required: bool,
}

impl Argument {
    /// One that must be given.
    #[must_use]
    pub const fn required(name: &'static str, ty: &'static str) -> Self {
        Self {
            name,
            ty,
            is_required: true,
        }
    }

    /// One that may be left out.
    #[must_use]
    pub const fn optional(name: &'static str, ty: &'static str) -> Self {
        Self {
            name,
            ty,
            is_required: false,
        }
    }
}

/// The type of text arguments.
pub const TEXT: &str = "String";

/// Several texts that must be given.
fn texts<const N: usize>(names: [&'static str; N]) -> Vec<Argument> {
    names
        .into_iter()
        .map(|name| Argument::required(name, TEXT))
        .collect()
}

/// The two arguments of a captcha, where one is due.
fn captcha_arguments(is_due: bool) -> Vec<Argument> {
    if !is_due {
        return Vec::new();
    }
    vec![
        Argument::required("identifier", "UUID"),
        Argument::required("userEntry", TEXT),
    ]
}

/// Something a result shows, with what is said about it.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    /// What.
    pub shows: Shows,
    /// For a client developer; may be empty.
    pub description: &'static str,
}

/// What a result can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shows {
    /// The access token.
    Token,
    /// The refresh token.
    RefreshToken,
    /// The claims of the access token.
    Payload,
    /// When refreshing stops working.
    RefreshExpiresIn,
    /// When the session was ended.
    Revoked,
    /// Whether the account was archived until now.
    Unarchiving,
    /// The account.
    User,
}

const fn shows(shows: Shows, description: &'static str) -> Output {
    Output { shows, description }
}

/// One call of an act.
pub struct Call<'a> {
    /// The service.
    pub app: &'a App,
    /// Who is asking.
    pub caller: &'a SharedCaller,
    /// What is given.
    pub given: Given,
    /// Which tokens the client has selected.
    pub wanted: TokensWanted,
}

/// The arguments of a call. Null counts as not given.
pub struct Given(IndexMap<Name, Value>);

impl Given {
    /// Wraps arguments.
    #[must_use]
    pub fn new(mut arguments: IndexMap<Name, Value>) -> Self {
        arguments.retain(|_, value| *value != Value::Null);
        Self(arguments)
    }

    /// A text that may be left out.
    #[must_use]
    pub fn text_if_any(&self, name: &str) -> Option<String> {
        match self.0.get(name) {
            Some(Value::String(text)) => Some(text.clone()),
            _ => None,
        }
    }

    /// A text; empty if it is left out.
    #[must_use]
    pub fn text(&self, name: &str) -> String {
        self.text_if_any(name).unwrap_or_default()
    }

    /// A password; empty if it is left out.
    #[must_use]
    pub fn password(&self, name: &str) -> Password {
        Password::new(self.text(name))
    }

    /// A yes or no that may be left out.
    #[must_use]
    pub fn flag_if_any(&self, name: &str) -> Option<bool> {
        match self.0.get(name) {
            Some(Value::Boolean(flag)) => Some(*flag),
            _ => None,
        }
    }

    /// The answer to a captcha, where one is due.
    #[must_use]
    pub fn captcha(&self) -> Option<CaptchaAnswer> {
        let uuid = Uuid::try_parse(&self.text_if_any("identifier")?).ok()?;
        Some(CaptchaAnswer {
            uuid,
            entry: self.text("userEntry"),
        })
    }
}

/// The argument that a field of an account is given by.
fn argument_name(field: Field) -> &'static str {
    field.key()
}

/// The acts that exist under these settings, in the order of the schema.
#[must_use]
pub fn all(settings: &Settings) -> Vec<Act> {
    let mut acts = vec![
        token_auth::act(settings),
        verify_token::act(),
        refresh_token::act(settings),
        register::act(settings),
        verify_account::act(),
        resend_activation_email::act(),
        send_password_reset_email::act(),
        password_reset::act(),
        password_set::act(),
        password_change::act(),
        update_account::act(settings),
        archive_account::act(),
        delete_account::act(),
        secondary_email::send_secondary_email_activation(),
        secondary_email::verify_secondary_email(),
        secondary_email::swap_emails(),
        secondary_email::remove_secondary_email(),
    ];
    if settings.sessions.long_running {
        acts.push(revoke_token::act());
    }
    acts
}
