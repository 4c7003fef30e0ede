use std::fmt::{Debug, Display};
use std::marker::PhantomData;

/// Whether a type can be shown. Where it can, its own constants hide those of the trait.
macro_rules! can_be_shown {
    ($type:ty) => {{
        struct ByDebug<T>(PhantomData<T>);
        struct ByDisplay<T>(PhantomData<T>);
        #[allow(dead_code, reason = "which of two constants is used is what is asked")]
        trait Not {
            const IS: bool = false;
        }
        impl<T> Not for ByDebug<T> {}
        impl<T> Not for ByDisplay<T> {}
        #[allow(dead_code, reason = "which of two constants is used is what is asked")]
        impl<T: Debug> ByDebug<T> {
            const IS: bool = true;
        }
        #[allow(dead_code, reason = "which of two constants is used is what is asked")]
        impl<T: Display> ByDisplay<T> {
            const IS: bool = true;
        }
        ByDebug::<$type>::IS || ByDisplay::<$type>::IS
    }};
}

#[test]
fn types_that_hold_a_secret_cannot_be_shown() {
    macro_rules! none_can_be_shown {
        ($($type:ty),* $(,)?) => {
            $(assert!(!can_be_shown!($type), "{} can be shown", stringify!($type));)*
        };
    }
    none_can_be_shown!(
        shared::settings::Secret,
        shared::settings::Settings,
        shared::settings::AccessTokens,
        shared::settings::Deployment,
        shared::settings::Credentials,
        shared::password::Password,
        shared::password::PasswordHash,
        shared::account::Account,
        shared::token::Keys,
        shared::token::access::AccessTokens,
        shared::token::access::Issued,
        shared::token::refresh::RefreshToken,
        shared::token::refresh::Issued,
        shared::token::mailed::MailedToken,
        shared::token::mailed::Action,
        shared::mail::Letter,
        shared::captcha::CaptchaText,
        shared::flows::Tokens,
        shared::flows::captcha::CaptchaAnswer,
        shared::flows::log_in::Login,
        shared::flows::log_in::LoggedIn,
        shared::flows::log_out::LoggedOut,
        shared::flows::refresh::Refreshed,
        shared::flows::register::Registration,
        shared::flows::register::Registered,
        shared::store::sessions::Session,
        shared::store::captchas::CaptchaItem,
        shared::app::App,
        graphql::Context,
        graphql::http::Asked,
        graphql::answer::Answer,
        graphql::answer::Envelope,
        graphql::acts::Given,
        graphql::acts::Call<'static>,
    );
}

#[test]
fn what_can_be_shown_is_found_out() {
    assert!(can_be_shown!(String) && can_be_shown!(Option<u8>));
    assert!(can_be_shown!(shared::settings::Logging));
}
