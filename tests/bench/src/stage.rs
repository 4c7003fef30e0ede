//! What is measured: worlds with people in them, and functions that run over their tables.

use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, ensure};
use bytes::Bytes;
use graphql::http::Dialect;
use http::Request;
use serde_json::{Value, json};
use tests::World;
use tests::gateway::{Function, Gateway, Invocation, answer};

use crate::processes::{Memory, Processor};

/// What every world is opened with. The clock of a world stands still while functions run on, so
/// its tokens have to last; and what is asked for comes from one network, thousands of times. A
/// limit that is never reached takes the same calls as one that is.
pub const SETTINGS: &[(&str, &str)] = &[
    ("JWT_EXPIRATION_DELTA", "1d"),
    ("THROTTLE_LOGIN", "100000/15m"),
    ("THROTTLE_LOGIN_IDENTIFIER", "100000/1h"),
    ("THROTTLE_LOGIN_NETWORK", "100000/15m"),
    ("THROTTLE_MAIL_NETWORK", "100000/1h"),
];

/// A world with so many people in it.
pub async fn world(people: usize, settings: &[(&str, &str)]) -> World {
    let world = World::open(Dialect::Plain, settings).await;
    world.crowd(people, |_| true).await;
    world
}

/// A binary that was built with this one.
pub fn binary(name: &str) -> anyhow::Result<PathBuf> {
    let this = std::env::current_exe().context("where this program is")?;
    let found = this.with_file_name(name);
    ensure!(
        found.is_file(),
        "{} is not built; `make bench` does it",
        found.display()
    );
    Ok(found)
}

/// The event of a GraphQL document, from one network.
pub fn event(document: &str, token: Option<&str>) -> String {
    let body = json!({ "query": document }).to_string();
    let mut request = Request::post("/graphql").header("content-type", "application/json");
    if let Some(token) = token {
        request = request.header("authorization", format!("JWT {token}"));
    }
    let request = request.body(Bytes::from(body)).expect("a request");
    let source = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
    Gateway::default().event(&request, source).to_string()
}

/// The event of a login.
pub fn login(name: &str, password: &str) -> String {
    event(
        &format!(
            "mutation {{ tokenAuth(username: \"{name}\", password: \"{password}\") {{ success errors token refreshToken user {{ username }} }} }}"
        ),
        None,
    )
}

/// A running function.
pub struct Running {
    function: Function,
    process: u32,
    processor: Processor,
}

/// What it has answered.
pub struct Answered {
    /// The member `data`.
    pub data: Value,
    /// From handing the event over to having the result.
    pub took: Duration,
}

impl Running {
    /// Starts a binary over the tables of a world, past its proxy. With `changed` settings.
    pub async fn start(
        binary: &Path,
        world: &World,
        changed: &[(&str, &str)],
    ) -> anyhow::Result<Self> {
        let mut variables = world.variables();
        let engine = world.engine_url().to_owned();
        variables.insert("AWS_ENDPOINT_URL_DYNAMODB".to_owned(), engine);
        for (name, value) in changed {
            variables.insert((*name).to_owned(), (*value).to_owned());
        }
        let function = Function::start(binary, variables).await?;
        let process = function.process().context("it has ended at once")?;
        Ok(Self {
            function,
            process,
            processor: Processor::of(process),
        })
    }

    /// Latchkey, over the tables of a world.
    pub async fn latchkey(world: &World) -> anyhow::Result<Self> {
        Self::start(&binary("graphql")?, world, &[]).await
    }

    /// Hands an event in, and wants it to go well.
    pub async fn ask(&mut self, event: &str) -> anyhow::Result<Answered> {
        let (invocation, data) = self.invoke(event).await?;
        for (act, result) in data.as_object().into_iter().flatten() {
            let has_failed = result.get("success") == Some(&Value::Bool(false));
            ensure!(!has_failed, "{act} is refused: {result}");
        }
        let took = invocation.answered - invocation.handed;
        Ok(Answered { data, took })
    }

    /// Hands an event in whose act is refused, and tells how long that took.
    pub async fn ask_in_vain(&mut self, event: &str) -> anyhow::Result<Duration> {
        let (invocation, data) = self.invoke(event).await?;
        let mut results = data.as_object().into_iter().flatten();
        let is_refused = results.all(|(_, result)| result["success"] == false);
        ensure!(is_refused, "this must be refused: {data}");
        Ok(invocation.answered - invocation.handed)
    }

    /// Hands the first event in at once, and tells what came when, from the start of the process.
    pub async fn ask_first(&mut self, event: &str) -> anyhow::Result<First> {
        let (invocation, _) = self.invoke(event).await?;
        let spawned = self.function.spawned();
        Ok(First {
            asked_for_event: invocation.handed - spawned,
            answered: invocation.answered - spawned,
        })
    }

    async fn invoke(&mut self, event: &str) -> anyhow::Result<(Invocation, Value)> {
        let invocation = self.function.invoke(event.to_owned()).await?;
        let response = answer(&invocation.result).map_err(anyhow::Error::msg)?;
        let mut body: Value = serde_json::from_slice(response.body())?;
        ensure!(response.status() == 200, "{}: {body}", response.status());
        ensure!(body.get("errors").is_none(), "{body}");
        Ok((invocation, body["data"].take()))
    }

    /// Ends the process as Lambda does, so that it can write what it has to.
    pub async fn terminate(self) -> anyhow::Result<()> {
        self.function.terminate().await?;
        Ok(())
    }

    /// Processor time used since the last time this was asked.
    pub fn processor_time(&mut self) -> anyhow::Result<Duration> {
        self.processor.lap()
    }

    /// Memory in use.
    pub fn memory(&self) -> anyhow::Result<Memory> {
        Memory::of(self.process)
    }
}

/// How a cold start went.
pub struct First {
    /// From the start of the process until it fetched its first event.
    pub asked_for_event: Duration,
    /// From the start of the process until it had answered that.
    pub answered: Duration,
}
