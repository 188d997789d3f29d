//! The four memory policy calls without any library: the prototypes of numaif.h, straight into the
//! kernel.
//!
//! May not know: who calls, or why. Invariant: like libnuma's wrappers, each answers -1 and leaves
//! the reason in errno (`libc::syscall` sees to that), so the two are interchangeable.

use libc::{c_int, c_long, c_uint, c_ulong, c_void};

pub(super) type Mbind =
    unsafe extern "C" fn(*mut c_void, c_ulong, c_int, *const c_ulong, c_ulong, c_uint) -> c_long;
pub(super) type MovePages = unsafe extern "C" fn(
    c_int,
    c_ulong,
    *mut *mut c_void,
    *const c_int,
    *mut c_int,
    c_int,
) -> c_long;
pub(super) type GetMempolicy =
    unsafe extern "C" fn(*mut c_int, *mut c_ulong, c_ulong, *mut c_void, c_uint) -> c_long;
pub(super) type SetMempolicy = unsafe extern "C" fn(c_int, *const c_ulong, c_ulong) -> c_long;

/// Sets the policy of a range (`mbind(2)`).
///
/// # Safety
/// Every pointer must be null or good for what the call does with it.
pub(super) unsafe extern "C" fn mbind(
    address: *mut c_void,
    bytes: c_ulong,
    mode: c_int,
    mask: *const c_ulong,
    bits: c_ulong,
    flags: c_uint,
) -> c_long {
    // SAFETY: the caller's arguments, in the kernel's order.
    unsafe {
        libc::syscall(
            libc::SYS_mbind,
            address,
            bytes,
            mode as c_long,
            mask,
            bits,
            flags as c_long,
        )
    }
}

/// Locates or moves pages (`move_pages(2)`).
///
/// # Safety
/// Every pointer must be null or good for what the call does with it.
pub(super) unsafe extern "C" fn move_pages(
    process: c_int,
    count: c_ulong,
    pages: *mut *mut c_void,
    nodes: *const c_int,
    status: *mut c_int,
    flags: c_int,
) -> c_long {
    // SAFETY: the caller's arguments, in the kernel's order.
    unsafe {
        libc::syscall(
            libc::SYS_move_pages,
            process as c_long,
            count,
            pages,
            nodes,
            status,
            flags as c_long,
        )
    }
}

/// Reads a policy (`get_mempolicy(2)`).
///
/// # Safety
/// Every pointer must be null or good for what the call does with it.
pub(super) unsafe extern "C" fn get_mempolicy(
    mode: *mut c_int,
    mask: *mut c_ulong,
    bits: c_ulong,
    address: *mut c_void,
    flags: c_uint,
) -> c_long {
    // SAFETY: the caller's arguments, in the kernel's order.
    unsafe {
        libc::syscall(
            libc::SYS_get_mempolicy,
            mode,
            mask,
            bits,
            address,
            flags as c_long,
        )
    }
}

/// Sets the thread's policy (`set_mempolicy(2)`).
///
/// # Safety
/// Every pointer must be null or good for what the call does with it.
pub(super) unsafe extern "C" fn set_mempolicy(
    mode: c_int,
    mask: *const c_ulong,
    bits: c_ulong,
) -> c_long {
    // SAFETY: the caller's arguments, in the kernel's order.
    unsafe { libc::syscall(libc::SYS_set_mempolicy, mode as c_long, mask, bits) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_minus_one_and_an_errno() {
        let mut mode: c_int = 0;
        // SAFETY: null masks of length 0; `mode` is writable; flags and mode are unknown ones.
        let results = unsafe {
            let null = std::ptr::null_mut();
            [
                get_mempolicy(&mut mode, std::ptr::null_mut(), 0, null, !0),
                set_mempolicy(0x0fff, std::ptr::null(), 0),
            ]
        };
        let errno = std::io::Error::last_os_error().raw_os_error().unwrap();
        assert_eq!(results, [-1, -1]);
        assert!(
            [libc::EINVAL, libc::EPERM, libc::ENOSYS].contains(&errno),
            "{errno}"
        );
    }
}
