//! A value put together from what is read: in the pool, where no key leads to it yet.
//!
//! It may not know where the bytes come from. Invariant: what is not finished is freed, whatever ended it; what is finished
//! is an entry that only the caller knows.

use super::{Failure, Sink};
use crate::keyspace::Grip;
use crate::keyspace::collections::{ChangedHash, ChangedSet, ChangedSortedSet};
use crate::keyspace::update::Target;
use crate::object::elements::Unlinked;
use crate::object::entry::Entry;
use crate::object::hash;
use crate::object::list::{List, Rules, Side};
use crate::object::string::StringValue;
use crate::object::zset;
use crate::object::zset::change::Decision;
use crate::pool::prefix::{Encoding, ObjectType};
use crate::pool::space::Full;

/// Up to where values are kept in their small layouts.
#[derive(Clone, Copy, Debug)]
pub struct Layouts {
    /// Members of an intset.
    pub intset_entries: u64,
    /// Listpacks of hashes.
    pub hash: hash::Limits,
    /// Listpacks of sorted sets.
    pub zset: zset::Limits,
    /// Links of lists.
    pub list: Rules,
    /// From how many bytes on an item of a list has a link of its own.
    pub list_plain_from: usize,
}

/// What there is so far.
enum Building<'a> {
    Nothing,
    String(Entry),
    Set(Unlinked<ChangedSet<'a>>),
    Hash(Unlinked<ChangedHash<'a>>),
    List(Unlinked<List<'a>>),
    SortedSet(Unlinked<ChangedSortedSet<'a>>),
}

/// A value that is being put together for a key.
pub struct Builder<'g, 'a, 'k> {
    grip: &'g mut Grip<'a>,
    target: Target<'k>,
    deadline: Option<i64>,
    layouts: Layouts,
    building: Building<'a>,
}

impl<'g, 'a, 'k> Builder<'g, 'a, 'k> {
    /// One for `target`, to expire at `deadline`, in milliseconds of Unix time.
    pub const fn new(
        grip: &'g mut Grip<'a>,
        target: Target<'k>,
        deadline: Option<i64>,
        layouts: Layouts,
    ) -> Self {
        let building = Building::Nothing;
        Builder {
            grip,
            target,
            deadline,
            layouts,
            building,
        }
    }

    /// The entry, which no key leads to. To be called when all was read without failure.
    pub fn finish(mut self) -> Result<Entry, Failure> {
        let kind = match &self.building {
            Building::Set(_) => ObjectType::Set,
            Building::Hash(_) => ObjectType::Hash,
            Building::List(_) => ObjectType::List,
            Building::SortedSet(_) => ObjectType::SortedSet,
            Building::Nothing | Building::String(_) => ObjectType::String,
        };
        let stage = |builder: &Self, encoding, word| {
            let Builder {
                grip,
                target,
                deadline,
                ..
            } = builder;
            grip.stage(*target, kind, encoding, word, *deadline)
        };
        match core::mem::replace(&mut self.building, Building::Nothing) {
            Building::Nothing => Err(Failure::Corrupt),
            Building::String(entry) => Ok(entry),
            Building::Set(set) => {
                let entry = stage(&self, set.value().encoding, set.value().word)?;
                set.hand_over();
                Ok(entry)
            }
            Building::Hash(hash) => {
                let entry = stage(&self, hash.value().encoding, hash.value().word)?;
                hash.hand_over();
                Ok(entry)
            }
            Building::List(list) => {
                let entry = stage(&self, Encoding::Quicklist, list.word())?;
                list.hand_over();
                Ok(entry)
            }
            Building::SortedSet(set) => {
                let entry = stage(&self, set.set().encoding, set.set().word)?;
                set.hand_over();
                Ok(entry)
            }
        }
    }
}

impl Drop for Builder<'_, '_, '_> {
    fn drop(&mut self) {
        if let Building::String(entry) = self.building {
            self.grip.discard(entry);
        }
    }
}

/// What prints as an integer becomes one.
fn canonical(value: StringValue<'_>) -> StringValue<'_> {
    match value {
        StringValue::Bytes(bytes) => StringValue::parse(bytes),
        value => value,
    }
}

/// One that is there already cannot be.
fn is_new(added: Result<bool, Full>) -> Result<(), Failure> {
    if added? {
        Ok(())
    } else {
        Err(Failure::Corrupt)
    }
}

impl Sink for Builder<'_, '_, '_> {
    fn begin(&mut self, kind: ObjectType, is_packed: bool) -> Result<(), Failure> {
        let Layouts {
            hash: limits,
            zset: mut zset_limits,
            list: rules,
            list_plain_from,
            ..
        } = self.layouts;
        let node = self.target.node;
        match kind {
            ObjectType::String | ObjectType::Set => Ok(()),
            ObjectType::Hash => {
                // What comes as a listpack is asked for its length alone, as in Redis.
                let value_bytes = if is_packed {
                    u64::MAX
                } else {
                    limits.value_bytes
                };
                let limits = hash::Limits {
                    value_bytes,
                    ..limits
                };
                let hash = self.grip.new_hash(node, limits)?;
                self.building = Building::Hash(hash);
                Ok(())
            }
            ObjectType::SortedSet => {
                if is_packed {
                    zset_limits.value = u64::MAX;
                }
                let set = self.grip.new_sorted_set(node, zset_limits, 0)?;
                self.building = Building::SortedSet(set);
                Ok(())
            }
            ObjectType::List => {
                let list = self.grip.new_list(node, rules, list_plain_from)?;
                self.building = Building::List(list);
                Ok(())
            }
            _ => Err(Failure::Corrupt),
        }
    }

    fn string(&mut self, value: StringValue<'_>) -> Result<(), Failure> {
        let (target, deadline) = (self.target, self.deadline);
        let entry = self
            .grip
            .stage_string(target, None, canonical(value), deadline)?;
        self.building = Building::String(entry);
        Ok(())
    }

    fn item(&mut self, value: StringValue<'_>) -> Result<(), Failure> {
        match &mut self.building {
            Building::List(list) => Ok(value.with_bytes(|value| list.push(Side::Tail, value))?),
            _ => Err(Failure::Corrupt),
        }
    }

    fn member(&mut self, value: StringValue<'_>) -> Result<(), Failure> {
        let value = canonical(value);
        if let Building::Nothing = self.building {
            let set = self
                .grip
                .new_set(self.target.node, self.layouts.intset_entries, value)?;
            self.building = Building::Set(set);
        }
        match &mut self.building {
            Building::Set(set) => is_new(set.add(value)),
            _ => Err(Failure::Corrupt),
        }
    }

    fn scored(&mut self, member: StringValue<'_>, score: f64) -> Result<(), Failure> {
        match &mut self.building {
            Building::SortedSet(set) => {
                let mut is_there = false;
                let decide = |before: Option<f64>| {
                    is_there = before.is_some();
                    Decision::Score(before.unwrap_or(score))
                };
                member.with_bytes(|member| set.update(member, decide))?;
                is_new(Ok(!is_there))
            }
            _ => Err(Failure::Corrupt),
        }
    }

    fn field(&mut self, name: StringValue<'_>, value: StringValue<'_>) -> Result<(), Failure> {
        match &mut self.building {
            Building::Hash(hash) => {
                is_new(name.with_bytes(|name| value.with_bytes(|value| hash.set(name, value))))
            }
            _ => Err(Failure::Corrupt),
        }
    }
}
