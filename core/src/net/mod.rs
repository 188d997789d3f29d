//! Sockets: a lane listens, accepts, reads, executes and writes without leaving core.
//!
//! ```text
//! pump: epoll ─┬─ acceptor   → accept, admit or turn away      ┐
//!              ├─ connection → receive → session → send        ├ until something is for the server: a hand-off, a
//!              └─ bell       → letters of other lanes, wake-ups ┘ message from main, a defect; then it returns
//! ```
//! It knows sockets and sessions, and no command; how clients are treated (`maxclients`, `timeout`, `protected-mode`,
//! `tcp-keepalive`) stands in the store's settings. `unsafe` is in `sys.rs` alone, around system calls.
//!
//! Invariant: every connection accepted is in the table of connections or closed, and what one client does never ends
//! another's.

mod connection;
mod endpoint;
mod pump;
mod sys;
#[cfg(test)]
mod tests;

pub use pump::Pump;

/// The text of a panic.
pub fn panic_text(panic: &(dyn core::any::Any + Send)) -> &str {
    let owned = panic.downcast_ref::<String>().map(String::as_str);
    owned
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("a panic without words")
}
