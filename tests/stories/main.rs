//! The stories. One file per flow, under the same name.

mod documentation;
mod log_in;
mod register;
