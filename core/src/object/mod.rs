//! Objects: how each type lies in the pool and how it walks its own allocations. Nothing here knows a table of keys, a lock
//! or a command.

pub mod block;
pub mod collection;
pub mod elements;
pub mod entry;
pub mod hash;
pub mod intset;
pub mod list;
pub mod listpack;
pub mod set;
pub mod string;
pub mod value;
pub mod zset;
