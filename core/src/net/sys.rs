//! The system calls of sockets that the standard library does not have: epoll, eventfd, listening with options, and send
//! and receive on a bare descriptor.
//!
//! It knows no client and keeps no state. Invariant: every descriptor made here is closed on exec and does not block.

use std::fs::File;
use std::io::{Error, Result};
use std::mem::{size_of, zeroed};
use std::net::{SocketAddr, TcpListener};
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

/// Something can be read.
pub(super) const READABLE: u32 = libc::EPOLLIN as u32;
/// Something can be written.
pub(super) const WRITABLE: u32 = libc::EPOLLOUT as u32;
/// The other end sends nothing more.
pub(super) const HALF_CLOSED: u32 = libc::EPOLLRDHUP as u32;
/// The connection is gone.
pub(super) const GONE: u32 = (libc::EPOLLHUP | libc::EPOLLERR) as u32;
/// Told once per change, not as long as it lasts.
pub(super) const ONCE: u32 = libc::EPOLLET as u32;

/// Passes a result that is no failure.
fn check(result: i32) -> Result<i32> {
    if result < 0 {
        return Err(Error::last_os_error());
    }
    Ok(result)
}

/// What one wait brought: its token and what happened.
pub(super) type Event = (u64, u32);

/// A set of descriptors that are waited for together.
pub(super) struct Poller {
    epoll: OwnedFd,
    raw: Vec<libc::epoll_event>,
}

impl Poller {
    /// An empty set, whose waits bring at most `events`.
    pub(super) fn new(events: usize) -> Result<Poller> {
        // SAFETY: a plain call; the descriptor is new and ours.
        let epoll =
            unsafe { OwnedFd::from_raw_fd(check(libc::epoll_create1(libc::EPOLL_CLOEXEC))?) };
        Ok(Poller {
            epoll,
            raw: vec![libc::epoll_event { events: 0, u64: 0 }; events],
        })
    }

    fn control(&self, operation: i32, fd: BorrowedFd<'_>, token: u64, interest: u32) -> Result<()> {
        let mut event = libc::epoll_event {
            events: interest,
            u64: token,
        };
        let (epoll, fd) = (self.epoll.as_raw_fd(), fd.as_raw_fd());
        // SAFETY: both descriptors are open, and the record lives until the call returns.
        check(unsafe { libc::epoll_ctl(epoll, operation, fd, &mut event) }).map(|_zero| ())
    }

    /// Watches one more descriptor; closing it ends that.
    pub(super) fn add(&self, fd: BorrowedFd<'_>, token: u64, interest: u32) -> Result<()> {
        self.control(libc::EPOLL_CTL_ADD, fd, token, interest)
    }

    /// Watches it for something else; what holds already is told anew.
    pub(super) fn change(&self, fd: BorrowedFd<'_>, token: u64, interest: u32) -> Result<()> {
        self.control(libc::EPOLL_CTL_MOD, fd, token, interest)
    }

    /// Waits until something happens, at most so long, and answers how many events there are.
    pub(super) fn wait(&mut self, wait_ms: i32) -> usize {
        let (epoll, room) = (self.epoll.as_raw_fd(), self.raw.len() as i32);
        // SAFETY: the kernel writes at most `room` records.
        let count = unsafe { libc::epoll_wait(epoll, self.raw.as_mut_ptr(), room, wait_ms) };
        // The only failure an open set can have is a signal; then nothing has happened.
        usize::try_from(count).unwrap_or(0)
    }

    /// One event of the last wait.
    pub(super) fn event(&self, index: usize) -> Event {
        (self.raw[index].u64, self.raw[index].events)
    }
}

/// A counter that can be waited for.
pub(super) fn bell() -> Result<File> {
    // SAFETY: a plain call; the descriptor is new and ours.
    unsafe {
        check(libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK))
            .map(|fd| File::from_raw_fd(fd))
    }
}

/// Takes bytes that have come; 0 when there will be none any more.
pub(super) fn receive(fd: BorrowedFd<'_>, into: &mut [u8]) -> Result<usize> {
    // SAFETY: the kernel writes at most the slice's length.
    let count = unsafe { libc::recv(fd.as_raw_fd(), into.as_mut_ptr().cast(), into.len(), 0) };
    usize::try_from(count).map_err(|_negative| Error::last_os_error())
}

/// Whether the other end has sent all it will, and all of it was taken.
pub(super) fn is_at_end(fd: BorrowedFd<'_>) -> bool {
    let mut byte = 0u8;
    // SAFETY: the kernel writes at most one byte, and takes none out.
    0 == unsafe { libc::recv(fd.as_raw_fd(), (&raw mut byte).cast(), 1, libc::MSG_PEEK) }
}

