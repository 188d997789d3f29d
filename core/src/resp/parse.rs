//! Bytes → arguments: finds one request after the other in a read buffer and says where its
//! arguments lie.
//!
//! Knows nothing of what the arguments mean. Nothing is copied (inline requests excepted, their
//! quotes must be undone) and nothing is allocated once the caller's vector of spans has grown to
//! the longest request. A declared count or length is checked but never believed: memory grows with
//! bytes that arrived.
//!
//! A request that has not arrived whole is resumed, not read again: while it is in progress
//! `args.len() + remaining == declared count` and `position <= buf.len()`, all positions counted
//! from the first byte not yet consumed. What the bytes mean does not depend on how they were cut
//! into reads.
//!
//! Rules, limits and error texts are those `redis-server` 7.0.15 shows on the wire:
//! <https://redis.io/docs/reference/protocol-spec/>.

use super::inline;
use super::number::parse_i64;

/// The longest line without an end, in bytes: an inline request, a count or a length.
pub const LINE_MAX_BYTES: usize = 64 * 1024;
/// The most arguments a request may announce before its sender has authenticated.
pub const UNAUTHENTICATED_ARGS_MAX: u32 = 10;
/// The longest argument, in bytes, before its sender has authenticated.
pub const UNAUTHENTICATED_BULK_MAX_BYTES: u32 = 16 * 1024;
/// The default of `proto-max-bulk-len`, in bytes.
pub const BULK_MAX_BYTES_DEFAULT: u64 = 512 * 1024 * 1024;

/// The scratch for inline arguments is given back above this size, in bytes.
const SCRATCH_KEPT_BYTES: usize = 1024;
/// A vector of spans longer than this is given back when the request before used less than a
/// quarter of it.
const SPANS_KEPT: usize = 1024;

/// Arguments that begin before this many bytes, and are no longer than [`short_number`] reads, end
/// where a span can name them.
const QUICK_POSITION_MAX: usize = u32::MAX as usize - 10_000_100;

/// Where an argument lies in the buffer its request was parsed from. A request spans less than 4
/// GiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Bytes before it.
    pub start: u32,
    /// Bytes it has.
    pub len: u32,
}

impl Span {
    /// A span of `len` bytes at `start`. Both fit `u32`: requests that would not are refused
    /// before.
    #[inline]
    pub(super) fn new(start: usize, len: usize) -> Span {
        debug_assert!(start + len <= u32::MAX as usize);
        Span {
            start: start as u32,
            len: len as u32,
        }
    }

    /// The bytes it names in `buf`, the buffer the request was parsed from.
    ///
    /// # Panics
    ///
    /// When `buf` is shorter than that buffer was.
    #[inline]
    #[must_use]
    pub fn of(self, buf: &[u8]) -> &[u8] {
        &buf[self.start as usize..][..self.len as usize]
    }
}

/// What a client may send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The longest argument, in bytes (`proto-max-bulk-len`).
    pub bulk_max_bytes: u64,
    /// Whether the client may send more than 10 arguments and arguments above 16 KiB.
    pub authenticated: bool,
}

impl Limits {
    /// The longest argument that needs no closer look, in bytes.
    #[inline]
    fn quick_len_max(&self) -> u32 {
        let max = if self.authenticated {
            u32::MAX
        } else {
            UNAUTHENTICATED_BULK_MAX_BYTES
        };
        self.bulk_max_bytes.min(u64::from(max)) as u32
    }
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            bulk_max_bytes: BULK_MAX_BYTES_DEFAULT,
            authenticated: true,
        }
    }
}

/// What [`Parser::next`] found at the start of the buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parsed {
    /// A request; its spans lie in the buffer. The next one begins `consumed` bytes on.
    Request {
        /// Bytes the request took.
        consumed: usize,
    },
    /// A request typed as a line; its spans lie in [`Parser::inline_bytes`], not in the buffer.
    Inline {
        /// Bytes the line took, its end included.
        consumed: usize,
    },
    /// A blank line or an empty array: nothing to run and nothing to answer.
    Empty {
        /// Bytes it took.
        consumed: usize,
    },
    /// The request has not arrived whole. Call again with the same bytes and more, and with the
    /// same spans.
    Incomplete {
        /// The least the buffer must hold for progress, in bytes. The client announced it: let
        /// buffers grow with what arrives, and take this as no more than a hint.
        wanted: usize,
    },
    /// The bytes are no request; the connection cannot go on.
    Error(ProtocolError),
}

