//! GEOADD: places going in.
//!
//! Invariant: all places are taken or, when memory runs out half way, none.

use super::point;
use crate::command::notify::Class;
use crate::command::zset::{limits, take};
use crate::command::{Answer, Call, Error};
use crate::error;
use crate::keyspace::collections::ChangedSortedSet;
use crate::object::zset::change::Decision;
use crate::pool::space::Full;

/// Which places are taken, and which are counted.
#[derive(Clone, Copy, Default)]
struct Options {
    /// NX: only those that are not there.
    absent: bool,
    /// XX: only those that are.
    present: bool,
    /// CH: those that moved are counted too.
    changed: bool,
}

/// A place on its way in.
struct Place<'a> {
    member: &'a [u8],
    score: f64,
    /// The score it had, once it has another.
    before: Option<Option<f64>>,
}

/// GEOADD key [NX | XX] [CH] longitude latitude member ..: how many are new; with CH, new or moved.
pub fn geoadd(call: &mut Call<'_, '_>) -> Answer {
    let (args, mut options, mut first) = (call.args, Options::default(), 2);
    while first < args.len() {
        match args.get(first).to_ascii_lowercase().as_slice() {
            b"nx" => options.absent = true,
            b"xx" => options.present = true,
            b"ch" => options.changed = true,
            _ => break,
        }
        first += 1;
    }
    let is_whole = first < args.len() && (args.len() - first) % 3 == 0;
    if !is_whole || (options.absent && options.present) {
        return Err(Error::of(error::SYNTAX));
    }
    let mut places = Vec::with_capacity((args.len() - first) / 3);
    for index in (first..args.len()).step_by(3) {
        places.push(Place {
            member: args.get(index + 2),
            score: point(args, index)?.encode() as f64,
            before: None,
        });
    }
    let (target, limits) = (call.target(args.get(1)), limits(call));
    match take(call, target)? {
        Some(found) => {
            let put = |set: &mut ChangedSortedSet<'_>| put_all(set, &mut places, options);
            call.grip().change_sorted_set(found.entry, limits, put)?;
        }
        None if options.present => {}
        None => {
            let longest = places[0].member.len();
            let mut set = call.grip().new_sorted_set(target.node, limits, longest)?;
            put_all(&mut set, &mut places, options)?;
            call.grip().put_sorted_set(target, set)?;
        }
    }
    let count = |is: fn(&Option<f64>) -> bool| {
        let touched = places.iter().filter_map(|place| place.before.as_ref());
        touched.filter(|before| is(before)).count() as u64
    };
    let (added, moved) = (count(Option::is_none), count(Option::is_some));
    let counted = added + if options.changed { moved } else { 0 };
    call.reply.int(counted as i64);
    if added + moved > 0 {
        call.changed_by(added + moved);
        call.notify(Class::ZSET, "zadd", target.key);
    }
    Ok(())
}

fn put_all(
    set: &mut ChangedSortedSet<'_>,
    places: &mut [Place<'_>],
    options: Options,
) -> Result<(), Full> {
    for index in 0..places.len() {
        if let Err(full) = put(set, &mut places[index], options) {
            for place in places[..index].iter().rev() {
                take_back(set, place);
            }
            return Err(full);
        }
    }
    Ok(())
}

fn put(
    set: &mut ChangedSortedSet<'_>,
    place: &mut Place<'_>,
    options: Options,
) -> Result<(), Full> {
    let mut touched = None;
    set.update(place.member, |before| {
        let is_kept = match before {
            Some(before) => options.absent || before == place.score,
            None => options.present,
        };
        if is_kept {
            return Decision::Keep;
        }
        touched = Some(before);
        Decision::Score(place.score)
    })?;
    place.before = touched;
    Ok(())
}

#[cold]
fn take_back(set: &mut ChangedSortedSet<'_>, place: &Place<'_>) {
    // Removing needs no memory, and where a member was before there is room.
    let _undone = set.update(place.member, |_| match place.before {
        Some(None) => Decision::Remove,
        Some(Some(before)) => Decision::Score(before),
        None => Decision::Keep,
    });
}
