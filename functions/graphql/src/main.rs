//! The Lambda function: reads the settings, opens the door, and fetches events.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::ensure;
use graphql::{Door, gateway, logging};
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use lambda_http::lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;
use shared::app::App;
use shared::clock::Clock;
use shared::patience;
use shared::settings::{Logging, Settings};
use tracing_subscriber::util::SubscriberInitExt;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let stdout = std::io::stdout;
    logging::subscriber(&Logging::from_env(), stdout, stdout).init();
    let door = match open() {
        Ok(door) => door,
        Err(fault) => {
            // For people at a terminal; the log has it as one record.
            eprintln!("Latchkey cannot start:\n{fault:#}");
            tracing::error!(fault = format!("{fault:#}"), "Latchkey cannot start");
            return ExitCode::FAILURE;
        }
    };
    match run(service_fn(|event| answer(&door, event))).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the runtime has stopped");
            ExitCode::FAILURE
        }
    }
}

fn open() -> anyhow::Result<Door> {
    let settings = Settings::from_env()?;
    let missing = Settings::missing_of_lambda();
    ensure!(
        missing.is_empty(),
        "{} not set, as Lambda does: on a laptop, `make dev` or `cargo lambda watch` start this program",
        missing.join(", ")
    );
    Ok(Door::new(Arc::new(App::new(settings, Clock::system())?)))
}

async fn answer(door: &Door, event: LambdaEvent<Value>) -> Result<ApiGatewayV2httpResponse, Error> {
    let answering = gateway::answer(door, event.payload);
    match patience::before(event.context.deadline(), answering).await {
        Ok(answer) => Ok(answer),
        Err(fault) => {
            tracing::error!(fault = format!("{fault:#}"), "no answer");
            Err(fault.into())
        }
    }
}