/// Why the bytes are no request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProtocolError {
    /// The count after `*` is no integer up to 2³¹-1.
    InvalidCount,
    /// More than 10 arguments before authentication.
    UnauthenticatedCount,
    /// No end of line within 64 KiB after `*`.
    CountTooLong,
    /// No end of line within 64 KiB where an argument's length should be.
    LengthTooLong,
    /// This byte stands where `$` should.
    ExpectedBulk(u8),
    /// The length after `$` is no integer within the limit.
    InvalidLength,
    /// An argument above 16 KiB before authentication.
    UnauthenticatedLength,
    /// No end of line within 64 KiB of an inline request.
    InlineTooLong,
    /// An inline request leaves a quote open.
    UnbalancedQuotes,
}

impl ProtocolError {
    /// The error reply's text, its code `ERR` first. Bytes, because it may quote one the client
    /// sent.
    #[must_use]
    pub fn text(self) -> Vec<u8> {
        let cause: &[u8] = match self {
            ProtocolError::InvalidCount => b"invalid multibulk length",
            ProtocolError::UnauthenticatedCount => b"unauthenticated multibulk length",
            ProtocolError::CountTooLong => b"too big mbulk count string",
            ProtocolError::LengthTooLong => b"too big bulk count string",
            ProtocolError::ExpectedBulk(found) => {
                let shown = if matches!(found, b'\r' | b'\n') {
                    b' '
                } else {
                    found
                };
                return [
                    b"ERR Protocol error: expected '$', got '",
                    &[shown][..],
                    b"'",
                ]
                .concat();
            }
            ProtocolError::InvalidLength => b"invalid bulk length",
            ProtocolError::UnauthenticatedLength => b"unauthenticated bulk length",
            ProtocolError::InlineTooLong => b"too big inline request",
            ProtocolError::UnbalancedQuotes => b"unbalanced quotes in request",
        };
        [b"ERR Protocol error: ", cause].concat()
    }
}

/// The state of one connection's request in progress.
#[derive(Debug, Default)]
pub struct Parser {
    limits: Limits,
    /// Arguments announced and not yet found; 0 between requests.
    remaining: u32,
    /// First byte not yet understood.
    position: usize,
    /// Bytes from `position` on known to hold no end of line.
    searched: usize,
    /// The length of the argument that begins at `position`, once its line was read.
    bulk: Option<u32>,
    /// The unquoted arguments of the last inline request.
    scratch: Vec<u8>,
}

/// What a search for an end of line gave.
enum Line {
    /// It ends after this many bytes, and the end is there.
    Ends(usize),
    /// The end has not arrived.
    Open,
    /// It is longer than any line may be.
    TooLong,
}

/// Why a request was not completed.
enum Stop {
    Wanted(usize),
    Error(ProtocolError),
}

impl Parser {
    /// A parser at the start of a connection.
    #[must_use]
    pub fn new(limits: Limits) -> Parser {
        Parser {
            limits,
            ..Parser::default()
        }
    }

