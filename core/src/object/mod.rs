//! Objects: how each type lies in the pool and how it walks its own allocations. Nothing here knows a table, a lock or a
//! command.

pub mod entry;
pub mod space;
pub mod string;
pub mod zset;
