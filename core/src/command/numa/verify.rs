//! NUMA VERIFY: where the kernel says that pages are, of one key or of the whole pool.
//!
//! What takes long is an errand: the client waits for it and nobody else does. Inside EXEC, and for a client that nobody
//! could wake, it runs to its end. Invariant: everything told of places is the kernel's word; where a window is bound to no
//! node nothing is called home or stray, as there is no right place.

use super::Fields;
use crate::client::waiter::{Nothing, State};
use crate::command::{Answer, Call, Error};
use crate::error;
use crate::numa::{NumaError, Origin};
use crate::object::entry::Entry;
use crate::object::value;
use crate::pool::Pool;
use crate::residency::{BLOCK_PAGES, Report, Tally};
use crate::resp::{Reply, Spill};
use crate::store::Store;
use std::collections::BTreeMap;

/// Pages of a key that are noted before those noted twice are weeded out.
const NOTED_MIN: usize = 1 << 16;

/// What is to be verified.
struct Task {
    /// The pages of a key; `None` for the whole pool.
    pages: Option<Vec<usize>>,
    /// Whether strays are brought home.
    fix: bool,
}

impl Task {
    fn run(&self, store: &Store) -> Result<Report, NumaError> {
        let (residency, pool) = (&store.residency, &store.keyspace.pool);
        let goes_on = || !store.errands.is_stopped();
        match &self.pages {
            Some(pages) => residency.verify_pages(pool, pages, self.fix, goes_on),
            None => residency.verify_pool(pool, self.fix, || store.clock.now_ms(), goes_on),
        }
    }

    /// Whether it is over before a listener would miss the time.
    fn is_short(&self) -> bool {
        self.pages
            .as_ref()
            .is_some_and(|pages| pages.len() <= BLOCK_PAGES)
    }
}

/// `NUMA VERIFY [key] [FIX|CHECK]`: asks the kernel where the pages of a key, or all pages in use, really are; with FIX
/// those on a wrong node are brought home. A lone FIX is not a key; CHECK behind it makes it one.
pub fn numa_verify(call: &mut Call<'_, '_>) -> Answer {
    let (has_key, fix) = match call.args.len() {
        2 => (false, false),
        3 if call.args.is(2, "FIX") => (false, true),
        3 => (true, false),
        4 if call.args.is(3, "FIX") => (true, true),
        4 if call.args.is(3, "CHECK") => (true, false),
        _ => return call.syntax_error(),
    };
    let pages = match has_key {
        false => None,
        true => {
            let target = call.target(call.args.get(2));
            let found = call.peek(target).ok_or(Error::of(error::NO_SUCH_KEY))?;
            Some(pages_of(&call.store.keyspace.pool, found.entry))
        }
    };
    let task = Task { pages, fix };
    if task.is_short() || call.client.deny_blocking || !call.store.errands.is_run() {
        let found = task.run(call.store);
        return write(call.reply, call.store, &task, &found);
    }
    send(call, task);
    Ok(())
}

/// Has the client wait, and the task done as an errand.
fn send(call: &mut Call<'_, '_>, task: Task) {
    call.wait_for(core::iter::empty(), None, Nothing::Null);
    let Some(waiter) = call.client.waiter.clone() else {
        return;
    };
    let waits = waiter.clone();
    let given = call.store.errands.give(Box::new(move |store| {
        let found = task.run(store);
        let mut spill = Spill::new();
        let mut reply = Reply::new(&mut [], &mut spill, waits.protocol);
        if let Err(error) = write(&mut reply, store, &task, &found) {
            error.write(&mut reply);
            store.count_error(reply.errors().last_code());
        }
        if store.interest.claim(&waits) {
            waits.put_reply(spill.as_slice().to_vec());
            store.interest.finish(&waits, State::Served);
        }
    }));
    if given.is_err() {
        call.store.interest.end_wait(&waiter, State::TimedOut);
    }
}

