//! The NUMA calls: the only file that asks the kernel to bind, move or locate memory.
//!
//! Four calls do all the work: `mbind`, `move_pages`, `get_mempolicy`, `set_mempolicy`. They come
//! from libnuma, which is opened at run time so that the server starts where it is not installed;
//! without it the same four are made as raw system calls. Both roads have one shape, a table of
//! function pointers, so nothing above knows which one is taken.
//!
//! May not know: topologies, node indices, windows. It speaks kernel node ids and addresses only.
//!
//! Invariant: `library() == None  ⇔  every call is a raw system call`. libnuma is never unloaded,
//! so a pointer taken from it stays good for the life of the process.

use super::error::NumaError;
use super::syscalls::{self, GetMempolicy, Mbind, MovePages, SetMempolicy};
use libc::{c_int, c_long, c_longlong, c_uint, c_ulong, c_void};
use std::ffi::CStr;
use std::sync::{Mutex, OnceLock, PoisonError};

/// Node ids end here: the kernel's largest `MAX_NUMNODES` (`CONFIG_NODES_SHIFT` = 10), above every
/// id in the field.
pub(super) const MAX_KERNEL_NODES: u32 = 1024;

const WORD_BITS: u32 = c_ulong::BITS;
const MASK_WORDS: usize = (MAX_KERNEL_NODES / WORD_BITS) as usize;
/// The kernel subtracts one from `maxnode` before it counts bits, hence the one more.
const MASK_BITS: c_ulong = MAX_KERNEL_NODES as c_ulong + 1;

/// `move_pages` flag: move pages that this process alone maps (`linux/mempolicy.h`).
const MPOL_MF_MOVE: c_int = 1 << 1;
/// What a mode may carry beside its number: static or relative nodes, balancing (`linux/mempolicy.h`).
const MODE_FLAGS: c_int = 1 << 15 | 1 << 14 | 1 << 13;
/// `get_mempolicy` flag: ask about an address instead of the thread (`linux/mempolicy.h`).
const MPOL_F_ADDR: c_uint = 1 << 1;

/// Names under which libnuma's second ABI, the one with `move_pages`, is installed.
const LIBRARY_NAMES: [&CStr; 2] = [c"libnuma.so.1", c"libnuma.so"];

/// The four calls, and libnuma's own queries where it is loaded.
pub(super) struct Calls {
    mbind: Mbind,
    move_pages: MovePages,
    get_mempolicy: GetMempolicy,
    set_mempolicy: SetMempolicy,
    library: Option<Libnuma>,
}

/// libnuma as loaded: where from, and the queries that serve as a second source beside sysfs.
pub(super) struct Libnuma {
    path: String,
    available: unsafe extern "C" fn() -> c_int,
    max_node: unsafe extern "C" fn() -> c_int,
    configured_nodes: unsafe extern "C" fn() -> c_int,
    distance: unsafe extern "C" fn(c_int, c_int) -> c_int,
    node_size: unsafe extern "C" fn(c_int, *mut c_longlong) -> c_longlong,
}

/// The process's calls, loaded once on first use.
pub(super) fn calls() -> &'static Calls {
    static CALLS: OnceLock<Calls> = OnceLock::new();
    CALLS.get_or_init(|| {
        LIBRARY_NAMES
            .iter()
            .find_map(|name| Calls::from_library(name))
            .unwrap_or_else(Calls::from_syscalls)
    })
}

