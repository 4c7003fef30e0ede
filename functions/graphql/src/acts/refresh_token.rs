use futures::FutureExt;
use shared::error::Result;
use shared::flows::refresh::{Rotation, refresh, refresh_access_token};
use shared::settings::Settings;

use super::{Access, Act, Call, Output, Shows, refusals, shows, texts};
use crate::answer::Answer;

const OUTPUTS: &[Output] = &[
    shows(
        Shows::Payload,
        "`{username, exp, origIat}` of the new access token.",
    ),
    shows(
        Shows::RefreshExpiresIn,
        "Unix time at which the refresh token stops working.",
    ),
    shows(Shows::Token, ""),
    shows(
        Shows::RefreshToken,
        "The next refresh token. The session only moves on when this field is selected.",
    ),
];

pub(super) fn act(settings: &Settings) -> Act {
    let (argument, description, refusals): (_, _, &[_]) = if settings.sessions.long_running {
        (
            "refreshToken",
            "Exchange a refresh token for a new access token and the next refresh token.",
            &[refusals::SESSION],
        )
    } else {
        (
            "token",
            "Exchange an access token for a new one, which keeps `origIat`.",
            &[refusals::TOKEN],
        )
    };
    Act {
        name: "refreshToken",
        description,
        result: "RefreshToken",
        access: Access::Public,
        arguments: texts([argument]),
        outputs: OUTPUTS,
        refusals,
        run: |call| run(call).boxed(),
    }
}

async fn run(call: Call<'_>) -> Result<Answer> {
    let refreshed = if call.app.settings.sessions.long_running {
        // Only one dialect has this argument; the others let selection decide.
        let rotation = match call.given.flag_if_any("revokeRefreshToken") {
            Some(true) => Rotation::Revoke,
            Some(false) => Rotation::Keep,
            None => Rotation::Usual(call.wanted),
        };
        refresh(call.app, &call.given.text("refreshToken"), rotation).await?
    } else {
        refresh_access_token(call.app, &call.given.text("token")).await?
    };
    Ok(Answer {
        access: Some(refreshed.access),
        refresh: refreshed.refresh,
        refresh_expires_at: Some(refreshed.refresh_expires_at),
        ..Answer::default()
    })
}
