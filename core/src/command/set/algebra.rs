//! What several sets have in common, together, or one has and others have not.
//!
//! A missing key is an empty set; one of another type is an error, also behind an empty one. Invariant: what is answered is
//! what is kept by the STORE forms; with nothing to keep those remove their destination.

use super::limit;
use crate::command::elements::write;
use crate::command::notify::Class;
use crate::command::{Answer, Call, Error};
use crate::error;
use crate::keyspace::Keyspace;
use crate::keyspace::collections::ChangedSet;
use crate::object::elements::Unlinked;
use crate::object::set::Set;
use crate::object::string::StringValue;
use crate::pool::prefix::ObjectType;
use crate::pool::space::Full;

/// Up to so many sets are united by asking for each member whether a set before has it; more go through a set of their own.
const ASKED_SETS_MAX: usize = 8;

/// Takes one member, or says that there is no room.
type Visit<'v, 'a> = dyn FnMut(StringValue<'a>) -> Result<(), Full> + 'v;

/// The sets at `keys`, in their order.
fn read_all<'k>(
    call: &mut Call<'_, '_>,
    keys: impl ExactSizeIterator<Item = &'k [u8]>,
) -> Result<Vec<Option<Set>>, Error> {
    let mut sets = Vec::with_capacity(keys.len());
    for key in keys {
        sets.push(call.read_value(key, ObjectType::Set)?.map(Set::of));
    }
    Ok(sets)
}

/// An empty set, to be filled, that begins as an intset.
fn begin<'a>(call: &mut Call<'a, '_>) -> Result<Unlinked<ChangedSet<'a>>, Error> {
    let (limit, node) = (limit(call), call.target(call.args.get(1)).node);
    Ok(call.grip().new_set(node, limit, StringValue::Int(0))?)
}

/// Visits what all of `sets` have until `visit` answers `false`.
fn intersect<'a>(
    keyspace: &'a Keyspace,
    sets: &[Option<Set>],
    mut visit: impl FnMut(StringValue<'a>) -> Result<bool, Full>,
) -> Result<(), Full> {
    let Some(mut sets) = sets.iter().copied().collect::<Option<Vec<Set>>>() else {
        return Ok(());
    };
    sets.sort_by_key(|set| set.len());
    let Some((first, others)) = sets.split_first() else {
        return Ok(());
    };
    let (pool, hasher) = (&keyspace.pool, keyspace.hasher());
    for member in first.iter(pool) {
        let mut others = others.iter().filter(|set| *set != first);
        if others.all(|set| set.contains(pool, member, hasher)) && !visit(member)? {
            break;
        }
    }
    Ok(())
}

/// SINTER key ..: what all sets have.
pub fn sinter(call: &mut Call<'_, '_>) -> Answer {
    let (keyspace, keys) = (call.keyspace(), call.args.from(1));
    let sets = read_all(call, keys)?;
    answer(call, |visit| {
        intersect(keyspace, &sets, |member| visit(member).map(|()| true))
    })
}

/// SINTERSTORE destination key ..: how many that are, kept at the destination.
pub fn sinterstore(call: &mut Call<'_, '_>) -> Answer {
    let (keyspace, keys) = (call.keyspace(), call.args.from(2));
    let sets = read_all(call, keys)?;
    let mut kept = begin(call)?;
    intersect(keyspace, &sets, |member| kept.add(member).map(|_| true))?;
    store(call, kept, "sinterstore")
}

/// SINTERCARD numkeys key .. [LIMIT limit]: how many that are, counted up to a limit.
pub fn sintercard(call: &mut Call<'_, '_>) -> Answer {
    let (keyspace, args) = (call.keyspace(), call.args);
    let numkeys = args.int(1).ok().filter(|&numkeys| numkeys > 0);
    let numkeys = numkeys.ok_or(Error::of(error::NUMKEYS_NOT_POSITIVE))?;
    if numkeys > args.len() as i64 - 2 {
        return Err(Error::of(error::NUMKEYS_TOO_MANY));
    }
    let end = 2 + numkeys as usize;
    let (mut index, mut limit) = (end, 0);
    while index < args.len() {
        if !args.is(index, "limit") || index + 1 == args.len() {
            return call.syntax_error();
        }
        let given = args.int(index + 1).ok().filter(|&limit| limit >= 0);
        limit = given.ok_or(Error::of(error::LIMIT_NEGATIVE))?;
        index += 2;
    }
    let keys: Vec<_> = (2..end).map(|index| args.get(index)).collect();
    let sets = read_all(call, keys.into_iter())?;
    let mut count = 0;
    intersect(keyspace, &sets, |_| {
        count += 1;
        Ok(count != limit)
    })?;
    call.reply.int(count);
    Ok(())
}

/// SUNION key ..: what any set has.
pub fn sunion(call: &mut Call<'_, '_>) -> Answer {
    let (keyspace, keys) = (call.keyspace(), call.args.from(1));
    let sets = read_all(call, keys)?;
    if sets.len() <= ASKED_SETS_MAX {
        return answer(call, |visit| unite_asking(keyspace, &sets, visit));
    }
    let mut union = begin(call)?;
    unite(keyspace, &sets, &mut union)?;
    answer(call, |visit| {
        union.value().iter(&keyspace.pool).try_for_each(visit)
    })
}

/// SUNIONSTORE destination key ..: how many that are, kept at the destination.
pub fn sunionstore(call: &mut Call<'_, '_>) -> Answer {
    let (keyspace, keys) = (call.keyspace(), call.args.from(2));
    let sets = read_all(call, keys)?;
    let mut union = begin(call)?;
    unite(keyspace, &sets, &mut union)?;
    store(call, union, "sunionstore")
}

