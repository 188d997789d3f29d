//! Values → bytes: writes replies in protocol 2 or 3 into the caller's buffer, and what does not
//! fit into a spill.
//!
//! Knows neither sessions nor sockets, and does not check that what is written makes whole replies:
//! a caller that announces three elements writes three. Invariants: the stream is
//! `out[..written()]` followed by the spill, in the order written; once the spill holds a byte,
//! `out` takes no more.
//!
//! | value | protocol 2 | protocol 3 |
//! |---|---|---|
//! | null, null array | `$-1`, `*-1` | `_` |
//! | boolean | `:1`, `:0` | `#t`, `#f` |
//! | double, big number | bulk | `,…`, `(…` |
//! | verbatim text | bulk | `=len` `txt:…` |
//! | map of n pairs | array of 2n | `%n` |
//! | set, push | array | `~n`, `>n` |

use std::fmt;

use super::number::{F64_TEXT_BYTES, I64_TEXT_BYTES, LINE_TEXT_BYTES, fmt_f64, fmt_i64, fmt_line};
use super::spill::Spill;

/// The longest error code that is counted under its own name, in bytes; Redis looks no further for
/// it either.
pub const ERROR_CODE_MAX_BYTES: usize = 30;

/// A place in the stream of replies: where an aggregate began whose length is not known yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark(usize);

/// The error replies written: how many, and the code of the last.
#[derive(Clone, Copy, Debug, Default)]
pub struct Errors {
    count: u64,
    code: [u8; ERROR_CODE_MAX_BYTES],
    code_len: u8,
}

impl Errors {
    /// Error replies written, muted ones included.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The code of the last one (`ERR`, `WRONGTYPE`, …); empty before the first.
    #[must_use]
    pub fn last_code(&self) -> &[u8] {
        &self.code[..usize::from(self.code_len)]
    }

    fn add(&mut self, text: &[u8]) {
        let code = text
            .iter()
            .take(ERROR_CODE_MAX_BYTES + 1)
            .position(|byte| *byte == b' ')
            .map(|end| &text[..end]);
        let code = code.unwrap_or(b"ERR");
        self.count += 1;
        self.code[..code.len()].copy_from_slice(code);
        self.code_len = code.len() as u8;
    }
}

/// A writer of replies. Lives for one batch of commands.
#[derive(Debug)]
pub struct Reply<'a> {
    out: &'a mut [u8],
    /// Bytes written to `out`.
    len: usize,
    /// Bytes `out` may hold: its length, or `len` once the spill is in use.
    limit: usize,
    spill: &'a mut Spill,
    protocol: u8,
    muted: bool,
    /// Bytes that `out` and spill may hold together.
    cap: usize,
    /// More was written than that: everything since is dropped.
    abandoned: bool,
    errors: Errors,
}

