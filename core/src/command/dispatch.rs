//! From a request to a handler: which command, whether it may run, what it locks, what is counted.
//!
//! It may not know what any command does. Invariants: a refused command touches nothing; the world is left when the batch
//! ends, also by a panic.

mod exec;
mod serve;

use super::call::{After, Answer, Args, Call, Caller, Error, Stale, User};
use super::flags::Flags;
use super::notify::Class;
use super::server::monitor;
use super::spec::{CommandSpec, Handler, Locks, Run};
use super::{keys, lookup, pubsub};
use crate::client::interest::Change;
use crate::client::{ClientState, Face, ReplyMode};
use crate::clock::{ticks, use_clock};
use crate::effect::Cause;
use crate::error;
use crate::evict::{Room, make_room};
use crate::keyspace::lock::ShardSet;
use crate::keyspace::{Grip, Keyspace, Mode, shard_of};
use crate::lane::{CommandCounters, Lane};
use crate::resp::ahead::first_arguments;
use crate::resp::{Reply, reply::Errors};
use crate::store::Store;
use core::sync::atomic::Ordering::Relaxed;
use std::sync::Arc;

/// Milliseconds a caller waits before it asks again for a world somebody else holds.
const WORLD_RETRY_MS: u32 = 1;
/// The longest a paused client sleeps before it asks again, in milliseconds; UNPAUSE wakes it earlier.
const PAUSE_RETRY_MAX_MS: i64 = 1000;
/// Requests whose keys are fetched together.
const LOOK_AHEAD: usize = 8;

/// What the batch does after a command.
#[derive(Clone, Copy, Debug)]
pub enum Flow {
    /// Goes on with the next request.
    Continue,
    /// Closes the connection once the replies are written.
    Close,
    /// Tries the same request again, after so many milliseconds.
    Retry(u32),
    /// Hands the request to the server.
    HandOff(&'static CommandSpec),
    /// Executes nothing more until the client's wait is over.
    Block,
    /// Hands the server commands of a transaction to the server, one after another.
    HandOffs,
}

/// What all commands of one batch share.
pub struct Context<'a> {
    store: &'a Store,
    lane: &'a Lane,
    now_ms: i64,
    user: User,
    in_world: bool,
    started: u64,
    /// Ticks at the end of the last command.
    last: u64,
    /// Error replies of the batch that are counted already.
    errors_counted: u64,
}

/// The locks of one command.
struct Held<'a> {
    grip: Option<Grip<'a>>,
    /// Hash of the first key, which most handlers ask for first.
    first_hash: u64,
    /// The world, for a command that wants it alone.
    world: Option<WorldAlone<'a>>,
}

/// The world held exclusively; dropping it, also by a panic, gives it back.
struct WorldAlone<'a>(&'a Keyspace);

impl Drop for WorldAlone<'_> {
    fn drop(&mut self) {
        self.0.locks.unlock_world();
    }
}

impl Drop for Context<'_> {
    fn drop(&mut self) {
        self.leave_world();
    }
}

