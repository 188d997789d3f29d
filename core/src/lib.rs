//! numakv's core: memory, data and execution. It knows no socket, no configuration file and no policy; it is loaded as a
//! dynamic library and reached through `ffi` alone.
//!
//! The modules in reading order, from what everything rests on to what others call:

// Leaves.
pub mod clock;
pub mod error;
pub mod glob;
pub mod stats;

/// NUMA nodes: what there is, what the process may use, and the kernel calls about them.
pub mod numa;
/// Memory: windows bound to nodes, slabs, chunks, spans, and the PREFIX of every entry.
pub mod pool;
/// Values: how each type lies in the pool.
pub mod object;
/// Which node a new object gets.
pub mod placement;
/// Keys: tables, shards, locks, expiry, scans.
pub mod keyspace;
/// What every change did, for those who must know.
pub mod effect;
/// Moving keys between nodes.
pub mod migrate;
/// The protocol: bytes to arguments, values to bytes.
pub mod resp;
/// Options and facts that come down from the server.
pub mod settings;
/// An execution context.
pub mod lane;
/// Everything one store has.
pub mod store;
/// What runs in the background.
pub mod keeper;
/// What clients ask for.
pub mod command;
/// One client, from bytes to bytes.
pub mod session;
/// The boundary's records and status codes.
pub mod abi;
/// The boundary.
pub mod ffi;
