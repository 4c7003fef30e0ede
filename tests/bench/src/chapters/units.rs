//! What every act costs in calls and units, with few accounts and with many.

use tests::every_act::{Cost, Limits, perform};

use crate::page::Chapter;
use crate::progress::Progress;
use crate::stage;

const FEW: usize = 1_000;
const MANY: usize = 100_000;

pub async fn measure() -> anyhow::Result<Chapter> {
    let (few, many) = (costs(FEW).await, costs(MANY).await);
    Ok(tell(&few, &many))
}

async fn costs(people: usize) -> Vec<Cost> {
    let mut progress = Progress::of(format!("every act with {people} accounts"), 1);
    let world = stage::world(people, &[]).await;
    world.proxy.ask_for_units();
    let costs = perform(&world, Limits::On).await;
    progress.step();
    costs
}

fn tell(few: &[Cost], many: &[Cost]) -> Chapter {
    let mut chapter = Chapter::new(
        "units",
        "Calls and units",
        &format!(
            "What each act takes from DynamoDB, with {FEW} accounts and with {MANY}: calls as in README.md (`r`: GetItem, BatchGetItem or Query; `w`: PutItem, UpdateItem or DeleteItem; \
             `t`: TransactWriteItems), and read and write units as the engine reports them on request. A unit is what AWS bills: a consistent read of 4 KB, \
             two reads of 4 KB that may lag, a write of 1 KB; a transaction counts double, and an index that changes counts again. A write whose condition fails is billed too, but the engine does not say so; \
             where there is one it is named. What differed between few and many would show an arrow; the measurement fails then."
        ),
    );
    let mut rows = Vec::new();
    for few in few {
        let what = few.what;
        let Some(many) = many.iter().find(|many| many.what == what) else {
            chapter.broken.push(format!("{what} is not counted twice"));
            continue;
        };
        let is_equal = few.calls == many.calls && few.units == many.units;
        let cells = [few, many].map(cells);
        if !is_equal {
            let [few, many] = &cells;
            let differs = format!("{what}: {few:?}, but with many {many:?}");
            chapter.broken.push(differs);
        }
        rows.push(row(what, &cells));
    }
    let header = [
        "what",
        "calls",
        "read units",
        "write units",
        "refused writes",
    ];
    chapter.table(&header, &rows);
    chapter
}

/// Calls, read units, write units and refused writes.
fn cells(cost: &Cost) -> [String; 4] {
    [
        cost.calls.clone(),
        cost.units.read.to_string(),
        cost.units.write.to_string(),
        cost.units.untold.to_string(),
    ]
}

/// Each cell once, or twice where few and many differ.
fn row(what: &str, [few, many]: &[[String; 4]; 2]) -> Vec<String> {
    let cells = few.iter().zip(many).map(|(few, many)| {
        if few == many {
            few.clone()
        } else {
            format!("{few} → {many}")
        }
    });
    std::iter::once(what.to_owned()).chain(cells).collect()
}
