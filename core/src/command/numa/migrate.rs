//! NUMAMIGRATE INFO, STATS and RESET: where keys are, and what moves did.
//!
//! Invariant: `current_node` is where the pool says a
//! key lies, `resident_node` where the kernel says its pages are; neither is ever derived from the other.

use super::{Fields, node_id};
use crate::clock::use_clock;
use crate::command::{Answer, Call, Error};
use crate::error;
use crate::keyspace::Found;
use crate::numa;
use crate::object::entry::Entry;
use crate::object::value;
use crate::pool::Pool;
use core::sync::atomic::Ordering::Relaxed;
use std::collections::BTreeMap;

/// Pages of a key the kernel is asked about at most; of more, as many are picked evenly.
const PAGES_ASKED_MAX: usize = 1024;

/// The key of the second argument, which must be there.
pub(super) fn find(call: &mut Call<'_, '_>) -> Result<Found, Error> {
    let target = call.target(call.args.get(2));
    call.peek(target).ok_or(Error::of(error::NO_SUCH_KEY))
}

/// `NUMAMIGRATE INFO key`: where the key lies, who uses it and how much.
pub fn numamigrate_info(call: &mut Call<'_, '_>) -> Answer {
    let entry = find(call)?.entry;
    let (pool, settings) = (&call.store.keyspace.pool, &call.store.settings);
    let usage = entry.usage(
        use_clock(call.now_ms),
        settings.hotness_decay.load(Relaxed),
        settings.lfu_decay_time.load(Relaxed),
    );
    let current = node_id(call, pool.node_of(entry.address()));
    let accessor = match usage.vote {
        0 => -1,
        _ => node_id(call, usage.accessor).into(),
    };
    let mut fields = Fields::begin(call.reply);
    fields.text("type", entry.kind().name());
    fields.text("encoding", entry.encoding().name());
    fields.int("current_node", current.into());
    let resident = resident_node(pool, entry);
    fields.name("resident_node").int(resident.into());
    fields.int("hotness_level", usage.level.into());
    fields.int("access_count", usage.accesses);
    fields.name("accessor_node").int(accessor);
    fields.int("idle", usage.idle_seconds);
    fields.int("memory_footprint", entry.footprint(pool) as u64);
    fields.end();
    Ok(())
}

/// The kernel's node that most of a key's pages are on; -1 when it does not say, or none of them is in memory.
fn resident_node(pool: &Pool, entry: Entry) -> i32 {
    let each_page = |each: &mut dyn FnMut(usize)| {
        let mut pages_of =
            |address, bytes| pool.page_addresses(address, bytes).for_each(&mut *each);
        pages_of(entry.address(), entry.shape().entry_bytes());
        value::visit(entry, pool, &mut pages_of);
    };
    let mut pages = 0usize;
    each_page(&mut |_| pages += 1);
    let (step, mut number) = (pages.div_ceil(PAGES_ASKED_MAX), 0);
    let mut asked = Vec::with_capacity(pages.min(PAGES_ASKED_MAX));
    each_page(&mut |page| {
        if number % step == 0 {
            asked.push(page);
        }
        number += 1;
    });
    let mut counts = BTreeMap::new();
    for node in numa::residency(&asked).unwrap_or_default() {
        if node >= 0 {
            *counts.entry(node).or_insert(0) += 1;
        }
    }
    let most = counts.into_iter().max_by_key(|&(_, pages)| pages);
    most.map_or(-1, |(node, _)| node)
}

/// `NUMAMIGRATE STATS`: what moves did since the start or NUMAMIGRATE RESET.
pub fn numamigrate_stats(call: &mut Call<'_, '_>) -> Answer {
    let totals = call.store.migrations.totals();
    let numbers = [
        ("total_migrations", totals.total),
        ("successful_migrations", totals.successful),
        ("failed_migrations", totals.failed),
        ("skipped_migrations", totals.skipped),
        ("total_bytes_migrated", totals.bytes),
        ("total_migration_time", totals.micros),
        ("peak_concurrent_migrations", totals.peak_concurrent),
        ("steps", totals.steps),
        ("longest_step_usec", totals.longest_micros),
        ("long_steps", totals.long_steps),
        ("ping_pongs", totals.ping_pongs),
        ("migrated_blocks", totals.blocks),
        ("migrated_block_bytes", totals.block_bytes),
    ];
    let mut fields = Fields::begin(call.reply);
    for (name, number) in numbers {
        fields.int(name, number);
    }
    fields.end();
    Ok(())
}

/// `NUMAMIGRATE RESET`: sets those counters back to zero.
pub fn numamigrate_reset(call: &mut Call<'_, '_>) -> Answer {
    call.store.migrations.reset();
    call.reply.ok();
    Ok(())
}
