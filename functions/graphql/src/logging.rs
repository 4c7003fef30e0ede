//! How the log is written, and what is never in it.

use shared::event::MEASURED;
use shared::settings::{LogFormat, Logging};
use tracing::Subscriber;
use tracing_subscriber::filter::{FilterExt, LevelFilter, Targets};
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::{Layer, SubscriberExt};

use crate::metrics;

/// Whose records are written down to the finest level, where that is wished.
const OURS: [&str; 2] = ["graphql", "shared"];

/// What writes the records of the log, and the lines of measurements, as the settings say.
///
/// Of the libraries nothing below `info` is written, whatever is wished: there the runtime shows whole
/// events, with passwords and tokens, and the SDK whole answers, with hashes and addresses.
pub fn subscriber<R, M>(
    logging: &Logging,
    records: R,
    measurements: M,
) -> impl Subscriber + Send + Sync + use<R, M>
where
    R: for<'w> MakeWriter<'w> + Send + Sync + 'static,
    M: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let records = fmt::layer().with_writer(records).with_ansi(false);
    let records = match logging.format {
        LogFormat::Json => {
            let records = records.json().flatten_event(true);
            records.with_current_span(false).boxed()
        }
        LogFormat::Text => records.boxed(),
    };
    let discreet = Targets::new()
        .with_default(LevelFilter::INFO)
        .with_targets(OURS.map(|name| (name, LevelFilter::TRACE)))
        .with_target(MEASURED, LevelFilter::OFF);
    let wished = logging.filter.parse::<Targets>();
    let wished = wished.unwrap_or_else(|_| Targets::new().with_default(LevelFilter::INFO));
    let measured = logging.measured.clone();
    let measured = measured.map(|it| metrics::layer(it.function, it.level, measurements));
    tracing_subscriber::registry()
        .with(records.with_filter(wished.and(discreet)))
        .with(measured)
}
