//! Lists under their keys' locks: the door through which commands change them.
//!
//! It may not know commands. Invariant: an entry's word is its list, wherever a change has put that, also when it failed.

use crate::keyspace::update::Target;
use crate::keyspace::{Found, Grip};
use crate::object::elements::Unlinked;
use crate::object::entry::Entry;
use crate::object::list::{List, Rules};
use crate::pool::prefix::{Encoding, ObjectType};
use crate::pool::space::Full;

impl<'a> Grip<'a> {
    /// Changes the list of an entry that is one. Elements of `plain_from` bytes or more get links of their own.
    ///
    /// # Panics
    /// When the keys are not held exclusively.
    #[inline]
    pub fn edit_list<R>(
        &mut self,
        found: Found,
        plain_from: usize,
        edit: impl FnOnce(&mut List<'_>) -> Result<R, Full>,
    ) -> Result<R, Full> {
        assert!(self.is_exclusive() && found.entry.encoding() == Encoding::Quicklist);
        let space = self.space_near(self.pool().node_of(found.entry.address()));
        // SAFETY: the word of such an entry is its list, and the key is held exclusively.
        unsafe {
            let mut list = List::at(found.entry.word(), space, plain_from);
            let edited = edit(&mut list);
            found.entry.set_word(list.word());
            edited
        }
    }

    /// A list without elements that no key has yet, made for `accessor`, a node.
    pub fn new_list(
        &self,
        accessor: u32,
        rules: Rules,
        plain_from: usize,
    ) -> Result<Unlinked<List<'a>>, Full> {
        let list = List::create(
            self.space_for_new(accessor, ObjectType::List),
            rules,
            plain_from,
            0,
        )?;
        // SAFETY: nobody else has seen it.
        Ok(unsafe { Unlinked::new(list) })
    }

    /// Makes `list` the value of `target`, without a deadline, whatever was there: the entry answered, which is the caller's
    /// now. When there is no room nothing has changed.
    pub fn put_list(
        &mut self,
        target: Target<'_>,
        list: Unlinked<List<'a>>,
    ) -> Result<Option<Entry>, Full> {
        let before = self.put(target, ObjectType::List, Encoding::Quicklist, list.word())?;
        list.hand_over();
        Ok(before)
    }

    /// Adds a key that is not there, with the list that `fill` makes of an empty one; nothing is left behind when that fails.
    /// `hint` is about how many bytes the elements take.
    pub fn create_list(
        &mut self,
        target: Target<'_>,
        rules: Rules,
        plain_from: usize,
        hint: usize,
        fill: impl FnOnce(&mut List<'_>) -> Result<(), Full>,
    ) -> Result<Found, Full> {
        let mut list = List::create(
            self.space_for_new(target.node, ObjectType::List),
            rules,
            plain_from,
            hint,
        )?;
        let (kind, encoding) = (ObjectType::List, Encoding::Quicklist);
        let created =
            fill(&mut list).and_then(|()| self.create(target, kind, encoding, list.word()));
        if created.is_err() {
            // SAFETY: no entry leads to the list.
            unsafe { list.free() };
        }
        created
    }
}
