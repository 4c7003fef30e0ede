//! What each act and query costs in calls to DynamoDB, counted on the wire. The table in README.md
//! is this count: `LATCHKEY_WRITE_DOCS=1 cargo test --workspace --test stories budget` writes it.

use graphql::http::Dialect;
use tests::World;
use tests::every_act::{Cost, Limits, NO_LIMITS, perform};

/// The budget: what is asked, its calls with all limits on, and with all limits off. Where a limit
/// is what the row is about, there is nothing to count without it.
const BUDGET: &[(&str, &str, &str)] = &[
    (
        "a request without a token, or with one that is not ours",
        "none",
        "none",
    ),
    ("`me`", "1r", "1r"),
    ("`user`, `node`", "2r", "2r"),
    ("`users`, a page: eight shards side by side", "9r", "9r"),
    ("`users` with an exact filter", "3r", "3r"),
    ("`tokenAuth`", "2r 3w", "2r 1w"),
    ("`tokenAuth` with `refreshToken`", "2r 4w", "2r 2w"),
    (
        "`tokenAuth` from a network that becomes familiar to the name: a new one, and each one once a day",
        "2r 4w",
        "",
    ),
    ("`tokenAuth` of an archived account", "2r 3w", "2r 1w"),
    ("`tokenAuth` with a captcha", "2r 5w", "2r 3w"),
    (
        "`tokenAuth`, refused: wrong password, unknown name, deactivated, no password",
        "2r 3w",
        "2r",
    ),
    (
        "`tokenAuth`, refused, from a familiar network: not counted against the name",
        "2r 2w",
        "",
    ),
    ("`tokenAuth`, a limit reached", "1r 1w", ""),
    ("`verifyToken`", "1r", "1r"),
    ("`refreshToken`", "1r 1w", "1r 1w"),
    (
        "`refreshToken` without selecting the next one",
        "1r 1w",
        "1r 1w",
    ),
    (
        "`refreshToken` again, within the grace window",
        "1r 1w",
        "1r 1w",
    ),
    (
        "`refreshToken` reused later: the session ends",
        "1r 2w",
        "1r 2w",
    ),
    ("`refreshToken` in single-token mode", "1r", "1r"),
    ("`revokeToken`", "1r 1w", "1r 1w"),
    ("`register`", "1w 1t", "1t"),
    ("`register` with `refreshToken`", "1w 1t", "1t"),
    ("`register` with a captcha", "3w 1t", "2w 1t"),
    (
        "`register` without a password, with both mails",
        "1w 1t",
        "1t",
    ),
    ("`register`, refused: name or address taken", "1w 1t", "1t"),
    ("`register`, refused: errors in the form", "1r 1w", "1r"),
    (
        "`register`, its mail failed: the account is taken back",
        "1w 2t",
        "2t",
    ),
    ("`verifyAccount`", "1w", "1w"),
    ("`resendActivationEmail`", "2r 2w", "2r"),
    (
        "`resendActivationEmail` to an address nobody has",
        "1r 2w",
        "1r",
    ),
    ("`sendPasswordResetEmail`", "2r 3w", "2r 1w"),
    ("`sendPasswordResetEmail`, not verified", "2r 2w", "2r"),
    (
        "`sendPasswordResetEmail` to an address nobody has",
        "1r 2w",
        "1r",
    ),
    (
        "`passwordReset`: the network becomes familiar to the name and the address",
        "1r 3w",
        "1r 1w",
    ),
    (
        "`passwordReset` with a secondary address, to which it becomes familiar too",
        "1r 4w",
        "1r 1w",
    ),
    ("`passwordSet`", "1r 1w", "1r 1w"),
    ("`passwordChange`", "2r 3w", "1r 1w"),
    ("`passwordChange` with `refreshToken`", "2r 4w", "1r 2w"),
    ("`updateAccount`", "1r 1w", "1r 1w"),
    ("`updateAccount` without arguments", "1r", "1r"),
    ("`archiveAccount`", "2r 3w", "1r 1w"),
    (
        "the same from a new network, which becomes familiar to the account; so with each password that confirms",
        "2r 4w",
        "",
    ),
    ("`deleteAccount`, deactivating", "2r 3w", "1r 1w"),
    ("`deleteAccount`, removing", "2r 2w 1t", "1r 1t"),
    ("`sendSecondaryEmailActivation`", "3r 4w", "2r"),
    ("`verifySecondaryEmail`", "1r 1t", "1r 1t"),
    (
        "`verifySecondaryEmail`, replacing an address",
        "1r 1t",
        "1r 1t",
    ),
    ("`swapEmails`", "2r 3w", "1r 1w"),
    ("`removeSecondaryEmail`", "2r 2w 1t", "1r 1t"),
    ("a protected mutation, refused: not verified", "1r", "1r"),
    (
        "a protected mutation, refused: wrong password",
        "2r 3w",
        "1r",
    ),
    (
        "a protected mutation, refused: a limit reached",
        "2r 1w",
        "",
    ),
    (
        "a protected mutation, refused: errors in the form",
        "2r 2w",
        "1r",
    ),
    ("`captcha`", "1w", "1w"),
    ("a captcha answered wrong", "1w", "1w"),
];

