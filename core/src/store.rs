//! A store: one keyspace with its clock, settings, sessions, lanes and effects. Opening two gives two.
//!
//! Invariant: everything a request can reach hangs from its store; nothing but the handle table is global.

mod errands;

pub use errands::{Errand, Errands};

use crate::abi::StoreStatus;
use crate::client::Sessions;
use crate::client::interest::Interest;
use crate::clock::{Clock, nanos, ticks_in};
use crate::compaction::Compaction;
use crate::effect::EffectStream;
use crate::jobs::Jobs;
use crate::keyspace::Keyspace;
use crate::keyspace::eviction::Eviction;
use crate::keyspace::lock::SHARD_COUNT;
use crate::lane::{CommandCounters, Lane};
use crate::lazy_free::LazyFree;
use crate::migrate::MigrationStats;
use crate::numa::Topology;
use crate::object::entry::Entry;
use crate::pool::PAGE_BYTES;
use crate::pubsub::{Class, Pubsub, Sender};
use crate::residency::Residency;
use crate::settings::Settings;
use crate::stats::Totals;
use crate::sync::locked;
use crate::table::Table;
use core::sync::atomic::{AtomicBool, AtomicI64, AtomicU8, AtomicU32, AtomicU64, Ordering::*};
use std::collections::{BTreeMap, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How long a batch goes on taking requests; the rest of its input waits for the next call.
const BATCH_TIME_MAX: Duration = Duration::from_millis(2);
/// Log lines kept for main until it asks; older ones are dropped.
const MESSAGES_MAX: usize = 1000;
/// Distinct error codes counted apart (errorstats).
const ERROR_CODES_MAX: usize = 128;
/// Bytes core keeps for each log line that waits: more than the longest it writes.
const MESSAGE_BYTES: u64 = 512;
/// Bytes of a table's counts, kept beside it.
const SHARD_COUNTS_BYTES: usize = 16;

/// One store.
pub struct Store {
    /// Its keys.
    pub keyspace: Keyspace,
    /// The nodes it knows.
    pub topology: Topology,
    /// Its time.
    pub clock: Clock,
    /// What CONFIG SET changes.
    pub settings: Settings,
    /// Its clients.
    pub sessions: Sessions,
    /// Who must be told when a key changes.
    pub interest: Interest,
    /// What its writes did.
    pub effects: EffectStream,
    /// Who listens to what. PUBLISH is no change, so it is no effect either: whatever will feed replicas takes it here.
    pub pubsub: Pubsub,
    /// CLIENT PAUSE.
    pub pause: Pause,
    /// Moves that were asked for, and who waits for them.
    pub jobs: Jobs,
    /// What moves did.
    pub migrations: MigrationStats,
    /// Compactions.
    pub compaction: Compaction,
    /// Where its pages really are.
    pub residency: Residency,
    /// What the patrol does for clients that wait.
    pub errands: Arc<Errands>,
    /// What is to go next when memory is used up.
    pub eviction: Eviction,
    /// What waits to be freed in the background.
    pub lazy_free: LazyFree,
    /// Whether active expiry runs (DEBUG SET-ACTIVE-EXPIRE).
    pub active_expire: AtomicBool,
    /// Whether core asks main to stop.
    pub shutdown_requested: AtomicBool,
    /// Index of the node for which lanes without a node place what they make.
    pub default_node: AtomicU32,
    /// Ticks after which a batch makes way for other clients.
    pub batch_ticks: u64,
    command_count: usize,
    lanes: Mutex<Vec<Arc<Lane>>>,
    retired: Mutex<Retired>,
    messages: Mutex<VecDeque<String>>,
    errors: Mutex<BTreeMap<String, u64>>,
    /// Bytes core held outside the pool when they were last measured.
    outside_bytes: AtomicU64,
    /// Bytes the pool held live at its fullest.
    pub peak_bytes: AtomicU64,
    /// The clock for INFO's rates.
    pub rates: Mutex<Rates>,
    /// Names this run of the store: 40 hexadecimal digits.
    pub run_id: String,
    /// Names the history of changes a replica would follow; DEBUG CHANGE-REPL-ID starts another.
    pub replication_id: Mutex<String>,
}

/// What lanes that are closed have counted.
struct Retired {
    totals: Totals,
    commands: Vec<CommandTotals>,
    longest_batch_ticks: u64,
    accesses: Vec<Accesses>,
}

/// Look-ups by lanes of one node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accesses {
    /// Those whose entry lay on the node.
    pub local: u64,
    /// Those whose entry lay elsewhere.
    pub remote: u64,
}

