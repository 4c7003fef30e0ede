//! A world whose service is not in this process: it runs as a binary behind the gateway.

use std::net::IpAddr;
use std::path::Path;

use bytes::Bytes;
use http::{Request, Response};
use shared::patience;

use crate::gateway::{Function, Gateway};
use crate::world::World;

impl World {
    /// From now on a binary answers, started with the settings of this world as they are now.
    /// An earlier one is ended. It has the machine's clock, not that of this world.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn deploy(&self, binary: &Path) {
        let mut deployed = self.deployed.lock().await;
        *deployed = None;
        let started = Function::start(binary, self.variables()).await;
        let mut function = started.unwrap_or_else(|failure| panic!("{failure}"));
        function
            .ready()
            .await
            .unwrap_or_else(|failure| panic!("{failure}"));
        *deployed = Some(function);
    }

    /// The binary that answers, to be looked at or ended.
    ///
    /// # Panics
    /// When there is none.
    pub async fn deployed(&self) -> Function {
        let function = self.deployed.lock().await.take();
        function.expect("a binary has been started")
    }

    /// What the service answers, wherever it runs.
    pub(crate) async fn answer(&self, request: Request<Bytes>, source: IpAddr) -> Response<Bytes> {
        if let Some(function) = &mut *self.deployed.lock().await {
            let answer = function.ask(&Gateway::default(), &request, source).await;
            return answer.unwrap_or_else(|failure| panic!("{failure}"));
        }
        let door = self.door();
        let answering = door.answer(request, source);
        let answer = patience::before(self.cut_off(), answering).await;
        answer.expect("an answer").map(Bytes::from)
    }
}
