//! Captchas: a picture of six digits, and the check of what somebody read in it.

use uuid::Uuid;

use crate::app::App;
use crate::captcha::{CaptchaText, picture};
use crate::clock::later;
use crate::error::{Field, Refusal, Result};
use crate::random;
use crate::store::Written;
use crate::store::captchas::CaptchaItem;

/// A captcha to be answered.
pub struct Captcha {
    /// What the answer refers to.
    pub uuid: Uuid,
    /// The picture, PNG.
    pub picture: Vec<u8>,
}

/// An answer to a captcha.
pub struct CaptchaAnswer {
    /// Which captcha.
    pub uuid: Uuid,
    /// What somebody read in it.
    pub entry: String,
}

/// Makes a captcha.
///
/// # Errors
/// When the store cannot be asked.
pub async fn create_captcha(app: &App) -> Result<Captcha> {
    let uuid = Uuid::new_v4();
    let text = CaptchaText::random();
    let now = app.clock.now();
    let item = CaptchaItem {
        pk: key(uuid),
        digest: app.keys.digest(&parts(&uuid.to_string(), text.as_str())),
        tries: 0,
        created_at: now.as_microsecond(),
        expires_at: later(now, app.settings.captchas.lifetime).as_second() + 1,
        over: false,
    };
    app.store.add_captcha(&item).await?;
    Ok(Captcha {
        uuid,
        picture: picture::draw(text.as_str(), u64::from_be_bytes(random::bytes())),
    })
}

/// Checks an answer where one is due. A right one uses the captcha up.
///
/// # Errors
/// `ExpiredCaptcha`, `MaxRetriesExceeded` or `InvalidCaptcha`, under `captcha`.
pub async fn check_captcha(app: &App, answer: Option<&CaptchaAnswer>) -> Result<()> {
    let Some(answer) = answer else { return Ok(()) };
    if app.settings.captchas.unchecked {
        return Ok(());
    }
    judge(app, answer)
        .await?
        .map_err(|refusal| refusal.under(Field::Captcha))
}

async fn judge(app: &App, answer: &CaptchaAnswer) -> anyhow::Result<Result<(), Refusal>> {
    let pk = key(answer.uuid);
    let most = app.settings.captchas.max_retries;
    // The answer that is one too many is told so, and the captcha is gone for those behind it. Its
    // item stays until it is too old: one of the answers before may be right and still under way.
    let Written::Done(captcha) = app.store.take_captcha(&pk, most + 1).await? else {
        return Ok(Err(Refusal::ExpiredCaptcha));
    };
    if captcha.tries > most {
        return Ok(Err(Refusal::MaxRetriesExceeded));
    }
    if has_expired(app, &captcha) {
        app.store.remove_captcha(&pk).await?;
        return Ok(Err(Refusal::ExpiredCaptcha));
    }
    let entry = CaptchaText::typed(&answer.entry);
    let uuid = answer.uuid.to_string();
    let parts = parts(&uuid, entry.as_str());
    if !app.keys.is_digest_of(&parts, &captcha.digest) {
        return Ok(Err(Refusal::InvalidCaptcha));
    }
    // Of several right answers at once, the one that uses the captcha up is accepted.
    if app.store.use_up_captcha(&pk).await? {
        Ok(Ok(()))
    } else {
        Ok(Err(Refusal::ExpiredCaptcha))
    }
}

fn key(uuid: Uuid) -> String {
    format!("captcha#{uuid}")
}

fn has_expired(app: &App, captcha: &CaptchaItem) -> bool {
    let age = app.clock.now().as_microsecond() - captcha.created_at;
    i128::from(age) > app.settings.captchas.lifetime.as_micros().cast_signed()
}

/// What a captcha is kept as a digest of.
fn parts<'a>(uuid: &'a str, text: &'a str) -> [&'a str; 3] {
    ["captcha", uuid, text]
}