impl Calls {
    /// Opens `name` and takes every call from it. `None` when it is not installed or lacks one of
    /// the symbols, as the first ABI did: a mixture of both roads would be hard to reason about.
    pub(super) fn from_library(name: &CStr) -> Option<Calls> {
        // SAFETY: `name` is NUL-terminated. libnuma's constructor only reads /proc and /sys; it
        // runs once.
        let handle = unsafe { libc::dlopen(name.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL) };
        if handle.is_null() {
            return None;
        }
        // SAFETY: `handle` is open and never closed; each type is the prototype in numa.h or
        // numaif.h of ABI 1.2, which is the version `dlsym` resolves to by default.
        unsafe {
            Some(Calls {
                mbind: symbol(handle, c"mbind")?,
                move_pages: symbol(handle, c"move_pages")?,
                get_mempolicy: symbol(handle, c"get_mempolicy")?,
                set_mempolicy: symbol(handle, c"set_mempolicy")?,
                library: Some(Libnuma {
                    path: path_of(libc::dlsym(handle, c"mbind".as_ptr()), name),
                    available: symbol(handle, c"numa_available")?,
                    max_node: symbol(handle, c"numa_max_node")?,
                    configured_nodes: symbol(handle, c"numa_num_configured_nodes")?,
                    distance: symbol(handle, c"numa_distance")?,
                    node_size: symbol(handle, c"numa_node_size64")?,
                }),
            })
        }
    }

    /// The same calls without any library.
    pub(super) fn from_syscalls() -> Calls {
        Calls {
            mbind: syscalls::mbind,
            move_pages: syscalls::move_pages,
            get_mempolicy: syscalls::get_mempolicy,
            set_mempolicy: syscalls::set_mempolicy,
            library: None,
        }
    }

    /// libnuma, where it carries the calls.
    pub(super) fn library(&self) -> Option<&Libnuma> {
        self.library.as_ref()
    }

    /// Prefers `node` for the pages of `[address, address + bytes)` that are not there yet
    /// (`MPOL_PREFERRED`: a full node spills to the next instead of getting the process killed).
    /// Errors: `EINVAL` for an address off an OS page boundary, or a node that is absent, without
    /// memory or outside Mems_allowed; `EPERM` or `ENOSYS` where a container forbids it; `ENOMEM`
    /// when the range is not wholly mapped.
    pub(super) fn bind_preferred(
        &self,
        address: usize,
        bytes: usize,
        node: u32,
    ) -> Result<(), NumaError> {
        let mask = mask_of(node).ok_or(NumaError::new("mbind", libc::EINVAL))?;
        // SAFETY: a policy changes where pages come from, never what they hold, so any range is
        // sound; the kernel checks that it is mapped. `mask` has MASK_BITS - 1 bits.
        let result = unsafe {
            (self.mbind)(
                address as *mut c_void,
                bytes as c_ulong,
                libc::MPOL_PREFERRED,
                mask.as_ptr(),
                MASK_BITS,
                0,
            )
        };
        check("mbind", result).map(drop)
    }

    /// Where each page is: a node id, or minus an errno (`-ENOENT` never touched, `-EFAULT` not
    /// mapped or the shared zero page). The kernel's own answer, page by page.
    pub(super) fn residency(&self, pages: &[usize]) -> Result<Vec<i32>, NumaError> {
        self.pages_call(pages, None)
    }

    /// Moves each page to `node` and says where each is now, or minus an errno (`-EACCES` shared
    /// with another process, `-EBUSY` in use, `-ENOMEM` node full, `-EAGAIN` not attempted because
    /// an earlier one failed).
    pub(super) fn move_pages(&self, pages: &[usize], node: u32) -> Result<Vec<i32>, NumaError> {
        let node = c_int::try_from(node).map_err(|_| NumaError::new("move_pages", libc::ENODEV))?;
        self.pages_call(pages, Some(vec![node; pages.len()]))
    }

    fn pages_call(
        &self,
        pages: &[usize],
        nodes: Option<Vec<c_int>>,
    ) -> Result<Vec<i32>, NumaError> {
        if pages.is_empty() {
            return Ok(Vec::new());
        }
        let mut status = vec![-libc::EAGAIN; pages.len()];
        let targets = nodes
            .as_ref()
            .map_or(std::ptr::null(), |nodes| nodes.as_ptr());
        // SAFETY: `pages`, `status` and, unless null, `targets` hold `pages.len()` items; the
        // kernel only reads the first (a usize is a pointer here) and only writes the second.
        // Moving a page keeps its address and contents.
        let result = unsafe {
            (self.move_pages)(
                0,
                pages.len() as c_ulong,
                pages.as_ptr() as *mut *mut c_void,
                targets,
                status.as_mut_ptr(),
                MPOL_MF_MOVE,
            )
        };
        check("move_pages", result).map(|_| status)
    }

