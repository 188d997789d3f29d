//! Where a lane listens, and what comes in there.
//!
//! It knows addresses and no session. Invariant: an acceptor's endpoint is the one it was asked for, word by word, so that
//! asking for it again changes nothing.

use super::sys;
use std::io::{Error, ErrorKind, Result};
use std::net::{IpAddr, SocketAddr, TcpListener, ToSocketAddrs};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixListener;

/// A socket that accepts.
pub(super) struct Acceptor {
    /// The line that asked for it: `tcp <address> <port>` or `unix <path>`.
    pub(super) endpoint: String,
    /// Its number in the poller.
    pub(super) number: u32,
    /// Not watched for a while, because the last accept failed.
    pub(super) resting: bool,
    socket: Socket,
}

enum Socket {
    Tcp(TcpListener),
    Unix(UnixListener),
}

/// A connection that came in.
pub(super) struct Arrival {
    pub(super) socket: OwnedFd,
    /// Where it comes from, in lines as a session's opening takes them.
    pub(super) facts: String,
    /// Whether the other end is on this machine.
    pub(super) is_local: bool,
    pub(super) is_tcp: bool,
}

impl Acceptor {
    /// Listens on what a line asks for; `backlog` connections may wait.
    pub(super) fn open(endpoint: &str, number: u32, backlog: u32) -> Result<Acceptor> {
        let wrong = || {
            Error::new(
                ErrorKind::InvalidInput,
                format!("not an endpoint: '{endpoint}'"),
            )
        };
        let socket = match endpoint.split_once(' ').ok_or_else(wrong)? {
            ("unix", path) => Socket::Unix(UnixListener::bind(path)?),
            ("tcp", place) => {
                let (host, port) = place.rsplit_once(' ').ok_or_else(wrong)?;
                let port: u16 = port.parse().map_err(|_not_a_port| wrong())?;
                let address = (host, port).to_socket_addrs()?.next().ok_or_else(wrong)?;
                Socket::Tcp(sys::listen(&address, backlog)?)
            }
            _ => return Err(wrong()),
        };
        if let Socket::Unix(listener) = &socket {
            listener.set_nonblocking(true)?;
        }
        Ok(Acceptor {
            endpoint: endpoint.to_owned(),
            number,
            resting: false,
            socket,
        })
    }

    /// Its descriptor.
    pub(super) fn fd(&self) -> BorrowedFd<'_> {
        match &self.socket {
            Socket::Tcp(listener) => listener.as_fd(),
            Socket::Unix(listener) => listener.as_fd(),
        }
    }

    /// Takes one connection that waits; `WouldBlock` when none does.
    pub(super) fn accept(&self) -> Result<Arrival> {
        match &self.socket {
            Socket::Tcp(listener) => {
                let (stream, peer) = listener.accept()?;
                stream.set_nonblocking(true)?;
                stream.set_nodelay(true)?;
                let local = stream.local_addr()?;
                let socket = OwnedFd::from(stream);
                let fd = socket.as_raw_fd();
                Ok(Arrival {
                    facts: format!("addr {peer}\nladdr {local}\nunix 0\nfd {fd}\n"),
                    is_local: is_local(&peer),
                    is_tcp: true,
                    socket,
                })
            }
            Socket::Unix(listener) => {
                let (stream, _nameless) = listener.accept()?;
                stream.set_nonblocking(true)?;
                let socket = OwnedFd::from(stream);
                let fd = socket.as_raw_fd();
                let path = self.endpoint.strip_prefix("unix ").unwrap_or_default();
                Ok(Arrival {
                    facts: format!("addr {path}:0\nladdr {path}:0\nunix 1\nfd {fd}\n"),
                    is_local: true,
                    is_tcp: false,
                    socket,
                })
            }
        }
    }
}

/// Whether an address is one of this machine's own, seen from itself.
fn is_local(peer: &SocketAddr) -> bool {
    match peer.ip() {
        IpAddr::V4(v4) => v4.is_loopback(),
        IpAddr::V6(v6) => {
            v6.is_loopback() || v6.to_ipv4_mapped().is_some_and(|v4| v4.is_loopback())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_that_is_none_is_refused_in_words() {
        for text in [
            "",
            "tcp",
            "tcp 127.0.0.1",
            "tcp 127.0.0.1 x",
            "udp 127.0.0.1 1",
        ] {
            let error = Acceptor::open(text, 0, 1)
                .err()
                .map(|error| error.to_string());
            assert_eq!(error, Some(format!("not an endpoint: '{text}'")));
        }
    }

    #[test]
    fn local_is_what_loops_back() {
        let local = |text: &str| is_local(&SocketAddr::new(text.parse().expect("an address"), 1));
        assert!(
            local("127.0.0.1") && local("127.9.9.9") && local("::1") && local("::ffff:127.0.0.1")
        );
        assert!(!local("10.0.0.1") && !local("::ffff:10.0.0.1") && !local("fe80::1"));
    }
}
