//! numakv's core.
pub mod abi;
pub mod error;
pub mod glob;