    /// The policy mode of the range that holds `address`, or of the calling thread for `None`.
    pub(super) fn policy(&self, address: Option<usize>) -> Result<c_int, NumaError> {
        let mut mode: c_int = 0;
        let flags = if address.is_some() { MPOL_F_ADDR } else { 0 };
        // SAFETY: `mode` is writable, the null mask is legal with length 0, and the address is only
        // looked up.
        let result = unsafe {
            (self.get_mempolicy)(
                &mut mode,
                std::ptr::null_mut(),
                0,
                address.unwrap_or(0) as *mut c_void,
                flags,
            )
        };
        check("get_mempolicy", result).map(|_| mode)
    }

    /// The nodes the calling thread's memory is bound to, ascending, as `numactl --membind` leaves
    /// it to what it starts; `None` where the policy allows others or cannot be read.
    pub(super) fn bound_nodes(&self) -> Option<Vec<u32>> {
        let (mut mode, mut mask): (c_int, _) = (0, [0 as c_ulong; MASK_WORDS]);
        // SAFETY: `mode` is writable, and `mask` holds the MASK_BITS - 1 bits the kernel may write.
        let result = unsafe {
            (self.get_mempolicy)(
                &mut mode,
                mask.as_mut_ptr(),
                MASK_BITS,
                std::ptr::null_mut(),
                0,
            )
        };
        check("get_mempolicy", result).ok()?;
        let bound = mode & !MODE_FLAGS == libc::MPOL_BIND;
        let is_set = |&node: &u32| mask[(node / WORD_BITS) as usize] >> (node % WORD_BITS) & 1 == 1;
        bound.then(|| (0..MAX_KERNEL_NODES).filter(is_set).collect())
    }

    /// Prefers `node` for whatever the calling thread allocates from now on; `None` returns to the
    /// default, the node the thread runs on.
    pub(super) fn prefer_on_thread(&self, node: Option<u32>) -> Result<(), NumaError> {
        let Some(node) = node else {
            return self.thread_policy(libc::MPOL_DEFAULT, None);
        };
        let mask = mask_of(node).ok_or(NumaError::new("set_mempolicy", libc::EINVAL))?;
        self.thread_policy(libc::MPOL_PREFERRED, Some(&mask))
    }

    /// Sets the thread's policy. A mode the kernel does not know changes nothing and answers
    /// `EINVAL`: the probe uses it to learn whether the call gets through at all.
    pub(super) fn thread_policy(
        &self,
        mode: c_int,
        mask: Option<&[c_ulong; MASK_WORDS]>,
    ) -> Result<(), NumaError> {
        let (words, bits) = mask.map_or((std::ptr::null(), 0), |mask| (mask.as_ptr(), MASK_BITS));
        // SAFETY: `words` is null with length 0 or points to MASK_BITS - 1 bits, which the kernel
        // only reads.
        let result = unsafe { (self.set_mempolicy)(mode, words, bits) };
        check("set_mempolicy", result).map(drop)
    }
}

impl Libnuma {
    /// The file it was loaded from.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// What libnuma believes: whether NUMA calls work. An old one says yes even when seccomp
    /// refuses them, which is why `Capabilities::probe` makes the calls itself.
    pub(super) fn available(&self) -> bool {
        // SAFETY: no arguments; allowed at any time, and required before the other queries.
        unsafe { (self.available)() >= 0 }
    }

    /// The highest node id it sees, or `None` when it believes NUMA is not available.
    pub(super) fn max_node(&self) -> Option<u32> {
        // SAFETY: `numa_max_node` is defined once `numa_available` has said yes.
        self.available()
            .then(|| u32::try_from(unsafe { (self.max_node)() }).ok())
            .flatten()
    }

    /// How many nodes it sees, CPU-less and memoryless ones included.
    pub(super) fn configured_nodes(&self) -> Option<u32> {
        // SAFETY: as for `max_node`.
        self.available()
            .then(|| u32::try_from(unsafe { (self.configured_nodes)() }).ok())
            .flatten()
    }