/// The pages that an entry and all it owns touch, each once, in ascending order.
fn pages_of(pool: &Pool, entry: Entry) -> Vec<usize> {
    let (mut pages, mut weed_at) = (Vec::new(), NOTED_MIN);
    let mut note = |address, bytes| {
        for page in pool.page_addresses(address, bytes) {
            if pages.last() != Some(&page) {
                pages.push(page);
            }
        }
        if pages.len() >= weed_at {
            pages.sort_unstable();
            pages.dedup();
            weed_at = NOTED_MIN.max(2 * pages.len());
        }
    };
    note(entry.address(), entry.shape().entry_bytes());
    value::visit(entry, pool, &mut note);
    pages.sort_unstable();
    pages.dedup();
    pages
}

fn write(
    reply: &mut Reply<'_>,
    store: &Store,
    task: &Task,
    found: &Result<Report, NumaError>,
) -> Answer {
    let report = match found {
        Ok(report) => report,
        Err(error) => {
            let text = format!("ERR the kernel does not say where pages are: {error}");
            return Err(Error::text(text));
        }
    };
    let mut fields = Fields::begin(reply);
    let scope = match task.pages {
        Some(_) => "key",
        None => "pool",
    };
    fields.text("scope", scope);
    fields.text("verdict", &verdict(store, task, report));
    fields.int("usec", report.micros);
    let is_bound = report
        .nodes
        .keys()
        .any(|&node| store.residency.home(node).is_some());
    write_tally(&mut fields, &report.total(), is_bound);
    let nodes = fields.name("nodes");
    nodes.array(report.nodes.len());
    for (&node, tally) in &report.nodes {
        let home = store.residency.home(node);
        let mut fields = Fields::begin(nodes);
        fields.int("node", store.topology.nodes[node as usize].id.into());
        fields.known("kernel_node", home.map(u64::from));
        write_tally(&mut fields, tally, home.is_some());
        fields.end();
    }
    fields.end();
    Ok(())
}

/// Pages that have no right place are neither home nor strays: null.
fn write_tally(fields: &mut Fields<'_, '_>, tally: &Tally, is_bound: bool) {
    fields.int("asked", tally.asked);
    fields.int("resident", tally.resident);
    fields.int("absent", tally.absent);
    fields.known("home", is_bound.then_some(tally.home));
    fields.known("strays", is_bound.then_some(tally.strays));
    let mut places = Fields::begin(fields.name("pages_by_kernel_node"));
    for (node, &pages) in &tally.by_node {
        places.int(&node.to_string(), pages);
    }
    places.end();
    fields.int("moved", tally.moved);
    fields.int("failed", tally.failed);
    fields.int("gone", tally.gone);
    let mut reasons = Fields::begin(fields.name("reasons"));
    for (&errno, &pages) in &tally.reasons {
        let text = std::io::Error::from_raw_os_error(errno).to_string();
        reasons.int(&text, pages);
    }
    reasons.end();
}

/// The report in a sentence.
fn verdict(store: &Store, task: &Task, report: &Report) -> String {
    let total = report.total();
    let places = places(&total.by_node);
    let mut text = match &store.topology.origin {
        Origin::Fake(spec) => {
            format!("the nodes of {spec} are virtual and have no place of their own: {places}")
        }
        Origin::Plain => format!("the one plain arena is bound to no node: {places}"),
        Origin::Kernel if total.strays == 0 => {
            format!("every page in memory is on its node: {places}")
        }
        Origin::Kernel => format!(
            "{} of {} pages in memory are not on their node: {places}",
            total.strays, total.resident
        ),
    };
    if task.fix && total.strays > 0 {
        text += &format!("; {} brought home, {} not", total.moved, total.failed);
    }
    if report.is_partial {
        text += "; broken off, as the store closes";
    }
    text
}

/// Where pages are, in words.
fn places(by_node: &BTreeMap<u32, u64>) -> String {
    let places: Vec<String> = by_node
        .iter()
        .map(|(node, pages)| format!("{pages} on kernel node {node}"))
        .collect();
    match places.is_empty() {
        true => "none is in memory".into(),
        false => places.join(", "),
    }
}
