//! The stories. One file per flow, under the same name.

mod budget;
mod log_in;
mod register;
