//! Places on the earth: sorted sets whose scores are `geo`'s numbers of 52 bits.
//!
//! It may not know how numbers come from places. `add` writes, `options` reads what a search asks for, `search` finds, `order`
//! sorts what was found; here is what single places are asked.
//!
//! Invariant: whatever a score is, it decodes to a place on the map.

mod add;
mod options;
mod order;
mod search;
#[cfg(test)]
mod tests;

pub use add::geoadd;
pub use search::{
    georadius, georadius_ro, georadiusbymember, georadiusbymember_ro, geosearch, geosearchstore,
};

use super::zset::{hasher, read};
use super::{Answer, Args, Call, Error};
use crate::error;
use crate::geo::Point;
use crate::object::zset::SortedSet;
use crate::resp::number::fmt_i64;
use crate::resp::{Reply, parse_f64};

const BAD_UNIT: Error = Error::of("ERR unsupported unit provided. please use M, KM, FT, MI");

/// GEOHASH key member ..: each place as others write geohashes, null for those missing.
pub fn geohash(call: &mut Call<'_, '_>) -> Answer {
    each_place(call, |reply, place| match place {
        Some(place) => reply.bulk(&place.geohash()),
        None => reply.null(),
    })
}

/// GEOPOS key member ..: each place's longitude and latitude, a null array for those missing.
pub fn geopos(call: &mut Call<'_, '_>) -> Answer {
    each_place(call, |reply, place| match place {
        Some(place) => write_point(reply, place),
        None => reply.null_array(),
    })
}

fn each_place(
    call: &mut Call<'_, '_>,
    mut write: impl FnMut(&mut Reply<'_>, Option<Point>),
) -> Answer {
    let set = read(call, call.args.get(1))?;
    call.reply.array(call.args.len() - 2);
    for member in call.args.from(2) {
        let place = set.and_then(|set| place_of(call, set, member));
        write(call.reply, place);
    }
    Ok(())
}

/// GEODIST key member1 member2 [unit]: the distance, null when one of them is missing.
pub fn geodist(call: &mut Call<'_, '_>) -> Answer {
    let meters = match call.args.len() {
        4 => 1.0,
        5 => unit(call.args, 4)?,
        _ => return Err(Error::of(error::SYNTAX)),
    };
    let set = read(call, call.args.get(1))?;
    let place = |index: usize| place_of(call, set?, call.args.get(index));
    match (place(2), place(3)) {
        (Some(one), Some(other)) => write_distance(call.reply, one.distance(other) / meters),
        _ => call.reply.null(),
    }
    Ok(())
}

/// Where a member is.
fn place_of(call: &Call<'_, '_>, set: SortedSet, member: &[u8]) -> Option<Point> {
    let score = set.score(&call.keyspace().pool, member, hasher(call))?;
    Some(Point::decode(score))
}

/// Meters of the unit that an argument names.
fn unit(args: Args<'_>, index: usize) -> Result<f64, Error> {
    const UNITS: [(&str, f64); 4] = [("M", 1.0), ("KM", 1000.0), ("FT", 0.3048), ("MI", 1609.34)];
    let named = UNITS.iter().find(|(name, _)| args.is(index, name));
    named.map(|(_, meters)| *meters).ok_or(BAD_UNIT)
}

/// The place that two arguments name.
fn point(args: Args<'_>, index: usize) -> Result<Point, Error> {
    let number = |index| parse_f64(args.get(index)).ok_or(Error::of(error::NOT_A_FLOAT));
    let point = Point {
        longitude: number(index)?,
        latitude: number(index + 1)?,
    };
    if point.is_valid() {
        return Ok(point);
    }
    let Point {
        longitude,
        latitude,
    } = point;
    let text = format!("ERR invalid longitude,latitude pair {longitude:.6},{latitude:.6}");
    Err(Error::text(text))
}

/// A distance with four digits behind the point, rounded as Redis rounds.
fn write_distance(reply: &mut Reply<'_>, distance: f64) {
    const DIGITS: i64 = 10_000;
    let scaled = (distance * DIGITS as f64).round_ties_even() as i64;
    let (whole, rest) = (scaled / DIGITS, scaled % DIGITS);
    let mut text = [0; crate::resp::number::I64_TEXT_BYTES];
    let mut shown = fmt_i64(whole, &mut text).to_vec();
    shown.extend_from_slice(format!(".{rest:04}").as_bytes());
    reply.bulk(&shown);
}

/// Longitude and latitude, each with up to 17 digits behind the point.
fn write_point(reply: &mut Reply<'_>, point: Point) {
    reply.array(2);
    for coordinate in [point.longitude, point.latitude] {
        let text = format!("{coordinate:.17}");
        let text = text.trim_end_matches('0').trim_end_matches('.');
        let text = if text == "-0" { "0" } else { text };
        if reply.protocol() == 2 {
            reply.bulk(text.as_bytes());
        } else {
            reply.raw(format!(",{text}\r\n").as_bytes());
        }
    }
}
