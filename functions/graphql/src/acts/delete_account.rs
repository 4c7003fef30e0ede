use futures::FutureExt;
use shared::error::Result;
use shared::flows::delete_account::delete_account;

use super::{Access, Act, Call, refusals, texts};
use crate::answer::Answer;

pub(super) fn act() -> Act {
    Act {
        name: "deleteAccount",
        description: "Deactivate or remove the account, as configured, and sign out everywhere. Protected.",
        result: "DeleteAccount",
        access: Access::Protected,
        arguments: texts(["password"]),
        outputs: &[],
        refusals: &[refusals::GUARDS, refusals::CONFIRMATION],
        run: |call| run(call).boxed(),
    }
}

async fn run(call: Call<'_>) -> Result<Answer> {
    delete_account(
        call.app,
        &call.caller.now(),
        &call.given.password("password"),
    )
    .await?;
    Ok(Answer::default())
}
