//! The stories. One file per flow, under the same name.

mod budget;
mod limits;
mod log_in;
mod register;
