use futures::FutureExt;
use shared::error::Result;
use shared::flows::archive_account::archive_account;

use super::{Access, Act, Call, refusals, texts};
use crate::answer::Answer;

pub(super) fn act() -> Act {
    Act {
        name: "archiveAccount",
        description: "Archive the account and sign out everywhere. Protected.",
        result: "ArchiveAccount",
        access: Access::Protected,
        arguments: texts(["password"]),
        outputs: &[],
        refusals: &[refusals::GUARDS, refusals::CONFIRMATION],
        run: |call| run(call).boxed(),
    }
}

async fn run(call: Call<'_>) -> Result<Answer> {
    archive_account(
        call.app,
        &call.caller.now(),
        &call.given.password("password"),
    )
    .await?;
    Ok(Answer::default())
}