impl<'a> Context<'a> {
    /// The context of a batch that begins now.
    pub fn new(store: &'a Store, lane: &'a Lane) -> Context<'a> {
        let now_ms = store.clock.now_ms();
        let started = ticks();
        let clock = use_clock(now_ms);
        let user = User {
            clock,
            node: lane
                .node
                .unwrap_or_else(|| store.default_node.load(Relaxed)),
            busy_head: lane.busy_head(clock),
        };
        Context {
            store,
            lane,
            now_ms,
            user,
            in_world: false,
            started,
            last: started,
            errors_counted: 0,
        }
    }

    /// Whether the batch has run for so long that the rest of its input should wait.
    #[inline(always)]
    pub fn is_long(&self) -> bool {
        self.last.wrapping_sub(self.started) > self.store.batch_ticks
    }

    /// Ends the batch.
    pub fn finish(self) {
        self.lane
            .longest_batch
            .raise(self.last.wrapping_sub(self.started));
    }

    fn leave_world(&mut self) {
        if core::mem::take(&mut self.in_world) {
            self.store.keyspace.locks.leave_world(self.lane.seat);
        }
    }

    /// Inside the world afterwards, unless somebody has kept it too long. A batch makes way for whoever wants it alone.
    #[inline(always)]
    fn enter_world(&mut self) -> bool {
        let locks = &self.store.keyspace.locks;
        if self.in_world && locks.world_wanted() {
            self.leave_world();
        }
        self.in_world = self.in_world || locks.enter_world(self.lane.seat);
        self.in_world
    }

    /// Has the CPU fetch what the next requests in `bytes` will look for, a few at a time. Answers how many bytes of them
    /// were seen to.
    pub fn look_ahead(&mut self, db: u32, bytes: &[u8]) -> usize {
        let keyspace = &self.store.keyspace;
        let mut keys: [&[u8]; LOOK_AHEAD] = [&[]; LOOK_AHEAD];
        let (count, seen) = first_arguments(bytes, &mut keys);
        if count > 1 && self.enter_world() {
            let mut shards = ShardSet::default();
            let hashes = keys.map(|key| keyspace.hash(key));
            hashes[..count]
                .iter()
                .for_each(|&hash| shards.insert(shard_of(hash)));
            let grip = keyspace.grip(self.lane.seat, shards, Mode::Shared);
            grip.prefetch(db, &hashes[..count]);
        }
        seen
    }

    /// Executes one request.
    pub fn execute(
        &mut self,
        face: &Arc<Face>,
        client: &mut ClientState,
        args: Args<'_>,
        reply: &mut Reply<'_>,
    ) -> Flow {
        client.reply_start = reply.mark();
        let reply_mode = client.reply_mode;
        if reply_mode != ReplyMode::On {
            reply.set_muted(true);
        }
        let flow = match resolve(args) {
            Ok(spec) => self.execute_known(spec, face, client, args, reply),
            Err(text) => {
                client.transaction.spoil();
                reply.error_bytes(&text);
                Flow::Continue
            }
        };
        if reply.errors().count() != self.errors_counted {
            self.errors_counted = self.count_errors(reply.errors(), self.errors_counted);
        }
        if (reply_mode, client.reply_mode) != (ReplyMode::On, ReplyMode::On) {
            step_reply_mode(reply_mode, &flow, client, reply);
        }
        flow
    }

    /// Counts the error replies beyond the first `counted`, and answers how many there are now.
    #[cold]
    fn count_errors(&self, errors: &Errors, counted: u64) -> u64 {
        self.lane
            .counters
            .error_replies
            .add(errors.count() - counted);
        self.store.count_error(errors.last_code());
        errors.count()
    }

    fn execute_known(
        &mut self,
        spec: &'static CommandSpec,
        face: &Arc<Face>,
        client: &mut ClientState,
        args: Args<'_>,
        reply: &mut Reply<'_>,
    ) -> Flow {
        let counters = &self.lane.commands[spec.id as usize];
        if let Err(refusal) = self.admit(spec, client, args) {
            counters.rejected.add(1);
            self.refuse(Caller { spec, face, client }, args, refusal, reply);
            return Flow::Continue;
        }
        if let Some(ms) = self.pause_of(spec, face, client) {
            self.leave_world();
            return Flow::Retry(ms);
        }
        if client.transaction.is_open()
            && let Some(flow) = self.execute_in_transaction(spec, face, client, args, reply)
        {
            return flow;
        }
        face.last_command.store(spec.id as u32, Relaxed);
        face.last_ms.store(self.now_ms, Relaxed);
        match spec.run {
            Run::Core(handler) => match self.hold(spec, args) {
                Some(held) => {
                    let caller = Caller { spec, face, client };
                    let flow = self.run(handler, caller, args, reply, held);
                    monitor::feed(self.store, spec, face, client.db, args);
                    flow
                }
                None => Flow::Retry(WORLD_RETRY_MS),
            },
            Run::Server => {
                counters.calls.add(1);
                self.lane.counters.commands.add(1);
                self.leave_world();
                monitor::feed(self.store, spec, face, client.db, args);
                Flow::HandOff(spec)
            }
            Run::Container => {
                reply.error(&error::wrong_arity(spec.full_name));
                Flow::Continue
            }
        }
    }

    /// Arity, login, memory: what is checked before a command may touch anything.
    #[inline]
    fn admit(
        &mut self,
        spec: &'static CommandSpec,
        client: &ClientState,
        args: Args<'_>,
    ) -> Answer {
        if !spec.accepts(args.len()) {
            return Err(Error::text(error::wrong_arity(spec.full_name)));
        }
        if !client.authenticated
            && !spec.flags.has(Flags::NO_AUTH)
            && self.store.settings.auth_required.load(Relaxed)
        {
            return Err(Error::of(error::NO_AUTH));
        }
        let queues = client.transaction.is_open();
        if queues && spec.flags.has(Flags::NO_MULTI) {
            return Err(Error::of(error::NOT_IN_A_TRANSACTION));
        }
        let may_be_refused = match queues {
            true => exec::is_refused_when_full(spec, client),
            false => spec.flags.has(Flags::DENYOOM),
        };
        if self.store.is_over_maxmemory() && self.is_out_of_room() && may_be_refused {
            return Err(Error::of(error::OUT_OF_MEMORY));
        }
        if client.subscribed || client.monitoring {
            return pubsub::admit(spec, client);
        }
        Ok(())
    }

    /// Whether memory stays above `maxmemory` although what may go has gone. A world that somebody holds is left alone.
    #[cold]
    fn is_out_of_room(&mut self) -> bool {
        self.enter_world() && make_room(self.store, self.lane) == Room::None
    }

    /// How long CLIENT PAUSE keeps this command waiting, in milliseconds.
    #[inline(always)]
    fn pause_of(&self, spec: &CommandSpec, face: &Face, client: &ClientState) -> Option<u32> {
        let left = self.store.pause.remaining_ms(self.now_ms)?;
        let held = self.store.pause.holds_reads() || spec.is_write() || exec::writes(spec, client);
        let exempt = face.origin.is_internal || spec.full_name.starts_with("client");
        (held && !exempt).then_some(left.min(PAUSE_RETRY_MAX_MS) as u32)
    }

    /// Takes what the command needs; `None` when the world cannot be had now.
    #[inline]
    fn hold(&mut self, spec: &'static CommandSpec, args: Args<'_>) -> Option<Held<'a>> {
        let keyspace = &self.store.keyspace;
        let locks = keys::locks_of(spec, &args);
        if locks == Locks::World {
            self.leave_world();
            if !keyspace.locks.lock_world(self.lane.seat) {
                return None;
            }
            let grip = Some(keyspace.grip(self.lane.seat, ShardSet::ALL, Mode::World));
            let first_hash = first_hash(keyspace, args);
            return Some(Held {
                grip,
                first_hash,
                world: Some(WorldAlone(keyspace)),
            });
        }
        if !self.enter_world() {
            return None;
        }
        let (mut shards, mut first_hash, mut exclusive) = (ShardSet::default(), 0, spec.is_write());
        if let Some(index) = spec.lone_key() {
            first_hash = keyspace.hash(args.get(index));
            exclusive |= spec.keys[0].flags.writes();
            shards.insert(shard_of(first_hash));
        } else if locks == Locks::Keys
            && let Ok(keys) = keys::keys_of(spec, &args)
        {
            for (number, key) in keys.enumerate() {
                let hash = keyspace.hash(args.get(key.index));
                first_hash = if number == 0 { hash } else { first_hash };
                exclusive |= key.flags.writes();
                shards.insert(shard_of(hash));
            }
        }
        let mode = if exclusive {
            Mode::Exclusive
        } else {
            Mode::Shared
        };
        let grip =
            (shards != ShardSet::default()).then(|| keyspace.grip(self.lane.seat, shards, mode));
        Some(Held {
            grip,
            first_hash,
            world: None,
        })
    }

    fn run(
        &mut self,
        handler: Handler,
        caller: Caller<'_>,
        args: Args<'_>,
        reply: &mut Reply<'_>,
        held: Held<'a>,
    ) -> Flow {
        let spec = caller.spec;
        let errors_before = reply.errors().count();
        let now_ms = self.now_ms;
        // Declared before the call: a panic gives the grip back first, then the world.
        let world = held.world;
        let mut call = Call::new(
            self.store,
            self.lane,
            caller,
            args,
            reply,
            (now_ms, self.user),
            held.grip,
            held.first_hash,
            None,
        );
        call.run(handler);
        let (flow, after) = call.end();
        drop(world);
        if let Some(after) = after {
            self.follow_up(*after);
        }
        let failed = reply.errors().count() != errors_before;
        self.count(&self.lane.commands[spec.id as usize], failed);
        flow
    }

    fn count(&mut self, counters: &CommandCounters, failed: bool) {
        let now = ticks();
        counters.calls.add(1);
        counters.ticks.add(now.wrapping_sub(self.last));
        if failed {
            counters.failed.add(1);
        }
        self.lane.counters.commands.add(1);
        self.last = now;
    }

    /// Does what a command has left to be done without its locks.
    #[cold]
    fn follow_up(&mut self, after: After) {
        self.remove_stale(&after.stale);
        if !after.ready.is_empty() {
            self.serve(after.ready);
        }
    }

    /// Removes keys that a reader, holding them shared, found expired.
    fn remove_stale(&self, stale: &[Stale]) {
        let keyspace = &self.store.keyspace;
        for Stale { db, key, missed } in stale {
            let hash = keyspace.hash(key);
            let mut shards = ShardSet::default();
            shards.insert(shard_of(hash));
            let mut grip = keyspace.grip(self.lane.seat, shards, Mode::Exclusive);
            if let Some(found) = grip.find(*db, hash, key)
                && found.entry.is_expired(self.now_ms)
            {
                self.store
                    .effects
                    .append(*db, Cause::Expired, &[b"DEL", key]);
                self.store.interest.changed(*db, hash, key, Change::Expired);
                grip.delete(*db, hash, found);
                self.lane.counters.expired_keys.add(1);
                self.store.notify(Class::EXPIRED, "expired", (*db, key));
            }
            if *missed {
                self.store.notify(Class::KEY_MISS, "keymiss", (*db, key));
            }
        }
    }
}

