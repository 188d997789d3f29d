//! The node tree as sysfs shows it: `<sys>/devices/system/node`.
//!
//! Sources: the kernel's `Documentation/ABI/stable/sysfs-devices-node` and
//! `admin-guide/mm/numaperf.rst`.
//!
//! May not know: what this process may use (`kernel`), or any NUMA call. It reads below a root it
//! is given, so that tests can make up machines.
//!
//! Invariant: nodes ascend by id, and every row of distances names exactly the nodes that are
//! online (`row.len() == nodes.len()`) or is absent.

use std::path::Path;

/// Lists name no id from here on; a malformed range must not ask for gigabytes.
const LIST_END: u32 = 1 << 16;

/// A node's performance as seen from its best initiator, from the firmware's HMAT. A number is
/// `None` when the firmware leaves it out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Hmat {
    /// Read latency in nanoseconds.
    pub read_latency_ns: Option<u32>,
    /// Write latency in nanoseconds.
    pub write_latency_ns: Option<u32>,
    /// Read bandwidth in MiB per second.
    pub read_bandwidth_mib: Option<u32>,
    /// Write bandwidth in MiB per second.
    pub write_bandwidth_mib: Option<u32>,
}

/// A node's reserved huge pages of one size (hugetlbfs; transparent ones are not counted here).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HugePages {
    /// The size of one page in kB.
    pub size_kb: u64,
    /// How many are reserved on the node.
    pub total_count: u64,
    /// How many of them nobody uses.
    pub free_count: u64,
}

/// One online node, exactly as sysfs has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SysfsNode {
    pub(super) id: u32,
    /// Online CPUs, ascending; empty for memory-only nodes.
    pub(super) cpus: Vec<u32>,
    /// 0 for a node without memory, or one whose size cannot be read.
    pub(super) total_bytes: u64,
    /// (node id, distance), one for each online node.
    pub(super) distances: Option<Vec<(u32, u32)>>,
    pub(super) hmat: Option<Hmat>,
    pub(super) huge_pages: Vec<HugePages>,
}

/// Reads every online node below `sys_root`, and says in `warnings` what was wrong with what it
/// found. Empty when there is no node tree: a kernel without NUMA, or a container that hides /sys.
pub(super) fn read_nodes(sys_root: &Path, warnings: &mut Vec<String>) -> Vec<SysfsNode> {
    let root = sys_root.join("devices/system/node");
    let online = online_nodes(&root);
    let with_memory = list_file(&root.join("has_memory"));
    online
        .iter()
        .map(|&id| {
            let folder = root.join(format!("node{id}"));
            let mut node = read_node(&folder, id, &online, warnings);
            if with_memory.as_ref().is_some_and(|list| !list.contains(&id)) {
                node.total_bytes = 0;
            }
            node
        })
        .collect()
}

/// A node's free memory in bytes; the page cache counts as used.
pub(super) fn free_bytes(sys_root: &Path, id: u32) -> Option<u64> {
    meminfo(
        &sys_root.join(format!("devices/system/node/node{id}")),
        id,
        "MemFree:",
    )
}

/// The ids in `online`, or those of the folders where that file is missing.
fn online_nodes(root: &Path) -> Vec<u32> {
    list_file(&root.join("online"))
        .filter(|list| !list.is_empty())
        .unwrap_or_else(|| numbered(root, "node", ""))
}

/// Reads one node's folder. A file that is malformed costs what it would have told and one warning;
/// HMAT and huge pages are absent on most machines, so their absence is not worth a word.
fn read_node(folder: &Path, id: u32, online: &[u32], warnings: &mut Vec<String>) -> SysfsNode {
    let mut or_warn = |found: bool, what: &str| {
        if !found {
            warnings.push(format!(
                "node {id}: {what} is missing or malformed in {}",
                folder.display()
            ));
        }
    };
    let cpus = list_file(&folder.join("cpulist"));
    or_warn(cpus.is_some(), "cpulist");
    let total_bytes = meminfo(folder, id, "MemTotal:");
    or_warn(total_bytes.is_some(), "meminfo");
    let distances = read_distances(folder, online);
    or_warn(distances.is_some(), "distance");
    SysfsNode {
        id,
        cpus: cpus.unwrap_or_default(),
        total_bytes: total_bytes.unwrap_or(0),
        distances,
        hmat: read_hmat(folder),
        huge_pages: read_huge_pages(&folder.join("hugepages")),
    }
}

/// The row has one column for each online node, in order of id, whatever gaps the ids have.
fn read_distances(folder: &Path, online: &[u32]) -> Option<Vec<(u32, u32)>> {
    let text = read_text(&folder.join("distance"))?;
    let row: Vec<u32> = text
        .split_ascii_whitespace()
        .map(|word| word.parse().ok().filter(|&n| n > 0))
        .collect::<Option<_>>()?;
    (row.len() == online.len()).then(|| online.iter().copied().zip(row).collect())
}

