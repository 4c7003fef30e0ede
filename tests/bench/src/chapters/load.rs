//! Eight clients at once.

use std::time::{Duration, Instant};

use anyhow::Context;
use futures::future::try_join_all;
use hdrhistogram::Histogram;
use serde_json::Value;
use tests::World;
use tests::people::PASSWORD;

use crate::numbers::short;
use crate::page::Chapter;
use crate::progress::Progress;
use crate::stage::{self, Running};

const CLIENTS: usize = 8;

/// What is asked for, and how often by each client.
const ACTS: [(Act, usize); 5] = [
    (Act::Me, 500),
    (Act::VerifyToken, 500),
    (Act::RefreshToken, 500),
    (Act::TokenAuth, 50),
    (Act::Register, 50),
];

#[derive(Clone, Copy)]
enum Act {
    Me,
    VerifyToken,
    RefreshToken,
    TokenAuth,
    Register,
}

impl Act {
    fn name(self) -> &'static str {
        match self {
            Self::Me => "me",
            Self::VerifyToken => "verifyToken",
            Self::RefreshToken => "refreshToken",
            Self::TokenAuth => "tokenAuth",
            Self::Register => "register",
        }
    }
}

/// Somebody with a function of their own, as Lambda has it.
struct Client {
    number: usize,
    latchkey: Running,
    access: String,
    refresh: String,
    errors: Vec<String>,
}

impl Client {
    async fn new(world: &World, number: usize) -> anyhow::Result<Self> {
        let mut latchkey = Running::latchkey(world).await?;
        let login = stage::login(&format!("crowd{number:04}"), PASSWORD);
        let answered = latchkey.ask(&login).await?;
        let token = |name: &str| text(&answered.data["tokenAuth"][name]);
        let (access, refresh) = (token("token")?, token("refreshToken")?);
        Ok(Self {
            number,
            latchkey,
            access,
            refresh,
            errors: Vec::new(),
        })
    }

    fn event(&self, act: Act, turn: usize) -> String {
        let mutation = |text: String| stage::event(&format!("mutation {{ {text} }}"), None);
        let Self {
            number,
            access,
            refresh,
            ..
        } = self;
        match act {
            Act::Me => stage::event("{ me { id username email verified } }", Some(access)),
            Act::VerifyToken => mutation(format!(
                "verifyToken(token: \"{access}\") {{ success errors payload }}"
            )),
            Act::RefreshToken => mutation(format!(
                "refreshToken(refreshToken: \"{refresh}\") {{ success errors token refreshToken }}"
            )),
            Act::TokenAuth => stage::login(&format!("crowd{number:04}"), PASSWORD),
            Act::Register => {
                let name = format!("somebody{number}x{turn}");
                mutation(format!(
                    "register(username: \"{name}\", email: \"{name}@email.com\", password1: \"{PASSWORD}\", password2: \"{PASSWORD}\") {{ success errors }}"
                ))
            }
        }
    }

    /// Asks so often, one after the other, and tells the times in microseconds.
    async fn go_on(&mut self, act: Act, turns: usize) -> anyhow::Result<Vec<u64>> {
        let mut times = Vec::with_capacity(turns);
        for turn in 0..turns {
            let event = self.event(act, turn);
            let asked = Instant::now();
            let answered = self.latchkey.ask(&event).await;
            times.push(u64::try_from(asked.elapsed().as_micros())?);
            match answered {
                Ok(answered) if matches!(act, Act::RefreshToken) => {
                    self.refresh = text(&answered.data["refreshToken"]["refreshToken"])?;
                }
                Ok(_) => {}
                Err(fault) => self.errors.push(format!("{}: {fault:#}", act.name())),
            }
        }
        Ok(times)
    }
}

fn text(value: &Value) -> anyhow::Result<String> {
    Ok(value.as_str().context("no token")?.to_owned())
}

pub async fn measure() -> anyhow::Result<Chapter> {
    let world = stage::world(1_000, stage::SETTINGS).await;
    let clients = (0..CLIENTS).map(|number| Client::new(&world, number));
    let mut clients = try_join_all(clients).await?;
    let mut chapter = Chapter::new(
        "load",
        "Load",
        &format!(
            "{CLIENTS} clients ask as fast as they get answers, each of a function of its own, as Lambda does it; all share one set of tables. \
             Processor time is that of the functions alone: what a deployment pays for. Functions, clients, tables and mailbox share the cores of \
             this machine, so the answer times tell of the machine as much as of the service."
        ),
    );
    let mut rows = Vec::new();
    for (act, turns) in ACTS {
        rows.push(load(&mut clients, act, turns).await?);
    }
    let header = [
        "act",
        "requests per second of processor time",
        "processor time of one, ms",
        "p50, ms",
        "p99, ms",
        "requests",
        "errors",
    ];
    chapter.table(&header, &rows);
    let errors = clients.into_iter().flat_map(|client| client.errors);
    chapter.broken.extend(errors);
    world.close().await;
    Ok(chapter)
}

#[allow(
    clippy::cast_precision_loss,
    reason = "microseconds and some thousands"
)]
async fn load(clients: &mut [Client], act: Act, turns: usize) -> anyhow::Result<Vec<String>> {
    let mut progress = Progress::of(act.name(), 1);
    used(clients)?;
    let errors_before = count_errors(clients);
    let times = try_join_all(clients.iter_mut().map(|client| client.go_on(act, turns))).await?;
    let processor = used(clients)?.as_secs_f64();
    let mut histogram = Histogram::<u64>::new(3)?;
    for time in times.into_iter().flatten() {
        histogram.record(time)?;
    }
    progress.step();
    let requests = histogram.len() as f64;
    let quantile = |part| short(histogram.value_at_quantile(part) as f64 / 1e3);
    Ok(vec![
        format!("`{}`", act.name()),
        format!("{:.0}", requests / processor),
        short(processor / requests * 1e3),
        quantile(0.5),
        quantile(0.99),
        format!("{requests}"),
        (count_errors(clients) - errors_before).to_string(),
    ])
}

/// Processor time of all functions since the last time.
fn used(clients: &mut [Client]) -> anyhow::Result<Duration> {
    let times = clients.iter_mut().map(|it| it.latchkey.processor_time());
    times.sum()
}

fn count_errors(clients: &[Client]) -> usize {
    clients.iter().map(|client| client.errors.len()).sum()
}
