//! When the store or the post office fails: every act and query, every call of it, every way to fail.
//! The client gets the answer of the contract or `Internal server error.`, nothing half-done stays,
//! nothing that was promised is lost, and the same act tried again succeeds or says why not.

mod accounts;
mod busy;
mod logins;
mod mails;
mod queries;
mod scenes;
mod sessions;
mod waiting;

use futures::future::join_all;
use graphql::http::Dialect;
use tests::proxy::{Name, Reach};
use tests::{Fate, Reply, World};

use scenes::{Says, Scene};

/// A refusal that no repeat mends, so that nothing is repeated.
const DENIED: Fate = Fate::Refuse("AccessDeniedException");

/// What befalls a call: carried out or not, told or not, and for how long.
const TROUBLES: &[(Fate, Reach)] = &[
    (Fate::Fail, Reach::Once),
    (Fate::LoseAnswer, Reach::Once),
    (DENIED, Reach::Always),
    (Fate::DoneThenFail, Reach::Always),
    (DENIED, Reach::Onwards),
    (Fate::LoseAnswer, Reach::Onwards),
];

/// Tells each scene once for every call and every trouble: each trouble has a world, each call its people.
async fn tell(scenes: &[Scene]) {
    for scene in scenes {
        let calls = rehearse(scene).await;
        let told = TROUBLES.iter().map(async |(fate, reach)| {
            let world = open(scene, *fate, *reach).await;
            for (number, call) in calls.iter().enumerate() {
                let case = Case {
                    world: &world,
                    scene,
                    name: format!("user{number}"),
                    call,
                    fate: *fate,
                    reach: *reach,
                };
                case.tell().await;
            }
            world.close().await;
        });
        join_all(told).await;
    }
}

/// The calls of an act when all goes well.
async fn rehearse(scene: &Scene) -> Vec<Name> {
    let world = open(scene, Fate::Pass, Reach::Once).await;
    let ask = (scene.set)(&world, "user").await;
    world.proxy.take_calls();
    let reply = ask.ask().await;
    let context = scene.title;
    assert!(
        scene.says.is(&reply),
        "{context}, when all goes well{reply}"
    );
    let is_done = (scene.is_done)(&world, "user").await;
    assert!(is_done, "{context}: not done, when all goes well{reply}");
    let calls = world.proxy.take_calls().into_iter();
    let mut calls: Vec<_> = calls.map(|call| call.name).collect();
    calls.sort();
    calls.dedup();
    assert!(!calls.is_empty(), "{context} asks nothing of the store");
    world.close().await;
    calls
}

async fn open(scene: &Scene, fate: Fate, reach: Reach) -> World {
    // Where the store tells that nothing was done, no try may be left that was not looked at.
    let is_exact = scene.says == Says::Yes && (fate, reach) == (DENIED, Reach::Always);
    let tries = if is_exact { "1/15m" } else { "2/15m" };
    let mut settings = vec![("THROTTLE_LOGIN", tries)];
    settings.extend(scene.settings);
    World::open(Dialect::Plain, &settings).await
}

/// One act, one call of it, one trouble.
struct Case<'w> {
    world: &'w World,
    scene: &'w Scene,
    name: String,
    call: &'w Name,
    fate: Fate,
    reach: Reach,
}

impl Case<'_> {
    fn claim(&self, holds: bool, claim: &str, reply: &Reply) {
        let (title, call, fate, reach) = (self.scene.title, self.call, self.fate, self.reach);
        assert!(
            holds,
            "{title}; {call} meets {fate:?} {reach:?}: {claim}{reply}"
        );
    }

    async fn tell(&self) {
        let (world, scene, name) = (self.world, self.scene, self.name.as_str());
        let ask = (scene.set)(world, name).await;
        let sessions = world.sessions().await.len();
        world.inbox.clear();
        world.proxy.take_calls();
        world.proxy.strike(self.call, self.fate, self.reach);
        let reply = ask.ask().await;
        let calls = world.proxy.take_calls();
        world.proxy.all(Fate::Pass);
        let has_met = calls.iter().any(|call| call.name == *self.call);
        self.claim(has_met, "there was no such call", &reply);

        let is_answered = scene.says.is(&reply);
        let is_accident = Says::Accident.is(&reply);
        self.claim(is_answered || is_accident, "answer or accident", &reply);
        self.claim(
            is_answered || self.reach != Reach::Once,
            "one repeat is enough",
            &reply,
        );
        let is_done = (scene.is_done)(world, name).await;
        self.claim(is_done || !is_answered, "what is answered is done", &reply);
        let begun = world.sessions().await.len() - sessions;
        let handed_out = usize::from(is_answered) * scene.sessions;
        // What takes back is kept from it, where everything fails.
        let is_exact = self.reach != Reach::Onwards;
        self.claim(
            begun == handed_out || !is_exact,
            "no session but those handed out",
            &reply,
        );
        let mails = world.inbox.requests();
        self.claim(mails <= scene.mails, "no mail goes out twice", &reply);

        if is_exact && self.is_forgetting() {
            return;
        }
        let again = (scene.again)(world, name, ask).await;
        let expected = if is_done {
            scene.afterwards
        } else {
            scene.says
        };
        self.claim(
            expected.is(&again),
            &format!("done: {is_done}; again"),
            &again,
        );
        let is_done = (scene.is_done)(world, name).await;
        self.claim(is_done, "done in the end", &again);
    }

    /// A try whose counter cannot be cleared stays counted, and the next may be one too many.
    fn is_forgetting(&self) -> bool {
        self.call.operation == "DeleteItem" && self.call.table == "ChallengesTable"
    }
}
