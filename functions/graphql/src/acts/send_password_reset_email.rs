use futures::FutureExt;
use shared::error::{Field, Refusal, Result};
use shared::flows::reset_password::send_password_reset_email;

use super::{Access, Act, Call, refusals, texts};
use crate::answer::Answer;

pub(super) fn act() -> Act {
    Act {
        name: "sendPasswordResetEmail",
        description: "Send a password reset mail to a primary or secondary address. Unknown addresses\ngive success too; an unverified account gets an activation mail instead.",
        result: "SendPasswordResetEmail",
        access: Access::Public,
        arguments: texts(["email"]),
        outputs: &[],
        refusals: &[
            refusals::EMAIL,
            refusals::MAIL,
            &[(Field::Email, Refusal::ActivationSentInstead)],
        ],
        run: |call| run(call).boxed(),
    }
}

async fn run(call: Call<'_>) -> Result<Answer> {
    let client = call.caller.now().client;
    send_password_reset_email(call.app, &client, &call.given.text("email")).await?;
    Ok(Answer::default())
}