    /// The distance from one node to another, `None` when unknown (libnuma then answers 0).
    pub(super) fn distance(&self, from: u32, to: u32) -> Option<u32> {
        if !self.available() {
            return None;
        }
        let (from, to) = (c_int::try_from(from).ok()?, c_int::try_from(to).ok()?);
        // libnuma builds its table on the first call, without a lock.
        static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
        let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        // SAFETY: any pair of numbers is checked against its table, which no other thread builds now.
        u32::try_from(unsafe { (self.distance)(from, to) })
            .ok()
            .filter(|&distance| distance > 0)
    }

    /// A node's free memory in bytes.
    pub(super) fn free_bytes(&self, node: u32) -> Option<u64> {
        if !self.available() {
            return None;
        }
        let mut free: c_longlong = -1;
        // SAFETY: `free` is writable; an absent node answers -1.
        let total = unsafe { (self.node_size)(c_int::try_from(node).ok()?, &mut free) };
        if total < 0 {
            None
        } else {
            u64::try_from(free).ok()
        }
    }
}

/// Resolves `name` as a function of type `F`.
///
/// # Safety
/// `handle` must be open, and `F` the function pointer type of that symbol.
unsafe fn symbol<F: Copy>(handle: *mut c_void, name: &CStr) -> Option<F> {
    const { assert!(size_of::<F>() == size_of::<*mut c_void>()) };
    // SAFETY: the caller's handle; `name` is NUL-terminated.
    let address = unsafe { libc::dlsym(handle, name.as_ptr()) };
    // SAFETY: not null, and the caller vouches that `F` is its type; sizes are equal by the
    // assertion above.
    (!address.is_null()).then(|| unsafe { std::mem::transmute_copy(&address) })
}

/// The file that `address` was loaded from; the name it was asked for when the loader does not say.
fn path_of(address: *mut c_void, asked: &CStr) -> String {
    // SAFETY: an all-zero Dl_info (null pointers) is a value of that type.
    let mut info: libc::Dl_info = unsafe { std::mem::zeroed() };
    // SAFETY: `info` is writable; any address may be asked about.
    let found = unsafe { libc::dladdr(address, &mut info) } != 0 && !info.dli_fname.is_null();
    let name = if found {
        // SAFETY: set by dladdr, NUL-terminated, and alive as long as the library, which is never
        // closed.
        unsafe { CStr::from_ptr(info.dli_fname) }
    } else {
        asked
    };
    name.to_string_lossy().into_owned()
}

fn mask_of(node: u32) -> Option<[c_ulong; MASK_WORDS]> {
    let mut mask = [0; MASK_WORDS];
    let word = mask.get_mut((node / WORD_BITS) as usize)?;
    *word = 1 << (node % WORD_BITS);
    Some(mask)
}

