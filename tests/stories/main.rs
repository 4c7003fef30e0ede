//! The stories. One file per flow, under the same name.

mod captcha;
mod find_users;
mod gqlauth;
mod keys;
mod log_in;
mod log_out;
mod refresh;
mod register;
mod schema;
mod settings;
mod state_machine;
mod verify_token;
