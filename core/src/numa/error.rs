//! What can go wrong between numakv and the kernel's NUMA calls, and in a topology a user typed.
//!
//! May not know: which call is made when. A leaf: everything in `numa` may import it.
//!
//! Invariant: an error names the call and the errno, or quotes the value it refuses and says what
//! would be accepted.

use std::fmt;

/// A call that the kernel refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumaError {
    /// The call's name as its manual page has it, for example `mbind`.
    pub call: &'static str,
    /// The errno it answered, always positive.
    pub errno: i32,
}

impl NumaError {
    pub(super) fn new(call: &'static str, errno: i32) -> NumaError {
        NumaError { call, errno }
    }

    /// The error the calling thread's last failed call left behind.
    pub(super) fn last(call: &'static str) -> NumaError {
        let errno = std::io::Error::last_os_error()
            .raw_os_error()
            .unwrap_or(libc::EIO);
        NumaError::new(call, errno)
    }
}

impl fmt::Display for NumaError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{} failed: {}",
            self.call,
            std::io::Error::from_raw_os_error(self.errno)
        )
    }
}

impl std::error::Error for NumaError {}

/// A topology specification that cannot be honoured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TopologyError {
    /// None of the known forms; carries what was typed.
    Unknown(String),
    /// A fake topology without a node that has CPUs; carries what was typed.
    NoCpuNode(String),
    /// More nodes than [`super::MAX_NODES`]; carries what was typed.
    TooMany(String),
}

impl fmt::Display for TopologyError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TopologyError::Unknown(spec) => write!(
                out,
                "topology '{spec}' is not known: use 'auto', 'plain', 'fake:<nodes>' or \
                 'fake:<nodes>+<memory-only nodes>', for example 'fake:2+1'"
            ),
            TopologyError::NoCpuNode(spec) => {
                write!(
                    out,
                    "topology '{spec}' has no node with CPUs: a fake topology needs at least 1"
                )
            }
            TopologyError::TooMany(spec) => {
                write!(
                    out,
                    "topology '{spec}' has too many nodes: at most {} in all",
                    super::MAX_NODES
                )
            }
        }
    }
}

impl std::error::Error for TopologyError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_call_and_errno() {
        let text = NumaError::new("mbind", libc::EPERM).to_string();
        assert!(
            text.starts_with("mbind failed: ") && text.ends_with("(os error 1)"),
            "{text}"
        );
    }

    #[test]
    fn a_topology_error_quotes_what_was_typed() {
        assert!(
            TopologyError::Unknown("fake:x".into())
                .to_string()
                .contains("'fake:x'")
        );
        assert!(
            TopologyError::TooMany("fake:65".into())
                .to_string()
                .contains("at most 64")
        );
    }
}
