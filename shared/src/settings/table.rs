//! The table of settings: one row per environment variable. The parser takes names and defaults
//! from here, and the settings page of the documentation is written from here.

/// One setting as people read about it.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// The heading it stands under.
    pub section: &'static str,
    /// The environment variable.
    pub name: &'static str,
    /// What kind of value it takes.
    pub kind: &'static str,
    /// The default as one would write it; empty for none, `required` for none and needed.
    pub default: &'static str,
    /// Whether it changes the GraphQL schema.
    pub schema: bool,
    /// What it does, in one sentence.
    pub meaning: &'static str,
}

const fn row(
    section: &'static str,
    name: &'static str,
    kind: &'static str,
    default: &'static str,
    meaning: &'static str,
) -> Row {
    Row {
        section,
        name,
        kind,
        default,
        schema: false,
        meaning,
    }
}

const fn schema(row: Row) -> Row {
    Row {
        schema: true,
        ..row
    }
}

/// The default of a setting that has none and must be given.
pub const REQUIRED: &str = "required";

const ACCOUNTS: &str = "Accounts";
const ACCESS: &str = "Access tokens";
const SESSIONS: &str = "Sessions";
const MAILED: &str = "E-mail tokens";
const MAILS: &str = "Mails";
const CAPTCHA: &str = "Captcha";
const LIMITS: &str = "Limits";

