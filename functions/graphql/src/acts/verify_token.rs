use futures::FutureExt;
use shared::error::Result;
use shared::flows::verify_token::verify_token;
use shared::token::access::Issued;

use super::{Access, Act, Call, Output, Shows, refusals, shows, texts};
use crate::answer::Answer;

const OUTPUTS: &[Output] = &[shows(
    Shows::Payload,
    "`{username, exp, origIat}`, times in unix seconds.",
)];

pub(super) fn act() -> Act {
    Act {
        name: "verifyToken",
        description: "Check an access token and show its claims.",
        result: "VerifyToken",
        access: Access::Public,
        arguments: texts(["token"]),
        outputs: OUTPUTS,
        refusals: &[refusals::TOKEN],
        run: |call| run(call).boxed(),
    }
}

async fn run(call: Call<'_>) -> Result<Answer> {
    let token = call.given.text("token");
    let (claims, account) = verify_token(call.app, &token).await?;
    Ok(Answer {
        access: Some(Issued { token, claims }),
        account: Some(account),
        ..Answer::default()
    })
}