impl Accesses {
    fn add(&mut self, lane: &Lane) {
        self.local += lane.counters.local_accesses.get();
        self.remote += lane.counters.remote_accesses.get();
    }
}

/// Sum of `CommandCounters`.
#[derive(Clone, Copy, Debug, Default)]
pub struct CommandTotals {
    /// Calls that ran.
    pub calls: u64,
    /// Ticks they took (`clock::nanos` converts).
    pub ticks: u64,
    /// Calls refused before they ran.
    pub rejected: u64,
    /// Calls that answered with an error.
    pub failed: u64,
}

impl CommandTotals {
    fn add(&mut self, counters: &CommandCounters) {
        self.calls += counters.calls.get();
        self.ticks += counters.ticks.get();
        self.rejected += counters.rejected.get();
        self.failed += counters.failed.get();
    }
}

/// What core holds outside the pool, in bytes, estimated from above.
#[derive(Clone, Copy, Debug, Default)]
pub struct Outside {
    /// What an empty store takes: lanes and shards.
    pub startup: u64,
    /// Buffers of connections.
    pub clients: u64,
    /// Log lines that wait.
    pub messages: u64,
}

impl Outside {
    /// All of it.
    pub const fn total(self) -> u64 {
        self.startup + self.clients + self.messages
    }
}

/// Rates INFO shows, measured by the keeper.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rates {
    /// Commands a second.
    pub commands_per_second: f64,
    /// KiB a second read.
    pub input_kib_per_second: f64,
    /// KiB a second written.
    pub output_kib_per_second: f64,
}

/// CLIENT PAUSE: until when, and for what.
#[derive(Default)]
pub struct Pause {
    until_ms: AtomicI64,
    /// 0 nothing, 1 writes, 2 everything.
    mode: AtomicU8,
}

impl Pause {
    /// Pauses writes, or everything. A pause under way is only lengthened, and never made milder.
    pub fn begin(&self, now_ms: i64, until_ms: i64, everything: bool) {
        let running = self.remaining_ms(now_ms).is_some();
        let (until, mode) = if running {
            (self.until_ms.load(Relaxed), self.mode.load(Relaxed))
        } else {
            (0, 0)
        };
        self.until_ms.store(until.max(until_ms), Relaxed);
        self.mode
            .store(mode.max(if everything { 2 } else { 1 }), Relaxed);
    }

    /// Ends it.
    pub fn end(&self) {
        self.mode.store(0, Relaxed);
    }

    /// Milliseconds left, or `None` when nothing is paused.
    #[inline(always)]
    pub fn remaining_ms(&self, now_ms: i64) -> Option<i64> {
        if self.mode.load(Relaxed) == 0 {
            return None;
        }
        let left = self.until_ms.load(Relaxed) - now_ms;
        (left > 0).then_some(left)
    }

    /// Whether reads are paused too.
    pub fn holds_reads(&self) -> bool {
        self.mode.load(Relaxed) == 2
    }
}

/// Forty hexadecimal digits that no other run has.
pub fn random_id() -> String {
    let words = (0..3u8).map(|word| RandomState::new().hash_one(word));
    let mut id: String = words.map(|word| format!("{word:016x}")).collect();
    id.truncate(40);
    id
}

