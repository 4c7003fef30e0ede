//! What a login costs beyond the hash of its password.

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, anyhow};
use tests::World;
use tests::people::PASSWORD;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::numbers::{Sample, short};
use crate::page::{Chapter, judge};
use crate::processes::Processor;
use crate::progress::Progress;
use crate::stage::{self, Running};

const ROUNDS: usize = 100;
const IN_A_ROUND: u32 = 5;

/// After how many logins the memory is looked at.
const LOOKS: [usize; 4] = [10, 100, 500, 1_000];

/// How much more processor time than the bare hash a login may take.
const GOAL: f64 = 1.15;

/// How much the memory may grow between the first and the last look, in MB.
const GROWTH: f64 = 1.0;

/// A process that hashes and does nothing else.
struct BareHash {
    processor: Processor,
    wants: ChildStdin,
    done: Lines<BufReader<ChildStdout>>,
    // Killed when it is dropped.
    _child: Child,
}

impl BareHash {
    /// With memory, passes and lanes of a stored hash.
    fn start(parameters: &[String]) -> anyhow::Result<Self> {
        let mut child = Command::new(stage::binary("bare_hash")?)
            .args(parameters)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let pipes = (child.stdin.take(), child.stdout.take());
        let (Some(wants), Some(done)) = pipes else {
            return Err(anyhow!("no pipes"));
        };
        Ok(Self {
            processor: Processor::of(child.id().context("it has ended at once")?),
            wants,
            done: BufReader::new(done).lines(),
            _child: child,
        })
    }

    /// Hashes so many times, and tells the processor time of each.
    async fn hash(&mut self, count: u32) -> anyhow::Result<Duration> {
        self.processor.lap()?;
        self.wants
            .write_all(format!("{count}\n").as_bytes())
            .await?;
        self.done.next_line().await?.context("it has ended")?;
        Ok(self.processor.lap()? / count)
    }
}

/// Memory in KiB, passes and lanes of the hashes that Latchkey makes.
async fn parameters(world: &World) -> anyhow::Result<Vec<String>> {
    let account = world.account("crowd0000").await.context("somebody")?;
    let hash = serde_json::to_value(account.password_hash)?;
    let hash = hash.as_str().context("a hash")?.to_owned();
    let numbers = hash.split('$').nth(3).context("parameters")?;
    let number = |pair: &str| pair.split_once('=').map(|(_, number)| number.to_owned());
    numbers
        .split(',')
        .map(number)
        .collect::<Option<_>>()
        .context("three numbers")
}

pub async fn measure() -> anyhow::Result<Chapter> {
    let world = stage::world(1_000, stage::SETTINGS).await;
    let mut hasher = BareHash::start(&parameters(&world).await?)?;
    let mut latchkey = Running::latchkey(&world).await?;
    let mut names = (0..1_000).map(|number| format!("crowd{number:04}")).cycle();
    let mut events = std::iter::from_fn(|| Some(stage::login(&names.next()?, PASSWORD)));
    let [mut logins, mut hashes, mut ratios, mut answers] = <[Sample; 4]>::default();
    let mut looks = Vec::new();
    let mut done = 0;
    // Not counted: what is connected and built for the first request.
    latchkey.ask(&events.next().context("a login")?).await?;
    hasher.hash(1).await?;
    let mut progress = Progress::of("logins and bare hashes in turn", ROUNDS);
    for _ in 0..ROUNDS {
        latchkey.processor_time()?;
        for event in events.by_ref().take(IN_A_ROUND as usize) {
            answers.add_time(latchkey.ask(&event).await?.took);
            done += 1;
            look(&latchkey, done, &mut looks)?;
        }
        let login = latchkey.processor_time()? / IN_A_ROUND;
        let hash = hasher.hash(IN_A_ROUND).await?;
        logins.add_time(login);
        hashes.add_time(hash);
        ratios.add(login.as_secs_f64() / hash.as_secs_f64());
        progress.step();
    }
    let rest = LOOKS[3] - done;
    let mut progress = Progress::of("logins, for the memory", rest);
    for event in events.take(rest) {
        latchkey.ask(&event).await?;
        done += 1;
        look(&latchkey, done, &mut looks)?;
        progress.step();
    }
    world.close().await;
    Ok(tell([&logins, &hashes, &ratios, &answers], &looks))
}

fn look(latchkey: &Running, done: usize, looks: &mut Vec<f64>) -> anyhow::Result<()> {
    if LOOKS.contains(&done) {
        looks.push(latchkey.memory()?.now);
    }
    Ok(())
}

fn tell([logins, hashes, ratios, answers]: [&Sample; 4], looks: &[f64]) -> Chapter {
    let mut chapter = Chapter::new(
        "login",
        "Login",
        &format!(
            "A login is meant to cost the hash of its password and little more. A whole `tokenAuth` (event, GraphQL, six calls to DynamoDB, two tokens, log) \
             is held against a process that makes the same Argon2id hash and does nothing else, {IN_A_ROUND} of each in turn, {ROUNDS} times. \
             Processor time in milliseconds, median (least–most) of the rounds."
        ),
    );
    let rows = [
        vec![
            "a whole `tokenAuth` with `refreshToken`".to_owned(),
            format!("{:.2}", ratios.median()),
            logins.spread(),
            answers.spread(),
        ],
        vec![
            "the bare hash".to_owned(),
            "1".to_owned(),
            hashes.spread(),
            "–".to_owned(),
        ],
    ];
    chapter.table(
        &[
            "what",
            "times the bare hash",
            "processor time",
            "answer time",
        ],
        &rows,
    );
    chapter.say(&format!(
        "Goal: {}. Round by round the ratio was {}. Beyond the hash a login takes {} ms.",
        judge(ratios.median(), GOAL),
        ratios.spread(),
        short(logins.median() - hashes.median()),
    ));
    chapter.say("Memory of one function in MB, resident, as it goes on logging people in: it must not grow.");
    let header: Vec<_> = LOOKS
        .iter()
        .map(|count| format!("after {count} logins"))
        .collect();
    let header: Vec<_> = header.iter().map(String::as_str).collect();
    let row = looks.iter().map(|memory| format!("{memory:.1}")).collect();
    chapter.table(&header, &[row]);
    if let [first, .., last] = looks[..]
        && last - first > GROWTH
    {
        chapter
            .broken
            .push(format!("the memory grows with logins: {looks:?} MB"));
    }
    chapter
}
