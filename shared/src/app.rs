//! Everything a flow needs, put together once at start-up.

use crate::account::{Account, AccountId};
use crate::aws;
use crate::clock::Clock;
use crate::email_address::EmailAddress;
use crate::error::{Refusal, Result, log_fault};
use crate::mail::Mailer;
use crate::mail::letters::{Kind, Letters};
use crate::mail::notices::Notice;
use crate::network::Client;
use crate::password::Hasher;
use crate::patience;
use crate::settings::Settings;
use crate::store::Store;
use crate::store::sessions::Session;
use crate::token::Keys;
use crate::token::access::AccessTokens;
use crate::token::mailed::{Action, MailedToken};
use crate::token::refresh::{self, RefreshToken};

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
    /// When a key or the trust store cannot be used; the text says which.
    pub fn new(settings: Settings, clock: Clock) -> anyhow::Result<Self> {
        let http = aws::http_client(&settings.deployment)?;
        if settings.captchas.unchecked {
            tracing::warn!(
                "CI_MODE is on: captchas are not checked. Never run this in production."
            );
        }
        Ok(Self {
            store: Store::new(&settings.deployment, http.clone()),
            mailer: Mailer::new(&settings, http),
            letters: Letters::new(&settings.mails),
            access: AccessTokens::new(&settings.access)?,
            keys: Keys::new(&settings.access),
            hasher: Hasher::default(),
            clock,
            settings,
        })
    }

    /// How long a refresh token works, in seconds.
    #[must_use]
    pub fn refresh_lifetime(&self) -> i64 {
        self.settings.sessions.lifetime.as_secs().cast_signed()
    }

    /// A refresh token as the client gets it.
    #[must_use]
    pub fn issue_refresh_token(&self, token: &RefreshToken) -> refresh::Issued {
        refresh::Issued {
            token: token.encode(&self.keys),
            issued_at: token.issued_at,
            expires_at: token.issued_at + self.refresh_lifetime(),
        }
    }

    /// A session that begins now in a session epoch of an account, not yet stored, with its first
    /// refresh token; none in single-token mode.
    #[must_use]
    pub fn new_session(
        &self,
        account: AccountId,
        epoch: u64,
        client: &Client,
    ) -> Option<(Session, refresh::Issued)> {
        if !self.settings.sessions.long_running {
            return None;
        }
        let (now, lifetime) = (self.clock.now(), self.refresh_lifetime());
        let (session, token) = Session::begin(account, epoch, now, lifetime, client);
        Some((session, self.issue_refresh_token(&token)))
    }

    /// Mails a link that is good for one action of an account.
    ///
    /// # Errors
    /// `EmailFail` when the provider has not accepted the mail; why is logged.
    pub async fn send_link(
        &self,
        kind: Kind,
        action: Action,
        account: &Account,
        to: &EmailAddress,
    ) -> Result<()> {
        let now = self.clock.now();
        let token = MailedToken {
            account: account.id(),
            issued_at: now,
            action,
        }
        .seal(&self.keys);
        let letter = self
            .letters
            .with_link(kind, &account.profile, to, &token, now);
        if self.mailer.send(&letter).await {
            Ok(())
        } else {
            Err(Refusal::EmailFail.alone())
        }
    }

    /// Takes back a session whose token nobody has been given, whether it was stored or not. What
    /// fails is logged: then it ends by itself.
    pub async fn forget_session(&self, session: &Session) {
        let forgotten = patience::of_undoing(self.store.forget_session(session)).await;
        forgotten.unwrap_or_else(|fault| log_fault("taking back a session", &fault));
    }

    /// Tells the owner of an account about a sensitive change, if notices are on. What fails is
    /// logged and changes nothing.
    pub async fn notify(&self, notice: Notice, account: &Account, to: Vec<EmailAddress>) {
        if !self.settings.mails.security_notices {
            return;
        }
        let now = self.clock.now();
        let letter = |to| self.letters.notice(notice, &account.profile, &to, now);
        self.mailer
            .notify(to.into_iter().map(letter).collect())
            .await;
    }
}
