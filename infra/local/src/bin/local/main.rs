//! `make dev`: the database, the mailbox, GraphiQL and the function, started together and ended together.

mod function;
mod options;
mod processes;
mod secret;

use std::convert::Infallible;
use std::fs::{DirBuilder, File, TryLockError};
use std::future::IntoFuture;
use std::io::Write;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::process::ExitCode;

use local::database::Database;
use local::desk::{self, Desk};
use local::graphiql::ENDPOINTS;
use local::{Error, Inbox, tables};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::function::Function;
use crate::options::{Options, Port};

const TABLES: &str = include_str!("../../../../tables.yaml");

/// Why everything ends.
enum Ending {
    /// Somebody asked for it.
    Asked,
    /// A part ended by itself.
    Broken(String),
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    processes::adopt_orphans();
    let ending = run().await;
    if let Ok(Ending::Asked) = ending {
        function::fall_silent();
        say("Ending everything.");
    }
    processes::end_all().await;
    match ending {
        Ok(Ending::Asked) => {
            say("Everything has ended.");
            ExitCode::SUCCESS
        }
        Ok(Ending::Broken(part)) => complain(&format!("{part} Everything else has ended too.")),
        Err(error) => complain(&format!("Latchkey cannot start: {error}.")),
    }
}

async fn run() -> Result<Ending, Error> {
    let mut stop = Stop::listen()?;
    tokio::select! {
        () = stop.asked() => Ok(Ending::Asked),
        ending = serve() => ending,
    }
}

/// Starts the parts one after the other and returns when one of them ends.
async fn serve() -> Result<Ending, Error> {
    let options = Options::read()?;
    let [_, database, mailbox] = claim(&options.ports()).await?;
    let _in_use = take_folder(&options.data)?;

    let database = Database::kept_in(&options.data.join("latchkey.db"), database)?;
    let secret = || secret::kept_in(&options.data.join("secret"));
    let environment = options::function_environment(database.url(), options.mailbox, secret)?;
    let tables = tables::read(TABLES)?;
    tables::create(&database.client(), &tables, |logical_id| {
        table_name(&environment, logical_id)
    })
    .await?;
    say(&format!(
        "The database is up, kept in {}.",
        options.data.display()
    ));

    let function_url = format!("http://127.0.0.1:{}", options.function.number);
    let pages = desk::routes(&Desk {
        inbox: Inbox::kept_in(&options.data.join("letters.jsonl"))?,
        function: function_url.clone(),
        modules: options.modules(),
    });
    let pages = axum::serve(mailbox, pages);
    say("The mailbox and GraphiQL are up.");

    say("Starting the function; when its code has changed it is compiled first.");
    let mut function = Function::start(
        &options.cargo_lambda(),
        options.function.number,
        environment,
    )?;
    tokio::select! {
        outcome = pages.into_future() => Ok(Ending::Broken(format!("The mailbox server ended: {outcome:?}."))),
        outcome = announce(&options, &function_url) => match outcome {
            Err(error) => Err(error),
        },
        how = function.ended() => Ok(Ending::Broken(format!("The function's server (cargo lambda watch) ended {how}."))),
    }
}

/// Waits until the function answers, says where everything is, and has nothing more to do.
async fn announce(options: &Options, function: &str) -> Result<Infallible, Error> {
    function::is_ready(&format!("{function}/graphql")).await?;
    let desk = format!("http://localhost:{}", options.mailbox.number);
    say("\nLatchkey is ready.\n");
    for endpoint in ENDPOINTS {
        say(&format!(
            "  GraphQL, {:<8} {function}{}",
            endpoint.name, endpoint.path
        ));
    }
    for endpoint in ENDPOINTS {
        say(&format!(
            "  GraphiQL, {:<7} {desk}{}",
            endpoint.name, endpoint.page
        ));
    }
    say(&format!("  Mailbox           {desk}/"));
    say(&format!(
        "  DynamoDB          http://127.0.0.1:{}\n",
        options.database.number
    ));
    say(&format!(
        "Next: open {desk}/graphiql, run Register, and follow the link of the letter in {desk}/. Ctrl-C ends everything."
    ));
    std::future::pending().await
}

/// Takes the ports, so that a busy one is named before anything is started.
async fn claim(ports: &[Port; 3]) -> Result<[TcpListener; 3], Error> {
    let [function, database, mailbox] = ports;
    Ok([
        listen(function).await?,
        listen(database).await?,
        listen(mailbox).await?,
    ])
}

async fn listen(port: &Port) -> Result<TcpListener, Error> {
    local::bind(port.number).await.map_err(|cause| {
        let Port {
            number,
            variable,
            purpose,
        } = port;
        Error::new(format!(
            "{cause}, and {purpose} needs one; end what uses it, or choose another: {variable}={} make dev",
            number.checked_add(1).unwrap_or(4001)
        ))
    })
}

/// Makes the folder, for its owner's eyes only: letters and a secret will be in it. It is this process's alone
/// until the file is closed.
fn take_folder(folder: &Path) -> Result<File, Error> {
    let failed = |cause| Error::because(format!("{} cannot be made", folder.display()), cause);
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(failed)?;
    let file = File::create(folder.join("in_use")).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::new(format!(
            "another `make dev` keeps its accounts in {}; end it, or choose another folder: LATCHKEY_DATA_DIR=.local2 make dev",
            folder.display()
        ))),
        Err(TryLockError::Error(cause)) => Err(failed(cause)),
    }
}

/// `AccountsTable` is named by `ACCOUNTS_TABLE`, and so on.
fn table_name(environment: &[(&str, String)], logical_id: &str) -> String {
    let variable = logical_id.replace("Table", "_TABLE").to_uppercase();
    environment
        .iter()
        .find(|(name, _)| *name == variable)
        .map_or_else(|| logical_id.to_owned(), |(_, name)| name.clone())
}

/// The ways to ask for the end. Once listened to, they do nothing else: a second Ctrl-C is harmless.
struct Stop {
    interrupt: Signal,
    terminate: Signal,
    hang_up: Signal,
}

impl Stop {
    fn listen() -> Result<Self, Error> {
        let listen = |kind| {
            signal(kind).map_err(|cause| Error::because("signals cannot be listened to", cause))
        };
        Ok(Self {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
            hang_up: listen(SignalKind::hangup())?,
        })
    }

    async fn asked(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = self.hang_up.recv() => {}
        }
    }
}

/// Tells the person in front of the terminal, who may have closed it.
fn say(sentence: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{sentence}").and_then(|()| out.flush());
}

fn complain(sentence: &str) -> ExitCode {
    let _ = writeln!(std::io::stderr().lock(), "{sentence}");
    ExitCode::FAILURE
}