impl Store {
    /// A store over `keyspace` that counts `command_count` commands apart.
    pub fn new(
        keyspace: Keyspace,
        topology: Topology,
        settings: Settings,
        command_count: usize,
    ) -> Store {
        let accesses = vec![Accesses::default(); topology.nodes.len()];
        let residency = Residency::new(&topology);
        Store {
            keyspace,
            topology,
            clock: Clock::default(),
            settings,
            sessions: Sessions::default(),
            interest: Interest::default(),
            effects: EffectStream::default(),
            pubsub: Pubsub::default(),
            pause: Pause::default(),
            jobs: Jobs::default(),
            migrations: MigrationStats::default(),
            compaction: Compaction::default(),
            residency,
            errands: Arc::default(),
            eviction: Eviction::default(),
            lazy_free: LazyFree::default(),
            active_expire: AtomicBool::new(true),
            shutdown_requested: AtomicBool::new(false),
            default_node: AtomicU32::new(0),
            batch_ticks: ticks_in(BATCH_TIME_MAX),
            command_count,
            lanes: Mutex::new(Vec::new()),
            retired: Mutex::new(Retired {
                totals: Totals::default(),
                commands: vec![CommandTotals::default(); command_count],
                longest_batch_ticks: 0,
                accesses,
            }),
            messages: Mutex::new(VecDeque::new()),
            errors: Mutex::new(BTreeMap::new()),
            outside_bytes: AtomicU64::new(0),
            peak_bytes: AtomicU64::new(0),
            rates: Mutex::new(Rates::default()),
            run_id: random_id(),
            replication_id: Mutex::new(random_id()),
        }
    }

    /// Opens a lane on a node (an index), or `None` when all seats are taken.
    pub fn open_lane(
        &self,
        node: Option<u32>,
        label: &str,
        bell: Option<std::fs::File>,
    ) -> Option<Arc<Lane>> {
        self.open_lane_as(node, label, bell, false)
    }

    /// The same; the look-ups of a spectator are no uses.
    pub fn open_lane_as(
        &self,
        node: Option<u32>,
        label: &str,
        bell: Option<std::fs::File>,
        is_spectator: bool,
    ) -> Option<Arc<Lane>> {
        let seat = self.keyspace.locks.open_lane()?;
        let lane = Lane::new(seat, node, label.to_owned(), bell, self.command_count);
        let lane = Arc::new(if is_spectator {
            lane.only_looks()
        } else {
            lane
        });
        locked(&self.lanes).push(lane.clone());
        Some(lane)
    }

    /// Closes a lane; what it counted is kept.
    pub fn close_lane(&self, lane: &Lane) {
        let mut retired = locked(&self.retired);
        lane.counters.add_to(&mut retired.totals);
        for (total, counters) in retired.commands.iter_mut().zip(lane.commands.iter()) {
            total.add(counters);
        }
        retired.longest_batch_ticks = retired.longest_batch_ticks.max(lane.longest_batch.get());
        if let Some(node) = lane.node {
            retired.accesses[node as usize].add(lane);
        }
        locked(&self.lanes).retain(|other| other.seat != lane.seat);
        self.keyspace.locks.close_lane(lane.seat);
    }

    /// The lanes open now.
    pub fn lanes(&self) -> Vec<Arc<Lane>> {
        locked(&self.lanes).clone()
    }

    /// Records the uses of keys by the lanes that are open now, from now on.
    pub fn start_taps(&self) {
        let now_ms = self.clock.now_ms();
        for lane in self.lanes() {
            lane.start_tap(now_ms);
        }
    }

    /// Ends that; what was recorded can still be drained.
    pub fn stop_taps(&self) {
        self.lanes().iter().for_each(|lane| lane.stop_tap());
    }

    /// Moves what lanes recorded into `out`, as much as fits. Returns the bytes.
    pub fn drain_taps(&self, out: &mut [u8]) -> usize {
        self.lanes()
            .iter()
            .fold(0, |at, lane| at + lane.tap.drain(&mut out[at..]))
    }

    /// Uses that found no room since the recording began.
    pub fn taps_dropped(&self) -> u64 {
        self.lanes().iter().map(|lane| lane.tap.dropped()).sum()
    }

    /// Everything counted since the start or CONFIG RESETSTAT.
    pub fn totals(&self) -> Totals {
        let retired = locked(&self.retired);
        let mut totals = retired.totals.clone();
        locked(&self.lanes)
            .iter()
            .for_each(|lane| lane.counters.add_to(&mut totals));
        totals
    }

