//! numakv's core.
pub mod error;
pub mod pool;
