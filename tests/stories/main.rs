//! The stories. One file per flow, under the same name.

mod log_in;
mod register;
mod state_machine;