    /// The same by command id.
    pub fn command_totals(&self) -> Vec<CommandTotals> {
        let mut totals = locked(&self.retired).commands.clone();
        for lane in locked(&self.lanes).iter() {
            totals
                .iter_mut()
                .zip(lane.commands.iter())
                .for_each(|(total, counters)| total.add(counters));
        }
        totals
    }

    /// Look-ups by the node whose CPUs asked, by index; lanes without a node do not count.
    pub fn accesses(&self) -> Vec<Accesses> {
        let mut accesses = locked(&self.retired).accesses.clone();
        for lane in locked(&self.lanes).iter() {
            if let Some(node) = lane.node {
                accesses[node as usize].add(lane);
            }
        }
        accesses
    }

    /// Microseconds of the longest batch since the start or CONFIG RESETSTAT.
    pub fn longest_batch_usec(&self) -> u64 {
        let retired = locked(&self.retired).longest_batch_ticks;
        let open = locked(&self.lanes)
            .iter()
            .map(|lane| lane.longest_batch.get())
            .max()
            .unwrap_or(0);
        nanos(retired.max(open)) / 1000
    }

    /// CONFIG RESETSTAT. Changes are no statistic and stay; lanes that count at this moment may keep the count of the request
    /// in hand.
    pub fn reset_stats(&self) {
        let changes = self.totals().changes;
        let mut retired = locked(&self.retired);
        retired.totals = Totals {
            changes,
            ..Totals::default()
        };
        retired.commands.fill(CommandTotals::default());
        retired.longest_batch_ticks = 0;
        retired.accesses.fill(Accesses::default());
        for lane in locked(&self.lanes).iter() {
            lane.counters.reset();
            lane.longest_batch.reset();
            for counters in lane.commands.iter() {
                [
                    &counters.calls,
                    &counters.ticks,
                    &counters.rejected,
                    &counters.failed,
                ]
                .iter()
                .for_each(|c| c.reset());
            }
        }
        locked(&self.errors).clear();
        self.lazy_free.reset();
        self.compaction.reset();
    }

    /// Counts an error reply by its code, the first word of its text.
    pub fn count_error(&self, code: &[u8]) {
        let code = String::from_utf8_lossy(code).into_owned();
        let mut errors = locked(&self.errors);
        if errors.len() < ERROR_CODES_MAX || errors.contains_key(&code) {
            *errors.entry(code).or_default() += 1;
        }
    }

    /// Error replies by code.
    pub fn error_counts(&self) -> BTreeMap<String, u64> {
        locked(&self.errors).clone()
    }

    /// Says something in the server's log. `level` is debug, verbose, notice or warning.
    pub fn log(&self, level: &str, text: &str) {
        let mut messages = locked(&self.messages);
        if messages.len() == MESSAGES_MAX {
            messages.pop_front();
        }
        messages.push_back(format!("{level} {text}"));
    }

    /// Takes as many log lines out as fit `bytes`, each ended by a newline.
    pub fn take_messages(&self, bytes: usize) -> String {
        let mut messages = locked(&self.messages);
        let mut text = String::new();
        while messages
            .front()
            .is_some_and(|line| text.len() + line.len() < bytes)
        {
            text.extend(messages.pop_front());
            text.push('\n');
        }
        text
    }

    /// Log lines that wait.
    pub fn messages_waiting(&self) -> usize {
        locked(&self.messages).len()
    }

    /// Frees an entry that no table leads to any more; a big one in the background when `lazily`.
    pub fn dispose(&self, entry: Entry, lazily: bool) {
        self.lazy_free.dispose(&self.keyspace.pool, entry, lazily);
    }

    /// Frees the tables of a flushed database, in the background when `lazily`.
    pub fn dispose_tables(&self, tables: Vec<Table>, lazily: bool) {
        self.lazy_free
            .dispose_tables(&self.keyspace.pool, tables, lazily);
    }

    /// Tells that `event` happened to a key without a command of a client's: it expired, or was evicted.
    #[inline]
    pub fn notify(&self, class: Class, event: &str, (db, key): (u32, &[u8])) {
        let configured = Class::configured(&self.settings);
        if configured.meets(class) {
            let sender = Sender {
                id: None,
                settings: &self.settings,
                now_ms: self.clock.now_ms(),
            };
            self.pubsub.notify(configured, (db, event, key), sender);
        }
    }

