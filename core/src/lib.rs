//! numakv's core.
pub mod error;
