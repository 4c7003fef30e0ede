use futures::FutureExt;
use shared::error::Result;
use shared::flows::reset_password::reset_password;

use super::{Access, Act, Call, refusals, texts};
use crate::answer::Answer;

pub(super) fn act() -> Act {
    Act {
        name: "passwordReset",
        description: "Choose a new password with the token of a password reset mail.",
        result: "PasswordReset",
        access: Access::Public,
        arguments: texts(["token", "newPassword1", "newPassword2"]),
        outputs: &[],
        refusals: &[refusals::TOKEN, refusals::NEW_PASSWORDS],
        run: |call| run(call).boxed(),
    }
}

async fn run(call: Call<'_>) -> Result<Answer> {
    let given = &call.given;
    let (first, second) = (
        given.password("newPassword1"),
        given.password("newPassword2"),
    );
    let client = call.caller.now().client;
    reset_password(call.app, &client, &given.text("token"), &first, &second).await?;
    Ok(Answer::default())
}
