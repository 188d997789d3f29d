//! A few OS pages of our own to try the NUMA calls on.
//!
//! May not know: nodes or policies. Invariant: the mapping lives exactly as long as its owner.

use super::error::NumaError;

/// Private anonymous pages, unmapped on drop.
pub(super) struct Scratch {
    address: usize,
    bytes: usize,
}

/// The size of an OS page in bytes, a power of two (4096 on x86-64; up to 65536 on arm64).
pub fn os_page_bytes() -> usize {
    // SAFETY: takes no pointer.
    let bytes = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    usize::try_from(bytes)
        .ok()
        .filter(|bytes| bytes.is_power_of_two())
        .unwrap_or(4096)
}

impl Scratch {
    /// Maps `pages` OS pages, none of them touched yet. Errors: the errno of `mmap`.
    pub(super) fn new(pages: usize) -> Result<Scratch, NumaError> {
        let bytes = pages * os_page_bytes();
        let protection = libc::PROT_READ | libc::PROT_WRITE;
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        // SAFETY: a new anonymous mapping at an address of the kernel's choice touches nothing that
        // exists.
        let address = unsafe { libc::mmap(std::ptr::null_mut(), bytes, protection, flags, -1, 0) };
        if address == libc::MAP_FAILED {
            return Err(NumaError::last("mmap"));
        }
        Ok(Scratch {
            address: address as usize,
            bytes,
        })
    }

    pub(super) fn address(&self) -> usize {
        self.address
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The address of page `index`.
    pub(super) fn page(&self, index: usize) -> usize {
        let offset = index * os_page_bytes();
        assert!(
            offset < self.bytes,
            "page {index} is outside the scratch mapping"
        );
        self.address + offset
    }

    /// Writes to page `index`, so that the kernel must give it memory.
    pub(super) fn touch(&self, index: usize) {
        // SAFETY: `page` checked that the address is inside the mapping, which is writable and ours
        // alone.
        unsafe { (self.page(index) as *mut u8).write_volatile(1) };
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // SAFETY: exactly the range `mmap` gave, unmapped once.
        unsafe { libc::munmap(self.address as *mut libc::c_void, self.bytes) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_apart_by_the_page_size() {
        let scratch = Scratch::new(3).unwrap();
        assert_eq!(scratch.bytes(), 3 * os_page_bytes());
        assert_eq!(scratch.page(2) - scratch.page(0), 2 * os_page_bytes());
        assert_eq!(scratch.address() % os_page_bytes(), 0);
        scratch.touch(2);
    }

    #[test]
    #[should_panic(expected = "outside the scratch mapping")]
    fn a_page_beyond_the_end_is_refused() {
        Scratch::new(1).unwrap().touch(1);
    }
}