fn unite(
    keyspace: &Keyspace,
    sets: &[Option<Set>],
    union: &mut ChangedSet<'_>,
) -> Result<(), Full> {
    let pool = &keyspace.pool;
    let mut members = sets.iter().flatten().flat_map(|set| set.iter(pool));
    members.try_for_each(|member| union.add(member).map(|_| ()))
}

/// Visits each set's members that no set before it has.
fn unite_asking<'a>(
    keyspace: &'a Keyspace,
    sets: &[Option<Set>],
    visit: &mut Visit<'_, 'a>,
) -> Result<(), Full> {
    let (pool, hasher) = (&keyspace.pool, keyspace.hasher());
    for (index, set) in sets.iter().enumerate() {
        let before = || sets[..index].iter().flatten();
        for member in set.iter().flat_map(|set| set.iter(pool)) {
            if !before().any(|set| set.contains(pool, member, hasher)) {
                visit(member)?;
            }
        }
    }
    Ok(())
}

/// SDIFF key ..: what the first set has and no other.
pub fn sdiff(call: &mut Call<'_, '_>) -> Answer {
    let (keyspace, keys) = (call.keyspace(), call.args.from(1));
    let sets = read_all(call, keys)?;
    let Some(Subtraction { first, others }) = Subtraction::of(&sets) else {
        call.reply.set(0);
        return Ok(());
    };
    if asking_is_cheaper(first, &others) {
        return answer(call, |visit| {
            subtract_asking(keyspace, first, &others, visit)
        });
    }
    let mut rest = begin(call)?;
    subtract(keyspace, first, &others, &mut rest)?;
    answer(call, |visit| {
        rest.value().iter(&keyspace.pool).try_for_each(visit)
    })
}

/// SDIFFSTORE destination key ..: how many that are, kept at the destination.
pub fn sdiffstore(call: &mut Call<'_, '_>) -> Answer {
    let (keyspace, keys) = (call.keyspace(), call.args.from(2));
    let sets = read_all(call, keys)?;
    let mut rest = begin(call)?;
    if let Some(Subtraction { first, others }) = Subtraction::of(&sets) {
        if asking_is_cheaper(first, &others) {
            subtract_asking(keyspace, first, &others, &mut |member| {
                rest.add(member).map(|_| ())
            })?;
        } else {
            subtract(keyspace, first, &others, &mut rest)?;
        }
    }
    store(call, rest, "sdiffstore")
}

/// A set, and those whose members it is to lose, the largest first.
struct Subtraction {
    first: Set,
    others: Vec<Set>,
}

impl Subtraction {
    /// `None` when nothing is left without a look at any member.
    fn of(sets: &[Option<Set>]) -> Option<Subtraction> {
        let (first, others) = sets.split_first()?;
        let first = (*first)?;
        let mut others: Vec<Set> = others.iter().flatten().copied().collect();
        others.sort_by_key(|set| core::cmp::Reverse(set.len()));
        (!others.contains(&first)).then_some(Subtraction { first, others })
    }
}

/// Whether to ask all others for each member of the first set, or to remove each member of all others from a copy of it:
/// Redis' estimate, which favours asking because it can stop early.
fn asking_is_cheaper(first: Set, others: &[Set]) -> bool {
    let asked = first.len() * (others.len() + 1) / 2;
    let removed = first.len() + others.iter().map(|set| set.len()).sum::<usize>();
    asked <= removed
}

fn subtract_asking<'a>(
    keyspace: &'a Keyspace,
    first: Set,
    others: &[Set],
    visit: &mut Visit<'_, 'a>,
) -> Result<(), Full> {
    let (pool, hasher) = (&keyspace.pool, keyspace.hasher());
    for member in first.iter(pool) {
        if !others.iter().any(|set| set.contains(pool, member, hasher)) {
            visit(member)?;
        }
    }
    Ok(())
}

fn subtract(
    keyspace: &Keyspace,
    first: Set,
    others: &[Set],
    rest: &mut ChangedSet<'_>,
) -> Result<(), Full> {
    let pool = &keyspace.pool;
    for member in first.iter(pool) {
        rest.add(member)?;
    }
    for set in others {
        if rest.value().is_empty() {
            break;
        }
        set.iter(pool).for_each(|member| {
            rest.remove(member);
        });
    }
    Ok(())
}

/// Answers the members that `each` visits.
fn answer<'a>(
    call: &mut Call<'a, '_>,
    each: impl FnOnce(&mut Visit<'_, 'a>) -> Result<(), Full>,
) -> Answer {
    let (mark, mut count) = (call.reply.begin_set(), 0);
    each(&mut |member| {
        write(call.reply, member);
        count += 1;
        Ok(())
    })?;
    call.reply.end_set(mark, count);
    Ok(())
}

/// Makes `kept` the value of the first key, or removes that when it is empty, and answers how many members it has.
fn store<'a>(
    call: &mut Call<'a, '_>,
    kept: Unlinked<ChangedSet<'a>>,
    event: &'static str,
) -> Answer {
    let target = call.target(call.args.get(1));
    let (len, found) = (kept.value().len(), call.peek(target));
    if len > 0 {
        let before = call.grip().overwrite_with_set(target, kept)?;
        if let Some(before) = before {
            call.store.dispose(before, false);
        }
        call.changed();
        call.notify(Class::SET, event, target.key);
    } else if let Some(found) = found {
        call.delete(target, found, false);
        call.changed();
        call.notify(Class::GENERIC, "del", target.key);
    }
    call.reply.int(len as i64);
    Ok(())
}
