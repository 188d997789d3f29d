//! The keeper: one thread per store for what must go on without anybody asking, in bounded steps: active expiry, freeing
//! what was unlinked, giving back memory that nobody wants, rates for INFO.
//!
//! It may not know commands. Invariants: a step holds one shard and ends in well under a millisecond; the keeper's share of
//! a core is bounded by `EXPIRE_SHARE_PERCENT`, however many keys are due.

use crate::client::interest::Change;
use crate::client::waiter::{Alarm, State, Waiter, Wake};
use crate::effect::Cause;
use crate::evict::{Room, make_room};
use crate::keyspace::expiry::Step;
use crate::keyspace::lock::SHARD_COUNT;
use crate::lane::Lane;
use crate::pool::Pool;
use crate::pubsub::Class;
use crate::store::{Rates, Store};
use crate::sync::locked;
use crate::table::Position;
use crate::threads::Background;
use core::sync::atomic::Ordering::*;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

/// Part of a tick that active expiry may take while there is much to do, in percent; each step of
/// `active-expire-effort` above 1 adds two.
const EXPIRE_SHARE_PERCENT: u32 = 25;
/// Lines a step of expiry reads: eight keys each.
const STEP_LINES: usize = 64;
/// Where active expiry stands: database, shard, and place in it.
#[derive(Default)]
struct Round {
    db: u32,
    shard: usize,
    position: Position,
}

impl Round {
    /// Moves on to the next shard; `false` when the round is complete.
    fn next_shard(&mut self, databases: u32) -> bool {
        self.position = Position::default();
        self.shard += 1;
        if self.shard == SHARD_COUNT {
            (self.shard, self.db) = (0, (self.db + 1) % databases);
        }
        (self.db, self.shard) != (0, 0)
    }
}

/// The keeper's handle: dropping it stops the thread and waits for it.
pub struct Keeper {
    alarm: Arc<Alarm>,
    thread: Background,
}

impl Keeper {
    /// Starts the keeper of `store`, or says why not.
    pub fn start(store: &Arc<Store>) -> Result<Keeper, String> {
        let alarm = store.interest.alarm.clone();
        let lane = store
            .open_lane(None, "keeper", None)
            .ok_or("no lane is free for the keeper")?;
        let signal = alarm.clone();
        let run = move |weak: &Weak<Store>| watch(weak, &lane, &signal);
        let thread = Background::start(store, "keeper", run)?;
        Ok(Keeper { alarm, thread })
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.alarm.stop();
        self.thread.join();
    }
}

fn watch(weak: &Weak<Store>, lane: &Lane, alarm: &Alarm) {
    let mut tick = Tick::default();
    loop {
        let Some(store) = weak.upgrade() else { return };
        let pause =
            Duration::from_millis(1000 / store.settings.hz.load(Relaxed).clamp(1, 500) as u64);
        let busy = tick.run(&store, lane, pause);
        drop(store);
        let pause = if busy { pause / 10 } else { pause };
        let until = Instant::now() + pause;
        loop {
            match alarm.sleep(until) {
                Wake::Stop => return,
                Wake::Time => break,
                Wake::Due(waiters) => end_waits(weak, &waiters),
            }
        }
    }
}

