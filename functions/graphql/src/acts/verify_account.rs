use futures::FutureExt;
use shared::error::{Field, Refusal, Result};
use shared::flows::verify_account::verify_account;

use super::{Access, Act, Call, refusals, texts};
use crate::answer::Answer;

pub(super) fn act() -> Act {
    Act {
        name: "verifyAccount",
        description: "Mark an account as verified with the token of an activation mail.",
        result: "VerifyAccount",
        access: Access::Public,
        arguments: texts(["token"]),
        outputs: &[],
        refusals: &[
            refusals::TOKEN,
            &[(Field::NonField, Refusal::AlreadyVerified)],
        ],
        run: |call| run(call).boxed(),
    }
}

async fn run(call: Call<'_>) -> Result<Answer> {
    verify_account(call.app, &call.given.text("token")).await?;
    Ok(Answer::default())
}
