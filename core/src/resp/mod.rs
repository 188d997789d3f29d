//! RESP, the wire protocol: bytes in become borrowed arguments, values become bytes out.
//!
//! Two rooms that never call each other, and the numbers both of them write:
//!
//! - [`parse`] finds the requests in a read buffer; [`inline`] splits the ones typed by hand at a
//!   terminal.
//! - [`reply`] writes values, in protocol 2 or 3, into the caller's buffer and past its end into a
//!   [`spill`].
//! - [`number`] turns integers and doubles into text by Redis' rules, [`float`] reads doubles, and
//!   [`extended`] does `INCRBYFLOAT`'s sums in 80-bit floats.
//! - [`ahead`] guesses what requests further on will ask for.
//!
//! This is a leaf: it knows no command, no session and no socket, keeps no reference to the bytes
//! it was shown, and contains no `unsafe`. Its invariant: what arrives decides the requests, never
//! how it was cut into reads.

#![forbid(unsafe_code)]

pub mod ahead;
pub mod extended;
pub mod float;
pub mod inline;
mod natural;
pub mod number;
pub mod parse;
pub mod reply;
pub mod spill;

pub use extended::{Extended, FloatError, incr_by_float};
pub use float::{parse_f64, parse_f64_bound};
pub use number::parse_i64;
pub use parse::{Limits, Parsed, Parser, ProtocolError, Span};
pub use reply::{Mark, Reply};
pub use spill::Spill;
