//! Everything a flow needs, put together once at start-up.

use anyhow::anyhow;

use crate::aws;
use crate::clock::Clock;
use crate::mail::Mailer;
use crate::mail::letters::Letters;
use crate::password::Hasher;
use crate::settings::Settings;
use crate::store::Store;
use crate::token::Keys;
use crate::token::access::AccessTokens;

/// The service.
pub struct App {
    /// What the operator decided.
    pub settings: Settings,
    /// What time it is.
    pub clock: Clock,
    /// Where things are kept.
    pub store: Store,
    /// How letters are composed.
    pub letters: Letters,
    /// How letters are sent.
    pub mailer: Mailer,
    /// How access tokens are signed.
    pub access: AccessTokens,
    /// The keys of everything else.
    pub keys: Keys,
    /// How passwords are hashed.
    pub hasher: Hasher,
}

impl App {
    /// Puts the service together. Connects to nothing.
    ///
    /// # Errors
    /// When a key, the trust store or a template cannot be used; the text says which.
    pub fn new(settings: Settings, clock: Clock) -> anyhow::Result<Self> {
        let http = aws::http_client(&settings.deployment)?;
        let letters = Letters::load(&settings.mails).map_err(|faults| anyhow!("{faults}"))?;
        if settings.captchas.unchecked {
            tracing::warn!(
                "CI_MODE is on: captchas are not checked. Never run this in production."
            );
        }
        Ok(Self {
            store: Store::new(&settings.deployment, http.clone()),
            mailer: Mailer::new(&settings, http),
            letters,
            access: AccessTokens::new(&settings.access)?,
            keys: Keys::new(&settings.access),
            hasher: Hasher::default(),
            clock,
            settings,
        })
    }
}
