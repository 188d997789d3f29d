//! What a search asks for, read from its words in Redis' order, so that of two mistakes the same one is answered.
//!
//! It may not know how places are found. Invariant: a search has a middle and an outline when its set is there.

use super::{place_of, point, unit};
use crate::command::{Args, Call, Error};
use crate::error;
use crate::geo::{Outline, Point, Shape};
use crate::object::zset::SortedSet;
use crate::resp::parse_f64;

const BAD_RADIUS: Error = Error::of("ERR need numeric radius");
const NEGATIVE_RADIUS: Error = Error::of("ERR radius cannot be negative");
const BAD_WIDTH: Error = Error::of("ERR need numeric width");
const BAD_HEIGHT: Error = Error::of("ERR need numeric height");
const NEGATIVE_SIDE: Error = Error::of("ERR height or width cannot be negative");
const NO_MEMBER: Error = Error::of("ERR could not decode requested zset member");
const BAD_COUNT: Error = Error::of("ERR COUNT must be > 0");
const ANY_ALONE: Error = Error::of("ERR the ANY argument requires COUNT argument");

/// Which command searches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// GEORADIUS, and whether it may store.
    AroundPoint(bool),
    /// GEORADIUSBYMEMBER, and whether it may store.
    AroundMember(bool),
    /// GEOSEARCH.
    Search,
    /// GEOSEARCHSTORE.
    SearchStore,
}

impl Kind {
    /// Whether it is one of the newer two.
    pub(super) const fn is_search(self) -> bool {
        matches!(self, Kind::Search | Kind::SearchStore)
    }

    /// Which argument is the key that is searched.
    pub(super) const fn source(self) -> usize {
        match self {
            Kind::SearchStore => 2,
            _ => 1,
        }
    }
}

/// Nearest or farthest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Ascending,
    Descending,
}

/// What is asked for.
#[derive(Debug, Default)]
pub(super) struct Wish<'a> {
    pub(super) with_distance: bool,
    pub(super) with_hash: bool,
    pub(super) with_point: bool,
    pub(super) order: Option<Order>,
    /// COUNT; 0 for all.
    pub(super) count: u64,
    /// ANY: the first that are found will do.
    pub(super) any: bool,
    /// Where the result goes.
    pub(super) store: Option<&'a [u8]>,
    /// What is stored are distances.
    pub(super) store_distance: bool,
    from_member: bool,
    from_point: bool,
    center: Option<Point>,
    outline: Option<(Outline, f64)>,
}

