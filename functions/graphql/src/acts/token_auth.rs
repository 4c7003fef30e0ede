use futures::FutureExt;
use shared::error::{Denial, Error, Field, Refusal, Result};
use shared::flows::Identity;
use shared::flows::log_in::{Login, log_in};
use shared::settings::{LoginField, Settings};

use super::{
    Access, Act, Argument, Call, Output, Shows, TEXT, captcha_arguments, refusals, shows, texts,
};
use crate::answer::Answer;

const OUTPUTS: &[Output] = &[
    shows(Shows::Token, "Access token."),
    shows(
        Shows::RefreshToken,
        "Refresh token. A session is only created when this field is selected.",
    ),
    shows(
        Shows::Unarchiving,
        "True when this login has unarchived the account.",
    ),
    shows(Shows::User, ""),
];

pub(super) fn act(settings: &Settings) -> Act {
    let fields = &settings.accounts.login_allowed_fields;
    let mut arguments = texts(["password"]);
    arguments.extend(
        fields
            .iter()
            .map(|field| Argument::optional(name(*field), TEXT)),
    );
    arguments.extend(captcha_arguments(settings.captchas.for_login));
    let description = match fields[..] {
        [LoginField::Email] => "Log in with a password and an e-mail address.",
        [LoginField::Username] => "Log in with a password and a username.",
        _ => "Log in with a password and exactly one of e-mail and username.",
    };
    Act {
        name: "tokenAuth",
        description,
        result: "ObtainJSONWebToken",
        access: Access::Public,
        arguments,
        outputs: OUTPUTS,
        refusals: &[
            refusals::CAPTCHA,
            &[
                (Field::NonField, Refusal::TooManyTries),
                (Field::NonField, Refusal::InvalidCredentials),
                (Field::NonField, Refusal::NotVerified),
            ],
        ],
        run: |call| run(call).boxed(),
    }
}

/// The argument of a login field.
pub(crate) fn name(field: LoginField) -> &'static str {
    match field {
        LoginField::Email => "email",
        LoginField::Username => "username",
    }
}

async fn run(call: Call<'_>) -> Result<Answer> {
    let app = call.app;
    let login = match (
        call.given.text_if_any("email"),
        call.given.text_if_any("username"),
    ) {
        (Some(email), None) => Login::Email(email),
        (None, Some(username)) => Login::Username(username),
        _ => return Err(not_one(&app.settings)),
    };
    let client = &call.caller.now().client;
    let (password, captcha) = (call.given.password("password"), call.given.captcha());
    let logged_in = log_in(
        app,
        client,
        &login,
        &password,
        captcha.as_ref(),
        call.wanted,
    )
    .await?;
    call.caller.becomes(Identity::of(&logged_in.tokens.account));
    Ok(Answer {
        account: Some(logged_in.tokens.account),
        access: Some(logged_in.tokens.access),
        refresh: logged_in.tokens.refresh,
        unarchived: logged_in.unarchived,
        ..Answer::default()
    })
}

fn not_one(settings: &Settings) -> Error {
    let fields = settings.accounts.login_allowed_fields.iter();
    let names: Vec<_> = fields.map(|field| format!("'{}'", name(*field))).collect();
    Error::Denied(Denial::BadInput(format!(
        "Must login with password and one of the following fields [{}].",
        names.join(", ")
    )))
}
