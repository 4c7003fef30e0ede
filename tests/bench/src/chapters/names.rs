//! Whether the time of a refused login tells if there is somebody of that name.

use futures::StreamExt;
use shared::account::Account;
use tests::World;
use tests::people::PASSWORD;

use crate::numbers::{Distance, Sample};
use crate::page::Chapter;
use crate::progress::Progress;
use crate::stage::{self, Running};

/// How often each kind is tried, every time with another name.
const TRIES: usize = 2_000;

/// Chance makes a difference with less than this probability before we call it one.
const SIGNIFICANT: f64 = 0.01;

#[derive(Clone, Copy)]
enum Kind {
    Wrong,
    Unknown,
    Inactive,
    Passwordless,
}

impl Kind {
    const ALL: [Self; 4] = [
        Self::Wrong,
        Self::Unknown,
        Self::Inactive,
        Self::Passwordless,
    ];

    fn what(self) -> &'static str {
        match self {
            Self::Wrong => "a known name, a wrong password",
            Self::Unknown => "a name that nobody has",
            Self::Inactive => "a deactivated account, its right password",
            Self::Passwordless => "an account without a password",
        }
    }

    /// Names of one length, so that nothing but their owners differs.
    fn name(self, number: usize) -> String {
        let letter = match self {
            Self::Wrong => 'w',
            Self::Unknown => 'u',
            Self::Inactive => 'i',
            Self::Passwordless => 'p',
        };
        format!("{letter}{number:05}")
    }

    fn event(self, number: usize) -> String {
        let password = match self {
            Self::Inactive => PASSWORD,
            // Of the same length.
            _ => "23kegbsi7g2l",
        };
        stage::login(&self.name(number), password)
    }

    fn change(self, account: &mut Account) {
        match self {
            Self::Inactive => account.profile.active = false,
            Self::Passwordless => account.password_hash = None,
            Self::Wrong | Self::Unknown => {}
        }
    }
}

async fn people(world: &World) {
    let kinds = Kind::ALL
        .into_iter()
        .filter(|kind| !matches!(kind, Kind::Unknown));
    let all = kinds.flat_map(|kind| (0..TRIES).map(move |number| (kind, number)));
    let added = all.map(async |(kind, number)| {
        world
            .person(&kind.name(number), |account| kind.change(account))
            .await
    });
    futures::stream::iter(added)
        .buffer_unordered(8)
        .for_each(async |_| {})
        .await;
}

pub async fn measure() -> anyhow::Result<Chapter> {
    let mut progress = Progress::of("accounts", 1);
    let world = World::open(tests::Dialect::Plain, stage::SETTINGS).await;
    people(&world).await;
    progress.step();
    let mut latchkey = Running::latchkey(&world).await?;
    let mut answers = <[Sample; 4]>::default();
    let mut processor = <[Sample; 4]>::default();
    // Not counted: what is connected and built for the first request.
    latchkey
        .ask_in_vain(&stage::login("nobody", PASSWORD))
        .await?;
    let mut progress = Progress::of("logins that are refused, in turn", TRIES);
    for number in 0..TRIES {
        for turn in 0..Kind::ALL.len() {
            // Another one first each time, so that none always follows the same other.
            let at = (number * 7 / 4 + turn * (1 + 2 * (number % 2))) % 4;
            latchkey.processor_time()?;
            let took = latchkey.ask_in_vain(&Kind::ALL[at].event(number)).await?;
            answers[at].add_time(took);
            processor[at].add_time(latchkey.processor_time()?);
        }
        progress.step();
    }
    world.close().await;
    Ok(tell(&answers, &processor))
}

fn tell(answers: &[Sample; 4], processor: &[Sample; 4]) -> Chapter {
    let mut chapter = Chapter::new(
        "names",
        "Known and unknown names",
        &format!(
            "A login that is refused must not tell by its time whether there is somebody of that name. {TRIES} logins of each kind, in turn and each with a name of its own, \
             are held against a wrong password for a known name: the statistic of Kolmogorov and Smirnov is the largest distance between the two distributions (0: the same, 1: apart), \
             and p is how often chance alone makes one as large. The last row holds one half of the wrong passwords against the other half: what chance makes here. \
             Times in milliseconds: median (5 %–95 %)."
        ),
    );
    let row = |what: &str,
               sample: &Sample,
               distance: Option<Distance>,
               used: &Sample,
               used_distance: Option<Distance>| {
        let told = |distance: Option<Distance>| {
            distance.map_or_else(
                || ["–".to_owned(), "–".to_owned()],
                |it| [format!("{:.3}", it.statistic), format!("{:.3}", it.p)],
            )
        };
        let [statistic, p] = told(distance);
        let [used_statistic, used_p] = told(used_distance);
        vec![
            what.to_owned(),
            statistic,
            p,
            middle(sample),
            used_statistic,
            used_p,
            middle(used),
        ]
    };
    let mut rows = Vec::new();
    let mut differing = Vec::new();
    for (at, kind) in Kind::ALL.into_iter().enumerate() {
        let is_first = at == 0;
        let between = |all: &[Sample; 4]| (!is_first).then(|| Distance::between(&all[0], &all[at]));
        let (distance, used) = (between(answers), between(processor));
        if distance.is_some_and(|it| it.p < SIGNIFICANT) {
            differing.push(kind.what());
        }
        rows.push(row(
            kind.what(),
            &answers[at],
            distance,
            &processor[at],
            used,
        ));
    }
    let halves = |sample: &Sample| {
        let (one, other) = sample.halves();
        Distance::between(&one, &other)
    };
    rows.push(row(
        "one half of the first row against the other",
        &answers[0],
        Some(halves(&answers[0])),
        &processor[0],
        Some(halves(&processor[0])),
    ));
    let header = [
        "refused login",
        "statistic, answer time",
        "p",
        "answer time",
        "statistic, processor time",
        "p",
        "processor time",
    ];
    chapter.table(&header, &rows);
    chapter.say(&if differing.is_empty() {
        format!(
            "No kind differs from the first in its answer time (p < {SIGNIFICANT} would say so)."
        )
    } else {
        format!(
            "Differing from the first in their answer time (p < {SIGNIFICANT}): {}.",
            differing.join("; ")
        )
    });
    chapter
}

/// The middle and where most lie.
fn middle(sample: &Sample) -> String {
    let [median, low, high] = [0.5, 0.05, 0.95].map(|part| sample.quantile(part));
    format!("{median:.2} ({low:.2}–{high:.2})")
}
