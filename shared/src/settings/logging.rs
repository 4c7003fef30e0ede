//! How the log is written. Read before everything else, so that what is wrong with the settings can
//! be logged; nothing here can be wrong.

/// How a log line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object a line, for CloudWatch and other programs.
    Json,
    /// Text, for people.
    Text,
}

/// How the log is written.
#[derive(Debug, Clone)]
pub struct Logging {
    /// `AWS_LAMBDA_LOG_FORMAT`: `Text` for text, else JSON.
    pub format: LogFormat,
    /// `RUST_LOG`, else `AWS_LAMBDA_LOG_LEVEL`, else `info`.
    pub filter: String,
    /// For the measurements, where there is a log group that CloudWatch reads them from.
    pub measured: Option<Measured>,
}

/// Whose measurements they are, and how they get through.
#[derive(Debug, Clone)]
pub struct Measured {
    /// `AWS_LAMBDA_FUNCTION_NAME`.
    pub function: String,
    /// `AWS_LAMBDA_LOG_LEVEL`, which Lambda filters by behind our back, or `INFO`.
    pub level: String,
}

impl Logging {
    /// Reads it from the environment of this process.
    #[must_use]
    #[allow(
        clippy::disallowed_methods,
        reason = "the environment is read in settings"
    )]
    pub fn from_env() -> Self {
        let given = |name| {
            std::env::var(name)
                .ok()
                .filter(|value| !value.trim().is_empty())
        };
        let is_text =
            given("AWS_LAMBDA_LOG_FORMAT").is_some_and(|it| it.eq_ignore_ascii_case("text"));
        let level = || given("AWS_LAMBDA_LOG_LEVEL").map(|level| level.to_lowercase());
        let measured = given("AWS_LAMBDA_LOG_GROUP_NAME")
            .and_then(|_| given("AWS_LAMBDA_FUNCTION_NAME"))
            .map(|function| Measured {
                function,
                level: level().unwrap_or_else(|| "info".to_owned()).to_uppercase(),
            });
        Self {
            measured,
            format: if is_text {
                LogFormat::Text
            } else {
                LogFormat::Json
            },
            filter: given("RUST_LOG")
                .or_else(level)
                .unwrap_or_else(|| "info".to_owned()),
        }
    }
}
