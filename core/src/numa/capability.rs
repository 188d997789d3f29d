//! What the kernel, the container and the libraries let us do, found out by doing it.
//!
//! Asking libnuma is not enough: an old one says yes although seccomp refuses the calls. So each
//! call is made once on pages of our own, and its own result is what counts.
//!
//! May not know: topologies. Invariant: probing leaves no trace: no policy, affinity or mapping
//! outlives it.

use super::affinity;
use super::error::NumaError;
use super::libnuma::{Calls, calls};
use super::scratch::Scratch;
use std::fmt;

/// A policy mode that no kernel knows: the call must answer `EINVAL`, which proves that it got
/// through.
const MODE_UNKNOWN: i32 = 0x0fff;

/// Who carries the NUMA calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Library {
    /// libnuma, loaded from `path`.
    Libnuma {
        /// The file it was loaded from.
        path: String,
    },
    /// Raw system calls: libnuma is not installed, or too old.
    Syscalls,
    /// Nobody: the kernel has no NUMA calls (built without `CONFIG_NUMA`).
    None,
}

/// The answer to one probed call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// It works.
    Permitted,
    /// It exists and was refused with this errno, in containers usually `EPERM` (1).
    Refused(i32),
    /// The kernel does not have it, or a seccomp profile says so (`ENOSYS`).
    Absent,
}

/// Every call that numakv would like to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capabilities {
    /// Who carries the calls.
    pub library: Library,
    /// Binding a range to a node. Without it there are no windows: one plain arena.
    pub mbind: Permission,
    /// Asking where pages are, and moving them. Without it strays can be neither seen nor re-homed.
    pub move_pages: Permission,
    /// Reading a policy back; informative.
    pub get_mempolicy: Permission,
    /// Giving a thread a preferred node; pinned threads allocate near themselves without it.
    pub set_mempolicy: Permission,
    /// Pinning threads. Without it listeners wander and locality is only probable.
    pub set_affinity: Permission,
}

impl Permission {
    /// Whether the call works.
    pub fn is_permitted(self) -> bool {
        self == Permission::Permitted
    }

    /// What a probe's result says.
    fn of<T>(result: Result<T, NumaError>) -> Permission {
        match result {
            Ok(_) => Permission::Permitted,
            Err(error) if error.errno == libc::ENOSYS => Permission::Absent,
            Err(error) => Permission::Refused(error.errno),
        }
    }
}

/// `permitted`, `absent`, or `refused: <the errno in words>`.
impl fmt::Display for Permission {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Permission::Permitted => write!(out, "permitted"),
            Permission::Refused(errno) => {
                write!(
                    out,
                    "refused: {}",
                    std::io::Error::from_raw_os_error(*errno)
                )
            }
            Permission::Absent => write!(out, "absent"),
        }
    }
}

impl Capabilities {
    /// Makes each call once on behalf of the calling thread. `node` is a kernel node the process
    /// may use.
    pub(super) fn probe(node: u32) -> Capabilities {
        Capabilities::probe_with(calls(), node)
    }

    /// The probe over either road. A kernel that has neither of two calls has none.
    fn probe_with(calls: &Calls, node: u32) -> Capabilities {
        let mbind = Permission::of(probe_mbind(calls, node));
        let get_mempolicy = Permission::of(calls.policy(None));
        let library = match calls.library() {
            _ if mbind == Permission::Absent && get_mempolicy == Permission::Absent => {
                Library::None
            }
            Some(library) => Library::Libnuma {
                path: library.path().to_owned(),
            },
            None => Library::Syscalls,
        };
        Capabilities {
            library,
            mbind,
            move_pages: Permission::of(probe_move_pages(calls)),
            get_mempolicy,
            set_mempolicy: Permission::of(probe_set_mempolicy(calls)),
            set_affinity: Permission::of(probe_set_affinity()),
        }
    }
}

/// Binds a page that nobody has touched, so that nothing has to move.
fn probe_mbind(calls: &Calls, node: u32) -> Result<(), NumaError> {
    let scratch = Scratch::new(1)?;
    calls.bind_preferred(scratch.address(), scratch.bytes(), node)
}

/// Asks where a page that was just written is: the answer must be a node.
fn probe_move_pages(calls: &Calls) -> Result<(), NumaError> {
    let scratch = Scratch::new(1)?;
    scratch.touch(0);
    match calls.residency(&[scratch.page(0)])?[0] {
        place if place < 0 => Err(NumaError::new("move_pages", -place)),
        _ => Ok(()),
    }
}

