//! The pages behind the links of letters. On a laptop there is no front end, so these small pages stand in for it.

use axum::Router;
use axum::routing::get;

use crate::desk::{self, Desk};

/// One kind of link.
struct Link {
    /// The first part of its path, as the function's settings have it by default.
    path: &'static str,
    /// What the page is about.
    title: &'static str,
    /// What pressing the button does.
    promise: &'static str,
    /// What the button says.
    button: &'static str,
    /// The mutation that takes the token.
    mutation: &'static str,
    /// Whether a new password is asked for: `yes` or `no`.
    password: &'static str,
    /// What is said afterwards.
    done: &'static str,
}

const LINKS: [Link; 4] = [
    Link {
        path: "activate",
        title: "Activate your account",
        promise: "This confirms that the e-mail address is yours.",
        button: "Activate",
        mutation: "verifyAccount",
        password: "no",
        done: "The account is active. You can log in now: run TokenAuth in GraphiQL.",
    },
    Link {
        path: "activate-secondary-email",
        title: "Confirm your second address",
        promise: "This attaches the second e-mail address to your account.",
        button: "Confirm",
        mutation: "verifySecondaryEmail",
        password: "no",
        done: "The second address belongs to your account now.",
    },
    Link {
        path: "password-reset",
        title: "Choose a new password",
        promise: "Afterwards only the new password is good, and every session is over.",
        button: "Set the new password",
        mutation: "passwordReset",
        password: "yes",
        done: "The new password is set. Log in with it.",
    },
    Link {
        path: "password-set",
        title: "Choose your first password",
        promise: "Your account has no password yet.",
        button: "Set the password",
        mutation: "passwordSet",
        password: "yes",
        done: "The password is set. Log in with it.",
    },
];

/// `/<path>/<token>` for each kind of link. The token is read by the page's script and is not part of the page.
pub fn routes(desk: &Desk) -> Router {
    LINKS
        .iter()
        .fold(Router::new(), |routes, link| {
            let html = fill(link, &desk.function);
            let function = desk.function.clone();
            routes.route(
                &format!("/{}/{{token}}", link.path),
                get(move || async move { desk::page(html, &function) }),
            )
        })
        .route(
            "/link.js",
            get(async || desk::script(include_str!("../pages/link.js"))),
        )
}

fn fill(link: &Link, function: &str) -> String {
    include_str!("../pages/link.html")
        .replace("{{function}}", function)
        .replace("{{title}}", link.title)
        .replace("{{promise}}", link.promise)
        .replace("{{button}}", link.button)
        .replace("{{mutation}}", link.mutation)
        .replace("{{password}}", link.password)
        .replace("{{done}}", link.done)
}
