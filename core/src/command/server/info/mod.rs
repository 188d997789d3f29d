//! INFO: sections of `name:value` lines.
//!
//! It may not know how anything is counted: it reads what other rooms count and names it. Names are Redis 7.0.15's where a
//! number is honest here, and our own where it has none; a name of Redis' whose meaning does not exist here is left out.
//!
//! Invariant: sections come in one order, each at most once, whatever the order of the request.

mod counters;
mod nodes;
mod process;

use super::super::{Answer, Call};
use super::memory::{self, Usage};
use crate::pool::NodeStats;
use crate::stats::Totals;
use std::fmt::Display;

/// One section: its name, whether INFO without arguments shows it, and who writes it.
struct Section {
    name: &'static str,
    title: &'static str,
    by_default: bool,
    write: fn(&Facts<'_, '_, '_>, &mut Lines),
}

const fn section(
    name: &'static str,
    title: &'static str,
    by_default: bool,
    write: fn(&Facts<'_, '_, '_>, &mut Lines),
) -> Section {
    Section {
        name,
        title,
        by_default,
        write,
    }
}

/// Every section, in the order they are shown.
const SECTIONS: &[Section] = &[
    section("server", "Server", true, process::server),
    section("clients", "Clients", true, process::clients),
    section("memory", "Memory", true, process::memory),
    section("persistence", "Persistence", true, counters::persistence),
    section("stats", "Stats", true, counters::stats),
    section("replication", "Replication", true, counters::replication),
    section("cpu", "CPU", true, process::cpu),
    section("modules", "Modules", true, |_, _| {}),
    section("commandstats", "Commandstats", false, counters::commands),
    section("errorstats", "Errorstats", true, counters::errors),
    section("cluster", "Cluster", true, |_, lines| {
        lines.field("cluster_enabled", 0)
    }),
    section("numa", "Numa", true, nodes::numa),
    section("keyspace", "Keyspace", true, nodes::keyspace),
];

/// What sections are written from.
struct Facts<'c, 'a, 'r> {
    call: &'c Call<'a, 'r>,
    totals: Totals,
    nodes: Vec<NodeStats>,
    usage: Usage,
}

/// The text under way.
#[derive(Default)]
struct Lines {
    text: String,
}

impl Lines {
    /// Begins a section.
    fn title(&mut self, title: &str) {
        if !self.text.is_empty() {
            self.text.push_str("\r\n");
        }
        self.text.push_str(&format!("# {title}\r\n"));
    }

    /// Writes one line.
    fn field(&mut self, name: &str, value: impl Display) {
        self.text.push_str(&format!("{name}:{value}\r\n"));
    }

    /// Writes several integers.
    fn fields(&mut self, fields: &[(&str, u64)]) {
        fields
            .iter()
            .for_each(|&(name, value)| self.field(name, value));
    }

    /// Writes a number of bytes, and again for people.
    fn bytes(&mut self, name: &str, bytes: u64) {
        self.field(name, bytes);
        self.field(&format!("{name}_human"), human(bytes));
    }
}

/// Bytes for people, as Redis abbreviates them.
fn human(bytes: u64) -> String {
    let units = [
        (1u64 << 40, 'T'),
        (1 << 30, 'G'),
        (1 << 20, 'M'),
        (1 << 10, 'K'),
    ];
    match units.iter().find(|(unit, _)| bytes >= *unit) {
        Some((unit, letter)) => format!("{:.2}{letter}", bytes as f64 / *unit as f64),
        None => format!("{bytes}B"),
    }
}

/// `INFO [section ...]`, with `default`, `all` and `everything` for several at once; unknown names are passed over.
pub(crate) fn info(call: &mut Call<'_, '_>) -> Answer {
    let chosen: Vec<&Section> = SECTIONS
        .iter()
        .filter(|section| is_wanted(call, section))
        .collect();
    let nodes = memory::node_stats(call.store);
    let mut usage = Usage::of(call.store, &nodes);
    usage.tables = memory::table_bytes(call).iter().sum();
    let facts = Facts {
        call,
        totals: call.store.totals(),
        nodes,
        usage,
    };
    let mut lines = Lines::default();
    for section in chosen {
        lines.title(section.title);
        (section.write)(&facts, &mut lines);
    }
    call.reply.verbatim("txt", lines.text.as_bytes());
    Ok(())
}

fn is_wanted(call: &Call<'_, '_>, section: &Section) -> bool {
    if call.args.len() == 1 {
        return section.by_default;
    }
    call.args.from(1).any(|word| {
        word.eq_ignore_ascii_case(section.name.as_bytes())
            || word.eq_ignore_ascii_case(b"everything")
            || word.eq_ignore_ascii_case(b"all") && section.name != "modules"
            || word.eq_ignore_ascii_case(b"default") && section.by_default
    })
}
