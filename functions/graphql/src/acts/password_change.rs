use futures::FutureExt;
use shared::error::{Field, Refusal, Result};
use shared::flows::Identity;
use shared::flows::change_password::change_password;

use super::{Access, Act, Call, Output, Shows, refusals, shows, texts};
use crate::answer::Answer;

const OUTPUTS: &[Output] = &[shows(Shows::Token, ""), shows(Shows::RefreshToken, "")];

pub(super) fn act() -> Act {
    Act {
        name: "passwordChange",
        description: "Change the password knowing the old one. Protected.",
        result: "PasswordChange",
        access: Access::Protected,
        arguments: texts(["oldPassword", "newPassword1", "newPassword2"]),
        outputs: OUTPUTS,
        refusals: &[
            refusals::GUARDS,
            &[
                (Field::NonField, Refusal::TooManyTries),
                (Field::OldPassword, Refusal::InvalidPassword),
            ],
            refusals::NEW_PASSWORDS,
        ],
        run: |call| run(call).boxed(),
    }
}

async fn run(call: Call<'_>) -> Result<Answer> {
    let given = &call.given;
    let old = given.password("oldPassword");
    let (first, second) = (
        given.password("newPassword1"),
        given.password("newPassword2"),
    );
    let caller = call.caller.now();
    let tokens = change_password(call.app, &caller, &old, &first, &second, call.wanted).await?;
    call.caller.becomes(Identity::of(&tokens.account));
    Ok(Answer {
        account: Some(tokens.account),
        access: Some(tokens.access),
        refresh: tokens.refresh,
        ..Answer::default()
    })
}