impl<'a> Reply<'a> {
    /// A writer into `out`, or straight into `spill` when that holds bytes already. `protocol` is 2
    /// or 3.
    #[must_use]
    pub fn new(out: &'a mut [u8], spill: &'a mut Spill, protocol: u8) -> Reply<'a> {
        debug_assert!(matches!(protocol, 2 | 3));
        let limit = if spill.is_empty() { out.len() } else { 0 };
        Reply {
            out,
            len: 0,
            limit,
            spill,
            protocol,
            muted: false,
            cap: usize::MAX,
            abandoned: false,
            errors: Errors::default(),
        }
    }

    /// Gives up once more than `bytes` wait, `out` and spill together: see [`Reply::abandoned`].
    /// What fits `out` alone is never too much.
    pub fn set_cap(&mut self, bytes: usize) {
        self.cap = bytes;
    }

    /// Whether more was written than may wait: the spill is empty, what follows is dropped, and the
    /// connection is to be closed. Commands that write without end may ask and stop.
    #[must_use]
    pub fn abandoned(&self) -> bool {
        self.abandoned
    }

    /// Bytes written to `out`.
    #[must_use]
    pub fn written(&self) -> usize {
        self.len
    }

    /// Bytes waiting in the spill.
    #[must_use]
    pub fn spilled(&self) -> usize {
        self.spill.len()
    }

    /// The protocol in force, 2 or 3.
    #[must_use]
    pub fn protocol(&self) -> u8 {
        self.protocol
    }

    /// Switches to protocol 2 or 3 for what is written next.
    pub fn set_protocol(&mut self, protocol: u8) {
        debug_assert!(matches!(protocol, 2 | 3));
        self.protocol = protocol;
    }

    /// Whether replies are dropped.
    #[must_use]
    pub fn muted(&self) -> bool {
        self.muted
    }

    /// Drops (`true`) or writes what follows. Errors are counted all the same. Not to be changed
    /// inside an aggregate.
    pub fn set_muted(&mut self, muted: bool) {
        self.muted = muted;
    }

    /// The errors written so far.
    #[must_use]
    pub fn errors(&self) -> &Errors {
        &self.errors
    }

    /// `+OK`.
    #[inline]
    pub fn ok(&mut self) {
        self.raw(b"+OK\r\n");
    }

    /// `+QUEUED`.
    #[inline]
    pub fn queued(&mut self) {
        self.raw(b"+QUEUED\r\n");
    }

    /// A short status text. Line ends in it become blanks.
    pub fn simple(&mut self, text: &str) {
        self.raw(b"+");
        self.line(text.as_bytes());
    }

    /// An error, its code first: `ERR no such key`. Line ends in it become blanks; the code is
    /// counted.
    pub fn error(&mut self, text: &str) {
        self.error_bytes(text.as_bytes());
    }

    /// [`Reply::error`] from pieces: `reply.error_fmt(format_args!("ERR no such node {node}"))`.
    #[cold]
    pub fn error_fmt(&mut self, text: fmt::Arguments<'_>) {
        match text.as_str() {
            Some(text) => self.error(text),
            None => self.error(&text.to_string()),
        }
    }

    /// [`Reply::error`] for a text that quotes bytes of the client's.
    #[cold]
    pub fn error_bytes(&mut self, text: &[u8]) {
        self.errors.add(text);
        self.raw(b"-");
        self.line(text);
    }

    /// An integer.
    #[inline]
    pub fn int(&mut self, value: i64) {
        match u8::try_from(value) {
            Ok(digit @ 0..=9) => self.raw(&[b':', b'0' + digit, b'\r', b'\n']),
            _ => self.raw(fmt_line(b':', value, &mut [0; LINE_TEXT_BYTES])),
        }
    }

    /// A string of bytes.
    #[inline]
    pub fn bulk(&mut self, bytes: &[u8]) {
        self.header(b'$', bytes.len());
        self.raw(bytes);
        self.raw(b"\r\n");
    }

    /// An integer as a string of bytes.
    pub fn bulk_int(&mut self, value: i64) {
        let mut text = [0; I64_TEXT_BYTES];
        self.bulk(fmt_i64(value, &mut text));
    }

    /// A string of `total` bytes written piece by piece, for values that do not lie in one place.
    ///
    /// # Panics
    ///
    /// When the pieces are not `total` bytes together: every later reply would be misread.
    pub fn bulk_parts(&mut self, total: usize, write: impl FnOnce(&mut Parts<'_, 'a>)) {
        self.header(b'$', total);
        let mut parts = Parts {
            reply: self,
            written: 0,
        };
        write(&mut parts);
        assert_eq!(
            parts.written, total,
            "the pieces of a bulk must add up to its length"
        );
        self.raw(b"\r\n");
    }

    /// No value.
    #[inline]
    pub fn null(&mut self) {
        self.raw(if self.protocol == 2 {
            b"$-1\r\n"
        } else {
            b"_\r\n"
        });
    }

    /// No array.
    #[inline]
    pub fn null_array(&mut self) {
        self.raw(if self.protocol == 2 {
            b"*-1\r\n"
        } else {
            b"_\r\n"
        });
    }

    /// A truth value.
    pub fn bool(&mut self, value: bool) {
        self.raw(match (self.protocol, value) {
            (2, true) => b":1\r\n",
            (2, false) => b":0\r\n",
            (_, true) => b"#t\r\n",
            (_, false) => b"#f\r\n",
        });
    }

    /// A double, to 17 significant digits.
    pub fn double(&mut self, value: f64) {
        let mut text = [0; F64_TEXT_BYTES];
        self.number(b',', fmt_f64(value, &mut text));
    }

    /// An integer of any size, given as its digits.
    pub fn big_number(&mut self, digits: &str) {
        self.number(b'(', digits.as_bytes());
    }

    /// Text for people. `extension` names its format in three letters, `txt` or `mkd`.
    pub fn verbatim(&mut self, extension: &str, text: &[u8]) {
        debug_assert_eq!(extension.len(), 3);
        if self.protocol == 2 {
            return self.bulk(text);
        }
        self.header(b'=', text.len() + 4);
        self.raw(extension.as_bytes());
        self.raw(b":");
        self.raw(text);
        self.raw(b"\r\n");
    }

    /// Announces an array of `count` elements, which follow.
    #[inline]
    pub fn array(&mut self, count: usize) {
        self.header(b'*', count);
    }

    /// Announces a map of `pairs` keys and values, which follow in turn.
    #[inline]
    pub fn map(&mut self, pairs: usize) {
        let (kind, count) = self.map_kind(pairs);
        self.header(kind, count);
    }

    /// Announces a set of `count` elements, which follow.
    #[inline]
    pub fn set(&mut self, count: usize) {
        self.header(self.kind(b'~'), count);
    }

    /// Announces a message of `count` elements that answers no request.
    #[inline]
    pub fn push(&mut self, count: usize) {
        self.header(self.kind(b'>'), count);
    }

    /// Announces `pairs` attributes of the reply that follows them. `false` in protocol 2, which
    /// has none: then nothing was written and they are left out.
    pub fn attribute(&mut self, pairs: usize) -> bool {
        let known = self.protocol != 2;
        if known {
            self.header(b'|', pairs);
        }
        known
    }

    /// Begins an array whose length is not known; ends with [`Reply::end_array`]. Such aggregates
    /// nest.
    #[must_use]
    pub fn begin_array(&self) -> Mark {
        self.mark()
    }

    /// Ends the array begun at `mark`, now known to have `count` elements. Moves what was written
    /// since by the header's length, so announce lengths that are known.
    pub fn end_array(&mut self, mark: Mark, count: usize) {
        self.insert_header(mark, b'*', count);
    }

    /// Begins a map; ends with [`Reply::end_map`].
    #[must_use]
    pub fn begin_map(&self) -> Mark {
        self.mark()
    }

    /// Ends the map begun at `mark` as one of `pairs` keys and values.
    pub fn end_map(&mut self, mark: Mark, pairs: usize) {
        let (kind, count) = self.map_kind(pairs);
        self.insert_header(mark, kind, count);
    }

    /// Begins a set; ends with [`Reply::end_set`].
    #[must_use]
    pub fn begin_set(&self) -> Mark {
        self.mark()
    }

    /// Ends the set begun at `mark` as one of `count` elements.
    pub fn end_set(&mut self, mark: Mark, count: usize) {
        self.insert_header(mark, self.kind(b'~'), count);
    }

    /// The place the next byte goes to, for [`Reply::rewind`].
    #[must_use]
    pub fn mark(&self) -> Mark {
        Mark(self.len + self.spill.len())
    }

    /// Takes back what was written since `mark`, so that a failure half way can answer in its
    /// place.
    pub fn rewind(&mut self, mark: Mark) {
        if self.abandoned {
            return;
        }
        debug_assert!(mark.0 <= self.mark().0);
        if mark.0 >= self.len {
            self.spill.truncate(mark.0 - self.len);
        } else {
            self.spill.clear();
            self.len = mark.0;
        }
        if self.spill.is_empty() {
            self.limit = self.out.len();
        }
    }

    /// Bytes that are replies already.
    #[inline]
    pub fn raw(&mut self, bytes: &[u8]) {
        if self.muted {
            return;
        }
        match self.out[self.len..self.limit].get_mut(..bytes.len()) {
            Some(room) => {
                room.copy_from_slice(bytes);
                self.len += bytes.len();
            }
            None => self.overflow(bytes),
        }
    }

    /// Fills what room `out` has and puts the rest into the spill.
    #[cold]
    fn overflow(&mut self, bytes: &[u8]) {
        if self.abandoned {
            return;
        }
        let (fits, rest) = bytes.split_at(self.limit - self.len);
        self.out[self.len..self.limit].copy_from_slice(fits);
        self.len = self.limit;
        self.spill.push(rest);
        if self.len + self.spill.len() >= self.cap {
            self.abandoned = true;
            self.spill.clear();
        }
    }

    /// Writes `kind`, a count and the line's end: in one piece when it is short, as nearly all are.
    #[inline]
    fn header(&mut self, kind: u8, count: usize) {
        match count {
            0..=9 => self.raw(&[kind, b'0' + count as u8, b'\r', b'\n']),
            10..=99 => self.raw(&[
                kind,
                b'0' + (count / 10) as u8,
                b'0' + (count % 10) as u8,
                b'\r',
                b'\n',
            ]),
            _ => self.raw(fmt_line(kind, count as i64, &mut [0; LINE_TEXT_BYTES])),
        }
    }

    /// Writes a number: as its own type in protocol 3, as a bulk before.
    fn number(&mut self, kind: u8, text: &[u8]) {
        if self.protocol == 2 {
            return self.bulk(text);
        }
        self.raw(&[kind]);
        self.raw(text);
        self.raw(b"\r\n");
    }

    /// Ends a line with `text`, whose line ends become blanks; those at its own end go.
    fn line(&mut self, text: &[u8]) {
        let is_end = |byte: &u8| matches!(byte, b'\r' | b'\n');
        let trimmed = text.len() - text.iter().rev().take_while(|byte| is_end(byte)).count();
        for (index, piece) in text[..trimmed].split(is_end).enumerate() {
            if index > 0 {
                self.raw(b" ");
            }
            self.raw(piece);
        }
        self.raw(b"\r\n");
    }

    /// A kind of array that only protocol 3 tells apart.
    fn kind(&self, kind: u8) -> u8 {
        if self.protocol == 2 { b'*' } else { kind }
    }

    fn map_kind(&self, pairs: usize) -> (u8, usize) {
        if self.protocol == 2 {
            (b'*', pairs * 2)
        } else {
            (b'%', pairs)
        }
    }

    /// Puts a header in front of what was written since `mark`, wherever that lies.
    fn insert_header(&mut self, mark: Mark, kind: u8, count: usize) {
        if self.muted || self.abandoned {
            return;
        }
        debug_assert!(mark.0 <= self.mark().0);
        let mut text = [0; LINE_TEXT_BYTES];
        self.insert(mark, fmt_line(kind, count as i64, &mut text));
    }

    /// A bulk of an integer's digits before what was written since `mark`.
    pub fn bulk_int_at(&mut self, mark: Mark, value: i64) {
        if self.muted || self.abandoned {
            return;
        }
        let mut text = [0; I64_TEXT_BYTES];
        let digits = fmt_i64(value, &mut text);
        let mut bulk = [0; LINE_TEXT_BYTES + I64_TEXT_BYTES + 2];
        let mut line = [0; LINE_TEXT_BYTES];
        let mut len = 0;
        for part in [
            fmt_line(b'$', digits.len() as i64, &mut line),
            digits,
            b"\r\n",
        ] {
            bulk[len..len + part.len()].copy_from_slice(part);
            len += part.len();
        }
        self.insert(mark, &bulk[..len]);
    }

    /// Puts `header` before what was written since `mark`.
    fn insert(&mut self, mark: Mark, header: &[u8]) {
        let len = header.len();
        if mark.0 >= self.len && !self.spill.is_empty() {
            return self.spill.insert(mark.0 - self.len, header);
        }
        // Make the stream longer by the header at its end, then rotate it to the front of what was
        // written.
        let pushed_out = (self.len + len).saturating_sub(self.limit);
        if pushed_out == 0 {
            self.out.copy_within(mark.0..self.len, mark.0 + len);
            self.out[mark.0..mark.0 + len].copy_from_slice(header);
            self.len += len;
        } else {
            self.insert_across(mark.0, header, pushed_out);
        }
    }

    /// The rare half of [`Reply::insert_header`]: the last `pushed_out` bytes of `out[at..]` with
    /// the header before them find no room and move to the front of the spill.
    #[cold]
    fn insert_across(&mut self, at: usize, header: &[u8], pushed_out: usize) {
        let mut tail = self.out[at..self.len].to_vec();
        tail.splice(..0, header.iter().copied());
        let (fits, rest) = tail.split_at(tail.len() - pushed_out);
        self.out[at..self.limit].copy_from_slice(fits);
        self.len = self.limit;
        self.spill.insert(0, rest);
    }
}

/// Takes the pieces of one bulk; see [`Reply::bulk_parts`].
#[derive(Debug)]
pub struct Parts<'r, 'a> {
    reply: &'r mut Reply<'a>,
    written: usize,
}

impl Parts<'_, '_> {
    /// Writes the next piece.
    pub fn put(&mut self, bytes: &[u8]) {
        self.written += bytes.len();
        self.reply.raw(bytes);
    }
}

#[cfg(test)]
mod tests;
