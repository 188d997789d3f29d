//! Formats in, formats out: how values leave the store as bytes, and how bytes become values again.
//!
//! It may not know commands, clients or locks. Invariant: bytes from outside are checked before anything is made of them.

pub mod rdb;