/// Gives bytes to the kernel, as many as it takes.
pub(super) fn send(fd: BorrowedFd<'_>, bytes: &[u8]) -> Result<usize> {
    let (start, len) = (bytes.as_ptr().cast(), bytes.len());
    // SAFETY: the kernel reads at most the slice's length.
    let count = unsafe { libc::send(fd.as_raw_fd(), start, len, libc::MSG_NOSIGNAL) };
    usize::try_from(count).map_err(|_negative| Error::last_os_error())
}

/// Sets one number among a socket's options.
fn set_option(fd: BorrowedFd<'_>, level: i32, name: i32, value: i32) -> Result<()> {
    let bytes = size_of::<i32>() as libc::socklen_t;
    // SAFETY: the kernel reads one number, which lives until the call returns.
    let result = unsafe {
        libc::setsockopt(
            fd.as_raw_fd(),
            level,
            name,
            (&raw const value).cast(),
            bytes,
        )
    };
    check(result).map(|_zero| ())
}

/// Has the kernel look after so many silent seconds whether the other end still lives: as Redis does, three probes in the
/// time that follows.
pub(super) fn keep_alive(fd: BorrowedFd<'_>, seconds: u32) -> Result<()> {
    let idle = i32::try_from(seconds).unwrap_or(i32::MAX);
    set_option(fd, libc::SOL_SOCKET, libc::SO_KEEPALIVE, 1)?;
    set_option(fd, libc::IPPROTO_TCP, libc::TCP_KEEPIDLE, idle)?;
    set_option(
        fd,
        libc::IPPROTO_TCP,
        libc::TCP_KEEPINTVL,
        (idle / 3).max(1),
    )?;
    set_option(fd, libc::IPPROTO_TCP, libc::TCP_KEEPCNT, 3)
}

/// A listening socket on an address that other listeners of this process share.
pub(super) fn listen(address: &SocketAddr, backlog: u32) -> Result<TcpListener> {
    let family = if address.is_ipv4() {
        libc::AF_INET
    } else {
        libc::AF_INET6
    };
    let kind = libc::SOCK_STREAM | libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK;
    // SAFETY: a plain call; the descriptor is new and ours.
    let socket = unsafe { OwnedFd::from_raw_fd(check(libc::socket(family, kind, 0))?) };
    let fd = std::os::fd::AsFd::as_fd(&socket);
    set_option(fd, libc::SOL_SOCKET, libc::SO_REUSEADDR, 1)?;
    set_option(fd, libc::SOL_SOCKET, libc::SO_REUSEPORT, 1)?;
    if address.is_ipv6() {
        set_option(fd, libc::IPPROTO_IPV6, libc::IPV6_V6ONLY, 1)?;
    }
    bind(fd, address)?;
    let backlog = i32::try_from(backlog).unwrap_or(i32::MAX).max(1);
    // SAFETY: a plain call on an open descriptor.
    check(unsafe { libc::listen(fd.as_raw_fd(), backlog) })?;
    Ok(TcpListener::from(socket))
}

fn bind(fd: BorrowedFd<'_>, address: &SocketAddr) -> Result<()> {
    let result = match address {
        SocketAddr::V4(v4) => {
            // SAFETY: all zeroes are a value of this plain record.
            let mut raw: libc::sockaddr_in = unsafe { zeroed() };
            raw.sin_family = libc::AF_INET as libc::sa_family_t;
            raw.sin_port = v4.port().to_be();
            raw.sin_addr.s_addr = u32::from_ne_bytes(v4.ip().octets());
            // SAFETY: the kernel reads the record, which lives until the call returns.
            unsafe {
                libc::bind(
                    fd.as_raw_fd(),
                    (&raw const raw).cast(),
                    size_of_val(&raw) as u32,
                )
            }
        }
        SocketAddr::V6(v6) => {
            // SAFETY: all zeroes are a value of this plain record.
            let mut raw: libc::sockaddr_in6 = unsafe { zeroed() };
            raw.sin6_family = libc::AF_INET6 as libc::sa_family_t;
            raw.sin6_port = v6.port().to_be();
            raw.sin6_addr.s6_addr = v6.ip().octets();
            raw.sin6_scope_id = v6.scope_id();
            // SAFETY: the kernel reads the record, which lives until the call returns.
            unsafe {
                libc::bind(
                    fd.as_raw_fd(),
                    (&raw const raw).cast(),
                    size_of_val(&raw) as u32,
                )
            }
        }
    };
    check(result).map(|_zero| ())
}
