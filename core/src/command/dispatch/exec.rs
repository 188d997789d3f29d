//! Transactions: requests that are queued instead of run, and EXEC, which runs them under one hold.
//!
//! It may not know what any command does. Invariants: EXEC takes all its locks at once, in order, before its first command
//! runs, and checks the watched keys under them; a command that takes shards by itself runs under the whole world, where
//! that waits for nobody; what the transaction did reaches the effect stream as one group before the locks are given back.

use super::{Caller, Context, Flow, Held, WORLD_RETRY_MS, WorldAlone, first_hash};
use crate::client::transaction::{Holes, Queue, Queued};
use crate::client::{ClientState, Face, ReplyMode};
use crate::command::call::{After, Args, Call, Error};
use crate::command::flags::Flags;
use crate::command::server::monitor;
use crate::command::spec::{CommandSpec, Handler, Locks, Run};
use crate::command::{keys, lookup};
use crate::effect::Group;
use crate::error;
use crate::keyspace::lock::ShardSet;
use crate::keyspace::{Grip, Mode, shard_of};
use crate::resp::Reply;
use core::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::sync::Arc;

/// What EXEC must hold.
#[derive(Default)]
struct Plan {
    world: bool,
    exclusive: bool,
    shards: ShardSet,
}

/// What the commands of a transaction share.
#[derive(Default)]
struct Progress {
    group: Group,
    after: After,
    holes: Holes,
    closing: bool,
}

/// Whether a command runs at once inside a transaction.
fn is_immediate(spec: &CommandSpec) -> bool {
    let immediate = ["discard", "exec", "multi", "quit", "reset", "watch"];
    immediate.contains(&spec.full_name)
}

fn is_exec(spec: &CommandSpec) -> bool {
    spec.full_name == "exec"
}

/// Whether any request queued has one of these flags.
fn has_queued(client: &ClientState, flags: Flags) -> bool {
    let mut queued = client.transaction.queue().iter();
    queued.any(|request| lookup::by_id(request.command).flags.has(flags))
}

/// Whether a command of a client inside a transaction is refused when memory is used up: whatever is queued is, as it takes
/// memory itself, and so is EXEC of a command that would be.
#[cold]
pub(super) fn is_refused_when_full(spec: &CommandSpec, client: &ClientState) -> bool {
    !is_immediate(spec) || (is_exec(spec) && has_queued(client, Flags::DENYOOM))
}

/// Whether this is EXEC of something that writes.
#[cold]
pub(super) fn writes(spec: &CommandSpec, client: &ClientState) -> bool {
    let writes = Flags::WRITE.with(Flags::MAY_REPLICATE);
    client.transaction.is_open() && is_exec(spec) && has_queued(client, writes)
}

