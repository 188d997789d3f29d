//! The `Call` a handler receives: arguments, a frozen clock, the keys it may touch, and where replies and effects go.
//!
//! It may not know how locks are taken or buffers are filled. Invariant: a handler reaches only keys whose shards the call
//! holds, changes them only when they are held exclusively, and every change is followed by one of the `changed` functions
//! before the call ends.

mod nested;

use super::dispatch::Flow;
use super::keys::{Words, keys_of};
use super::lookup;
use super::notify::Class;
use super::spec::{CommandSpec, Handler, KeyFlags};
use crate::client::interest::Change;
use crate::client::waiter::WantedKey;
use crate::client::{ClientState, Face};
use crate::effect::{Cause, Group};
use crate::error;
use crate::keyspace::update::{Deadline, Target};
use crate::keyspace::{Birth, Found, Grip, Keyspace};
use crate::lane::{Access, Lane, mode};
use crate::object::entry::Entry;
use crate::object::string::StringValue;
use crate::pool::prefix::{Encoding, ObjectType, Touch};
use crate::pool::space::{Full, Space};
use crate::resp::{Reply, Span};
use crate::store::Store;
use core::sync::atomic::Ordering::Relaxed;
use std::borrow::Cow;
use std::sync::Arc;

/// What a handler gives back: nothing, because it has replied, or the error that is its reply.
pub type Answer = Result<(), Error>;

/// An error reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(Cow<'static, [u8]>);

impl Error {
    /// One of the fixed texts.
    pub const fn of(text: &'static str) -> Error {
        Error(Cow::Borrowed(text.as_bytes()))
    }

    /// A text made for the occasion.
    pub fn text(text: String) -> Error {
        Error(Cow::Owned(text.into_bytes()))
    }

    /// The same from bytes, where a client's own are quoted.
    pub const fn bytes(text: Vec<u8>) -> Error {
        Error(Cow::Owned(text))
    }

    /// Its text.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Sends it.
    pub fn write(&self, reply: &mut Reply<'_>) {
        reply.error_bytes(&self.0);
    }
}

impl From<Full> for Error {
    fn from(_: Full) -> Error {
        Error::of(error::POOL_EXHAUSTED)
    }
}

/// Who uses keys, and when.
#[derive(Clone, Copy)]
pub struct User {
    /// Seconds, modulo 2^24.
    pub clock: u32,
    /// Index of the node that new keys are placed for.
    pub node: u32,
    /// The head of a busy key's use word, to whose uses nothing is to be added in this second but by the lane's draw;
    /// `NO_HEAD` where uses are unusual.
    pub busy_head: u32,
}

/// A request's arguments, the command's name first.
#[derive(Clone, Copy)]
pub struct Args<'a> {
    bytes: &'a [u8],
    spans: &'a [Span],
}

impl<'a> Args<'a> {
    /// The arguments that `spans` name in `bytes`.
    pub const fn new(bytes: &'a [u8], spans: &'a [Span]) -> Args<'a> {
        Args { bytes, spans }
    }

    /// How many, the command's name counted.
    #[allow(
        clippy::len_without_is_empty,
        reason = "a request has at least its command's name"
    )]
    #[inline(always)]
    pub const fn len(self) -> usize {
        self.spans.len()
    }

    /// The argument at `index`; the arity check has seen to it that those a command needs are there.
    ///
    /// # Panics
    /// Beyond the last.
    #[inline(always)]
    pub fn get(self, index: usize) -> &'a [u8] {
        self.spans[index].of(self.bytes)
    }

    /// All of them.
    pub fn iter(self) -> impl ExactSizeIterator<Item = &'a [u8]> + Clone {
        self.spans.iter().map(move |span| span.of(self.bytes))
    }

    /// Those from `index` on.
    pub fn from(self, index: usize) -> impl ExactSizeIterator<Item = &'a [u8]> + Clone {
        self.spans[index.min(self.spans.len())..]
            .iter()
            .map(move |span| span.of(self.bytes))
    }

    /// Whether the argument at `index` is `word`, in any case.
    pub fn is(self, index: usize, word: &str) -> bool {
        self.get(index).eq_ignore_ascii_case(word.as_bytes())
    }

    /// The argument at `index` as an integer.
    pub fn int(self, index: usize) -> Result<i64, Error> {
        crate::resp::number::parse_i64(self.get(index)).ok_or(Error::of(error::NOT_AN_INTEGER))
    }
}

