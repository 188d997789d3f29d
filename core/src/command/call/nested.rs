//! A call inside a call, and a client that is to wait.
//!
//! It may not know which command. Invariant: what a call inside has left to be done is done with what the outer one leaves.

use super::{Args, Call, Caller};
use crate::client::transaction::Queue;
use crate::client::waiter::{Nothing, Waiter, WantedKey};
use crate::command::spec::Run;
use crate::command::{Answer, Error, Flow, lookup};
use crate::error;
use crate::jobs::{Job, Telling};
use crate::keyspace::Grip;
use crate::keyspace::update::Target;
use crate::resp::{Reply, Spill};
use std::sync::Arc;
use std::time::{Duration, Instant};

impl Call<'_, '_> {
    /// Runs another command in this one's place, under its locks: its reply goes where this one's does, its effects are its
    /// own.
    pub fn perform(&mut self, request: &Queue) -> Answer {
        let queued = request.get(0);
        let spec = lookup::by_id(queued.command);
        let Run::Core(handler) = spec.run else {
            return Err(Error::text(error::wrong_arity(spec.full_name)));
        };
        let args = Args::new(queued.bytes, queued.spans);
        let first_key = if args.len() > 1 { args.get(1) } else { b"" };
        let first_hash = self.keyspace().hash(first_key);
        let (face, client) = (self.face, &mut *self.client);
        let mut call = Call::new(
            self.store,
            self.lane,
            Caller { spec, face, client },
            args,
            self.reply,
            (self.now_ms, self.touch),
            self.grip.as_mut().map(Grip::lend),
            first_hash,
            self.group.as_deref_mut(),
        );
        let answer = handler(&mut call);
        if answer.is_ok() {
            call.announce_new();
        }
        let (flow, after) = call.end();
        if !matches!(flow, Flow::Continue) {
            self.flow = flow;
        }
        if let Some(after) = after {
            self.after.get_or_insert_default().append(*after);
        }
        answer
    }

    /// The same with a reply of its own, which is answered as bytes.
    pub fn perform_apart(&mut self, request: &Queue) -> Result<Spill, Error> {
        let mut spill = Spill::new();
        let mut reply = Reply::new(&mut [], &mut spill, self.reply.protocol());
        let (face, client) = (self.face, &mut *self.client);
        let mut call = Call::new(
            self.store,
            self.lane,
            Caller {
                spec: self.spec,
                face,
                client,
            },
            self.args,
            &mut reply,
            (self.now_ms, self.touch),
            self.grip.as_mut().map(Grip::lend),
            self.first_hash,
            self.group.as_deref_mut(),
        );
        let answer = call.perform(request);
        let (_, after) = call.end();
        if let Some(after) = after {
            self.after.get_or_insert_default().append(*after);
        }
        answer.map(|()| spill)
    }

    /// Lets the client wait until one of `keys` may be there, or until `timeout` is over; then it is answered `nothing`. A
    /// client that may not wait is answered at once. One who makes a key ready runs the request again, narrowed to that key.
    pub fn wait_for<'k>(
        &mut self,
        keys: impl Iterator<Item = &'k [u8]>,
        timeout: Option<Duration>,
        nothing: Nothing,
    ) {
        let mut request = Queue::default();
        request.push(self.spec.id, self.args.iter());
        self.wait_with(request, keys, timeout, nothing);
    }

    /// Lets the client wait for the end of a migration job, where it may wait.
    pub fn wait_for_job(&mut self, job: &Job, telling: Telling) {
        self.wait_for(core::iter::empty(), None, Nothing::Null);
        if let Some(waiter) = &self.client.waiter {
            job.attach(waiter.clone(), telling, &self.store.interest);
        }
    }

    /// The same where another request than the client's is to be run again: one that says what `$` or a count meant when
    /// the wait began.
    pub fn wait_with<'k>(
        &mut self,
        request: Queue,
        keys: impl Iterator<Item = &'k [u8]>,
        timeout: Option<Duration>,
        nothing: Nothing,
    ) {
        if self.client.is_served {
            self.flow = Flow::Block;
            return;
        }
        if self.client.deny_blocking {
            return nothing.write(self.reply);
        }
        let mut wanted: Vec<WantedKey> = Vec::new();
        for key in keys {
            let Target { db, hash, .. } = self.target(key);
            let key = key.into();
            let key = WantedKey { db, hash, key };
            if !wanted.contains(&key) {
                wanted.push(key);
            }
        }
        let waiter = Arc::new(Waiter::new(
            self.face,
            wanted,
            request,
            timeout.and_then(|timeout| Instant::now().checked_add(timeout)),
            nothing,
            self.reply.protocol(),
            self.reply.muted(),
        ));
        self.store.interest.block(&waiter);
        self.client.waiter = Some(waiter);
        self.flow = Flow::Block;
    }
}
