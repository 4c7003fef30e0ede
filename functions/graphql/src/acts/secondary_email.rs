use futures::FutureExt;
use shared::error::{Field, Refusal};
use shared::flows::secondary_email as flows;

use super::{Access, Act, refusals, texts};
use crate::answer::Answer;

pub(super) fn send_secondary_email_activation() -> Act {
    Act {
        name: "sendSecondaryEmailActivation",
        description: "Send a confirmation mail to a second address. Protected.",
        result: "SendSecondaryEmailActivation",
        access: Access::Protected,
        arguments: texts(["email", "password"]),
        outputs: &[],
        refusals: &[
            refusals::GUARDS,
            refusals::CONFIRMATION,
            refusals::EMAIL,
            refusals::MAIL,
            &[(Field::Email, Refusal::EmailTaken)],
        ],
        run: |call| {
            async move {
                let (email, password) = (call.given.text("email"), call.given.password("password"));
                let caller = call.caller.now();
                flows::send_secondary_email_activation(call.app, &caller, &email, &password)
                    .await?;
                Ok(Answer::default())
            }
            .boxed()
        },
    }
}

pub(super) fn verify_secondary_email() -> Act {
    Act {
        name: "verifySecondaryEmail",
        description: "Attach a secondary address with the token of its confirmation mail.",
        result: "VerifySecondaryEmail",
        access: Access::Public,
        arguments: texts(["token"]),
        outputs: &[],
        refusals: &[refusals::TOKEN, &[(Field::NonField, Refusal::EmailTaken)]],
        run: |call| {
            async move {
                flows::verify_secondary_email(call.app, &call.given.text("token")).await?;
                Ok(Answer::default())
            }
            .boxed()
        },
    }
}

pub(super) fn swap_emails() -> Act {
    Act {
        name: "swapEmails",
        description: "Exchange primary and secondary address. Protected.",
        result: "SwapEmails",
        access: Access::Protected,
        arguments: texts(["password"]),
        outputs: &[],
        refusals: &[
            refusals::GUARDS,
            refusals::SECONDARY_EMAIL,
            refusals::CONFIRMATION,
        ],
        run: |call| {
            async move {
                let password = call.given.password("password");
                flows::swap_emails(call.app, &call.caller.now(), &password).await?;
                Ok(Answer::default())
            }
            .boxed()
        },
    }
}

pub(super) fn remove_secondary_email() -> Act {
    Act {
        name: "removeSecondaryEmail",
        description: "Detach the secondary address. Protected.",
        result: "RemoveSecondaryEmail",
        access: Access::Protected,
        arguments: texts(["password"]),
        outputs: &[],
        refusals: &[
            refusals::GUARDS,
            refusals::SECONDARY_EMAIL,
            refusals::CONFIRMATION,
        ],
        run: |call| {
            async move {
                let password = call.given.password("password");
                flows::remove_secondary_email(call.app, &call.caller.now(), &password).await?;
                Ok(Answer::default())
            }
            .boxed()
        },
    }
}