/// A queued request's arguments.
fn args_of(request: Queued<'_>) -> Args<'_> {
    Args::new(request.bytes, request.spans)
}

impl<'a> Context<'a> {
    /// Answers a command that was refused. A transaction is spoilt by it; EXEC itself ends one.
    #[cold]
    pub(super) fn refuse(
        &self,
        caller: Caller<'_>,
        args: Args<'_>,
        refusal: Error,
        reply: &mut Reply<'_>,
    ) {
        let Caller { spec, face, client } = caller;
        client.transaction.spoil();
        if client.transaction.is_open() && is_exec(spec) {
            client.transaction.end(&self.store.interest, face);
            monitor::feed(self.store, spec, face, client.db, args);
            return reply.error_bytes(&error::transaction_discarded(refusal.as_bytes()));
        }
        refusal.write(reply);
    }

    /// Does with a request of an open transaction what is to be done; `None` for a command that runs at once.
    #[cold]
    pub(super) fn execute_in_transaction(
        &mut self,
        spec: &'static CommandSpec,
        face: &Arc<Face>,
        client: &mut ClientState,
        args: Args<'_>,
        reply: &mut Reply<'_>,
    ) -> Option<Flow> {
        if is_exec(spec) {
            let flow = self.exec(spec, face, client, reply);
            if !matches!(flow, Flow::Retry(_)) {
                monitor::feed(self.store, spec, face, client.db, args);
            }
            return Some(flow);
        }
        if is_immediate(spec) {
            return None;
        }
        let bytes: usize = args.iter().map(<[u8]>::len).sum();
        let held = client.transaction.queue().held_bytes() + bytes;
        let settings = &self.store.settings;
        if held as u64 > settings.client_query_buffer_limit.load(Relaxed) {
            self.store.log(
                "warning",
                "closed a client whose transaction exceeds client-query-buffer-limit",
            );
            return Some(Flow::Close);
        }
        client.transaction.push(face, spec.id, args.iter());
        reply.queued();
        Some(Flow::Continue)
    }

    /// EXEC: everything queued under one hold, or nothing.
    fn exec(
        &mut self,
        spec: &'static CommandSpec,
        face: &Arc<Face>,
        client: &mut ClientState,
        reply: &mut Reply<'_>,
    ) -> Flow {
        face.last_command.store(spec.id as u32, Relaxed);
        face.last_ms.store(self.now_ms, Relaxed);
        let Some(mut held) = self.hold_all(client) else {
            return Flow::Retry(WORLD_RETRY_MS);
        };
        let mut progress = Progress::default();
        let is_broken = client.transaction.is_broken();
        let is_stale = self.has_watched_changed(face, client, held.grip.as_ref());
        let queue = client.transaction.take_queue(&self.store.interest, face);
        if is_broken {
            reply.error(error::TRANSACTION_BROKEN);
        } else if is_stale {
            reply.null_array();
        } else {
            self.run_queue(&queue, face, client, reply, &mut held, &mut progress);
            self.store.effects.append_group(&progress.group);
        }
        client.transaction.end(&self.store.interest, face);
        drop(held);
        self.follow_up(core::mem::take(&mut progress.after));
        self.count(&self.lane.commands[spec.id as usize], is_broken);
        if progress.closing {
            return Flow::Close;
        }
        if progress.holes.is_empty() {
            return Flow::Continue;
        }
        self.leave_world();
        progress.holes.keep(queue);
        client.holes = Some(Box::new(progress.holes));
        Flow::HandOffs
    }

    /// What the queued commands need, and the watched keys.
    fn plan(&self, client: &ClientState) -> Plan {
        let (keyspace, mut plan) = (&self.store.keyspace, Plan::default());
        for watched in client.transaction.watched() {
            plan.shards.insert(shard_of(watched.hash));
        }
        if client.transaction.is_broken() {
            return plan;
        }
        for request in client.transaction.queue().iter() {
            let (spec, args) = (lookup::by_id(request.command), args_of(request));
            plan.world |= match (spec.run, keys::locks_of(spec, &args)) {
                (Run::Server | Run::Container, _) => false,
                (Run::Core(_), Locks::World) => true,
                // A command that declares no key may look at many, a shard at a time, unless it is a quick one.
                (Run::Core(_), Locks::None) => !spec.flags.has(Flags::FAST),
                (Run::Core(_), Locks::Keys) => false,
            };
            plan.exclusive |= spec.is_write();
            if spec.locks == Locks::Keys
                && let Ok(keys) = keys::keys_of(spec, &args)
            {
                for key in keys {
                    plan.exclusive |= key.flags.writes();
                    plan.shards
                        .insert(shard_of(keyspace.hash(args.get(key.index))));
                }
            }
        }
        plan
    }

    /// Takes all of it; `None` when the world cannot be had now.
    fn hold_all(&mut self, client: &ClientState) -> Option<Held<'a>> {
        let (keyspace, plan) = (&self.store.keyspace, self.plan(client));
        let seat = self.lane.seat;
        if plan.world {
            self.leave_world();
            if !keyspace.locks.lock_world(seat) {
                return None;
            }
            let world = Some(WorldAlone(keyspace));
            let grip = Some(keyspace.grip(seat, ShardSet::ALL, Mode::World));
            return Some(Held {
                grip,
                first_hash: 0,
                world,
            });
        }
        if !self.enter_world() {
            return None;
        }
        let mode = if plan.exclusive {
            Mode::Exclusive
        } else {
            Mode::Shared
        };
        let is_any = plan.shards != ShardSet::default();
        Some(Held {
            grip: is_any.then(|| keyspace.grip(seat, plan.shards, mode)),
            first_hash: 0,
            world: None,
        })
    }

    /// Whether a watched key has changed, or has expired without anybody noticing.
    fn has_watched_changed(
        &self,
        face: &Face,
        client: &ClientState,
        grip: Option<&Grip<'_>>,
    ) -> bool {
        let has_expired = || {
            client.transaction.watched().iter().any(|watched| {
                let found = grip.and_then(|grip| grip.find(watched.db, watched.hash, &watched.key));
                watched.was_present && found.is_none_or(|found| found.entry.is_expired(self.now_ms))
            })
        };
        face.watch_broken.load(SeqCst) || has_expired()
    }

    /// Runs the requests one after another. Replies behind the first server command wait with its hole.
    fn run_queue(
        &mut self,
        queue: &Queue,
        face: &Arc<Face>,
        client: &mut ClientState,
        reply: &mut Reply<'_>,
        held: &mut Held<'a>,
        progress: &mut Progress,
    ) {
        reply.array(queue.len());
        let deny_blocking = core::mem::replace(&mut client.deny_blocking, true);
        for (index, request) in queue.iter().enumerate() {
            let spec = lookup::by_id(request.command);
            if client.reply_mode == ReplyMode::Off || progress.closing {
                reply.set_muted(true);
            }
            let handler = match spec.run {
                Run::Core(handler) => handler,
                Run::Server => {
                    self.lane.commands[spec.id as usize].calls.add(1);
                    self.lane.counters.commands.add(1);
                    progress.holes.open(index, reply.muted());
                    let args = args_of(request);
                    monitor::feed(self.store, spec, face, client.db, args);
                    continue;
                }
                Run::Container => {
                    reply.error(&error::wrong_arity(spec.full_name));
                    continue;
                }
            };
            let caller = Caller { spec, face, client };
            let args = args_of(request);
            if progress.holes.is_empty() {
                self.run_queued(handler, caller, args, reply, held, progress);
                continue;
            }
            let mut tail = core::mem::take(progress.holes.tail());
            let mut behind = Reply::new(&mut [], &mut tail, reply.protocol());
            behind.set_muted(reply.muted());
            self.run_queued(handler, caller, args, &mut behind, held, progress);
            if behind.errors().count() != 0 {
                self.count_errors(behind.errors(), 0);
            }
            reply.set_muted(behind.muted());
            reply.set_protocol(behind.protocol());
            *progress.holes.tail() = tail;
        }
        client.deny_blocking = deny_blocking;
    }

    fn run_queued(
        &mut self,
        handler: Handler,
        caller: Caller<'_>,
        args: Args<'_>,
        reply: &mut Reply<'_>,
        held: &mut Held<'a>,
        progress: &mut Progress,
    ) {
        let spec = caller.spec;
        let grip = match spec.locks {
            Locks::None => None,
            Locks::Keys | Locks::World => held.grip.as_mut().map(Grip::lend),
        };
        let errors_before = reply.errors().count();
        let mut call = Call::new(
            self.store,
            self.lane,
            caller,
            args,
            reply,
            (self.now_ms, self.user),
            grip,
            first_hash(&self.store.keyspace, args),
            Some(&mut progress.group),
        );
        call.run(handler);
        let (face, db) = (call.face, call.db());
        let (flow, after) = call.end();
        monitor::feed(self.store, spec, face, db, args);
        if let Some(after) = after {
            progress.after.append(*after);
        }
        progress.closing |= matches!(flow, Flow::Close);
        let failed = reply.errors().count() != errors_before;
        self.count(&self.lane.commands[spec.id as usize], failed);
    }
}
