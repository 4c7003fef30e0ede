//! Hands letters to Amazon SES.

use std::time::Duration;

use anyhow::Context;
use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::config::retry::RetryConfig;
use aws_sdk_sesv2::config::timeout::TimeoutConfig;
use aws_sdk_sesv2::config::{BehaviorVersion, Config, Region};
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message, MessageTag};
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use super::{Letter, Sender};
use crate::aws;
use crate::event;
use crate::patience;
use crate::settings::Settings;

/// A notice gets less time than a mail: its act is done, and somebody is waiting for the answer.
const PATIENCE_FOR_NOTICES: Duration = Duration::from_secs(2);

/// Sends letters.
pub struct Mailer {
    client: aws::Lazy<Client>,
    from: Sender,
    configuration_set: Option<String>,
}

impl Mailer {
    /// A mailer for a deployment. Nothing is connected before it is needed. Nothing is tried
    /// twice: a mail that may have gone out must not go out again.
    #[must_use]
    pub fn new(settings: &Settings, http: SharedHttpClient) -> Self {
        let deployment = &settings.deployment;
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(2))
            .operation_timeout(patience::OF_A_MAIL)
            .build();
        let mut config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(deployment.region.clone()))
            .credentials_provider(aws::credentials(deployment))
            .http_client(http)
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts);
        config.set_endpoint_url(deployment.ses_endpoint.clone());
        let config = config.build();
        Self {
            client: aws::Lazy::new(Box::new(|| Client::from_conf(config))),
            from: settings.mails.from.clone(),
            configuration_set: deployment.ses_configuration_set.clone(),
        }
    }

    /// Sends a letter, and tells whether it was sent: whether the provider has accepted it within 5
    /// seconds. Why it has not is logged.
    pub async fn send(&self, letter: &Letter) -> bool {
        self.send_within(patience::OF_A_MAIL, "sending a mail", letter)
            .await
    }

    /// Sends notices side by side, in at most 2 seconds. What fails is logged and forgotten.
    pub async fn notify(&self, notices: Vec<Letter>) {
        let sending = notices
            .iter()
            .map(|notice| self.send_within(PATIENCE_FOR_NOTICES, "sending a notice", notice));
        futures::future::join_all(sending).await;
    }

    async fn send_within(&self, patience: Duration, what: &str, letter: &Letter) -> bool {
        let sent = tokio::time::timeout(patience, self.hand_over(letter)).await;
        let sent = sent
            .with_context(|| format!("no answer within {} seconds", patience.as_secs()))
            .flatten();
        match &sent {
            Ok(()) => event::mail_sent(letter.kind),
            Err(fault) => event::mail_failed(what, letter.kind, fault),
        }
        sent.is_ok()
    }

    async fn hand_over(&self, letter: &Letter) -> anyhow::Result<()> {
        let sending = self
            .client
            .send_email()
            .from_email_address(self.from.on_the_wire())
            .destination(
                Destination::builder()
                    .to_addresses(letter.to.on_the_wire())
                    .build(),
            )
            .content(content(letter)?)
            .set_configuration_set_name(self.configuration_set.clone())
            .email_tags(
                MessageTag::builder()
                    .name("letter")
                    .value(letter.kind)
                    .build()?,
            )
            .send();
        sending
            .await
            .with_context(|| format!("handing over a letter ({})", letter.kind))?;
        Ok(())
    }
}

fn content(letter: &Letter) -> anyhow::Result<EmailContent> {
    let utf8 = |text: &str| Content::builder().data(text).charset("UTF-8").build();
    let body = Body::builder()
        .html(utf8(&letter.html)?)
        .text(utf8(&letter.text)?)
        .build();
    let message = Message::builder()
        .subject(utf8(&letter.subject)?)
        .body(body)
        .build();
    Ok(EmailContent::builder().simple(message).build())
}