    /// What the client may send.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Changes what the client may send, from the next count or length on.
    pub fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
    }

    /// The bytes the spans of the last [`Parsed::Inline`] lie in.
    #[must_use]
    pub fn inline_bytes(&self) -> &[u8] {
        &self.scratch
    }

    /// Whether a request has begun and not ended, so that `buf` and `args` must be handed in again
    /// as they were.
    #[must_use]
    pub fn in_progress(&self) -> bool {
        self.remaining > 0
    }

    /// Forgets the request in progress: the next call reads `buf` from its start, into any vector
    /// of spans.
    pub fn restart(&mut self) {
        (self.remaining, self.position, self.searched, self.bulk) = (0, 0, 0, None);
    }

    /// Finds the request at the start of `buf` and puts its arguments' spans into `args`.
    ///
    /// `buf` begins at the first byte not consumed. After [`Parsed::Incomplete`] it must begin with
    /// the same bytes, and `args` be as this call left it; otherwise call [`Parser::restart`]
    /// before. After an error the parser is at a start, but the stream has lost its meaning.
    #[inline]
    pub fn next(&mut self, buf: &[u8], args: &mut Vec<Span>) -> Parsed {
        if self.remaining == 0 {
            match buf.first() {
                Some(b'*') => match self.count(buf) {
                    Ok(0) => return self.finish(|consumed| Parsed::Empty { consumed }),
                    Ok(count) => self.remaining = count,
                    Err(stop) => return self.stop(stop),
                },
                Some(_) => return self.inline(buf, args),
                None => return Parsed::Incomplete { wanted: 1 },
            }
            if args.capacity() > SPANS_KEPT && args.len() < args.capacity() / 4 {
                args.shrink_to(SPANS_KEPT);
            }
            args.clear();
        }
        match self.bulks(buf, args) {
            Ok(()) => self.finish(|consumed| Parsed::Request { consumed }),
            Err(stop) => self.stop(stop),
        }
    }

    #[inline]
    fn finish(&mut self, parsed: impl FnOnce(usize) -> Parsed) -> Parsed {
        let consumed = self.position;
        self.position = 0;
        parsed(consumed)
    }

    #[cold]
    fn stop(&mut self, stop: Stop) -> Parsed {
        match stop {
            Stop::Wanted(wanted) => Parsed::Incomplete { wanted },
            Stop::Error(error) => {
                self.restart();
                Parsed::Error(error)
            }
        }
    }

    /// Reads the line `*count` at the start of `buf` and moves past it. Counts below 0 are 0.
    #[inline]
    fn count(&mut self, buf: &[u8]) -> Result<u32, Stop> {
        let quick_max = if self.limits.authenticated {
            u32::MAX
        } else {
            UNAUTHENTICATED_ARGS_MAX
        };
        match short_number(&buf[1..]) {
            Some((count, took)) if count <= quick_max => {
                (self.position, self.searched) = (1 + took, 0);
                Ok(count)
            }
            _ => self.count_checked(buf),
        }
    }

    #[cold]
    fn count_checked(&mut self, buf: &[u8]) -> Result<u32, Stop> {
        let end = match self.line(buf, b'\r') {
            Line::Ends(end) => end,
            Line::Open => return Err(Stop::Wanted(buf.len() + 1)),
            Line::TooLong => return Err(Stop::Error(ProtocolError::CountTooLong)),
        };
        let count = parse_i64(&buf[1..end]).filter(|count| *count <= i64::from(i32::MAX));
        let count = count
            .ok_or(Stop::Error(ProtocolError::InvalidCount))?
            .max(0) as u32;
        if count > UNAUTHENTICATED_ARGS_MAX && !self.limits.authenticated {
            return Err(Stop::Error(ProtocolError::UnauthenticatedCount));
        }
        self.position = end + 2;
        Ok(count)
    }

    /// Finds the arguments still missing. The two bytes after each are skipped unread, as Redis
    /// does.
    #[inline]
    fn bulks(&mut self, buf: &[u8], args: &mut Vec<Span>) -> Result<(), Stop> {
        loop {
            if self.bulk.is_none() {
                self.quick_bulks(buf, args);
            }
            if self.remaining == 0 {
                return Ok(());
            }
            self.bulk_checked(buf, args)?;
        }
    }

    /// Takes the arguments that are all there and whose length is short, right and allowed; stops
    /// at the first that is not.
    #[inline]
    fn quick_bulks(&mut self, buf: &[u8], args: &mut Vec<Span>) {
        let len_max = self.limits.quick_len_max();
        let (mut position, mut remaining) = (self.position, self.remaining);
        while remaining > 0
            && position < QUICK_POSITION_MAX
            && let [b'$', rest @ ..] = &buf[position..]
            && let Some((len, took)) = short_number(rest)
            && len <= len_max
        {
            let start = position + 1 + took;
            let end = start + len as usize + 2;
            if end > buf.len() {
                break;
            }
            args.push(Span::new(start, len as usize));
            (position, remaining) = (end, remaining - 1);
        }
        if position != self.position {
            (self.position, self.remaining, self.searched) = (position, remaining, 0);
        }
    }

    /// Takes one argument, whatever is the matter with it.
    #[cold]
    fn bulk_checked(&mut self, buf: &[u8], args: &mut Vec<Span>) -> Result<(), Stop> {
        let len = match self.bulk {
            Some(len) => len,
            None => self.length_checked(buf)?,
        };
        let end = self.position + len as usize + 2;
        if end > buf.len() {
            self.bulk = Some(len);
            return Err(Stop::Wanted(end));
        }
        args.push(Span::new(self.position, len as usize));
        (self.bulk, self.position) = (None, end);
        self.remaining -= 1;
        Ok(())
    }

    /// Reads the line `$length` at `position` and moves past it.
    fn length_checked(&mut self, buf: &[u8]) -> Result<u32, Stop> {
        let start = self.position;
        let end = match self.line(buf, b'\r') {
            Line::Ends(end) => end,
            Line::Open => return Err(Stop::Wanted(buf.len() + 1)),
            Line::TooLong => return Err(Stop::Error(ProtocolError::LengthTooLong)),
        };
        if buf[start] != b'$' {
            return Err(Stop::Error(ProtocolError::ExpectedBulk(buf[start])));
        }
        let len =
            parse_i64(&buf[start + 1..end]).ok_or(Stop::Error(ProtocolError::InvalidLength))?;
        self.check_length(end + 2, len).map_err(Stop::Error)?;
        self.position = end + 2;
        Ok(len as u32)
    }

    /// Whether an argument of `len` bytes may begin at `start`.
    fn check_length(&self, start: usize, len: i64) -> Result<(), ProtocolError> {
        let room = (u32::MAX as usize - 2).saturating_sub(start);
        if len < 0 || len as u64 > self.limits.bulk_max_bytes.min(room as u64) {
            return Err(ProtocolError::InvalidLength);
        }
        if len > i64::from(UNAUTHENTICATED_BULK_MAX_BYTES) && !self.limits.authenticated {
            return Err(ProtocolError::UnauthenticatedLength);
        }
        Ok(())
    }

    /// Looks for the end of the line that begins at `position`: `\n`, or `\r` and any one byte. A
    /// NUL hides whatever follows it, so such a line never ends but in [`Line::TooLong`].
    fn line(&mut self, buf: &[u8], end: u8) -> Line {
        let line = &buf[self.position..];
        let window = &line[..line.len().min(LINE_MAX_BYTES + 1)];
        let found = window[self.searched..]
            .iter()
            .position(|byte| *byte == end || *byte == 0);
        self.searched = found.map_or(window.len(), |at| self.searched + at);
        let after = usize::from(end == b'\r');
        match window.get(self.searched) {
            Some(byte) if *byte == end && self.searched + after < line.len() => {
                let at = self.position + self.searched;
                self.searched = 0;
                Line::Ends(at)
            }
            Some(byte) if *byte == end => Line::Open,
            _ if line.len() > LINE_MAX_BYTES => Line::TooLong,
            _ => Line::Open,
        }
    }

    #[cold]
    fn inline(&mut self, buf: &[u8], args: &mut Vec<Span>) -> Parsed {
        let end = match self.line(buf, b'\n') {
            Line::Ends(end) => end,
            Line::Open => {
                return Parsed::Incomplete {
                    wanted: buf.len() + 1,
                };
            }
            Line::TooLong => return self.stop(Stop::Error(ProtocolError::InlineTooLong)),
        };
        self.scratch.clear();
        self.scratch.shrink_to(SCRATCH_KEPT_BYTES);
        args.clear();
        let line = buf[..end].strip_suffix(b"\r").unwrap_or(&buf[..end]);
        match inline::split(line, &mut self.scratch, args) {
            Err(inline::Unbalanced) => self.stop(Stop::Error(ProtocolError::UnbalancedQuotes)),
            Ok(()) if args.is_empty() => Parsed::Empty { consumed: end + 1 },
            Ok(()) => Parsed::Inline { consumed: end + 1 },
        }
    }
}

/// Reads a number of up to seven digits without leading zeros, followed by `\r` and one more byte,
/// and says how many bytes that took. `None` for all else, be it wrong, long or not arrived: the
/// slow path tells them apart.
#[inline]
fn short_number(bytes: &[u8]) -> Option<(u32, usize)> {
    let digit = |byte: u8| u32::from(byte.wrapping_sub(b'0'));
    match *bytes {
        [ones, b'\r', _, ..] if digit(ones) <= 9 => Some((digit(ones), 3)),
        [tens, ones, b'\r', _, ..] if digit(tens).wrapping_sub(1) <= 8 && digit(ones) <= 9 => {
            Some((digit(tens) * 10 + digit(ones), 4))
        }
        [b'1'..=b'9', _, _, ..] => {
            let digits = bytes.iter().take(8).position(|byte| digit(*byte) > 9)?;
            let ended = bytes[digits] == b'\r' && bytes.len() > digits + 1;
            let value = bytes[..digits]
                .iter()
                .fold(0, |value, byte| value * 10 + digit(*byte));
            ended.then_some((value, digits + 2))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
