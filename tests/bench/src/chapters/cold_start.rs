//! From the start of a process to its first answer.

use std::io::Write;
use std::path::Path;

use anyhow::Context;
use flate2::Compression;
use flate2::write::DeflateEncoder;

use crate::numbers::{Sample, short};
use crate::page::{Chapter, judge};
use crate::progress::Progress;
use crate::stage::{self, Running};

const ROUNDS: usize = 60;

/// How much longer than a bare function Latchkey may take.
const GOAL: f64 = 1.5;

/// A start of one kind, and what was measured of it.
struct Kind {
    what: &'static str,
    binary: &'static str,
    event: String,
    answered: Sample,
    asked_for_event: Sample,
    processor: Sample,
    memory: Sample,
}

impl Kind {
    fn new(what: &'static str, binary: &'static str, event: String) -> Self {
        let [answered, asked_for_event, processor, memory] = Default::default();
        Self {
            what,
            binary,
            event,
            answered,
            asked_for_event,
            processor,
            memory,
        }
    }
}

pub async fn measure() -> anyhow::Result<Chapter> {
    let world = stage::world(1_000, stage::SETTINGS).await;
    let token = world.token_of("crowd0000").await;
    let nothing = || stage::event("{ __typename }", None);
    let mut kinds = [
        Kind::new("a bare `lambda_http` function", "bare_function", nothing()),
        Kind::new(
            "Latchkey, a request that reads no table",
            "graphql",
            nothing(),
        ),
        Kind::new(
            "Latchkey, `me`: reads a table",
            "graphql",
            stage::event("{ me { username } }", Some(&token)),
        ),
        Kind::new(
            "Latchkey, `tokenAuth`: hashes a password, reads and writes",
            "graphql",
            stage::login("crowd0001", tests::people::PASSWORD),
        ),
    ];
    // With TLS set up as in Lambda, though the tables here are reached without it.
    let with_tls = [("AWS_ENDPOINT_URL_SESV2", "https://127.0.0.1:9")];
    let mut progress = Progress::of("cold starts, one kind after the other", ROUNDS);
    for round in 0..ROUNDS {
        for turn in 0..kinds.len() {
            let kind = &mut kinds[(round + turn) % 4];
            let mut running =
                Running::start(&stage::binary(kind.binary)?, &world, &with_tls).await?;
            let first = running.ask_first(&kind.event).await?;
            kind.answered.add_time(first.answered);
            kind.asked_for_event.add_time(first.asked_for_event);
            kind.processor.add_time(running.processor_time()?);
            kind.memory.add(running.memory()?.peak);
        }
        progress.step();
    }
    world.close().await;
    tell(&kinds)
}

fn tell(kinds: &[Kind; 4]) -> anyhow::Result<Chapter> {
    let mut chapter = Chapter::new(
        "cold_start",
        "Cold start",
        &format!(
            "A process is started and its first request waits for it, as in a new sandbox; the time runs until the answer is there. \
             A bare function in Rust, built with the same profile, is started in turn with it ({ROUNDS} times each), since only the ratio says something: \
             what Lambda itself adds (fetching the code, starting the sandbox) comes on top of both, and so do the TLS handshakes with DynamoDB. \
             TLS is set up in these starts, but the tables are on this machine. Times in milliseconds, median (least–most)."
        ),
    );
    let bare = kinds[0].answered.median();
    let ratio = |kind: &Kind| kind.answered.median() / bare;
    let rows: Vec<_> = kinds
        .iter()
        .map(|kind| {
            vec![
                kind.what.to_owned(),
                format!("{:.2}", ratio(kind)),
                kind.answered.spread(),
                kind.asked_for_event.spread(),
                kind.processor.spread(),
                short(kind.memory.median()),
            ]
        })
        .collect();
    let header = [
        "first request",
        "times the bare one",
        "first answer",
        "of that until it asks for the request",
        "processor time",
        "peak memory, MB",
    ];
    chapter.table(&header, &rows);
    chapter.say(&format!(
        "Goal, at most {GOAL} times the bare function: without a table {}; with `me` {}.",
        judge(ratio(&kinds[1]), GOAL),
        judge(ratio(&kinds[2]), GOAL),
    ));
    let rows = [
        ("Latchkey", "graphql"),
        ("a bare function", "bare_function"),
    ]
    .into_iter()
    .map(|(what, name)| {
        let (binary, packed) = sizes(&stage::binary(name)?)?;
        Ok(vec![what.to_owned(), short(packed), short(binary)])
    })
    .collect::<anyhow::Result<Vec<_>>>()?;
    chapter.say("What is uploaded and unpacked, in MB; the time to fetch it grows with it.");
    chapter.table(&["function", "zip", "binary"], &rows);
    Ok(chapter)
}

/// Of a binary, as it is and as a zip packs it, in MB.
#[allow(clippy::cast_precision_loss, reason = "a few million bytes")]
fn sizes(path: &Path) -> anyhow::Result<(f64, f64)> {
    let binary = std::fs::read(path).with_context(|| path.display().to_string())?;
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&binary)?;
    let megabytes = |bytes: usize| bytes as f64 / 1e6;
    Ok((megabytes(binary.len()), megabytes(encoder.finish()?.len())))
}