fn check(call: &'static str, result: c_long) -> Result<c_long, NumaError> {
    if result < 0 {
        Err(NumaError::last(call))
    } else {
        Ok(result)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numa::scratch::Scratch;

    /// Both roads where both are open to us.
    fn roads() -> Vec<Calls> {
        let mut roads = vec![Calls::from_syscalls()];
        roads.extend(Calls::from_library(LIBRARY_NAMES[0]));
        roads
    }

    /// A container may refuse; anything else than these two is a defect.
    fn refused(error: &NumaError) -> bool {
        [libc::EPERM, libc::ENOSYS].contains(&error.errno)
    }

    /// The first node this process may use.
    fn a_node() -> u32 {
        crate::numa::procfs::Status::read(std::path::Path::new("/proc"))
            .mems
            .map_or(0, |mems| mems[0])
    }

    #[test]
    fn a_library_that_is_not_there_is_none() {
        assert!(Calls::from_library(c"libnuma-of-another-planet.so.9").is_none());
        assert!(
            Calls::from_library(c"libc.so.6").is_none(),
            "it has no mbind"
        );
        assert!(Calls::from_syscalls().library().is_none());
    }

    #[test]
    fn a_mask_has_one_bit_and_an_end() {
        assert_eq!(mask_of(0).unwrap()[0], 1);
        assert_eq!(mask_of(WORD_BITS + 3).unwrap()[1], 8);
        assert_eq!(
            mask_of(MAX_KERNEL_NODES - 1).unwrap()[MASK_WORDS - 1],
            1 << (WORD_BITS - 1)
        );
        assert!(mask_of(MAX_KERNEL_NODES).is_none());
    }

    #[test]
    fn a_bound_range_prefers_its_node_and_a_touched_page_is_resident() {
        for calls in roads() {
            let scratch = Scratch::new(2).unwrap();
            let node = a_node();
            match calls.bind_preferred(scratch.address(), scratch.bytes(), node) {
                Ok(()) => {}
                Err(error) => {
                    assert!(refused(&error), "{error}");
                    continue;
                }
            }
            assert_eq!(
                calls.policy(Some(scratch.address())),
                Ok(libc::MPOL_PREFERRED)
            );
            scratch.touch(0);
            let pages = [scratch.page(0), scratch.page(1)];
            let places = calls.residency(&pages).unwrap();
            assert!(places[0] >= 0, "a touched page is somewhere: {}", places[0]);
            assert_eq!(places[1], -libc::ENOENT, "a page never touched is nowhere");
            assert_eq!(calls.move_pages(&pages[..1], node).unwrap(), [node as i32]);
        }
    }

    #[test]
    fn a_node_that_is_absent_is_refused() {
        for calls in roads() {
            let scratch = Scratch::new(1).unwrap();
            scratch.touch(0);
            for node in [MAX_KERNEL_NODES - 1, MAX_KERNEL_NODES] {
                let error = calls
                    .bind_preferred(scratch.address(), scratch.bytes(), node)
                    .unwrap_err();
                assert!(error.errno == libc::EINVAL || refused(&error), "{error}");
                let error = calls.move_pages(&[scratch.page(0)], node).unwrap_err();
                assert!(error.errno == libc::ENODEV || refused(&error), "{error}");
            }
        }
    }

    #[test]
    fn no_pages_need_no_call() {
        assert_eq!(calls().residency(&[]), Ok(vec![]));
        assert_eq!(calls().move_pages(&[], 9999), Ok(vec![]));
    }

    #[test]
    fn a_threads_preference_is_its_own_and_can_be_taken_back() {
        for calls in roads() {
            let before = calls.policy(None);
            std::thread::scope(|scope| {
                scope.spawn(|| match calls.prefer_on_thread(Some(a_node())) {
                    Ok(()) => {
                        assert_eq!(calls.policy(None), Ok(libc::MPOL_PREFERRED));
                        calls.prefer_on_thread(None).unwrap();
                        assert_eq!(calls.policy(None), Ok(libc::MPOL_DEFAULT));
                    }
                    Err(error) => assert!(refused(&error), "{error}"),
                });
            });
            assert_eq!(calls.policy(None), before);
        }
    }

    #[test]
    fn a_bound_thread_knows_its_nodes_and_any_other_has_none() {
        for calls in roads() {
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    let mask = mask_of(a_node()).unwrap();
                    match calls.thread_policy(libc::MPOL_BIND, Some(&mask)) {
                        Ok(()) => assert_eq!(calls.bound_nodes(), Some(vec![a_node()])),
                        Err(error) => assert!(refused(&error), "{error}"),
                    }
                    calls.prefer_on_thread(Some(a_node())).ok();
                    assert_eq!(calls.bound_nodes(), None);
                });
            });
        }
    }

    #[test]
    fn libnuma_agrees_with_itself() {
        let Some(calls) = Calls::from_library(LIBRARY_NAMES[0]) else {
            return;
        };
        let library = calls.library().unwrap();
        assert!(library.path().contains("libnuma"), "{}", library.path());
        if library.available() {
            assert!(library.configured_nodes().unwrap() <= library.max_node().unwrap() + 1);
            assert_eq!(library.distance(a_node(), a_node()), Some(10));
            assert!(library.free_bytes(a_node()).unwrap() > 0);
            assert_eq!(library.free_bytes(MAX_KERNEL_NODES - 1), None);
        }
    }
}
