//! What /proc and the kernel's memory switches say about this process and this machine, beyond the
//! nodes themselves.
//!
//! May not know: nodes' contents (`sysfs`), topologies. Reads below roots it is given, so that
//! tests can make up a machine.
//!
//! Invariant: a file that is missing or malformed is `None`, never a guess.

use super::sysfs::{parse_list, read_text};
use std::path::Path;

/// What /proc/self/status says this process may use.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Status {
    /// `Cpus_allowed_list`, ascending.
    pub(super) cpus: Option<Vec<u32>>,
    /// `Mems_allowed_list`, ascending, never empty; it may name nodes that are not there.
    pub(super) mems: Option<Vec<u32>>,
}

impl Status {
    /// Reads `<proc>/self/status`.
    pub(super) fn read(proc_root: &Path) -> Status {
        let text = read_text(&proc_root.join("self/status")).unwrap_or_default();
        let list = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name))?;
            parse_list(line.strip_prefix(':')?).filter(|list| !list.is_empty())
        };
        Status {
            cpus: list("Cpus_allowed_list"),
            mems: list("Mems_allowed_list"),
        }
    }
}

/// What a process uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProcessUse {
    /// Memory in RAM.
    pub resident_bytes: u64,
    /// CPU time since its start.
    pub cpu_ms: u64,
}

impl ProcessUse {
    /// Reads `<proc>/<pid>/stat`. The name in it is in parentheses and may hold anything; numbers follow.
    pub(super) fn read(proc_root: &Path, pid: u32) -> Option<ProcessUse> {
        /// The unit of CPU time that the kernel shows to programs, on every platform we run on.
        const TICK_MS: u64 = 10;
        /// The kernel counts resident memory in pages of this size; the pool needs no other.
        const PAGE_BYTES: u64 = 4096;
        let text = read_text(&proc_root.join(format!("{pid}/stat")))?;
        let (_, numbers) = text.rsplit_once(')')?;
        let field = |index: usize| numbers.split_whitespace().nth(index)?.parse::<u64>().ok();
        Some(ProcessUse {
            resident_bytes: field(21)? * PAGE_BYTES,
            cpu_ms: (field(11)? + field(12)?) * TICK_MS,
        })
    }
}

/// Switches that decide what the kernel does with memory behind our back, and where we run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Switches {
    /// The kernel's release, for example `6.12.0`.
    pub(super) kernel_release: Option<String>,
    /// `kernel.numa_balancing`: 0 off, 1 on, 2 tiering, 3 both. Windows carry a policy of their own
    /// and are left alone by it; everything else in the process may be moved.
    pub(super) numa_balancing: Option<u32>,
    /// Whether reclaim may demote pages to a slower node, windows included.
    pub(super) demotion: Option<bool>,
    /// Transparent huge pages: `always`, `madvise` or `never`.
    pub(super) huge_pages: Option<String>,
    /// How hard a page fault tries for a huge page: `always`, `defer`, `defer+madvise`, `madvise`
    /// or `never`.
    pub(super) huge_page_defrag: Option<String>,
    /// The cpuset's path inside its hierarchy; `/` is the root.
    pub(super) cpuset: Option<String>,
}

impl Switches {
    /// Reads below `<proc>` and `<sys>`.
    pub(super) fn read(proc_root: &Path, sys_root: &Path) -> Switches {
        let proc_line = |path: &str| read_text(&proc_root.join(path));
        let memory_line = |path: &str| read_text(&sys_root.join("kernel/mm").join(path));
        Switches {
            kernel_release: proc_line("sys/kernel/osrelease"),
            numa_balancing: proc_line("sys/kernel/numa_balancing")
                .and_then(|text| text.parse().ok()),
            demotion: memory_line("numa/demotion_enabled").and_then(|text| switch(&text)),
            huge_pages: memory_line("transparent_hugepage/enabled").and_then(|text| chosen(&text)),
            huge_page_defrag: memory_line("transparent_hugepage/defrag")
                .and_then(|text| chosen(&text)),
            cpuset: proc_line("self/cpuset"),
        }
    }
}

impl Switches {
    /// What the kernel does by itself that works against placement, each a sentence with the way
    /// to stop it.
    pub(super) fn warnings(&self) -> Vec<String> {
        let balancing = self.numa_balancing.filter(|&mode| mode != 0).map(|mode| {
            format!(
                "the kernel balances memory between nodes by itself (kernel.numa_balancing is \
                 {mode}): the windows are exempt, the rest of the process is moved and pays page \
                 faults; 'sysctl kernel.numa_balancing=0' stops it"
            )
        });
        let demotion = (self.demotion == Some(true)).then(|| {
            "the kernel demotes pages to slower nodes when memory is short \
             (/sys/kernel/mm/numa/demotion_enabled is true), those of the windows too: keys may \
             be elsewhere than where they were put"
                .to_owned()
        });
        balancing.into_iter().chain(demotion).collect()
    }
}

/// The machine's total memory and what is available without swapping, in bytes, from
/// `<proc>/meminfo`.
pub(super) fn machine_memory(proc_root: &Path) -> Option<(u64, u64)> {
    let text = read_text(&proc_root.join("meminfo"))?;
    let field = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        let kilobytes: u64 = line.strip_suffix(" kB")?.trim().parse().ok()?;
        kilobytes.checked_mul(1024)
    };
    Some((
        field("MemTotal:")?,
        field("MemAvailable:").or_else(|| field("MemFree:"))?,
    ))
}