/// Every setting, in the order of the documentation.
#[rustfmt::skip]
pub const TABLE: &[Row] = &[
    row(ACCOUNTS, "ALLOW_LOGIN_NOT_VERIFIED", "bool", "true", "unverified users may log in; `register` then returns tokens (plain, relay)"),
    schema(row(ACCOUNTS, "LOGIN_ALLOWED_FIELDS", "list", "email,username", "identifiers of `tokenAuth` in plain and relay: `email`, `username` or both")),
    schema(row(ACCOUNTS, "LOGIN_FIELDS", "`username` or `email`", "username", "identifier of `tokenAuth` in gqlauth")),
    row(ACCOUNTS, "ALLOW_LOGIN_WITH_SECONDARY_EMAIL", "bool", "true", "`tokenAuth` by e-mail also finds the secondary address"),
    schema(row(ACCOUNTS, "REGISTER_MUTATION_FIELDS", "list", "email,username", "required arguments of `register`; must contain `email` and `username`, may add `first_name`, `last_name`")),
    schema(row(ACCOUNTS, "REGISTER_MUTATION_FIELDS_OPTIONAL", "list", "none", "optional arguments of `register`: `first_name`, `last_name`; no name may be in both lists")),
    schema(row(ACCOUNTS, "UPDATE_MUTATION_FIELDS", "list", "first_name,last_name", "arguments of `updateAccount`; `email` and `username` are refused")),
    schema(row(ACCOUNTS, "ALLOW_PASSWORDLESS_REGISTRATION", "bool", "false", "`register` has no password arguments")),
    row(ACCOUNTS, "SEND_PASSWORD_SET_EMAIL", "bool", "false", "passwordless `register` sends the password-set mail"),
    row(ACCOUNTS, "SEND_ACTIVATION_EMAIL", "bool", "true", "`register` sends the activation mail"),
    row(ACCOUNTS, "ALLOW_DELETE_ACCOUNT", "bool", "false", "`deleteAccount` removes the account (true) or deactivates it (false)"),
    row(ACCOUNTS, "ALLOW_PASSWORD_RESET_NOT_VERIFIED", "bool", "false", "unverified users get a reset mail and success instead of an activation mail and `not_verified`"),
    row(ACCOUNTS, "AUTH_PASSWORD_VALIDATORS", "list", "similarity,length,common,numeric", "which strength checks are on; their order is fixed"),
    row(ACCOUNTS, "USERS_QUERY_ACCESS", "`public`, `authenticated`, `staff` or `off`", "staff", "who may use `users`, `user` and `node`"),
    row(ACCOUNTS, "RELAY_CONNECTION_MAX_LIMIT", "int 1-100", "100", "default and maximum page of `users`"),

    row(ACCESS, "JWT_SECRET_KEY", "string", REQUIRED, "at least 32 bytes; signs access tokens (HS*) and, under derived keys, everything else that is signed, sealed or derived; required with RS* too"),
    row(ACCESS, "JWT_ALGORITHM", "`HS256`, `HS384`, `HS512`, `RS256`, `RS384` or `RS512`", "HS256", "how access tokens are signed"),
    row(ACCESS, "JWT_PRIVATE_KEY", "PEM", "", "required with RS*; the public key is taken from it"),
    row(ACCESS, "JWT_PREVIOUS_SECRET_KEY", "string", "", "the secret before the last change: what was issued under it stays good until it expires; nothing new is issued under it"),
    row(ACCESS, "JWT_PREVIOUS_PUBLIC_KEY", "PEM", "", "the same for the key pair of RS*"),
    row(ACCESS, "JWT_ISSUER", "string", "", "set and required as `iss`"),
    row(ACCESS, "JWT_AUDIENCE", "string", "", "set and required as `aud`"),
    row(ACCESS, "JWT_LEEWAY", "duration or 0", "0", "tolerance for `exp`"),
    row(ACCESS, "JWT_EXPIRATION_DELTA", "duration", "5m", "lifetime of an access token"),
    row(ACCESS, "JWT_AUTH_HEADER_NAME", "header name", "Authorization", "the header that carries the access token"),
    row(ACCESS, "JWT_AUTH_HEADER_PREFIX", "word", "JWT", "what stands before the token; `Bearer` is accepted besides"),

    schema(row(SESSIONS, "JWT_LONG_RUNNING_REFRESH_TOKEN", "bool", "true", "false: single-token mode, in which an access token refreshes itself and no sessions exist")),
    row(SESSIONS, "JWT_REFRESH_EXPIRATION_DELTA", "duration", "7d", "lifetime of a refresh token"),
    row(SESSIONS, "REFRESH_TOKEN_ROTATION", "bool", "true", "each refresh replaces the refresh token; false keeps earlier ones valid"),
    row(SESSIONS, "REFRESH_REUSE_INTERVAL", "duration or 0", "10s", "for how long the token just replaced still works"),

    row(MAILED, "EXPIRATION_ACTIVATION_TOKEN", "duration", "7d", "lifetime of the link in an activation mail"),
    row(MAILED, "EXPIRATION_PASSWORD_RESET_TOKEN", "duration", "1h", "lifetime of the link in a password reset mail"),
    row(MAILED, "EXPIRATION_PASSWORD_SET_TOKEN", "duration", "1h", "lifetime of the link in a password-set mail"),
    row(MAILED, "EXPIRATION_SECONDARY_EMAIL_ACTIVATION_TOKEN", "duration", "1h", "lifetime of the link that confirms a secondary address"),

    row(MAILS, "EMAIL_FROM", "address", REQUIRED, "From of every mail; `Name <address>` is allowed"),
    row(MAILS, "FRONTEND_URL", "origin", REQUIRED, "where links in mails lead: scheme, host and optional port, no path; `http` only for localhost and loopback addresses"),
    row(MAILS, "SITE_NAME", "string", "", "what mails call the site; the host of FRONTEND_URL when not set"),
    row(MAILS, "ACTIVATION_PATH_ON_EMAIL", "path", "activate", "path of activation links"),
    row(MAILS, "ACTIVATION_SECONDARY_EMAIL_PATH_ON_EMAIL", "path", "activate-secondary-email", "path of links that confirm a secondary address"),
    row(MAILS, "PASSWORD_SET_PATH_ON_EMAIL", "path", "password-set", "path of password-set links"),
    row(MAILS, "PASSWORD_RESET_PATH_ON_EMAIL", "path", "password-reset", "path of password reset links"),
    row(MAILS, "EMAIL_TEMPLATE_DIR", "directory", "", "where templates that replace the built-in ones are"),
    row(MAILS, "EMAIL_SUBJECT_ACTIVATION", "file", "email/activation_subject.txt", "subject of activation mails, in EMAIL_TEMPLATE_DIR"),
    row(MAILS, "EMAIL_TEMPLATE_ACTIVATION", "file", "email/activation_email.html", "body of activation mails"),
    row(MAILS, "EMAIL_SUBJECT_ACTIVATION_RESEND", "file", "", "subject of activation mails that are sent again; the activation one when not set"),
    row(MAILS, "EMAIL_TEMPLATE_ACTIVATION_RESEND", "file", "", "body of activation mails that are sent again; the activation one when not set"),
    row(MAILS, "EMAIL_SUBJECT_PASSWORD_SET", "file", "email/password_set_subject.txt", "subject of password-set mails"),
    row(MAILS, "EMAIL_TEMPLATE_PASSWORD_SET", "file", "email/password_set_email.html", "body of password-set mails"),
    row(MAILS, "EMAIL_SUBJECT_PASSWORD_RESET", "file", "email/password_reset_subject.txt", "subject of password reset mails"),
    row(MAILS, "EMAIL_TEMPLATE_PASSWORD_RESET", "file", "email/password_reset_email.html", "body of password reset mails"),
    row(MAILS, "EMAIL_SUBJECT_SECONDARY_EMAIL_ACTIVATION", "file", "email/secondary_email_subject.txt", "subject of mails that confirm a secondary address"),
    row(MAILS, "EMAIL_TEMPLATE_SECONDARY_EMAIL_ACTIVATION", "file", "email/secondary_email.html", "body of mails that confirm a secondary address"),
    row(MAILS, "EMAIL_TEMPLATE_VARIABLES", "JSON object of strings", "{}", "extra variables for templates"),
    row(MAILS, "SEND_SECURITY_NOTICES", "bool", "true", "tell people by mail when something sensitive about their account has changed"),

    schema(row(CAPTCHA, "LOGIN_REQUIRE_CAPTCHA", "bool", "false", "`tokenAuth` needs a captcha, in all dialects")),
    schema(row(CAPTCHA, "REGISTER_REQUIRE_CAPTCHA", "bool", "false", "`register` needs a captcha, in all dialects")),
    row(CAPTCHA, "CAPTCHA_EXPIRATION_DELTA", "duration", "120", "life of a captcha"),
    row(CAPTCHA, "CAPTCHA_MAX_RETRIES", "int 1-100", "5", "wrong answers before a captcha is gone"),
    row(CAPTCHA, "CI_MODE", "bool", "false", "captcha inputs are required but not checked; for tests of clients only"),

    row(LIMITS, "THROTTLE_LOGIN", "rate or `off`", "10/15m", "failed tries for one identifier from one network"),
    row(LIMITS, "THROTTLE_LOGIN_IDENTIFIER", "rate or `off`", "100/1h", "failed tries for one identifier from all networks that are strangers to it"),
    row(LIMITS, "THROTTLE_LOGIN_NETWORK", "rate or `off`", "300/15m", "failed tries from one network, whatever the identifier"),
    row(LIMITS, "THROTTLE_MAIL", "rate or `off`", "5/1h", "mails asked for one address"),
    row(LIMITS, "THROTTLE_MAIL_NETWORK", "rate or `off`", "60/1h", "registrations and mails asked from one network"),
    row(LIMITS, "TRUSTED_PROXIES", "int 0-5", "0", "how many proxies in front of the gateway append to `X-Forwarded-For`; above 0 only where the gateway cannot be reached past them"),
];
