use futures::FutureExt;
use shared::error::{Field, Refusal, Result};
use shared::flows::register::{Registration, register};
use shared::settings::Settings;

use super::{
    Access, Act, Argument, Call, Output, Shows, TEXT, argument_name, captcha_arguments, refusals,
    shows, texts,
};
use crate::answer::Answer;

const OUTPUTS: &[Output] = &[
    shows(
        Shows::Token,
        "Access token, when unverified users may log in; null otherwise.",
    ),
    shows(
        Shows::RefreshToken,
        "Refresh token, when unverified users may log in; null otherwise.",
    ),
];

pub(super) fn act(settings: &Settings) -> Act {
    let accounts = &settings.accounts;
    let required = accounts.register_fields.iter();
    let optional = accounts.register_fields_optional.iter();
    let mut arguments: Vec<_> = required
        .map(|field| Argument::required(argument_name(*field), TEXT))
        .collect();
    if !accounts.passwordless_registration {
        arguments.extend(texts(["password1", "password2"]));
    }
    arguments.extend(optional.map(|field| Argument::optional(argument_name(*field), TEXT)));
    arguments.extend(captcha_arguments(settings.captchas.for_register));
    Act {
        name: "register",
        description: "Create an account and send the activation mail.",
        result: "Register",
        access: Access::Public,
        arguments,
        outputs: OUTPUTS,
        refusals: &[
            refusals::CAPTCHA,
            refusals::MAIL,
            refusals::EMAIL,
            refusals::USERNAME,
            refusals::NAMES_REQUIRED,
            refusals::NAMES,
            refusals::PASSWORDS,
            &[(Field::Email, Refusal::EmailTaken)],
        ],
        run: |call| run(call).boxed(),
    }
}

async fn run(call: Call<'_>) -> Result<Answer> {
    let given = &call.given;
    let is_passwordless = call.app.settings.accounts.passwordless_registration;
    let form = Registration {
        email: given.text("email"),
        username: given.text("username"),
        first_name: given.text_if_any("firstName"),
        last_name: given.text_if_any("lastName"),
        passwords: (!is_passwordless)
            .then(|| (given.password("password1"), given.password("password2"))),
        captcha: given.captcha(),
    };
    let registered = register(call.app, &call.caller.now().client, &form, call.wanted).await?;
    Ok(Answer {
        access: registered.access,
        refresh: registered.refresh,
        ..Answer::default()
    })
}