/// The first line and the last of the block in README.md.
const BEGINNING: &str = "<!-- budget -->";
const END: &str = "<!-- /budget -->";

async fn count(dialect: Dialect, limits: Limits) -> Vec<Cost> {
    let settings = match limits {
        Limits::On => &[],
        Limits::Off => NO_LIMITS,
    };
    let world = World::open(dialect, settings).await;
    let costs = perform(&world, limits).await;
    world.close().await;
    costs
}

/// What differs between a count and a column of the budget, in words.
fn differences(counted: &[Cost], column: impl Fn(&(&str, &str, &str)) -> String) -> Vec<String> {
    let mut differences = Vec::new();
    for row in BUDGET {
        let (name, budget) = (row.0, column(row));
        let calls = counted.iter().find(|cost| cost.what == name);
        let calls = calls.map(|cost| cost.calls.as_str()).unwrap_or_default();
        if calls != budget {
            differences.push(format!("{name}: {calls:?}, but the budget is {budget:?}"));
        }
    }
    let unknown = counted
        .iter()
        .filter(|cost| !BUDGET.iter().any(|row| row.0 == cost.what));
    differences
        .extend(unknown.map(|cost| format!("{}: {}, not in the budget", cost.what, cost.calls)));
    differences
}

#[tokio::test]
async fn each_act_and_query_keeps_to_its_budget_of_calls() {
    for dialect in [Dialect::Plain, Dialect::Relay] {
        let counted = count(dialect, Limits::On).await;
        let wrong = differences(&counted, |row| row.1.to_owned());
        assert!(wrong.is_empty(), "{dialect:?}: {wrong:#?}");
    }
}

#[tokio::test]
async fn a_limit_that_is_off_costs_no_calls() {
    let counted = count(Dialect::Plain, Limits::Off).await;
    let wrong = differences(&counted, |row| row.2.to_owned());
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn table() -> String {
    use std::fmt::Write;
    let mut table = "`r`: GetItem, BatchGetItem or Query; `w`: PutItem, UpdateItem or DeleteItem; `t`: TransactWriteItems.\n\n\
                     | what | calls | without limits |\n| --- | --- | --- |\n"
        .to_owned();
    for (what, with, without) in BUDGET {
        let without = if without.is_empty() { "–" } else { without };
        writeln!(table, "| {what} | {with} | {without} |").expect("a string takes everything");
    }
    table
}

#[test]
fn the_table_in_the_readme_is_the_budget() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md");
    let readme = std::fs::read_to_string(path).expect("README.md");
    let (before, rest) = readme
        .split_once(BEGINNING)
        .expect("README.md has a place for the budget");
    let (block, after) = rest.split_once(END).expect("the place for the budget ends");
    let wanted = format!("\n{}", table());
    if std::env::var_os("LATCHKEY_WRITE_DOCS").is_some() {
        let readme = format!("{before}{BEGINNING}{wanted}{END}{after}");
        std::fs::write(path, readme).expect("README.md can be written");
        return;
    }
    assert_eq!(
        block, wanted,
        "README.md is behind: LATCHKEY_WRITE_DOCS=1 cargo test --workspace --test stories budget"
    );
}
