//! Keyspace notifications: what a handler tells those who watch keys, by class of event.
//!
//! It may not know who listens. Invariant: with `notify-keyspace-events` empty an event costs one relaxed load; a class
//! that is not asked for costs nothing more.

use super::Call;
use crate::keyspace::Birth;
pub use crate::pubsub::Class;
use crate::pubsub::Sender;

impl Call<'_, '_> {
    /// Who publishes when this call does.
    pub(super) fn sender(&self) -> Sender<'_> {
        Sender {
            id: Some(self.face.id),
            settings: &self.store.settings,
            now_ms: self.now_ms,
        }
    }

    /// Tells that `event` happened to `key` of the selected database, to whoever asked for its class.
    #[inline(always)]
    pub fn notify(&mut self, class: Class, event: &'static str, key: &[u8]) {
        self.notify_in(self.client.db, class, event, key);
    }

    /// The same for a key of database `db`.
    #[inline(always)]
    pub fn notify_in(&mut self, db: u32, class: Class, event: &'static str, key: &[u8]) {
        let configured = Class::configured(&self.store.settings);
        if configured.meets(class) {
            self.tell(configured, db, event, key);
        }
    }

    #[cold]
    #[inline(never)]
    fn tell(&mut self, configured: Class, db: u32, event: &str, key: &[u8]) {
        let births = self.births().map_or(&[][..], |births| births);
        let is_it = |birth: &Birth| birth.db == db && *birth.key == *key;
        if let Some(index) = births.iter().position(is_it) {
            self.tell_births(configured, index + 1);
        }
        let event = (db, event, key);
        self.store.pubsub.notify(configured, event, self.sender());
    }

    /// Tells that keys are new which were added and not told yet. A key's own first event tells so too: this is for
    /// commands that tell of another key first, and for the end of each.
    #[inline(always)]
    pub fn announce_new(&mut self) {
        if let Some(births) = self.births()
            && !births.is_empty()
        {
            let count = births.len();
            self.tell_births(Class::configured(&self.store.settings), count);
        }
    }

    #[cold]
    fn tell_births(&mut self, configured: Class, count: usize) {
        let Some(births) = self.births() else { return };
        let due: Vec<Birth> = births.drain(..count).collect();
        for Birth { db, key } in due {
            let event = (db, "new", &*key);
            self.store.pubsub.notify(configured, event, self.sender());
        }
    }

    /// A key was looked for, to be read, and is not there.
    #[inline(always)]
    pub fn missed(&mut self, db: u32, key: &[u8]) {
        if Class::configured(&self.store.settings).meets(Class::KEY_MISS) {
            self.tell_missed(db, key);
        }
    }

    /// Writes what waits for the caller, if nothing of the reply in hand is written yet. Inside EXEC, or where a length is
    /// still open, it waits until the reply is whole.
    pub fn take_mail(&mut self) {
        let at_start = !self.client.deny_blocking && self.reply.mark() == self.client.reply_start;
        if at_start && self.face.outbox.has_mail() {
            self.face.outbox.drain(self.reply);
            self.client.reply_start = self.reply.mark();
        }
    }
}
