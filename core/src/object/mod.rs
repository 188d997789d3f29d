//! Objects: how each type lies in the pool and how it walks its own allocations. Nothing here knows a table of keys, a lock
//! or a command.

pub mod block;
pub mod entry;
pub mod listpack;
pub mod string;
pub mod value;
