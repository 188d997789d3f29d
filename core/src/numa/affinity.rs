//! Which CPUs the process may use, which one a thread is on, and pinning a thread to some of them.
//!
//! May not know: nodes beyond the id the kernel reports for a CPU.
//!
//! Invariant: the inherited CPUs are read once, before the first pin, so that no thread's pin ever
//! shrinks what later stores believe the process may use: `inherited_cpus() == the affinity the
//! process was started with`.

use super::error::NumaError;
use std::sync::OnceLock;

const WORD_BITS: usize = u64::BITS as usize;
/// The widest affinity mask asked for, in CPUs; the kernel's largest configurations stop at 8192.
const MAX_CPUS: usize = 1 << 16;

/// The CPUs this process was started with (`taskset`, cpuset, container), ascending; empty when the
/// kernel would not say.
pub fn inherited_cpus() -> &'static [u32] {
    static INHERITED: OnceLock<Vec<u32>> = OnceLock::new();
    INHERITED.get_or_init(|| current_affinity().unwrap_or_default())
}

/// Pins the calling thread to `cpus`. Errors: `EINVAL` when none of them exists or is allowed,
/// `EPERM` where a container forbids it. The thread keeps its former affinity on error.
pub fn pin_current_thread(cpus: &[u32]) -> Result<(), NumaError> {
    inherited_cpus();
    let refusal = NumaError::new("sched_setaffinity", libc::EINVAL);
    let highest = *cpus.iter().max().ok_or(refusal)? as usize;
    if highest >= MAX_CPUS {
        return Err(refusal);
    }
    let mut mask = vec![0u64; highest / WORD_BITS + 1];
    for &cpu in cpus {
        mask[cpu as usize / WORD_BITS] |= 1 << (cpu as usize % WORD_BITS);
    }
    // SAFETY: the mask is `size_of_val(mask)` bytes long and only read; 0 is the calling thread.
    let result =
        unsafe { libc::sched_setaffinity(0, size_of_val(&mask[..]), mask.as_ptr().cast()) };
    if result == 0 {
        Ok(())
    } else {
        Err(NumaError::last("sched_setaffinity"))
    }
}

/// The calling thread's CPUs, ascending. Errors: `EPERM` or `ENOSYS` where a container forbids it.
pub(super) fn current_affinity() -> Result<Vec<u32>, NumaError> {
    let mut words = 16;
    loop {
        let mut mask = vec![0u64; words];
        // SAFETY: the mask is writable for `size_of_val(mask)` bytes; 0 is the calling thread.
        let result =
            unsafe { libc::sched_getaffinity(0, size_of_val(&mask[..]), mask.as_mut_ptr().cast()) };
        if result == 0 {
            return Ok(set_bits(&mask));
        }
        let error = NumaError::last("sched_getaffinity");
        // EINVAL says that the kernel knows more CPUs than the mask has bits.
        if error.errno != libc::EINVAL || words * WORD_BITS >= MAX_CPUS {
            return Err(error);
        }
        words *= 2;
    }
}

fn set_bits(mask: &[u64]) -> Vec<u32> {
    (0..mask.len() * WORD_BITS)
        .filter(|bit| mask[bit / WORD_BITS] >> (bit % WORD_BITS) & 1 == 1)
        .map(|bit| bit as u32)
        .collect()
}

/// The CPU the calling thread is on this instant and the kernel node that CPU belongs to, which may
/// be a node without memory. `None` where a container forbids asking. A thread that is not pinned
/// may be elsewhere a moment later.
pub fn current_cpu_node() -> Option<(u32, u32)> {
    let (mut cpu, mut node) = (0u32, 0u32);
    let unused = std::ptr::null_mut::<libc::c_void>();
    // SAFETY: both numbers are writable; the third argument is unused since Linux 2.6.24 and may be
    // null.
    let result = unsafe { libc::syscall(libc::SYS_getcpu, &mut cpu, &mut node, unused) };
    (result == 0).then_some((cpu, node))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_become_numbers() {
        assert_eq!(set_bits(&[0b1011, 0, 1]), [0, 1, 3, 128]);
        assert_eq!(set_bits(&[]), [] as [u32; 0]);
    }

    #[test]
    fn a_pinned_thread_runs_where_it_was_pinned_and_the_inherited_set_stays() {
        let inherited = inherited_cpus().to_vec();
        let Some(&last) = inherited.last() else {
            return;
        };
        std::thread::spawn(move || match pin_current_thread(&[last]) {
            Ok(()) => {
                assert_eq!(current_affinity().unwrap(), [last]);
                assert_eq!(current_cpu_node().map(|(cpu, _)| cpu), Some(last));
                assert_eq!(
                    inherited_cpus(),
                    inherited,
                    "a pin does not shrink what was inherited"
                );
            }
            Err(error) => assert!(
                [libc::EPERM, libc::ENOSYS].contains(&error.errno),
                "{error}"
            ),
        })
        .join()
        .unwrap();
    }

    #[test]
    fn pinning_to_nothing_or_to_a_cpu_that_is_absent_fails() {
        let before = current_affinity();
        for cpus in [&[][..], &[u32::MAX], &[MAX_CPUS as u32 - 1]] {
            let error = pin_current_thread(cpus).unwrap_err();
            assert!(
                [libc::EINVAL, libc::EPERM, libc::ENOSYS].contains(&error.errno),
                "{error}"
            );
        }
        assert_eq!(current_affinity(), before);
    }

    /// What was inherited is remembered once a process, so this needs a process of its own: the test
    /// runs itself again and checks there.
    #[test]
    fn a_pin_that_comes_first_does_not_become_what_was_inherited() {
        const NAME: &str = concat!(
            "numa::affinity::tests::",
            "a_pin_that_comes_first_does_not_become_what_was_inherited"
        );
        const IS_CHILD: &str = "NUMAKV_TEST_FIRST_PIN";
        if std::env::var_os(IS_CHILD).is_none() {
            let mut again = std::process::Command::new(std::env::current_exe().unwrap());
            let output = again
                .args(["--exact", NAME])
                .env(IS_CHILD, "1")
                .output()
                .unwrap();
            let text = String::from_utf8_lossy(&output.stdout);
            assert!(
                output.status.success() && text.contains("1 passed"),
                "{text}"
            );
            return;
        }
        let before = current_affinity().unwrap_or_default();
        let pinned = pin_current_thread(&before[..before.len().min(1)]);
        assert_eq!(inherited_cpus(), before, "pinned: {pinned:?}");
    }
}
