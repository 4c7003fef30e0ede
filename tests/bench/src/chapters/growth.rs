//! What becomes of `users` as there are more of them.

use tests::World;
use tests::every_act::kinds;

use crate::numbers::{Sample, short};
use crate::page::Chapter;
use crate::progress::Progress;
use crate::stage::{self, Running};

const FEW: usize = 1_000;
const MANY: usize = 100_000;
const ROUNDS: usize = 40;

/// The queries; `AFTER` stands for a cursor from the middle of the list.
const QUERIES: [(&str, &str); 6] = [
    ("`me`, for comparison", "{ me { username } }"),
    (
        "`users` with an exact filter",
        "{ users(username: \"crowd0500\") { edges { node { username } } } }",
    ),
    (
        "the first page of `users`, 100 of them",
        "{ users(first: 100) { edges { node { id username email } } pageInfo { hasNextPage endCursor } } }",
    ),
    (
        "a page from the middle",
        "{ users(first: 100, after: \"AFTER\") { edges { node { id username email } } pageInfo { hasNextPage endCursor } } }",
    ),
    (
        "the last page",
        "{ users(last: 100) { edges { node { id username email } } pageInfo { hasPreviousPage startCursor } } }",
    ),
    (
        "the worst filter: `username_Icontains`, and nobody matches",
        "{ users(username_Icontains: \"nobody is called this\") { edges { node { username } } pageInfo { hasNextPage endCursor } } }",
    ),
];

/// A world, a function over it, and what was measured there.
struct Size {
    world: World,
    latchkey: Running,
    token: String,
    queries: Vec<String>,
    costs: Vec<Cost>,
}

#[derive(Default)]
struct Cost {
    calls: String,
    read: f64,
    processor: Sample,
    answered: Sample,
}

impl Size {
    async fn of(people: usize) -> anyhow::Result<Self> {
        let mut progress = Progress::of(format!("{people} accounts"), 1);
        let world = stage::world(people, stage::SETTINGS).await;
        world.proxy.ask_for_units();
        world.person("stacy", |it| it.profile.staff = true).await;
        let token = world.token_of("stacy").await;
        let mut latchkey = Running::latchkey(&world).await?;
        let middle = format!(
            "{{ users(username: \"crowd{:04}\") {{ pageInfo {{ endCursor }} }} }}",
            people / 2
        );
        let answered = latchkey.ask(&stage::event(&middle, Some(&token))).await?;
        let cursor = answered.data["users"]["pageInfo"]["endCursor"].as_str();
        let cursor = cursor.unwrap_or_default().to_owned();
        let queries = QUERIES.map(|(_, query)| query.replace("AFTER", &cursor));
        progress.step();
        Ok(Self {
            world,
            latchkey,
            token,
            queries: queries.to_vec(),
            costs: QUERIES.map(|_| Cost::default()).into(),
        })
    }

    /// Counts the calls of each query, and what they cost.
    async fn count(&mut self) {
        let stacy = self.world.with_token(&self.token);
        for (query, cost) in self.queries.iter().zip(&mut self.costs) {
            self.world.proxy.take_calls();
            self.world.proxy.take_units();
            stacy.query(query).await;
            cost.calls = kinds(&self.world.proxy.take_calls());
            cost.read = self.world.proxy.take_units().read;
        }
    }

    async fn time(&mut self, number: usize) -> anyhow::Result<()> {
        let event = stage::event(&self.queries[number], Some(&self.token));
        self.latchkey.processor_time()?;
        let answered = self.latchkey.ask(&event).await?;
        let used = self.latchkey.processor_time()?;
        self.costs[number].processor.add_time(used);
        self.costs[number].answered.add_time(answered.took);
        Ok(())
    }
}

pub async fn measure() -> anyhow::Result<Chapter> {
    let (mut few, mut many) = (Size::of(FEW).await?, Size::of(MANY).await?);
    few.count().await;
    many.count().await;
    let mut progress = Progress::of("queries of few and of many in turn", ROUNDS);
    for _ in 0..ROUNDS {
        for number in 0..QUERIES.len() {
            few.time(number).await?;
            many.time(number).await?;
        }
        progress.step();
    }
    Ok(tell(&few.costs, &many.costs))
}

fn tell(few: &[Cost], many: &[Cost]) -> Chapter {
    let mut chapter = Chapter::new(
        "growth",
        "Growth",
        &format!(
            "The same queries with {FEW} accounts and with {MANY}, a hundred times as many, in turn ({ROUNDS} times each). \
             A page of `users` asks eight shards for a share of the page each, so it does not matter how long the list is. \
             A filter that nobody matches ends after some hundred accounts and says with `hasNextPage` that it may be asked again from there; \
             it reads a little more of many than of few because the few are read to their end. \
             Every request also reads the account of the one who asks. Times in milliseconds, median (least–most)."
        ),
    );
    let rows = QUERIES
        .iter()
        .zip(few.iter().zip(many))
        .map(|((what, _), (few, many))| {
            let ratio = |part: fn(&Cost) -> f64| format!("{:.2}", part(many) / part(few));
            vec![
                (*what).to_owned(),
                both(&few.calls, &many.calls),
                both(&units(few.read), &units(many.read)),
                ratio(|cost| cost.processor.median()),
                ratio(|cost| cost.answered.median()),
                few.answered.spread(),
                many.answered.spread(),
            ]
        });
    let header = [
        "query",
        "calls",
        "read units",
        "processor time, many over few",
        "answer time, many over few",
        "answer time, few",
        "answer time, many",
    ];
    chapter.table(&header, &rows.collect::<Vec<_>>());
    for ((what, _), (few, many)) in QUERIES.iter().zip(few.iter().zip(many)) {
        if few.calls != many.calls {
            let calls = both(&few.calls, &many.calls);
            chapter
                .broken
                .push(format!("{what} takes more calls: {calls}"));
        }
    }
    chapter
}

fn units(units: f64) -> String {
    short(units)
}

/// One text, or two where they differ.
fn both(few: &str, many: &str) -> String {
    if few == many {
        few.to_owned()
    } else {
        format!("{few} → {many}")
    }
}