impl Words for Args<'_> {
    fn count(&self) -> usize {
        self.len()
    }

    fn word(&self, index: usize) -> &[u8] {
        self.get(index)
    }
}

/// Who calls.
pub struct Caller<'a> {
    /// Which command.
    pub spec: &'static CommandSpec,
    /// What others see of the client.
    pub face: &'a Arc<Face>,
    /// What only its commands see.
    pub client: &'a mut ClientState,
}

/// A key that a reader found expired, or did not find behind such a key: it is removed once the reader's locks are gone.
pub(super) struct Stale {
    pub(super) db: u32,
    pub(super) key: Vec<u8>,
    /// Whether it was looked for to be read, so that its absence is told once it is gone.
    pub(super) missed: bool,
}

/// What is to be done once the call's locks are given back.
#[derive(Default)]
pub(super) struct After {
    /// Keys to be removed.
    pub(super) stale: Vec<Stale>,
    /// Keys that somebody waits for and that may be there now.
    pub(super) ready: Vec<WantedKey>,
}

impl After {
    /// Adds what another call has left.
    pub(super) fn append(&mut self, mut other: After) {
        self.stale.append(&mut other.stale);
        self.ready.append(&mut other.ready);
    }
}

/// One command on its way.
pub struct Call<'a, 'r> {
    /// Its arguments.
    pub args: Args<'a>,
    /// Where its reply goes.
    pub reply: &'a mut Reply<'r>,
    /// Milliseconds of Unix time, frozen for the batch.
    pub now_ms: i64,
    /// The store.
    pub store: &'a Store,
    /// The lane it runs on.
    pub lane: &'a Lane,
    /// What others see of the client.
    pub face: &'a Arc<Face>,
    /// What only its commands see.
    pub client: &'a mut ClientState,
    /// What the batch does afterwards.
    pub flow: Flow,
    spec: &'static CommandSpec,
    /// The clock of use words, and the node that new keys are placed for.
    user: User,
    grip: Option<Grip<'a>>,
    first_hash: u64,
    after: Option<Box<After>>,
    /// Where effects go while a transaction runs; else straight into the stream.
    group: Option<&'a mut Group>,
}

impl<'a, 'r> Call<'a, 'r> {
    #[expect(clippy::too_many_arguments, reason = "one place puts a call together")]
    pub(super) fn new(
        store: &'a Store,
        lane: &'a Lane,
        caller: Caller<'a>,
        args: Args<'a>,
        reply: &'a mut Reply<'r>,
        (now_ms, user): (i64, User),
        grip: Option<Grip<'a>>,
        first_hash: u64,
        group: Option<&'a mut Group>,
    ) -> Call<'a, 'r> {
        let Caller { spec, face, client } = caller;
        let (flow, after) = (Flow::Continue, None);
        let mut grip = grip;
        if Class::configured(&store.settings).meets(Class::NEW) {
            grip.iter_mut().for_each(Grip::record_births);
        }
        Call {
            args,
            reply,
            now_ms,
            store,
            lane,
            face,
            client,
            flow,
            spec,
            user,
            grip,
            first_hash,
            after,
            group,
        }
    }

    /// Runs the handler, and answers the error if it gives one.
    #[inline(always)]
    pub(super) fn run(&mut self, handler: Handler) {
        match handler(self) {
            Ok(()) => self.announce_new(),
            Err(error) => error.write(self.reply),
        }
    }

    /// Gives the locks back.
    pub(super) fn end(self) -> (Flow, Option<Box<After>>) {
        (self.flow, self.after)
    }