impl<'a> Wish<'a> {
    /// Reads it all; `set` is what is searched, if it is there.
    pub(super) fn read(
        call: &Call<'a, '_>,
        kind: Kind,
        set: Option<SortedSet>,
    ) -> Result<Wish<'a>, Error> {
        let (args, mut wish) = (call.args, Wish::default());
        let mut index = match kind {
            Kind::AroundPoint(_) => {
                wish.center = Some(point(args, 2)?);
                wish.outline = Some(circle(args, 4)?);
                6
            }
            Kind::AroundMember(_) => {
                if let Some(set) = set {
                    wish.center = Some(place_of(call, set, args.get(2)).ok_or(NO_MEMBER)?);
                    wish.outline = Some(circle(args, 3)?);
                }
                5
            }
            Kind::Search => 2,
            Kind::SearchStore => {
                wish.store = Some(args.get(1));
                3
            }
        };
        while index < args.len() {
            index = match wish.take_flag(args, index, kind) {
                true => index + 1,
                false => wish.take_option(call, index, kind, set)?,
            };
        }
        wish.check(args, kind)?;
        Ok(wish)
    }

    /// What is searched for around where; for a set that is there.
    pub(super) fn shape(&self) -> Option<Shape> {
        let (outline, unit) = self.outline?;
        let center = self.center?;
        Some(Shape {
            center,
            outline,
            unit,
        })
    }

    /// Takes a word that stands alone.
    fn take_flag(&mut self, args: Args<'a>, index: usize, kind: Kind) -> bool {
        let is = |word| args.is(index, word);
        if is("WITHDIST") {
            self.with_distance = true;
        } else if is("WITHHASH") {
            self.with_hash = true;
        } else if is("WITHCOORD") {
            self.with_point = true;
        } else if is("ANY") {
            self.any = true;
        } else if is("ASC") {
            self.order = Some(Order::Ascending);
        } else if is("DESC") {
            self.order = Some(Order::Descending);
        } else if is("STOREDIST") && kind == Kind::SearchStore {
            self.store_distance = true;
        } else {
            return false;
        }
        true
    }

    /// Takes a word and what belongs to it, and answers where the next one is.
    fn take_option(
        &mut self,
        call: &Call<'a, '_>,
        index: usize,
        kind: Kind,
        set: Option<SortedSet>,
    ) -> Result<usize, Error> {
        let args = call.args;
        let left = args.len() - index - 1;
        let is = |word, values| left >= values && args.is(index, word);
        let stores = matches!(kind, Kind::AroundPoint(true) | Kind::AroundMember(true));
        if is("COUNT", 1) {
            let count = u64::try_from(args.int(index + 1)?).ok();
            self.count = count.filter(|count| *count > 0).ok_or(BAD_COUNT)?;
            return Ok(index + 2);
        }
        if stores && (is("STORE", 1) || is("STOREDIST", 1)) {
            self.store = Some(args.get(index + 1));
            self.store_distance = is("STOREDIST", 1);
            return Ok(index + 2);
        }
        if kind.is_search() {
            if is("FROMMEMBER", 1) && !self.from_point {
                self.from_member = true;
                if let Some(set) = set {
                    let place = place_of(call, set, args.get(index + 1));
                    self.center = Some(place.ok_or(NO_MEMBER)?);
                }
                return Ok(index + 2);
            }
            if is("FROMLONLAT", 2) && !self.from_member {
                self.center = Some(point(args, index + 1)?);
                self.from_point = true;
                return Ok(index + 3);
            }
            let has = |is_box| {
                let outline = self.outline.as_ref();
                outline.is_some_and(|(outline, _)| matches!(outline, Outline::Box(..)) == is_box)
            };
            if is("BYRADIUS", 2) && !has(true) {
                self.outline = Some(circle(args, index + 1)?);
                return Ok(index + 3);
            }
            if is("BYBOX", 3) && !has(false) {
                self.outline = Some(rectangle(args, index + 1)?);
                return Ok(index + 4);
            }
        }
        Err(Error::of(error::SYNTAX))
    }

    /// Looks for what does not go together.
    fn check(&self, args: Args<'_>, kind: Kind) -> Result<(), Error> {
        if self.store.is_some() && (self.with_distance || self.with_hash || self.with_point) {
            let who = match kind {
                Kind::SearchStore => "GEOSEARCHSTORE",
                _ => "STORE option in GEORADIUS",
            };
            let what = "is not compatible with WITHDIST, WITHHASH and WITHCOORD options";
            return Err(Error::text(format!("ERR {who} {what}")));
        }
        let missing = |what: &str| {
            let text = format!("ERR exactly one of {what} can be specified for ");
            Err(Error::bytes([text.as_bytes(), args.get(0)].concat()))
        };
        if kind.is_search() && !(self.from_member || self.from_point) {
            return missing("FROMMEMBER or FROMLONLAT");
        }
        if kind.is_search() && self.outline.is_none() {
            return missing("BYRADIUS and BYBOX");
        }
        if self.any && self.count == 0 {
            return Err(ANY_ALONE);
        }
        Ok(())
    }
}

/// A radius and its unit.
fn circle(args: Args<'_>, index: usize) -> Result<(Outline, f64), Error> {
    let radius = parse_f64(args.get(index)).ok_or(BAD_RADIUS)?;
    if radius < 0.0 {
        return Err(NEGATIVE_RADIUS);
    }
    Ok((Outline::Circle(radius), unit(args, index + 1)?))
}

/// A width, a height and their unit.
fn rectangle(args: Args<'_>, index: usize) -> Result<(Outline, f64), Error> {
    let width = parse_f64(args.get(index)).ok_or(BAD_WIDTH)?;
    let height = parse_f64(args.get(index + 1)).ok_or(BAD_HEIGHT)?;
    if width < 0.0 || height < 0.0 {
        return Err(NEGATIVE_SIDE);
    }
    Ok((Outline::Box(width, height), unit(args, index + 2)?))
}