    /// The numbers main asks for each tick.
    pub fn status(&self) -> StoreStatus {
        let totals = self.totals();
        let pool = &self.keyspace.pool;
        let nodes = self.topology.nodes.len() as u32;
        let count = |db| self.keyspace.count(db);
        let (keys, expires) = (0..self.keyspace.databases())
            .map(count)
            .fold((0, 0), |sum, (k, e)| (sum.0 + k, sum.1 + e));
        let moved = self.migrations.totals();
        StoreStatus {
            used_bytes: pool.used_bytes(),
            reserved_bytes: (0..nodes)
                .filter_map(|node| pool.stats(node))
                .map(|stats| stats.committed_bytes)
                .sum(),
            stray_bytes: self.residency.all_strays() * PAGE_BYTES as u64,
            maxmemory_bytes: self.settings.maxmemory.load(Relaxed),
            keys,
            expires,
            ops_total: totals.commands,
            boundary_calls: totals.boundary_calls,
            handoffs: totals.hand_offs,
            hits: totals.keyspace_hits,
            misses: totals.keyspace_misses,
            local_accesses: totals.local_accesses,
            remote_accesses: totals.remote_accesses,
            expired_keys: totals.expired_keys,
            evicted_keys: totals.evicted_keys,
            moved_keys: moved.successful,
            moved_bytes: moved.bytes,
            ping_pongs: moved.ping_pongs,
            effects: self.effects.latest(),
            connections_total: totals.connections_received,
            connections_refused: totals.connections_rejected,
            input_bytes: totals.input_bytes,
            output_bytes: totals.output_bytes,
            started_unix_ms: self.clock.started_unix_ms() as u64,
            clients: self.sessions.connections(),
            clients_blocked: self.interest.blocked(),
            lanes: locked(&self.lanes).len() as u32,
            node_count: nodes,
            shards: SHARD_COUNT as u32,
            messages: self.messages_waiting() as u32,
            shutdown_requested: self.shutdown_requested.load(Relaxed) as u32,
            paused: self.pause.remaining_ms(self.clock.now_ms()).is_some() as u32,
        }
    }

    /// The topology as JSON, each node with the bytes it holds, the most it may hold (0 for no limit), and the accesses of
    /// its CPUs.
    pub fn topology_json(&self) -> String {
        let (pool, accesses) = (&self.keyspace.pool, self.accesses());
        self.topology.to_json_with(|node| {
            let budget_bytes = pool.budget_bytes(node).unwrap_or(0);
            let used_bytes = pool.node_used_bytes(node);
            let accesses = accesses.get(node as usize).copied().unwrap_or_default();
            vec![
                ("used_bytes", used_bytes),
                ("budget_bytes", budget_bytes),
                ("local_accesses", accesses.local),
                ("remote_accesses", accesses.remote),
            ]
        })
    }

    /// Bytes core holds outside the pool: an estimate from above, made anew and kept for `is_over_maxmemory`.
    pub fn measure_outside(&self) -> Outside {
        let lanes = self.lanes().len();
        let lane_bytes = size_of::<Lane>() + self.command_count * size_of::<CommandCounters>();
        let shards = SHARD_COUNT * self.keyspace.databases() as usize;
        let startup = lanes * lane_bytes + shards * (size_of::<Table>() + SHARD_COUNTS_BYTES);
        let faces = self.sessions.faces();
        let outside = Outside {
            startup: startup as u64,
            clients: faces.iter().map(|face| face.memory_bytes()).sum(),
            messages: self.messages_waiting() as u64 * MESSAGE_BYTES,
        };
        self.outside_bytes.store(outside.total(), Relaxed);
        outside
    }

    /// Whether `maxmemory` is set and reached: the pool as it is, the rest as it was last measured.
    #[inline(always)]
    pub fn is_over_maxmemory(&self) -> bool {
        let limit = self.settings.maxmemory.load(Relaxed);
        limit != 0
            && self.keyspace.pool.used_bytes_at_most() + self.outside_bytes.load(Relaxed) > limit
    }
}
