//! numakv's core: memory, data, execution and the sockets of clients. It knows no configuration file and no policy; it is
//! loaded as a dynamic library and reached through `ffi` alone.
//!
//! The modules in reading order, from what everything rests on to what others call:

// Leaves.
pub mod clock;
pub mod crc64;
pub mod error;
pub mod geo;
pub mod glob;
pub mod lzf;
pub mod stats;
pub mod sync;

/// The boundary's records and status codes.
pub mod abi;
mod abi_check;
/// A client as others see it.
pub mod client;
/// What clients ask for.
pub mod command;
/// Who asked for a compaction, and what compactions did.
pub mod compaction;
/// What moves together what lies thinly.
pub mod compactor;
/// What every change did, for those who must know.
pub mod effect;
/// Letting keys go when memory is used up.
pub mod evict;
/// The boundary.
pub mod ffi;
/// The numbers by which the other side names things.
pub mod handle;
/// Migration jobs, and who waits for them.
pub mod jobs;
/// What runs in the background.
pub mod keeper;
/// Keys: tables, shards, locks, expiry, scans.
pub mod keyspace;
/// An execution context.
pub mod lane;
/// What waits to be freed in the background.
pub mod lazy_free;
/// Moving keys between nodes.
pub mod migrate;
/// The thread that moves keys.
pub mod mover;
/// Sockets: accept, read, execute, write.
pub mod net;
/// What is set node by node.
pub mod node_settings;
/// NUMA nodes: what there is, what the process may use, and the kernel calls about them.
pub mod numa;
/// Values: how each type lies in the pool.
pub mod object;
/// From option lines to a store.
pub mod open;
/// What asks now and then where pages are, and runs errands.
pub mod patrol;
/// Formats in, formats out.
pub mod persist;
/// Which node a new object gets.
pub mod placement;
/// Memory: windows bound to nodes, slabs, chunks, spans, and the PREFIX of every entry.
pub mod pool;
/// Who listens to which channel.
pub mod pubsub;
/// Where the pool's pages really are.
pub mod residency;
/// The protocol: bytes to arguments, values to bytes.
pub mod resp;
/// What hotness looks like from above.
pub mod sample;
/// One client, from bytes to bytes.
pub mod session;
/// Options and facts that come down from the server.
pub mod settings;
/// What strategies decide, on its way down.
pub mod steer;
/// Everything one store has.
pub mod store;
/// Hash tables of slots, in the pool.
pub mod table;
/// A server without sockets, for tests.
#[cfg(test)]
mod testing;
/// Threads behind the listeners, and the CPUs of both.
pub mod threads;
