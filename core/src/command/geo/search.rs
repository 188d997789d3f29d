//! GEOSEARCH and its older kin: the places inside a circle or a box, answered or stored.
//!
//! Invariant: a place is looked at when its number lies in one of the shape's ranges, and found when it lies inside.

use super::options::{Kind, Order, Wish};
use super::order::sort_first;
use super::{write_distance, write_point};
use crate::command::notify::Class;
use crate::command::zset::{limits, read};
use crate::command::{Answer, Call, Error};
use crate::error;
use crate::geo::{Point, Shape};
use crate::object::string::StringValue;
use crate::object::zset::SortedSet;
use crate::object::zset::change::Decision;
use crate::object::zset::range::{Bound, ScoreRange};

/// A place that was found.
struct Place<'a> {
    member: StringValue<'a>,
    score: f64,
    point: Point,
    /// Meters from the middle.
    distance: f64,
}

/// GEORADIUS key longitude latitude radius unit [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT count [ANY]] [ASC | DESC]
/// [STORE key | STOREDIST key].
pub fn georadius(call: &mut Call<'_, '_>) -> Answer {
    search(call, Kind::AroundPoint(true))
}

/// GEORADIUS_RO, which never stores.
pub fn georadius_ro(call: &mut Call<'_, '_>) -> Answer {
    search(call, Kind::AroundPoint(false))
}

/// GEORADIUSBYMEMBER key member radius unit ..: GEORADIUS around a member.
pub fn georadiusbymember(call: &mut Call<'_, '_>) -> Answer {
    search(call, Kind::AroundMember(true))
}

/// GEORADIUSBYMEMBER_RO, which never stores.
pub fn georadiusbymember_ro(call: &mut Call<'_, '_>) -> Answer {
    search(call, Kind::AroundMember(false))
}

/// GEOSEARCH key FROMMEMBER member | FROMLONLAT longitude latitude BYRADIUS radius unit | BYBOX width height unit
/// [ASC | DESC] [COUNT count [ANY]] [WITHCOORD] [WITHDIST] [WITHHASH].
pub fn geosearch(call: &mut Call<'_, '_>) -> Answer {
    search(call, Kind::Search)
}

/// GEOSEARCHSTORE destination source ..: GEOSEARCH whose result is stored; how many were found.
pub fn geosearchstore(call: &mut Call<'_, '_>) -> Answer {
    search(call, Kind::SearchStore)
}

fn search(call: &mut Call<'_, '_>, kind: Kind) -> Answer {
    let set = read(call, call.args.get(kind.source()))?;
    let wish = Wish::read(call, kind, set)?;
    let mut places = match set.zip(wish.shape()) {
        Some((set, shape)) => find(set, &shape, if wish.any { wish.count } else { 0 }),
        None => Vec::new(),
    };
    let wanted = match wish.count {
        0 => places.len(),
        count => places
            .len()
            .min(usize::try_from(count).unwrap_or(usize::MAX)),
    };
    // A count without an order would be of the nearest, unless any will do.
    let nearest = (wish.count > 0 && !wish.any).then_some(Order::Ascending);
    match wish.order.or(nearest) {
        Some(Order::Ascending) => sort_first(&mut places, wanted, &|one: &Place<'_>, other| {
            one.distance.total_cmp(&other.distance)
        }),
        Some(Order::Descending) => sort_first(&mut places, wanted, &|one: &Place<'_>, other| {
            other.distance.total_cmp(&one.distance)
        }),
        None => {}
    }
    places.truncate(wanted);
    let unit = wish.shape().map_or(1.0, |shape| shape.unit);
    match wish.store {
        Some(key) => store(call, kind, &wish, key, &places, unit),
        None => {
            answer(call, &wish, &places, unit);
            Ok(())
        }
    }
}

/// The places inside; not more than `limit`, unless that is 0.
fn find<'a>(set: SortedSet, shape: &Shape, limit: u64) -> Vec<Place<'a>> {
    let mut places = Vec::new();
    let is_full = |places: &Vec<Place<'_>>| limit > 0 && places.len() as u64 >= limit;
    for numbers in shape.ranges() {
        let ranks = set.ranks_of_scores(&ScoreRange {
            min: Bound::inclusive(numbers.start as f64),
            max: Bound {
                value: numbers.end as f64,
                is_exclusive: true,
            },
        });
        let count = ranks.end.saturating_sub(ranks.start) as usize;
        if count == 0 {
            continue;
        }
        for (member, score) in set.walk(ranks.start, false).take(count) {
            if is_full(&places) {
                return places;
            }
            let point = Point::decode(score);
            if let Some(distance) = shape.distance_within(point) {
                places.push(Place {
                    member,
                    score,
                    point,
                    distance,
                });
            }
        }
    }
    places
}

fn answer(call: &mut Call<'_, '_>, wish: &Wish<'_>, places: &[Place<'_>], unit: f64) {
    let extras = [wish.with_distance, wish.with_hash, wish.with_point];
    let extras = extras.into_iter().filter(|with| *with).count();
    let reply = &mut *call.reply;
    reply.array(places.len());
    for place in places {
        if extras > 0 {
            reply.array(1 + extras);
        }
        place.member.with_bytes(|member| reply.bulk(member));
        if wish.with_distance {
            write_distance(reply, place.distance / unit);
        }
        if wish.with_hash {
            reply.int(place.score as i64);
        }
        if wish.with_point {
            write_point(reply, place.point);
        }
    }
}

/// Makes the places the value of `key`, by number or by distance; no places remove it.
fn store(
    call: &mut Call<'_, '_>,
    kind: Kind,
    wish: &Wish<'_>,
    key: &[u8],
    places: &[Place<'_>],
    unit: f64,
) -> Answer {
    let (target, limits) = (call.target(key), limits(call));
    // Of words that repeat, the last counts, but the key of the first is the one that is held.
    if !call.grip().holds(target.hash) {
        return Err(Error::of(error::SYNTAX));
    }
    if places.is_empty() {
        if let Some(found) = call.peek(target) {
            call.delete(target, found, false);
            call.notify(Class::GENERIC, "del", target.key);
            call.changed_as(&[b"DEL", target.key]);
        }
        call.reply.int(0);
        return Ok(());
    }
    let longest = places.iter().map(|place| place.member.len()).max();
    let longest = longest.unwrap_or(0);
    let mut set = call.grip().new_sorted_set(target.node, limits, longest)?;
    for place in places {
        let score = if wish.store_distance {
            place.distance / unit
        } else {
            place.score
        };
        // Opposite ends of the earth can be so far apart that the formula has no answer.
        let score = if score.is_nan() { f64::INFINITY } else { score };
        place
            .member
            .with_bytes(|member| set.update(member, |_| Decision::Score(score)))?;
    }
    let before = call.grip().put_sorted_set(target, set)?;
    if let Some(before) = before {
        call.store.dispose(before, false);
    }
    let event = if kind.is_search() {
        "geosearchstore"
    } else {
        "georadiusstore"
    };
    call.notify(Class::ZSET, event, target.key);
    call.changed_by(places.len() as u64);
    call.reply.int(places.len() as i64);
    Ok(())
}
