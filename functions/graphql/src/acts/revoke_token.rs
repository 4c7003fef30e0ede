use futures::FutureExt;
use shared::error::Result;
use shared::flows::log_out::log_out;

use super::{Access, Act, Call, Output, Shows, refusals, shows, texts};
use crate::answer::Answer;

const OUTPUTS: &[Output] = &[shows(Shows::Revoked, "Unix time of the revocation.")];

pub(super) fn act() -> Act {
    Act {
        name: "revokeToken",
        description: "End the session that a refresh token belongs to.",
        result: "RevokeToken",
        access: Access::Public,
        arguments: texts(["refreshToken"]),
        outputs: OUTPUTS,
        refusals: &[refusals::SESSION],
        run: |call| run(call).boxed(),
    }
}

async fn run(call: Call<'_>) -> Result<Answer> {
    let logged_out = log_out(call.app, &call.given.text("refreshToken")).await?;
    Ok(Answer {
        revoked_at: Some(logged_out.revoked_at),
        refresh: Some(logged_out.presented),
        ..Answer::default()
    })
}