    /// The command's own line in the table.
    pub const fn spec(&self) -> &'static CommandSpec {
        self.spec
    }

    /// The selected database.
    pub fn db(&self) -> u32 {
        self.client.db
    }

    /// Keys added and not yet told, where that is asked for.
    #[inline(always)]
    pub(super) fn births(&mut self) -> Option<&mut Vec<Birth>> {
        self.grip.as_mut().and_then(Grip::births)
    }

    /// Tells that a key which was to be read is not there: at once, or once the keys are gone that were found expired before
    /// it.
    #[cold]
    pub(super) fn tell_missed(&mut self, db: u32, key: &[u8]) {
        let Some(After { stale, .. }) = self.after.as_deref_mut() else {
            return self.notify_in(db, Class::KEY_MISS, "keymiss", key);
        };
        match stale
            .last_mut()
            .filter(|last| last.db == db && last.key == key)
        {
            Some(last) => last.missed = true,
            None => stale.push(Stale {
                db,
                key: key.to_vec(),
                missed: true,
            }),
        }
    }

    /// The keyspace.
    pub const fn keyspace(&self) -> &'a Keyspace {
        &self.store.keyspace
    }

    /// The keys held.
    ///
    /// # Panics
    /// When the command's line declares no keys and no world.
    #[inline(always)]
    pub fn grip(&mut self) -> &mut Grip<'a> {
        self.grip
            .as_mut()
            .expect("a command that touches keys declares them in its table line")
    }

    /// The keys held beside where replies go, for a change that is told while it is made.
    ///
    /// # Panics
    /// As for `grip`.
    pub fn grip_and_reply(&mut self) -> (&mut Grip<'a>, &mut Reply<'r>) {
        let grip = self
            .grip
            .as_mut()
            .expect("a command that touches keys declares them in its table line");
        (grip, self.reply)
    }

    /// A key of database `db` as something to change.
    #[inline(always)]
    pub fn target_in<'k>(&self, db: u32, key: &'k [u8]) -> Target<'k> {
        let is_first = self.args.len() > 1 && core::ptr::eq(key, self.args.get(1));
        let hash = if is_first {
            self.first_hash
        } else {
            self.keyspace().hash(key)
        };
        Target {
            db,
            hash,
            key,
            node: self.user.node,
            clock: self.user.clock,
        }
    }

    /// A key of the selected database as something to change.
    #[inline(always)]
    pub fn target<'k>(&self, key: &'k [u8]) -> Target<'k> {
        self.target_in(self.client.db, key)
    }

    /// The key's entry unless it has expired; nothing is counted.
    #[inline(always)]
    pub fn peek(&mut self, target: Target<'_>) -> Option<Found> {
        let found = self.grip().find(target.db, target.hash, target.key)?;
        if found.entry.is_expired(self.now_ms) {
            self.drop_expired(target, found)
        } else {
            Some(found)
        }
    }

    /// An expired key is gone: at once where it is held exclusively, else after the call.
    #[cold]
    fn drop_expired(&mut self, target: Target<'_>, found: Found) -> Option<Found> {
        if self.grip().is_exclusive() {
            self.emit(target.db, Cause::Expired, &[b"DEL", target.key]);
            let Target { db, hash, key, .. } = target;
            self.store.interest.changed(db, hash, key, Change::Expired);
            self.grip().delete(db, hash, found);
            self.lane.counters.expired_keys.add(1);
            self.notify_in(target.db, Class::EXPIRED, "expired", target.key);
        } else {
            let stale = Stale {
                db: target.db,
                key: target.key.to_vec(),
                missed: false,
            };
            self.after.get_or_insert_default().stale.push(stale);
        }
        None
    }

    /// The key's entry, to be read: counted as hit or miss, and in its hotness.
    #[inline(always)]
    pub fn read(&mut self, key: &[u8]) -> Option<Entry> {
        let target = self.target(key);
        self.read_at(target).map(|found| found.entry)
    }

    /// The same, where the key may be changed afterwards.
    #[inline(always)]
    pub fn read_at(&mut self, target: Target<'_>) -> Option<Found> {
        let found = self.peek(target);
        match found {
            Some(_) => self.lane.counters.keyspace_hits.add(1),
            None => {
                self.lane.counters.keyspace_misses.add(1);
                self.missed(target.db, target.key);
            }
        }
        found.map(|found| self.used(target, found, false))
    }

    /// The key's entry, to be changed: counted in its hotness alone.
    #[inline(always)]
    pub fn write(&mut self, target: Target<'_>) -> Option<Found> {
        let found = self.peek(target)?;
        Some(self.used(target, found, true))
    }

    /// Counts one use. Most uses of a key that is used often have nothing to store.
    #[inline(always)]
    fn used(&mut self, target: Target<'_>, found: Found, is_write: bool) -> Found {
        // What `./numakv bench hotness` compares with.
        if cfg!(numakv_without_hotness) {
            return found;
        }
        if found.entry.usage_head() != self.user.busy_head || self.lane.draws() {
            self.store_use(target, found.entry, is_write);
        }
        found
    }

    /// Records the use where somebody wants that; `false` when it is none, as its lane only looks.
    #[cold]
    fn used_unusually(&self, target: Target<'_>, entry: Entry, is_write: bool) -> bool {
        let mode = self.lane.mode();
        if mode & mode::SPECTATOR != 0 {
            return false;
        }
        if mode & mode::TAPPED != 0 {
            self.lane.tap.note(Access {
                // Databases are few: an odd factor keeps equal names in two of them apart.
                name: target.hash ^ u64::from(target.db).wrapping_mul(0x9e37_79b9_7f4a_7c15),
                elapsed_ms: self.lane.tapped_for_ms(self.now_ms),
                node: self.lane.node,
                kind: entry.kind() as u32,
                is_write,
                bytes: entry.weight(&self.keyspace().pool),
            });
        }
        true
    }

    /// Stores a use in the key's PREFIX and in the lane's counters, where it stands for as many as the PREFIX says; or, of a
    /// key whose uses are not all stored, lets it go.
    #[cold]
    #[inline(never)]
    fn store_use(&self, target: Target<'_>, entry: Entry, is_write: bool) {
        if self.lane.mode() != 0 && !self.used_unusually(target, entry, is_write) {
            return;
        }
        let settings = &self.store.settings;
        let touched = entry.touch(
            self.lane.chance(),
            &Touch {
                clock: target.clock,
                node: self.lane.node,
                decay_seconds: settings.hotness_decay.load(Relaxed),
                hot_level: settings.hotness_threshold.load(Relaxed),
                random: self.lane.random_u64(),
                lfu_log_factor: settings.lfu_log_factor.load(Relaxed),
                lfu_decay_minutes: settings.lfu_decay_time.load(Relaxed),
            },
        );
        let (Some(touched), Some(node)) = (touched, self.lane.node) else {
            return;
        };
        let counters = &self.lane.counters;
        match self.keyspace().pool.node_of(entry.address()) == node {
            true => counters.local_accesses.add(touched.weight),
            false => {
                counters.remote_accesses.add(touched.weight);
                self.lane.remote_uses.note(target.db, target.hash);
            }
        }
        if touched.is_news {
            self.lane.news.note(target.db, target.hash);
        }
    }

    /// The string at `key`, to be read; an error when it holds another type.
    #[inline(always)]
    pub fn read_string(&mut self, key: &[u8]) -> Result<Option<StringValue<'a>>, Error> {
        match self.read(key) {
            None => Ok(None),
            Some(entry) if entry.kind() == ObjectType::String => Ok(Some(StringValue::of(entry))),
            Some(_) => Err(Error::of(error::WRONG_TYPE)),
        }
    }

    /// The string at `target`, to be changed; an error when it holds another type.
    #[inline(always)]
    pub fn write_string(
        &mut self,
        target: Target<'_>,
    ) -> Result<Option<(Found, StringValue<'a>)>, Error> {
        let found = self.write(target);
        string_of(found)
    }

    /// The string at `target`, to be read, counted as such, and then perhaps changed; an error when it holds another type.
    #[inline(always)]
    pub fn read_string_at(
        &mut self,
        target: Target<'_>,
    ) -> Result<Option<(Found, StringValue<'a>)>, Error> {
        let found = self.read_at(target);
        string_of(found)
    }

    /// The entry of `key` with a value of type `kind`, to be read; an error when it holds another type.
    #[inline]
    pub fn read_value(&mut self, key: &[u8], kind: ObjectType) -> Result<Option<Entry>, Error> {
        let found = self.read(key);
        match found {
            Some(entry) if entry.kind() != kind => Err(Error::of(error::WRONG_TYPE)),
            found => Ok(found),
        }
    }

    /// A key with a value of type `kind`, to be changed; an error when it holds another type.
    #[inline]
    pub fn write_value(
        &mut self,
        target: Target<'_>,
        kind: ObjectType,
    ) -> Result<Option<Found>, Error> {
        match self.write(target) {
            Some(found) if found.entry.kind() != kind => Err(Error::of(error::WRONG_TYPE)),
            found => Ok(found),
        }
    }

    /// Where the pieces of an entry's value go: where the entry is.
    #[inline]
    pub fn space(&self, entry: Entry) -> Space<'a> {
        let keyspace = self.keyspace();
        let node = keyspace.pool.node_of(entry.address());
        Space::new(&keyspace.pool, keyspace.placement.order(node))
    }

    /// Adds a key that is not there, whose value lies at `word`. On failure the value stays the caller's, to be freed.
    pub fn create(
        &mut self,
        target: Target<'_>,
        kind: ObjectType,
        encoding: Encoding,
        word: u64,
    ) -> Result<Found, Error> {
        Ok(self.grip().create(target, kind, encoding, word)?)
    }

    /// Sets a key to a string, whatever it held.
    #[inline(always)]
    pub fn set_string(
        &mut self,
        target: Target<'_>,
        found: Option<Found>,
        value: StringValue<'_>,
        encoding: Encoding,
        deadline: Deadline,
    ) -> Answer {
        Ok(self
            .grip()
            .set_string(target, found, value, encoding, deadline)?)
    }

    /// Removes a key; big values are freed in the background when `lazily`.
    pub fn delete(&mut self, target: Target<'_>, found: Found, lazily: bool) {
        let entry = self.grip().remove(target.db, target.hash, found);
        self.touched(target);
        self.store.dispose(entry, lazily);
    }

    /// Counts one change; the request itself is the effect, as it is deterministic.
    #[inline(always)]
    pub fn changed(&mut self) {
        self.changed_by(1);
    }

    /// The same for several changes at once.
    #[inline(always)]
    pub fn changed_by(&mut self, changes: u64) {
        self.change(changes, self.client.db);
    }

    /// Counts one change to a key of another database than the selected one.
    pub fn changed_in(&mut self, db: u32) {
        self.change(1, db);
    }

    #[inline(always)]
    fn change(&mut self, changes: u64, db: u32) {
        self.lane.counters.changes.add(changes);
        if self.store.interest.is_any() {
            self.touch_all(db);
        }
        if self.store.effects.is_active() {
            let command: Vec<&[u8]> = self.args.iter().collect();
            self.emit(self.client.db, Cause::Command, &command);
        }
    }

    /// Counts one change whose effect is `command`: what repeats it exactly, where the request would not.
    #[inline(always)]
    pub fn changed_as(&mut self, command: &[&[u8]]) {
        self.changed_by_as(1, command);
    }

    /// The same for several changes at once.
    pub fn changed_by_as(&mut self, changes: u64, command: &[&[u8]]) {
        self.lane.counters.changes.add(changes);
        if self.store.interest.is_any() {
            self.touch_named(command);
        }
        self.emit(self.client.db, Cause::Command, command);
    }

    /// Appends an effect.
    #[inline]
    fn emit(&mut self, db: u32, cause: Cause, command: &[&[u8]]) {
        match &mut self.group {
            None => self.store.effects.append(db, cause, command),
            Some(group) if self.store.effects.is_active() => group.push(db, cause, command),
            Some(_) => {}
        }
    }

    /// Tells those interested in `target` that it has changed, where no `changed` function does: keys of another database, and
    /// keys no line of the table declares.
    #[inline]
    pub fn touched(&mut self, target: Target<'_>) {
        let interest = &self.store.interest;
        if interest.changed(target.db, target.hash, target.key, Change::Written) {
            self.ready(target.db, target.key);
        }
    }

    /// A key that somebody waits for may be there now: it is looked at once the call's locks are given back.
    #[cold]
    pub fn ready(&mut self, db: u32, key: &[u8]) {
        let wanted = WantedKey {
            db,
            hash: self.keyspace().hash(key),
            key: key.into(),
        };
        let ready = &mut self.after.get_or_insert_default().ready;
        if !ready.contains(&wanted) {
            ready.push(wanted);
        }
    }

    /// The same for the keys the request writes. Those it only deletes are told of when they are.
    #[cold]
    fn touch_all(&mut self, db: u32) {
        let args = self.args;
        for key in keys_of(self.spec, &args).into_iter().flatten() {
            if key.flags.writes() && !key.flags.has(KeyFlags::RM) {
                self.touched(self.target_in(db, args.get(key.index)));
            }
        }
    }

    /// The same for the keys `command` writes.
    #[cold]
    fn touch_named(&mut self, command: &[&[u8]]) {
        let spec = command.first().and_then(|name| lookup::command(name));
        let keys = spec.and_then(|spec| keys_of(spec, command).ok());
        for key in keys.into_iter().flatten() {
            if key.flags.writes() {
                self.touched(self.target(command[key.index]));
            }
        }
    }

    /// The syntax error.
    pub const fn syntax_error(&self) -> Answer {
        Err(Error::of(error::SYNTAX))
    }
}

/// A key's string beside where it was found; an error when it holds another type.
#[inline(always)]
fn string_of<'a>(found: Option<Found>) -> Result<Option<(Found, StringValue<'a>)>, Error> {
    match found {
        None => Ok(None),
        Some(found) if found.entry.kind() == ObjectType::String => {
            Ok(Some((found, StringValue::of(found.entry))))
        }
        Some(_) => Err(Error::of(error::WRONG_TYPE)),
    }
}
