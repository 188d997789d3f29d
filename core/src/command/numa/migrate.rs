//! NUMAMIGRATE: moving a key to a node by hand, and looking at where keys are.
//!
//! A move changes memory and no value, so it has no effect to repeat. Invariant: `current_node` is where the pool says a
//! key lies, `resident_node` where the kernel says its pages are; neither is ever derived from the other.

use super::{Fields, node_id, node_index};
use crate::clock::use_clock;
use crate::command::{Answer, Call, Error};
use crate::error;
use crate::keyspace::Found;
use crate::migrate::Moved;
use crate::numa;
use crate::object::entry::Entry;
use crate::object::value;
use crate::pool::Pool;
use core::sync::atomic::Ordering::Relaxed;
use std::collections::BTreeMap;

/// Pages of a key the kernel is asked about at most; of more, as many are picked evenly.
const PAGES_ASKED_MAX: usize = 1024;

/// `NUMAMIGRATE KEY key node`, also `NUMA MIGRATE key node`: OK once the whole key is there.
pub fn numamigrate_key(call: &mut Call<'_, '_>) -> Answer {
    let node = node_index(call, 3)?;
    let found = find(call)?;
    let target = call.target(call.args.get(2));
    let migrations = &call.store.migrations;
    match migrations.migrate(call.grip(), target.db, target.hash, found, node) {
        Moved::Done { .. } | Moved::Skipped => call.reply.ok(),
        Moved::Failed => return Err(Error::text(error::node_is_full(node_id(call, node)))),
    }
    Ok(())
}

/// The key of the second argument, which must be there.
fn find(call: &mut Call<'_, '_>) -> Result<Found, Error> {
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
        ("longest_step_usec", totals.longest_micros),
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
