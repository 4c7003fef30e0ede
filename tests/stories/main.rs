//! The stories. One file per flow, under the same name.

#![allow(
    clippy::disallowed_methods,
    reason = "which engine to use, and whether to write documents, is said by the environment"
)]
#![allow(
    clippy::large_stack_arrays,
    clippy::format_push_string,
    clippy::unchecked_time_subtraction,
    reason = "a story is told once, and told plainly"
)]

mod architecture;
mod archive_account;
mod bad_input;
mod budget;
mod captcha;
mod change_password;
mod delete_account;
mod documentation;
mod door;
mod find_users;
mod gqlauth;
mod guards;
mod keys;
mod letters;
mod limits;
mod log_in;
mod log_out;
mod metrics;
mod notices;
mod operations;
mod operators;
mod patience;
mod races;
mod refresh;
mod register;
mod resend_activation;
mod reset_password;
mod schema;
mod secondary_email;
mod secrets;
mod set_password;
mod settings;
mod state_machine;
mod update_account;
mod verify_account;
mod verify_token;
