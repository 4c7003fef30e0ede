use futures::FutureExt;
use shared::error::Result;
use shared::flows::update_account::update_account;
use shared::settings::Settings;

use super::{Access, Act, Argument, Call, TEXT, argument_name, refusals};
use crate::answer::Answer;

pub(super) fn act(settings: &Settings) -> Act {
    let fields = settings.accounts.update_fields.iter();
    Act {
        name: "updateAccount",
        description: "Change first and last name. An omitted argument keeps its value. Protected.",
        result: "UpdateAccount",
        access: Access::Protected,
        arguments: fields
            .map(|field| Argument::optional(argument_name(*field), TEXT))
            .collect(),
        outputs: &[],
        refusals: &[refusals::GUARDS, refusals::NAMES],
        run: |call| run(call).boxed(),
    }
}

async fn run(call: Call<'_>) -> Result<Answer> {
    let (first, last) = (
        call.given.text_if_any("firstName"),
        call.given.text_if_any("lastName"),
    );
    update_account(
        call.app,
        &call.caller.now(),
        first.as_deref(),
        last.as_deref(),
    )
    .await?;
    Ok(Answer::default())
}
