//! A look at requests that were not parsed yet: where their first arguments lie, as a hint what will be asked for.
//!
//! It answers for nothing: what it finds is prefetched and never acted on. Invariant: it reads no byte twice and stops at the
//! first thing it does not know.

/// The first argument behind the command's name of up to `firsts.len()` whole requests at the start of `bytes`; none for a
/// request without arguments. Answers how many requests there are and how many bytes they take.
pub fn first_arguments<'a>(bytes: &'a [u8], firsts: &mut [&'a [u8]]) -> (usize, usize) {
    let mut taken = 0;
    for (count, first) in firsts.iter_mut().enumerate() {
        match request(&bytes[taken..]) {
            Some((argument, len)) => {
                *first = argument;
                taken += len;
            }
            None => return (count, taken),
        }
    }
    (firsts.len(), taken)
}

/// One request: its first argument and its length.
fn request(bytes: &[u8]) -> Option<(&[u8], usize)> {
    let (argc, mut at) = number(bytes, 0, b'*')?;
    let mut first: &[u8] = &[];
    for index in 0..argc {
        let (len, start) = number(bytes, at, b'$')?;
        at = start + len + 2;
        if at > bytes.len() {
            return None;
        }
        if index == 1 {
            first = &bytes[start..start + len];
        }
    }
    Some((first, at))
}

/// The number behind `sign` at `at`, and where its line has ended.
fn number(bytes: &[u8], at: usize, sign: u8) -> Option<(usize, usize)> {
    if *bytes.get(at)? != sign {
        return None;
    }
    let mut value = 0usize;
    for (index, &byte) in bytes[at + 1..].iter().enumerate().take(10) {
        match byte {
            b'0'..=b'9' => value = value * 10 + usize::from(byte - b'0'),
            b'\r' => return Some((value, at + index + 3)),
            _ => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_requests_tell_their_first_argument() {
        let bytes = b"*2\r\n$3\r\nGET\r\n$1\r\nk\r\n*1\r\n$4\r\nPING\r\n*3\r\n$3\r\nSET\r\n$2\r\nab\r\n$0\r\n\r\n*2\r\n$3\r\nGE";
        let mut firsts: [&[u8]; 8] = [b"?"; 8];
        assert_eq!(first_arguments(bytes, &mut firsts), (3, bytes.len() - 10));
        assert_eq!(firsts[..3], [&b"k"[..], b"", b"ab"]);
        assert_eq!(first_arguments(bytes, &mut firsts[..1]), (1, 20));
    }

    #[test]
    fn what_it_does_not_know_ends_it() {
        let mut firsts: [&[u8]; 2] = [b""; 2];
        for bytes in [
            &b""[..],
            b"PING\r\n",
            b"*x\r\n",
            b"*1\r\n:1\r\n",
            b"*1\r\n$99999999999\r\n",
            b"*1\r\n$4\r\nPING",
        ] {
            assert_eq!(first_arguments(bytes, &mut firsts), (0, 0), "{bytes:?}");
        }
    }
}
