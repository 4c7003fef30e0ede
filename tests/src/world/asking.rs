//! Who asks in a world, and as whom.

use super::World;
use crate::Reply;
use crate::people::PASSWORD;
use crate::request::Asker;

impl World {
    /// Somebody asks, without a token.
    #[must_use]
    pub fn anybody(&self) -> Asker<'_> {
        Asker::new(self)
    }

    /// Somebody asks, with this access token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Asker<'_> {
        self.anybody().with_token(token)
    }

    /// Asks for an act, without a token.
    pub async fn act(&self, act: &str, arguments: serde_json::Value) -> Reply {
        self.anybody().act(act, arguments).await
    }

    /// An access token that somebody might have: as if they had just logged in.
    ///
    /// # Panics
    /// When there is nobody of that name.
    pub async fn token_of(&self, name: &str) -> String {
        let account = self.account(name).await.expect("somebody of that name");
        let app = self.app();
        app.access
            .issue(&account, app.clock.now(), None)
            .expect("a token")
            .token
    }

    /// Somebody asks, as this person.
    pub async fn as_person(&self, name: &str) -> Asker<'_> {
        self.with_token(&self.token_of(name).await)
    }

    /// Logs somebody in over the API, with everybody's password.
    pub async fn log_in(&self, name: &str) -> Reply {
        self.log_in_with(name, PASSWORD).await
    }

    /// Logs somebody in over the API, with a password of their own.
    pub async fn log_in_with(&self, name: &str, password: &str) -> Reply {
        let arguments = serde_json::json!({ "username": name, "password": password });
        self.act("tokenAuth", arguments).await
    }
}
