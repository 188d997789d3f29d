//! Serving clients that wait in a blocking command, by whoever made their key ready.
//!
//! It may not know what any command does: serving a client is running its own command again, narrowed to the key that is
//! ready. Invariants: a key's waiters are tried in the order in which they began to wait, each under its command's own
//! locks; a waiter is claimed before its command runs, so what that takes reaches exactly one client, and what nobody can be
//! given stays where it is.

use super::{Caller, Context, Flow, first_hash};
use crate::client::ClientState;
use crate::client::waiter::{State, Waiter, WantedKey};
use crate::command::blocking;
use crate::command::call::{After, Args, Call};
use crate::command::lookup;
use crate::command::spec::Run;
use crate::resp::{Reply, Spill};
use std::collections::VecDeque;
use std::sync::Arc;

/// What came of one attempt.
enum Attempt {
    /// The waiter has its reply, and this is what is left to be done.
    Served(Box<After>),
    /// Somebody else was there first, or the waiter is gone: look again.
    Overtaken,
    /// There is nothing in the key that this waiter waits for; `true` when its other keys are to be looked at again.
    PassedOver(bool),
    /// The key is not there.
    Missing,
    /// The world cannot be had now.
    Refused,
}

impl Context<'_> {
    /// Serves those who wait for `ready` keys, and for keys that become ready by that. When the world cannot be had, the
    /// waiters' own lanes are asked to look, and the answer is `false`.
    pub fn serve(&mut self, ready: Vec<WantedKey>) -> bool {
        let mut ready = VecDeque::from(ready);
        // What was written may have expired before it is looked at: DEBUG SLEEP in a transaction.
        self.now_ms = self.store.clock.now_ms();
        while let Some(wanted) = ready.pop_front() {
            let mut passed_over = Vec::new();
            while let Some(waiter) = self.store.interest.first_waiter(&wanted, &passed_over) {
                match self.attempt(&wanted, &waiter, &passed_over) {
                    Attempt::Served(after) => {
                        self.remove_stale(&after.stale);
                        ready.extend(after.ready);
                    }
                    Attempt::Overtaken => {}
                    Attempt::PassedOver(again) => {
                        if again {
                            ready.extend(waiter.keys.iter().cloned());
                        }
                        passed_over.push(waiter);
                    }
                    Attempt::Missing => break,
                    Attempt::Refused => {
                        ready.push_front(wanted);
                        self.poke(&ready);
                        return false;
                    }
                }
            }
        }
        true
    }

    /// Has the lane of whoever waits longest for each of these keys look for itself.
    #[cold]
    fn poke(&self, ready: &VecDeque<WantedKey>) {
        for wanted in ready {
            if let Some(waiter) = self.store.interest.first_waiter(wanted, &[]) {
                waiter.poke();
                self.store.interest.wake(&waiter);
            }
        }
    }

    /// Runs a waiter's command for it, if it is still its turn once the locks are held.
    fn attempt(
        &mut self,
        wanted: &WantedKey,
        waiter: &Arc<Waiter>,
        passed_over: &[Arc<Waiter>],
    ) -> Attempt {
        let request = blocking::narrowed(&waiter.request, &wanted.key);
        let queued = request.get(0);
        let (spec, args) = (
            lookup::by_id(queued.command),
            Args::new(queued.bytes, queued.spans),
        );
        let Run::Core(handler) = spec.run else {
            return Attempt::PassedOver(false);
        };
        let Some(held) = self.hold(spec, args) else {
            return Attempt::Refused;
        };
        let found = held
            .grip
            .as_ref()
            .and_then(|grip| grip.find(wanted.db, wanted.hash, &wanted.key));
        if found.is_none_or(|found| found.entry.is_expired(self.now_ms)) {
            return Attempt::Missing;
        }
        let interest = &self.store.interest;
        let is_next = interest
            .first_waiter(wanted, passed_over)
            .is_some_and(|next| Arc::ptr_eq(&next, waiter));
        if !is_next || !interest.claim(waiter) {
            return Attempt::Overtaken;
        }
        let mut client = ClientState::served(waiter, wanted.db);
        let mut spill = Spill::new();
        let mut reply = Reply::new(&mut [], &mut spill, waiter.protocol);
        let (face, world) = (&waiter.face, held.world);
        let caller = Caller {
            spec,
            face,
            client: &mut client,
        };
        let mut call = Call::new(
            self.store,
            self.lane,
            caller,
            args,
            &mut reply,
            (self.now_ms, self.user),
            held.grip,
            first_hash(&self.store.keyspace, args),
            None,
        );
        call.run(handler);
        let (flow, after) = call.end();
        drop(world);
        if let Flow::Block = flow {
            return Attempt::PassedOver(interest.release(waiter));
        }
        if reply.errors().count() != 0 {
            self.count_errors(reply.errors(), 0);
        }
        waiter.put_reply(spill.as_slice().to_vec());
        interest.finish(waiter, State::Served);
        Attempt::Served(after.unwrap_or_default())
    }
}