/// Setting the thread's policy for real would change it, and it cannot always be read first; so the
/// call is made with a mode that does not exist, and the kernel's `EINVAL` is the proof.
fn probe_set_mempolicy(calls: &Calls) -> Result<(), NumaError> {
    match calls.thread_policy(MODE_UNKNOWN, None) {
        Err(error) if error.errno == libc::EINVAL => Ok(()),
        other => other,
    }
}

/// Pins the thread to where it may run already, which changes nothing.
fn probe_set_affinity() -> Result<(), NumaError> {
    affinity::pin_current_thread(&affinity::current_affinity()?)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Makes the kernel refuse the memory policy calls to the calling thread, with `errno`, for the
    /// rest of its life: what a container's seccomp profile does. False where the filter itself is
    /// refused.
    pub(in super::super) fn refuse_memory_calls(errno: i32) -> bool {
        const LOAD_NUMBER: u16 = (libc::BPF_LD | libc::BPF_W | libc::BPF_ABS) as u16;
        const JUMP_EQUAL: u16 = (libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K) as u16;
        const RETURN: u16 = (libc::BPF_RET | libc::BPF_K) as u16;
        let step = |code, jt, k| libc::sock_filter { code, jt, jf: 0, k };
        let calls = [
            libc::SYS_mbind,
            libc::SYS_move_pages,
            libc::SYS_get_mempolicy,
            libc::SYS_set_mempolicy,
        ];
        let mut program = vec![step(LOAD_NUMBER, 0, 0)];
        for (index, call) in calls.iter().enumerate() {
            let to_refusal = (calls.len() - index) as u8;
            program.push(step(JUMP_EQUAL, to_refusal, *call as u32));
        }
        program.push(step(RETURN, 0, libc::SECCOMP_RET_ALLOW));
        program.push(step(RETURN, 0, libc::SECCOMP_RET_ERRNO | errno as u32));
        let filter = libc::sock_fprog {
            len: program.len() as u16,
            filter: program.as_mut_ptr(),
        };
        // SAFETY: the program outlives the calls, is valid BPF, and binds the calling thread only.
        unsafe {
            libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
                && libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &filter) == 0
        }
    }

    fn probed_under_refusal(errno: i32) -> Option<Capabilities> {
        std::thread::spawn(move || refuse_memory_calls(errno).then(|| Capabilities::probe(0)))
            .join()
            .unwrap()
    }

    #[test]
    fn a_refusing_seccomp_profile_is_seen_whatever_libnuma_says() {
        let Some(found) = probed_under_refusal(libc::EPERM) else {
            return;
        };
        let refused = Permission::Refused(libc::EPERM);
        assert_eq!((found.mbind, found.move_pages), (refused, refused));
        assert_eq!(
            (found.get_mempolicy, found.set_mempolicy),
            (refused, refused)
        );
        assert_ne!(found.library, Library::None, "refused is not absent");
        assert!(!found.mbind.is_permitted());
    }

    #[test]
    fn calls_that_do_not_exist_leave_no_library() {
        let Some(found) = probed_under_refusal(libc::ENOSYS) else {
            return;
        };
        assert_eq!(found.mbind, Permission::Absent);
        assert_eq!(found.library, Library::None);
    }

    #[test]
    fn both_roads_give_one_answer_and_leave_no_trace() {
        let before = (calls().policy(None), affinity::current_affinity());
        let found = Capabilities::probe(0);
        let raw = Capabilities::probe_with(&Calls::from_syscalls(), 0);
        assert!(matches!(raw.library, Library::Syscalls | Library::None));
        assert_eq!((found.mbind, found.move_pages), (raw.mbind, raw.move_pages));
        assert_eq!(
            (found.get_mempolicy, found.set_mempolicy),
            (raw.get_mempolicy, raw.set_mempolicy)
        );
        assert_eq!((calls().policy(None), affinity::current_affinity()), before);
    }

    #[test]
    fn this_machine_permits_or_refuses_but_never_fails_otherwise() {
        let found = Capabilities::probe(0);
        for permission in [
            found.move_pages,
            found.get_mempolicy,
            found.set_mempolicy,
            found.set_affinity,
        ] {
            let known = [
                Permission::Permitted,
                Permission::Refused(libc::EPERM),
                Permission::Absent,
            ];
            assert!(known.contains(&permission), "{permission}");
        }
    }
}