/// Clients have waited long enough. One that is being served at this very moment is looked at again a little later.
fn end_waits(store: &Weak<Store>, waiters: &[Arc<Waiter>]) {
    let Some(store) = store.upgrade() else { return };
    let end = |waiter: &Arc<Waiter>| store.interest.end_wait(waiter, State::TimedOut);
    let ended = waiters.iter().filter(|waiter| end(waiter)).count();
    if ended == 0 {
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Gives unused memory back to the kernel until `until`, and rests after each piece for as long as it took: a listener may
/// wait for this very CPU. Answers whether there is more.
fn trim(pool: &Pool, until: Instant) -> bool {
    loop {
        let began = Instant::now();
        if began >= until {
            return true;
        }
        if pool.trim() == 0 {
            return false;
        }
        std::thread::sleep(began.elapsed());
    }
}

/// What the keeper remembers from tick to tick.
#[derive(Default)]
pub struct Tick {
    round: Round,
    rates: Option<(Instant, u64, u64, u64)>,
}

impl Tick {
    /// One tick of at most a part of `period`; answers whether there is more to free.
    pub fn run(&mut self, store: &Store, lane: &Lane, period: Duration) -> bool {
        if store.active_expire.load(Relaxed) {
            let effort = store
                .settings
                .active_expire_effort
                .load(Relaxed)
                .clamp(1, 10);
            let share = period * (EXPIRE_SHARE_PERCENT + 2 * (effort - 1)) / 100;
            self.expire(store, lane, Instant::now() + share);
        }
        self.measure_rates(store);
        let pool = &store.keyspace.pool;
        pool.tend();
        let is_over_budget = trim(pool, Instant::now() + period / 4);
        store.measure_outside();
        self.evict(store, lane, Instant::now() + period / 4);
        store.peak_bytes.fetch_max(pool.used_bytes(), Relaxed);
        let has_garbage = store
            .lazy_free
            .free_until(pool, Instant::now() + period / 4);
        is_over_budget || has_garbage
    }

    /// Goes on with the round of active expiry until it is complete or `until`.
    fn expire(&mut self, store: &Store, lane: &Lane, until: Instant) {
        let keyspace = &store.keyspace;
        loop {
            let (_, deadlines) = keyspace.count(self.round.db);
            if deadlines == 0 {
                self.round.shard = SHARD_COUNT - 1;
            } else {
                if !keyspace.locks.enter_world(lane.seat) {
                    return;
                }
                let step = self.expire_step(store, lane);
                keyspace.locks.leave_world(lane.seat);
                if let Some(position) = step.next {
                    self.round.position = position;
                    if Instant::now() >= until {
                        return;
                    }
                    continue;
                }
            }
            if !self.round.next_shard(keyspace.databases()) || Instant::now() >= until {
                return;
            }
        }
    }

    fn expire_step(&self, store: &Store, lane: &Lane) -> Step {
        let Round {
            db,
            shard,
            position,
        } = self.round;
        let now_ms = store.clock.now_ms();
        let step = store.keyspace.expire_step(
            lane.seat,
            (db, shard),
            position,
            STEP_LINES,
            now_ms,
            |entry| {
                store
                    .effects
                    .append(db, Cause::Expired, &[b"DEL", entry.key()]);
                let hash = store.keyspace.hash(entry.key());
                let interest = &store.interest;
                interest.changed(db, hash, entry.key(), Change::Expired);
                store.notify(Class::EXPIRED, "expired", (db, entry.key()));
            },
        );
        lane.counters.expired_keys.add(step.expired as u64);
        step
    }

    /// Goes on, until `until`, with what commands had no time to evict.
    fn evict(&self, store: &Store, lane: &Lane, until: Instant) {
        let locks = &store.keyspace.locks;
        while store.is_over_maxmemory() && locks.enter_world(lane.seat) {
            let room = make_room(store, lane);
            locks.leave_world(lane.seat);
            if room != Room::Later || Instant::now() >= until {
                return;
            }
        }
    }

    /// Once a second: commands and bytes since the last time, clients that do not read, memory that nobody wanted.
    fn measure_rates(&mut self, store: &Store) {
        let now = Instant::now();
        let elapsed = self.rates.map_or(1.0, |(at, ..)| (now - at).as_secs_f64());
        if self.rates.is_some() && elapsed < 1.0 {
            return;
        }
        store
            .sessions
            .close_overflowed(&store.settings, store.clock.now_ms());
        let totals = store.totals();
        if let Some((_, commands, input, output)) = self.rates {
            *locked(&store.rates) = Rates {
                commands_per_second: totals.commands.saturating_sub(commands) as f64 / elapsed,
                input_kib_per_second: totals.input_bytes.saturating_sub(input) as f64
                    / 1024.0
                    / elapsed,
                output_kib_per_second: totals.output_bytes.saturating_sub(output) as f64
                    / 1024.0
                    / elapsed,
            };
        }
        store.keyspace.pool.decay();
        self.rates = Some((
            now,
            totals.commands,
            totals.input_bytes,
            totals.output_bytes,
        ));
    }
}
