use futures::FutureExt;
use shared::error::{Field, Refusal, Result};
use shared::flows::set_password::set_password;

use super::{Access, Act, Call, refusals, texts};
use crate::answer::Answer;

pub(super) fn act() -> Act {
    Act {
        name: "passwordSet",
        description: "Choose the first password of an account that was registered without one.",
        result: "PasswordSet",
        access: Access::Public,
        arguments: texts(["token", "newPassword1", "newPassword2"]),
        outputs: &[],
        refusals: &[
            refusals::TOKEN,
            refusals::NEW_PASSWORDS,
            &[(Field::NonField, Refusal::PasswordAlreadySet)],
        ],
        run: |call| run(call).boxed(),
    }
}

async fn run(call: Call<'_>) -> Result<Answer> {
    let given = &call.given;
    let (first, second) = (
        given.password("newPassword1"),
        given.password("newPassword2"),
    );
    set_password(call.app, &given.text("token"), &first, &second).await?;
    Ok(Answer::default())
}
