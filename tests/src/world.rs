//! A world: the service with everything around it, for one test.

mod asking;
mod backstage;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use aws_sdk_dynamodb::Client;
use graphql::Door;
use graphql::http::Dialect;
use local::Inbox;
use local::database::{self, Database};
use shared::Timestamp;
use shared::app::App;
use shared::clock::Clock;
use shared::settings::{Settings, SettingsError};
use shared::store::Store;

use crate::gateway::Function;
use crate::log::Log;
use crate::proxy::Proxy;
use crate::{audit, operations};

const TABLES: &str = include_str!("../../infra/tables.yaml");

/// The settings of every world, but for what a test changes.
const SETTINGS: &[(&str, &str)] = &[
    (
        "JWT_SECRET_KEY",
        "a secret of the stories, forty bytes and more",
    ),
    ("FRONTEND_URL", "https://app.example.com"),
    ("EMAIL_FROM", "noreply@example.com"),
    ("SITE_NAME", "Example"),
    ("AWS_REGION", "eu-central-1"),
    ("AWS_ACCESS_KEY_ID", "stories"),
    ("AWS_SECRET_ACCESS_KEY", "stories"),
];

/// No act is held back for being asked for too often.
pub const WITHOUT_LIMITS: &[(&str, &str)] = &[
    ("THROTTLE_LOGIN", "off"),
    ("THROTTLE_LOGIN_IDENTIFIER", "off"),
    ("THROTTLE_LOGIN_NETWORK", "off"),
    ("THROTTLE_MAIL", "off"),
    ("THROTTLE_MAIL_NETWORK", "off"),
];

/// The settings that name the tables.
const TABLE_NAMES: [&str; 3] = ["ACCOUNTS_TABLE", "SESSIONS_TABLE", "CHALLENGES_TABLE"];

/// The service with tables, inbox, settings and clock of its own.
pub struct World {
    pub(crate) dialect: Dialect,
    /// What the service has logged.
    pub log: Log,
    /// The letters it has sent, and how the post office behaves.
    pub inbox: Inbox,
    /// What stands between the service and its database.
    pub proxy: Proxy,
    variables: Mutex<BTreeMap<String, String>>,
    clock: Arc<AtomicI64>,
    service: Mutex<(Arc<App>, Arc<Door>)>,
    timeout: Mutex<Option<Duration>>,
    backstage: Store,
    database: Client,
    tables: [String; 3],
    engine: Option<Database>,
    pub(crate) deployed: tokio::sync::Mutex<Option<Function>>,
    engine_url: String,
}

impl World {
    /// A fresh world that speaks a dialect, with some settings changed. The engine is the embedded
    /// one, or the one that `LATCHKEY_TEST_ENDPOINT` names.
    ///
    /// # Panics
    /// When it cannot be made.
    pub async fn open(dialect: Dialect, changed: &[(&str, &str)]) -> Self {
        let log = Log::capture("info");
        let endpoint = std::env::var_os("LATCHKEY_TEST_ENDPOINT");
        let endpoint = endpoint.map(|url| url.to_string_lossy().into_owned());
        let engine = match &endpoint {
            Some(_) => None,
            None => Some(Database::in_memory().await.expect("the embedded engine")),
        };
        let engine_url = endpoint
            .or_else(|| engine.as_ref().map(|engine| engine.url().to_owned()))
            .expect("one of the two");
        let prefix = shared::Uuid::new_v4().simple().to_string();
        let named = |logical_id: &str| format!("{prefix}-{logical_id}");
        let database = database::client(&engine_url);
        let tables = local::tables::read(TABLES).expect("the tables");
        local::tables::create(&database, &tables, named)
            .await
            .expect("the tables are made");
        let proxy = Proxy::start(&engine_url).await;
        let inbox = Inbox::start().await.expect("an inbox");
        let tables = ["AccountsTable", "SessionsTable", "ChallengesTable"].map(named);
        let mut variables: BTreeMap<String, String> = SETTINGS
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        for (name, value) in TABLE_NAMES.iter().zip(&tables) {
            variables.insert((*name).to_owned(), value.clone());
        }
        variables.insert("AWS_ENDPOINT_URL_DYNAMODB".to_owned(), engine_url.clone());
        variables.insert("AWS_ENDPOINT_URL_SESV2".to_owned(), inbox.url());
        let clock = Arc::new(AtomicI64::new(Timestamp::now().as_microsecond()));
        let backstage = start(&variables, &clock).expect("the settings of the stories");
        let backstage = Arc::into_inner(backstage)
            .expect("nobody else has it")
            .store;
        variables.insert(
            "AWS_ENDPOINT_URL_DYNAMODB".to_owned(),
            proxy.url().to_owned(),
        );
        for (name, value) in changed {
            variables.insert((*name).to_owned(), (*value).to_owned());
        }
        let app = start(&variables, &clock).expect("settings that are right");
        let service = Mutex::new((app.clone(), Arc::new(Door::new(app))));
        Self {
            dialect,
            log,
            inbox,
            proxy,
            variables: Mutex::new(variables),
            clock,
            service,
            timeout: Mutex::default(),
            backstage,
            database,
            tables,
            engine,
            deployed: tokio::sync::Mutex::default(),
            engine_url,
        }
    }