/// A node's HMAT numbers, `access<class>/initiators/{read,write}_{latency,bandwidth}`. Class 1 is
/// seen from CPUs only; class 0 may be seen from another device and serves where 1 is missing.
fn read_hmat(folder: &Path) -> Option<Hmat> {
    [1, 0].into_iter().find_map(|class| {
        let number = |name: &str| {
            let path = folder.join(format!("access{class}/initiators/{name}"));
            read_text(&path)?.parse().ok().filter(|&number| number > 0)
        };
        let hmat = Hmat {
            read_latency_ns: number("read_latency"),
            write_latency_ns: number("write_latency"),
            read_bandwidth_mib: number("read_bandwidth"),
            write_bandwidth_mib: number("write_bandwidth"),
        };
        (hmat != Hmat::default()).then_some(hmat)
    })
}

/// The pools `hugepages-<size>kB`, ascending by size.
fn read_huge_pages(folder: &Path) -> Vec<HugePages> {
    let number = |size_kb: u32, name: &str| -> Option<u64> {
        read_text(&folder.join(format!("hugepages-{size_kb}kB/{name}")))?
            .parse()
            .ok()
    };
    numbered(folder, "hugepages-", "kB")
        .into_iter()
        .filter_map(|size_kb| {
            Some(HugePages {
                size_kb: size_kb.into(),
                total_count: number(size_kb, "nr_hugepages")?,
                free_count: number(size_kb, "free_hugepages")?,
            })
        })
        .collect()
}

/// A field of a node's meminfo, `Node 0 MemTotal:  4286680 kB`, in bytes.
fn meminfo(folder: &Path, id: u32, field: &str) -> Option<u64> {
    let text = read_text(&folder.join("meminfo"))?;
    let start = format!("Node {id} {field}");
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(start.as_str()))?;
    let kilobytes: u64 = line.strip_suffix(" kB")?.trim().parse().ok()?;
    kilobytes.checked_mul(1024)
}

/// The numbers of the entries called `<prefix><number><suffix>`, ascending.
fn numbered(folder: &Path, prefix: &str, suffix: &str) -> Vec<u32> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut numbers: Vec<u32> = entries
        .flatten()
        .filter_map(|entry| {
            entry
                .file_name()
                .to_str()?
                .strip_prefix(prefix)?
                .strip_suffix(suffix)?
                .parse()
                .ok()
        })
        .collect();
    numbers.sort_unstable();
    numbers
}

/// A file that holds one list.
fn list_file(path: &Path) -> Option<Vec<u32>> {
    parse_list(&read_text(path)?)
}

/// A small file's text without surrounding white space; `None` when it cannot be read.
pub(super) fn read_text(path: &Path) -> Option<String> {
    std::fs::read_to_string(path)
        .ok()
        .map(|text| text.trim().to_owned())
}

/// The kernel's list format, `0-3,8,10-11`, ascending and without doubles; as in taskset(1) and redis.conf a range may have
/// a stride, `0-6:2`. Empty text is an empty list; anything malformed, backwards or beyond 65535 is `None`.
pub fn parse_list(text: &str) -> Option<Vec<u32>> {
    let mut list = Vec::new();
    for part in text.trim().split(',').filter(|_| !text.trim().is_empty()) {
        let (range, stride) = part.split_once(':').unwrap_or((part, "1"));
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        let (first, last): (u32, u32) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
        let stride: u32 = stride.trim().parse().ok()?;
        if first > last || last >= LIST_END || stride == 0 {
            return None;
        }
        list.extend((first..=last).step_by(stride as usize));
    }
    list.sort_unstable();
    list.dedup();
    Some(list)
}

