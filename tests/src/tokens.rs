//! Tokens: asked for as people ask for them, and tried as people try them.

use graphql::http::Dialect;
use serde_json::{Value, json};
use shared::account::Account;
use shared::token::mailed::{Action, MailedToken};

use crate::Reply;
use crate::people::PASSWORD;
use crate::world::World;

/// The form that chooses a password with the token of a letter.
#[must_use]
pub fn choosing(token: &str, password: &str) -> Value {
    json!({ "token": token, "newPassword1": password, "newPassword2": password })
}

impl World {
    /// The token of a reset letter, which somebody asks for now.
    ///
    /// # Panics
    /// When no letter comes.
    pub async fn reset_token(&self, email: &str) -> String {
        let asked = json!({ "email": email });
        let reply = self.act("sendPasswordResetEmail", asked).await;
        reply.succeeds();
        self.token_mailed(email, "password-reset")
    }

    /// The token of a letter to an address that somebody wants as a secondary one, and asks for now.
    ///
    /// # Panics
    /// When no letter comes.
    pub async fn secondary_token(&self, name: &str, email: &str) -> String {
        let asked = json!({ "email": email, "password": PASSWORD });
        let asker = self.as_person(name).await;
        // gqlauth has no such act.
        let asker = match self.dialect {
            Dialect::Gqlauth => asker.at(Dialect::Plain),
            Dialect::Plain | Dialect::Relay => asker,
        };
        let reply = asker.act("sendSecondaryEmailActivation", asked).await;
        reply.succeeds();
        self.token_mailed(email, "activate-secondary-email")
    }

    /// A token as a letter would bring it now, made past the post office: for accounts that could
    /// not ask for it.
    #[must_use]
    pub fn sealed(&self, account: &Account, action: Action) -> String {
        let token = MailedToken {
            account: account.id(),
            issued_at: self.now(),
            action,
        };
        token.seal(&self.app().keys)
    }

    /// Whom an access token stands for; nobody, if it is worth nothing.
    pub async fn who_is(&self, access_token: &str) -> Option<String> {
        let asker = self.with_token(access_token);
        let data = asker.query("{ me { username } }").await;
        data["me"]["username"].as_str().map(str::to_owned)
    }

    /// Refreshes with a token, and selects the next one.
    pub async fn refresh(&self, token: &str) -> Reply {
        let arguments = match self.dialect {
            Dialect::Gqlauth => json!({ "refreshToken": token, "revokeRefreshToken": false }),
            Dialect::Plain | Dialect::Relay => json!({ "refreshToken": token }),
        };
        self.act("refreshToken", arguments).await
    }
}
