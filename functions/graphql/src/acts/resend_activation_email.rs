use futures::FutureExt;
use shared::error::{Field, Refusal, Result};
use shared::flows::resend_activation::resend_activation;

use super::{Access, Act, Call, refusals, texts};
use crate::answer::Answer;

pub(super) fn act() -> Act {
    Act {
        name: "resendActivationEmail",
        description: "Send the activation mail once more. Unknown addresses give success too.",
        result: "ResendActivationEmail",
        access: Access::Public,
        arguments: texts(["email"]),
        outputs: &[],
        refusals: &[
            refusals::EMAIL,
            refusals::MAIL,
            &[(Field::Email, Refusal::AlreadyVerified)],
        ],
        run: |call| run(call).boxed(),
    }
}

async fn run(call: Call<'_>) -> Result<Answer> {
    let client = call.caller.now().client;
    resend_activation(call.app, &client, &call.given.text("email")).await?;
    Ok(Answer::default())
}
