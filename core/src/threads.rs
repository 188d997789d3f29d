//! Threads: those behind the listeners are started here, and which CPUs either kind runs on is decided here.
//!
//! A thread that works for a node belongs on that node's CPUs, and within those that `server_cpulist` (listeners) or
//! `bio_cpulist` (everything behind them) names, as Redis calls them. Where the two share no CPU the list holds: it is what
//! the operator said. It may not know what a thread does. Invariant: a thread that cannot be pinned runs all the same, and
//! the log says so.

#[cfg(test)]
mod tests;

use crate::numa::{self, inherited_cpus};
use crate::store::Store;
use crate::sync::locked;
use std::sync::{Arc, Weak};
use std::thread::{Builder, JoinHandle};

/// A thread behind the listeners.
pub struct Background(Option<JoinHandle<()>>);

impl Background {
    /// Starts thread `numakv-<name>` (15 bytes at most: the kernel cuts longer ones) on the CPUs of `bio_cpulist`, or says why
    /// not. It has the store only while it looks at it, so that a store can close.
    pub fn start(
        store: &Arc<Store>,
        name: &'static str,
        run: impl FnOnce(&Weak<Store>) + Send + 'static,
    ) -> Result<Background, String> {
        let weak = Arc::downgrade(store);
        let begin = move || {
            if let Some(store) = weak.upgrade() {
                pin_background(&store, name, None);
            }
            run(&weak);
        };
        let thread = Builder::new().name(format!("numakv-{name}")).spawn(begin);
        let thread = thread.map_err(|error| format!("cannot start thread '{name}': {error}"))?;
        Ok(Background(Some(thread)))
    }

    /// Waits until it has ended; it was told to.
    pub fn join(&mut self) {
        if let Some(thread) = self.0.take() {
            let _panicked_and_was_logged = thread.join();
        }
    }
}

/// Runs the calling thread, which listens for `node` (an index), where it should.
pub fn pin_listener(store: &Store, label: &str, node: Option<u32>) {
    let near = node.map_or(&[][..], |node| &store.topology.nodes[node as usize].cpus);
    pin(
        store,
        (label, "warning"),
        &locked(&store.settings.listener_cpus),
        near,
    );
}

/// Runs the calling thread, which works behind the listeners, for `node` if it says so, where it should: on the CPUs of the
/// nearest node that has some.
pub fn pin_background(store: &Store, label: &str, node: Option<u32>) {
    let nodes = &store.topology.nodes;
    let order = node.map_or_else(Vec::new, |node| store.topology.nearest(node));
    let near = order.iter().map(|&node| &nodes[node as usize].cpus[..]);
    let near = near.into_iter().find(|cpus| !cpus.is_empty());
    let list = locked(&store.settings.background_cpus);
    // Where it is refused, it is so each time a thread turns to another node.
    let level = if node.is_some() { "verbose" } else { "warning" };
    pin(store, (label, level), &list, near.unwrap_or_default());
}

/// `level` is that of the log line which says that it cannot be.
fn pin(store: &Store, (label, level): (&str, &str), list: &[u32], near: &[u32]) {
    if let Some(cpus) = chosen(list, near)
        && let Err(error) = numa::pin_current_thread(&cpus)
    {
        store.log(level, &format!("{label} runs unpinned: {error}"));
    }
}

/// The CPUs of a thread that has a list and a node, either of which may be empty; `None` when both are.
fn chosen(list: &[u32], near: &[u32]) -> Option<Vec<u32>> {
    let is_near = |cpu: &&u32| near.contains(cpu);
    let both: Vec<u32> = list.iter().filter(is_near).copied().collect();
    let ways = [&both, list, near];
    let way = ways.into_iter().find(|way| !way.is_empty())?;
    Some(way.to_vec())
}

/// Tells of CPUs in the lists that the process may not use.
pub fn report_lists(store: &Store) {
    let lists = [
        ("server_cpulist", &store.settings.listener_cpus),
        ("bio_cpulist", &store.settings.background_cpus),
    ];
    for (name, list) in lists {
        let allowed = inherited_cpus();
        let absent = |cpu: &u32| !allowed.is_empty() && !allowed.contains(cpu);
        let absent: Vec<u32> = locked(list).iter().copied().filter(absent).collect();
        if !absent.is_empty() {
            let [absent, allowed] = [&absent[..], allowed].map(numa::format_list);
            store.log(
                "warning",
                &format!("{name} names CPUs {absent}, but only {allowed} can be used here"),
            );
        }
    }
}