/// The hash of the first argument, in case it is a key.
fn first_hash(keyspace: &Keyspace, args: Args<'_>) -> u64 {
    if args.len() > 1 {
        keyspace.hash(args.get(1))
    } else {
        0
    }
}

/// The command or subcommand a request names.
#[inline]
fn resolve(args: Args<'_>) -> Result<&'static CommandSpec, Vec<u8>> {
    let spec = lookup::command(args.get(0)).ok_or_else(|| unknown(args))?;
    if spec.subcommands.is_empty() || args.len() < 2 {
        return Ok(spec);
    }
    lookup::subcommand(spec, args.get(1))
        .ok_or_else(|| error::unknown_subcommand(spec.name, args.get(1)))
}

#[cold]
fn unknown(args: Args<'_>) -> Vec<u8> {
    let rest: Vec<&[u8]> = args.from(1).collect();
    error::unknown_command(args.get(0), &rest)
}

/// CLIENT REPLY: SKIP lasts one command, counted from the one behind CLIENT REPLY SKIP itself.
#[cold]
fn step_reply_mode(
    before: ReplyMode,
    flow: &Flow,
    client: &mut ClientState,
    reply: &mut Reply<'_>,
) {
    if matches!(flow, Flow::Retry(_)) {
        return;
    }
    if before == ReplyMode::SkipNext && client.reply_mode == ReplyMode::SkipNext {
        client.reply_mode = ReplyMode::On;
    }
    if client.reply_mode == ReplyMode::SkipArmed {
        client.reply_mode = ReplyMode::SkipNext;
    }
    if !matches!(flow, Flow::HandOff(_)) {
        reply.set_muted(false);
    }
}
