//! NUMAMIGRATE KEY, KEYS, PATTERN, DB, JOBS and CANCEL: moving keys by hand.
//!
//! A small value moves at once, under the command's own locks. A larger one, and whole sets of keys, are jobs for the mover;
//! a client that asked for it waits for their end, and nobody else does. A move changes memory and no value, so it has no
//! effect to repeat. Invariant: whatever is answered, every key is whole.

use super::migrate::find;
use super::{node_id, node_index};
use crate::clock::use_clock;
use crate::command::{Answer, Args, Call, Error};
use crate::error;
use crate::jobs::{Job, Task, Telling};
use crate::migrate::Moved;
use crate::object::value;
use std::sync::Arc;

const SYNC_IN_TRANSACTION: &str = "ERR SYNC is not allowed where a client may not wait";

/// `NUMAMIGRATE KEY key node [ASYNC]`, also `NUMA MIGRATE`: OK once the whole key is there, or at once the number of the job.
pub fn numamigrate_key(call: &mut Call<'_, '_>) -> Answer {
    let node = node_index(call, 3)?;
    let is_async = match call.args.len() {
        4 => false,
        5 if call.args.is(4, "ASYNC") => true,
        _ => return call.syntax_error(),
    };
    let found = find(call)?;
    let target = call.target(call.args.get(2));
    let may_wait = !call.client.deny_blocking && call.store.jobs.is_served();
    if is_async || (may_wait && value::is_big(found.entry)) {
        let task = Task::Keys(target.db, vec![target.key.into()]);
        return submit(call, task, node, (!is_async).then_some(Telling::Verdict));
    }
    let (migrations, clock) = (&call.store.migrations, use_clock(call.now_ms));
    let key = (target.db, target.hash);
    match migrations.migrate(call.grip(), key, found, node, clock) {
        Moved::Done { .. } | Moved::Skipped => call.reply.ok(),
        _ => return Err(Error::text(error::node_is_full(node_id(call, node)))),
    }
    Ok(())
}

/// Adds a job. The client is answered its number, or waits for its end and is told that.
fn submit(call: &mut Call<'_, '_>, task: Task, node: u32, telling: Option<Telling>) -> Answer {
    if telling.is_some() && call.client.deny_blocking {
        return Err(Error::of(SYNC_IN_TRANSACTION));
    }
    let target = (node, node_id(call, node));
    let job = call.store.jobs.submit(task, target, telling.is_some());
    let job: Arc<Job> = job.ok_or(Error::of(error::TOO_MANY_JOBS))?;
    match telling {
        Some(telling) => call.wait_for_job(&job, telling),
        None => call.reply.int(job.id as i64),
    }
    Ok(())
}

/// `NUMAMIGRATE KEYS node [SYNC] key [key ...]`; SYNC may stand at the end as well. A key of that name is one when it stands
/// alone.
pub fn numamigrate_keys(call: &mut Call<'_, '_>) -> Answer {
    let args = call.args;
    let node = node_index(call, 2)?;
    let last = args.len() - 1;
    let (leads, trails) = (args.is(3, "SYNC"), args.is(last, "SYNC"));
    let (keys, is_sync) = match () {
        () if last == 3 => (3..=last, false),
        () if leads => (4..=last, true),
        () if trails => (3..=last - 1, true),
        () => (3..=last, false),
    };
    let keys = keys.map(|index| args.get(index).into()).collect();
    let task = Task::Keys(call.db(), keys);
    submit(call, task, node, is_sync.then_some(Telling::Counts))
}

/// What may follow PATTERN's and DB's node.
struct Options {
    db: u32,
    is_sync: bool,
}

/// Reads `[DB n] [SYNC]` from the argument at `index` on; `DB` only where it is allowed.
fn options(call: &Call<'_, '_>, index: usize, takes_db: bool) -> Result<Options, Error> {
    let (args, mut index): (Args<'_>, usize) = (call.args, index);
    let (mut db, mut is_sync) = (call.db(), false);
    while index < args.len() {
        if args.is(index, "SYNC") {
            is_sync = true;
            index += 1;
        } else if takes_db && args.is(index, "DB") && index + 1 < args.len() {
            let number = u32::try_from(args.int(index + 1)?).ok();
            let number = number.filter(|number| *number < call.keyspace().databases());
            db = number.ok_or(Error::of(error::DB_OUT_OF_RANGE))?;
            index += 2;
        } else {
            return Err(Error::of(error::SYNTAX));
        }
    }
    Ok(Options { db, is_sync })
}

/// `NUMAMIGRATE PATTERN pattern node [DB index] [SYNC]`.
pub fn numamigrate_pattern(call: &mut Call<'_, '_>) -> Answer {
    let node = node_index(call, 3)?;
    let Options { db, is_sync } = options(call, 4, true)?;
    let task = Task::Pattern(db, call.args.get(2).into());
    submit(call, task, node, is_sync.then_some(Telling::Counts))
}

/// `NUMAMIGRATE DB node [SYNC]`: the whole selected database.
pub fn numamigrate_db(call: &mut Call<'_, '_>) -> Answer {
    let node = node_index(call, 2)?;
    let Options { db, is_sync } = options(call, 3, false)?;
    submit(
        call,
        Task::Database(db),
        node,
        is_sync.then_some(Telling::Counts),
    )
}

/// `NUMAMIGRATE JOBS`: every job that is queued or running, and those that ended last.
pub fn numamigrate_jobs(call: &mut Call<'_, '_>) -> Answer {
    let jobs = call.store.jobs.list();
    call.reply.array(jobs.len());
    jobs.iter().for_each(|job| job.write(call.reply));
    Ok(())
}

/// `NUMAMIGRATE CANCEL id`: the job ends at its next step. What has moved stays there.
pub fn numamigrate_cancel(call: &mut Call<'_, '_>) -> Answer {
    let id = u64::try_from(call.args.int(2)?).unwrap_or(0);
    let state = call.store.jobs.cancel(id);
    if state.ok_or(Error::of(error::NO_SUCH_JOB))?.is_end() {
        return Err(Error::of(error::JOB_IS_OVER));
    }
    call.reply.ok();
    Ok(())
}