/// Writes a list the way the kernel does: the reverse of [`parse_list`] for an ascending list.
pub fn format_list(list: &[u32]) -> String {
    let runs = list.chunk_by(|left, right| left.checked_add(1) == Some(*right));
    let parts: Vec<String> = runs
        .map(|run| match run {
            [only] => only.to_string(),
            _ => format!("{}-{}", run[0], run[run.len() - 1]),
        })
        .collect();
    parts.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numa::fixture::Tree;

    fn read(tree: &Tree) -> (Vec<SysfsNode>, Vec<String>) {
        let mut warnings = Vec::new();
        let nodes = read_nodes(&tree.path("sys"), &mut warnings);
        (nodes, warnings)
    }

    #[test]
    fn lists_are_read_and_written_as_the_kernel_does() {
        for text in ["", "0", "0-3", "0,2", "0-1,8,10-11"] {
            assert_eq!(format_list(&parse_list(text).unwrap()), text);
        }
        assert_eq!(parse_list(" 3,1-2,2\n"), Some(vec![1, 2, 3]));
        assert_eq!(parse_list("0-7:3,4"), Some(vec![0, 3, 4, 6]));
        for text in [
            "x",
            "1-",
            "-1",
            "3-1",
            "1,,2",
            "0-65536",
            "0-4294967295",
            "99999999999",
        ] {
            assert_eq!(parse_list(text), None, "{text}");
        }
    }

    #[test]
    fn two_sockets_and_cxl_are_read_whole() {
        let (nodes, warnings) = read(&Tree::two_sockets_and_cxl());
        assert_eq!(warnings, [] as [&str; 0]);
        assert_eq!(
            nodes.iter().map(|node| node.id).collect::<Vec<_>>(),
            [0, 1, 2]
        );
        assert_eq!(nodes[1].cpus, [2, 3]);
        assert_eq!(nodes[2].cpus, [] as [u32; 0]);
        assert_eq!(nodes[2].total_bytes, 500 * 1024);
        assert_eq!(nodes[2].distances, Some(vec![(0, 40), (1, 50), (2, 10)]));
        assert_eq!(nodes[2].hmat.unwrap().read_latency_ns, Some(300));
        assert_eq!(nodes[0].hmat.unwrap().write_bandwidth_mib, Some(20480));
    }

    #[test]
    fn gaps_in_the_ids_do_not_shift_the_distances() {
        let tree = Tree::new();
        tree.node_file("online", "0,2\n");
        tree.node(0, "0", 100, "10 30");
        tree.node(2, "1", 100, "30 10");
        let (nodes, warnings) = read(&tree);
        assert!(warnings.is_empty());
        assert_eq!(nodes[0].distances, Some(vec![(0, 10), (2, 30)]));
        assert_eq!(nodes[1].id, 2);
    }

    #[test]
    fn without_online_the_folders_count() {
        let tree = Tree::new();
        tree.node(10, "", 100, "10 20");
        tree.node(9, "0", 100, "20 10");
        tree.node_file("node_of_something/else", "");
        assert_eq!(
            read(&tree).0.iter().map(|node| node.id).collect::<Vec<_>>(),
            [9, 10]
        );
    }

    #[test]
    fn a_node_without_memory_is_so_by_either_source() {
        let tree = Tree::new();
        tree.node_file("online", "0-1\n");
        tree.node_file("has_memory", "0\n");
        tree.node(0, "0", 100, "10 20");
        tree.node(1, "1", 100, "20 10");
        let (nodes, _) = read(&tree);
        assert_eq!((nodes[0].total_bytes, nodes[1].total_bytes), (102_400, 0));
    }

    #[test]
    fn malformed_files_cost_themselves_only_and_are_named() {
        let tree = Tree::new();
        tree.node_file("online", "0-2\n");
        tree.node(0, "0-x", 100, "10 20 20");
        tree.node(1, "1", 100, "20 10");
        tree.node(2, "2", 100, "20 20 ten");
        tree.node_file(
            "node2/meminfo",
            "Node 2 MemTotal: 99999999999999999999 kB\n",
        );
        let (nodes, warnings) = read(&tree);
        assert_eq!((nodes[0].cpus.len(), nodes[0].total_bytes), (0, 102_400));
        assert_eq!((nodes[1].cpus.len(), &nodes[1].distances), (1, &None));
        assert_eq!((nodes[2].total_bytes, &nodes[2].distances), (0, &None));
        let named: Vec<&str> = warnings
            .iter()
            .filter_map(|text| text.split(" is missing").next())
            .collect();
        assert_eq!(
            named,
            [
                "node 0: cpulist",
                "node 1: distance",
                "node 2: meminfo",
                "node 2: distance"
            ]
        );
    }

    #[test]
    fn hmat_prefers_cpus_and_takes_what_there_is() {
        let tree = Tree::new();
        tree.node_file("online", "0-1\n");
        tree.hmat(0, 0, 90, 1);
        tree.hmat(0, 1, 120, 2);
        tree.node_file("node1/access0/initiators/read_latency", "250\n");
        tree.node_file("node1/access0/initiators/write_latency", "0\n");
        let (nodes, _) = read(&tree);
        assert_eq!(nodes[0].hmat.unwrap().read_latency_ns, Some(120));
        assert_eq!(
            nodes[1].hmat,
            Some(Hmat {
                read_latency_ns: Some(250),
                ..Hmat::default()
            })
        );
    }

    #[test]
    fn huge_pages_are_counted_by_size() {
        let tree = Tree::new();
        tree.node_file("online", "0\n");
        tree.node_file("node0/hugepages/hugepages-1048576kB/nr_hugepages", "1\n");
        tree.node_file("node0/hugepages/hugepages-2048kB/nr_hugepages", "8\n");
        tree.node_file("node0/hugepages/hugepages-2048kB/free_hugepages", "5\n");
        let (nodes, _) = read(&tree);
        assert_eq!(
            nodes[0].huge_pages,
            [HugePages {
                size_kb: 2048,
                total_count: 8,
                free_count: 5
            }]
        );
    }

    #[test]
    fn no_tree_is_no_nodes_and_free_memory_is_read_fresh() {
        let tree = Tree::new();
        assert_eq!(read(&tree), (vec![], vec![]));
        assert_eq!(free_bytes(&tree.path("sys"), 0), None);
        tree.node(0, "0", 100, "10");
        assert_eq!(free_bytes(&tree.path("sys"), 0), Some(51_200));
    }
}
