//! What becomes of which call.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

use super::units::Units;
use crate::operations::{self, Operations};

/// What becomes of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is carried out and answered.
    Pass,
    /// It is carried out and answered, after a while.
    Late(Duration),
    /// It is refused with 500, and not carried out.
    Fail,
    /// It is refused with 400 and a code of DynamoDB's, and not carried out.
    Refuse(&'static str),
    /// It is refused as a transaction that was cancelled for these reasons, and not carried out.
    Cancel(&'static [&'static str]),
    /// It is never answered, and not carried out.
    Hang,
    /// The connection breaks, and it is not carried out.
    Reset,
    /// It is carried out, but the answer is lost: the connection breaks.
    LoseAnswer,
    /// It is carried out, but the connection breaks in the middle of the answer.
    HalfAnswer,
    /// It is carried out, but the answer stops in the middle, and the connection stays.
    Stall,
    /// It is carried out, but the answer is no JSON.
    Babble,
    /// It is carried out, but the answer says 500.
    DoneThenFail,
    /// It is answered, but every key of it is left out. For `BatchGetItem`.
    LeaveOut,
}

/// Which call: the how-manieth of an operation on a table, its repeats not counted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    /// `GetItem` and so on.
    pub operation: String,
    /// As it is called in infra/tables.yaml; empty for calls that name several.
    pub table: String,
    /// 1 for the first.
    pub number: usize,
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.operation, self.table, self.number)
    }
}

/// How far a fate reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// The call as it is first sent; what is sent again passes.
    Once,
    /// The call, however often it is sent, and no other.
    Always,
    /// The call and every one that comes behind it.
    Onwards,
}

/// One call as it went over the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// `GetItem`, `UpdateItem` and so on.
    pub operation: String,
    /// The body as it was sent.
    pub body: String,
    /// Which it is of its kind, since calls were last taken.
    pub name: Name,
}

#[derive(Default)]
pub(super) struct Plan {
    pub(super) calls: Vec<Call>,
    pub(super) operations: Operations,
    pub(super) asks_for_units: bool,
    pub(super) units: Units,
    standing: Option<Fate>,
    fates: BTreeMap<usize, Fate>,
    fates_of: Vec<Planned<Fate>>,
    held: Vec<Planned<Held>>,
    struck: Option<(Name, Fate, Reach)>,
}

/// Something about a later call of one operation.
struct Planned<T> {
    operation: &'static str,
    calls_to_go: usize,
    what: T,
}

/// A call that waits for its story.
#[derive(Clone, Default)]
pub struct Held {
    arrived: Arc<Notify>,
    released: Arc<Notify>,
}

impl Held {
    /// The call has come.
    ///
    /// # Panics
    /// When none comes in ten seconds.
    pub async fn arrives(&self) {
        let arrived = tokio::time::timeout(Duration::from_secs(10), self.arrived.notified());
        arrived.await.expect("a call that was to be held back");
    }

    /// The call goes on.
    pub fn goes_on(&self) {
        self.released.notify_one();
    }

    pub(super) async fn until_released(&self) {
        self.arrived.notify_one();
        self.released.notified().await;
    }
}

impl Plan {
    /// Every call has this fate, and no other fate is planned.
    pub(super) fn all(&mut self, fate: Fate) {
        *self = Self {
            calls: std::mem::take(&mut self.calls),
            operations: std::mem::take(&mut self.operations),
            held: std::mem::take(&mut self.held),
            asks_for_units: self.asks_for_units,
            units: self.units,
            standing: Some(fate),
            ..Self::default()
        };
    }

    pub(super) fn nth(&mut self, n: usize, fate: Fate) {
        self.fates.insert(self.calls.len() + n, fate);
    }

    pub(super) fn nth_of(&mut self, operation: &'static str, n: usize, fate: Fate) {
        self.fates_of.push(Planned {
            operation,
            calls_to_go: n,
            what: fate,
        });
    }

    pub(super) fn hold(&mut self, operation: &'static str, n: usize) -> Held {
        let held = Held::default();
        self.held.push(Planned {
            operation,
            calls_to_go: n,
            what: held.clone(),
        });
        held
    }

    pub(super) fn strike(&mut self, call: Name, fate: Fate, reach: Reach) {
        self.struck = Some((call, fate, reach));
    }

    /// Notes a call, and finds what is planned for it.
    pub(super) fn meet(&mut self, operation: &str, body: String) -> (Fate, Option<Held>) {
        let name = self.name(operation, &body);
        let is_repeat = self.calls.iter().any(|call| call.name == name);
        let of_its_operation = take_due(&mut self.fates_of, operation);
        let held = take_due(&mut self.held, operation);
        let struck = self.fate_of(&name, is_repeat);
        let call = Call {
            operation: operation.to_owned(),
            body,
            name,
        };
        operations::note(&mut self.operations, &call);
        self.calls.push(call);
        let fate = self.fates.remove(&self.calls.len());
        let fate = fate.or(of_its_operation).or(struck).or(self.standing);
        (fate.unwrap_or(Fate::Pass), held)
    }

    /// A repeat is what is alike to the letter, and has the name of what it repeats.
    fn name(&self, operation: &str, body: &str) -> Name {
        let table = table(body);
        let of_its_kind = |call: &&Call| call.operation == operation && call.name.table == table;
        let mut alike = self.calls.iter().filter(of_its_kind);
        if let Some(earlier) = alike.clone().find(|call| call.body == body) {
            return earlier.name.clone();
        }
        let number = alike.by_ref().map(|call| call.name.number).max();
        Name {
            operation: operation.to_owned(),
            table,
            number: number.unwrap_or_default() + 1,
        }
    }

    fn fate_of(&mut self, name: &Name, is_repeat: bool) -> Option<Fate> {
        let (call, fate, reach) = self.struck.as_ref()?;
        let fate = *fate;
        if call != name || (*reach == Reach::Once && is_repeat) {
            return None;
        }
        if *reach == Reach::Onwards {
            self.standing = Some(fate);
        }
        Some(fate)
    }
}

/// Counts a call of this operation, and finds what was planned for it.
fn take_due<T>(planned: &mut Vec<Planned<T>>, operation: &str) -> Option<T> {
    let of_this = planned.iter_mut().filter(|it| it.operation == operation);
    for planned in of_this {
        planned.calls_to_go = planned.calls_to_go.saturating_sub(1);
    }
    let due = planned.iter().position(|it| it.calls_to_go == 0)?;
    Some(planned.remove(due).what)
}

/// What a call's one table is called, without what makes it the table of one world.
fn table(body: &str) -> String {
    let call: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
    let name = call["TableName"].as_str().unwrap_or_default();
    name.rsplit('-').next().unwrap_or_default().to_owned()
}
