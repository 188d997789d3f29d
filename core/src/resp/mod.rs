//! RESP, the wire protocol: bytes in become borrowed arguments, values become bytes out.
//!
//! Two rooms that never call each other, and the numbers both of them write:
//!
//! - [`parse`] finds the requests in a read buffer; [`inline`] splits the ones typed by hand at a
//!   terminal.
//! - [`reply`] writes values, in protocol 2 or 3, into the caller's buffer and past its end into a
//!   [`spill`].
//! - [`number`] turns integers and doubles into text and back by Redis' rules.
//!
//! This is a leaf: it knows no command, no session and no socket, keeps no reference to the bytes
//! it was shown, and contains no `unsafe`. Its invariant: what arrives decides the requests, never
//! how it was cut into reads.

#![forbid(unsafe_code)]

pub mod inline;
pub mod number;
pub mod parse;
pub mod reply;
pub mod spill;

pub use parse::{Limits, Parsed, Parser, ProtocolError, Span};
pub use reply::{Mark, Reply};
pub use spill::Spill;