/// The word in brackets: `always [madvise] never` → `madvise`.
fn chosen(text: &str) -> Option<String> {
    let (_, rest) = text.split_once('[')?;
    let (word, _) = rest.split_once(']')?;
    Some(word.to_owned())
}

fn switch(text: &str) -> Option<bool> {
    match text {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numa::fixture::Tree;

    #[test]
    fn status_names_what_the_process_may_use() {
        let tree = Tree::new();
        tree.write(
            "proc/self/status",
            "Cpus_allowed:\tf\nCpus_allowed_list:\t0-1,5\nMems_allowed:\t5\n\
             Mems_allowed_list:\t0,2\n",
        );
        let status = Status::read(&tree.path("proc"));
        assert_eq!(
            status,
            Status {
                cpus: Some(vec![0, 1, 5]),
                mems: Some(vec![0, 2])
            }
        );
    }

    #[test]
    fn a_processs_use_is_read_behind_whatever_its_name_is() {
        let tree = Tree::new();
        let numbers: Vec<String> = (4..=52).map(|field: u32| field.to_string()).collect();
        let stat = format!("7 (a) b (c) S {}\n", numbers.join(" "));
        tree.write("proc/7/stat", &stat);
        let used = ProcessUse::read(&tree.path("proc"), 7).expect("a process");
        assert_eq!(
            (used.resident_bytes, used.cpu_ms),
            (24 * 4096, (14 + 15) * 10)
        );
        assert_eq!(ProcessUse::read(&tree.path("proc"), 8), None);
        tree.write("proc/9/stat", "9 (short) S 1 2\n");
        assert_eq!(ProcessUse::read(&tree.path("proc"), 9), None);
    }

    #[test]
    fn a_malformed_or_missing_status_is_nothing() {
        let tree = Tree::new();
        assert_eq!(Status::read(&tree.path("proc")), Status::default());
        tree.write(
            "proc/self/status",
            "Cpus_allowed_list:\tzero\nMems_allowed_list:\t\nMems_allowed_list 3",
        );
        assert_eq!(Status::read(&tree.path("proc")), Status::default());
    }

    #[test]
    fn switches_are_read_where_they_are() {
        let tree = Tree::new();
        tree.write("proc/sys/kernel/osrelease", "6.12.0\n");
        tree.write("proc/sys/kernel/numa_balancing", "2\n");
        tree.write("proc/self/cpuset", "/box\n");
        tree.write("sys/kernel/mm/numa/demotion_enabled", "true\n");
        tree.write(
            "sys/kernel/mm/transparent_hugepage/enabled",
            "always [madvise] never\n",
        );
        tree.write("sys/kernel/mm/transparent_hugepage/defrag", "no brackets\n");
        let found = Switches::read(&tree.path("proc"), &tree.path("sys"));
        let expected = Switches {
            kernel_release: Some("6.12.0".into()),
            numa_balancing: Some(2),
            demotion: Some(true),
            huge_pages: Some("madvise".into()),
            huge_page_defrag: None,
            cpuset: Some("/box".into()),
        };
        assert_eq!(found, expected);
        assert_eq!(
            Switches::read(&tree.path("no"), &tree.path("nothing")),
            Switches::default()
        );
    }

    #[test]
    fn a_kernel_that_moves_memory_by_itself_is_warned_about() {
        let quiet = Switches {
            numa_balancing: Some(0),
            demotion: Some(false),
            ..Switches::default()
        };
        for silent in [Switches::default(), quiet] {
            assert_eq!(silent.warnings(), Vec::<String>::new());
        }
        let busy = Switches {
            numa_balancing: Some(3),
            demotion: Some(true),
            ..Switches::default()
        };
        let [balancing, demotion] = &busy.warnings()[..] else {
            panic!("{:?}", busy.warnings());
        };
        assert!(balancing.contains("kernel.numa_balancing is 3"));
        assert!(demotion.contains("demotion_enabled is true"));
    }

    #[test]
    fn machine_memory_is_in_bytes() {
        let tree = Tree::new();
        tree.write(
            "proc/meminfo",
            "MemTotal:        1000 kB\nMemFree:     10 kB\nMemAvailable:     600 kB\n",
        );
        assert_eq!(
            machine_memory(&tree.path("proc")),
            Some((1_024_000, 614_400))
        );
        tree.write(
            "proc/meminfo",
            "MemTotal:        1000 kB\nMemFree:     10 kB\n",
        );
        assert_eq!(
            machine_memory(&tree.path("proc")),
            Some((1_024_000, 10_240))
        );
        tree.write("proc/meminfo", "MemTotal: many kB\n");
        assert_eq!(machine_memory(&tree.path("proc")), None);
    }

    #[test]
    fn this_kernel_tells_what_we_may_use() {
        let status = Status::read(Path::new("/proc"));
        assert!(!status.cpus.expect("Cpus_allowed_list").is_empty());
        let (total, available) = machine_memory(Path::new("/proc")).expect("meminfo");
        assert!(available > 0 && available <= total);
    }
}
