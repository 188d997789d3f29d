//! Made-up machines for the tests of this room: a /sys and a /proc in a directory of their own,
//! gone when dropped.
//!
//! Invariant: two trees never share a directory, so tests may run side by side.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

/// A directory to put made-up files in.
pub(super) struct Tree {
    root: PathBuf,
}

impl Tree {
    pub(super) fn new() -> Tree {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let root =
            std::env::temp_dir().join(format!("numakv-numa-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&root).unwrap();
        Tree { root }
    }

    pub(super) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    pub(super) fn write(&self, relative: &str, text: &str) {
        let path = self.path(relative);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Writes a file of the node tree.
    pub(super) fn node_file(&self, relative: &str, text: &str) {
        self.write(&format!("sys/devices/system/node/{relative}"), text);
    }

    /// Writes a whole node: its CPU list, its memory in kB (half of it free) and its row of
    /// distances.
    pub(super) fn node(&self, id: u32, cpus: &str, kilobytes: u64, distances: &str) {
        self.node_file(&format!("node{id}/cpulist"), &format!("{cpus}\n"));
        let half = kilobytes / 2;
        let meminfo =
            format!("Node {id} MemTotal:  {kilobytes} kB\nNode {id} MemFree:   {half} kB\n");
        self.node_file(&format!("node{id}/meminfo"), &meminfo);
        self.node_file(&format!("node{id}/distance"), &format!("{distances}\n"));
    }

    /// Writes a node's HMAT numbers of one access class: latency in ns, bandwidth in MiB/s, reads
    /// and writes alike.
    pub(super) fn hmat(&self, id: u32, class: u32, latency_ns: u32, bandwidth: u32) {
        for kind in ["read", "write"] {
            let folder = format!("node{id}/access{class}/initiators");
            self.node_file(
                &format!("{folder}/{kind}_latency"),
                &format!("{latency_ns}\n"),
            );
            self.node_file(
                &format!("{folder}/{kind}_bandwidth"),
                &format!("{bandwidth}\n"),
            );
        }
    }

    /// Two sockets and a CXL expander on the first, with HMAT.
    pub(super) fn two_sockets_and_cxl() -> Tree {
        let tree = Tree::new();
        tree.node_file("online", "0-2\n");
        tree.node_file("has_memory", "0-2\n");
        tree.node(0, "0-1", 1000, "10 21 40");
        tree.node(1, "2-3", 1000, "21 10 50");
        tree.node(2, "", 500, "40 50 10");
        tree.hmat(0, 1, 100, 20480);
        tree.hmat(1, 1, 110, 20480);
        tree.hmat(2, 1, 300, 5120);
        tree
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.root);
    }
}