    /// Starts the service anew over the same tables, with some settings changed. An empty value
    /// takes a setting back.
    ///
    /// # Errors
    /// What is wrong with the settings.
    pub fn restart(&self, changed: &[(&str, &str)]) -> Result<(), SettingsError> {
        let mut variables = self
            .variables
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        for (name, value) in changed {
            variables.insert((*name).to_owned(), (*value).to_owned());
        }
        let app = start(&variables, &self.clock)?;
        *self.service.lock().unwrap_or_else(PoisonError::into_inner) =
            (app.clone(), Arc::new(Door::new(app)));
        Ok(())
    }

    /// The settings of the service as they are now, for one that runs elsewhere.
    #[must_use]
    pub fn variables(&self) -> BTreeMap<String, String> {
        let variables = self.variables.lock();
        variables.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The running service.
    #[must_use]
    pub fn app(&self) -> Arc<App> {
        self.service
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .0
            .clone()
    }

    /// Its door.
    #[must_use]
    pub fn door(&self) -> Arc<Door> {
        self.service
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .1
            .clone()
    }

    /// From now on the function is cut off so long after it was asked.
    pub fn cut_off_after(&self, timeout: Duration) {
        *self.timeout.lock().unwrap_or_else(PoisonError::into_inner) = Some(timeout);
    }

    /// When the function is cut off that is asked now.
    pub(crate) fn cut_off(&self) -> SystemTime {
        let timeout = *self.timeout.lock().unwrap_or_else(PoisonError::into_inner);
        timeout.map_or(SystemTime::UNIX_EPOCH, |time| SystemTime::now() + time)
    }

    /// The store, past the proxy: for setting scenes and looking behind them.
    #[must_use]
    pub fn backstage(&self) -> &Store {
        &self.backstage
    }

    /// The database itself, and the names of accounts, sessions and challenges table.
    #[must_use]
    pub fn database(&self) -> (&Client, &[String; 3]) {
        (&self.database, &self.tables)
    }

    /// Where the engine itself listens, past the proxy.
    #[must_use]
    pub fn engine_url(&self) -> &str {
        &self.engine_url
    }

    /// Which dialect this world speaks.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Time passes.
    pub fn pass(&self, time: Duration) {
        let micros = i64::try_from(time.as_micros()).expect("less than an eternity");
        self.clock.fetch_add(micros, Ordering::SeqCst);
    }

    /// What time it is in this world.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.app().clock.now()
    }

    /// Ends a story: nothing may be wrong with the tables, and nothing may have been asked of them that the deployed
    /// function has no leave for.
    ///
    /// # Panics
    /// When something is.
    pub async fn close(self) {
        let faults = audit::faults(&self.database, &self.tables[0]).await;
        assert!(faults.is_empty(), "the tables are not right: {faults:#?}");
        let refused = operations::beyond(&self.proxy.operations(), &operations::on_record());
        assert!(
            refused.is_empty() || operations::is_to_be_written(),
            "infra/operations.json does not have {refused:#?}"
        );
        if self.engine.is_none() {
            for table in &self.tables {
                // The real engine keeps tables until it ends; what cannot be removed does no harm.
                let allow = self.database.update_table().table_name(table);
                drop(allow.deletion_protection_enabled(false).send().await);
                drop(self.database.delete_table().table_name(table).send().await);
            }
        }
    }
}

/// The service by itself, over tables that do not exist: for what shows without asking them.
///
/// # Errors
/// What is wrong with the settings.
pub fn service(changed: &[(&str, &str)]) -> Result<Arc<App>, SettingsError> {
    let tables = TABLE_NAMES.map(|name| (name, "nowhere"));
    let variables = SETTINGS.iter().chain(&tables).chain(changed);
    let variables = variables
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    start(
        &variables,
        &Arc::new(AtomicI64::new(Timestamp::now().as_microsecond())),
    )
}

fn start(
    variables: &BTreeMap<String, String>,
    clock: &Arc<AtomicI64>,
) -> Result<Arc<App>, SettingsError> {
    let settings = Settings::read(&|name| variables.get(name).cloned())?;
    let clock = clock.clone();
    let now = move || {
        Timestamp::from_microsecond(clock.load(Ordering::SeqCst)).expect("a time that exists")
    };
    let app = App::new(settings, Clock::new(now));
    app.map(Arc::new)
        .map_err(|fault| SettingsError(vec![format!("{fault:#}")]))
}

/// Tells a story in plain and in relay, each in a world of its own.
pub async fn in_both_dialects(settings: &[(&str, &str)], story: impl AsyncFn(&World)) {
    tell(&[Dialect::Plain, Dialect::Relay], settings, story).await;
}

/// Tells a story in all three dialects, each in a world of its own.
pub async fn in_each_dialect(settings: &[(&str, &str)], story: impl AsyncFn(&World)) {
    tell(
        &[Dialect::Plain, Dialect::Relay, Dialect::Gqlauth],
        settings,
        story,
    )
    .await;
}

async fn tell(dialects: &[Dialect], settings: &[(&str, &str)], story: impl AsyncFn(&World)) {
    for dialect in dialects {
        let world = World::open(*dialect, settings).await;
        story(&world).await;
        world.close().await;
    }
}
