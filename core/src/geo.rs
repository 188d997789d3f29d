//! Places on the earth as numbers of 52 bits, in Redis' own layout, and which numbers can lie inside a circle or a box.
//!
//! ```text
//! 52 bits: longitude's highest, latitude's highest, longitude's next …; 26 of each
//! longitude: from -180 to 180; latitude: from -85.05112878 to 85.05112878 (the square of Web Mercator)
//! ```
//! A leaf: it knows numbers alone. Invariant: every operation on doubles is done in Redis' order, so that numbers, distances
//! and the order of what is found are the same, bit for bit.

use core::f64::consts::PI;
use core::ops::Range;

/// Longitudes and latitudes that a place can have.
pub const LONGITUDE_MAX: f64 = 180.0;
/// The same for latitudes.
pub const LATITUDE_MAX: f64 = 85.051_128_78;
/// Bits of each coordinate.
const STEPS: u32 = 26;
/// Meters from the earth's centre, as WGS-84's quadratic mean has it.
const EARTH_RADIUS: f64 = 6_372_797.560_856;
/// Half the side of Web Mercator's square, in meters.
const MERCATOR_MAX: f64 = 20_037_726.37;
const DEGREE: f64 = PI / 180.0;

/// The bits of a longitude in a number, and those of a latitude.
const LONGITUDE_BITS: u64 = 0xaaaa_aaaa_aaaa_aaaa;
const LATITUDE_BITS: u64 = 0x5555_5555_5555_5555;

/// A place, in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// East is positive.
    pub longitude: f64,
    /// North is positive.
    pub latitude: f64,
}

impl Point {
    /// Whether it lies on the map.
    pub fn is_valid(self) -> bool {
        self.longitude.abs() <= LONGITUDE_MAX && self.latitude.abs() <= LATITUDE_MAX
    }

    /// Its number.
    pub fn encode(self) -> u64 {
        Cell::around(self, STEPS, LATITUDE_MAX).bits
    }

    /// The middle of what has the number that a score holds.
    pub fn decode(score: f64) -> Point {
        let cell = Cell {
            bits: whole_bits(score),
            steps: STEPS,
        };
        let Area {
            west,
            east,
            south,
            north,
        } = cell.area();
        Point {
            longitude: ((west + east) / 2.0).clamp(-LONGITUDE_MAX, LONGITUDE_MAX),
            latitude: ((south + north) / 2.0).clamp(-LATITUDE_MAX, LATITUDE_MAX),
        }
    }

    /// Its geohash as others write it: latitudes reach from pole to pole, and the eleventh letter has no bits left.
    pub fn geohash(self) -> [u8; 11] {
        const ALPHABET: &[u8; 32] = b"0123456789bcdefghjkmnpqrstuvwxyz";
        let bits = Cell::around(self, STEPS, 90.0).bits;
        let mut text = [b'0'; 11];
        for (index, letter) in text[..10].iter_mut().enumerate() {
            *letter = ALPHABET[(bits >> (52 - 5 * (index + 1))) as usize & 31];
        }
        text
    }

    /// Meters to `other`, by the haversine formula.
    pub fn distance(self, other: Point) -> f64 {
        let half = |from: f64, to: f64| ((to * DEGREE - from * DEGREE) / 2.0).sin();
        let v = half(self.longitude, other.longitude);
        if v == 0.0 {
            return latitude_distance(self.latitude, other.latitude);
        }
        let u = half(self.latitude, other.latitude);
        let cosines = (self.latitude * DEGREE).cos() * (other.latitude * DEGREE).cos();
        2.0 * EARTH_RADIUS * (u * u + cosines * v * v).sqrt().asin()
    }
}

/// Meters between two latitudes on one meridian.
fn latitude_distance(one: f64, other: f64) -> f64 {
    EARTH_RADIUS * (other * DEGREE - one * DEGREE).abs()
}

/// What C makes of a score as an unsigned integer, out of its range too.
fn whole_bits(score: f64) -> u64 {
    const HALF: f64 = (1_u64 << 63) as f64;
    if score < -HALF {
        1 << 63
    } else if score < HALF {
        score as i64 as u64
    } else if score < 2.0 * HALF {
        score as u64
    } else {
        0
    }
}

/// A rectangle of the map: all numbers that begin with `bits`, which has `2 * steps` of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cell {
    bits: u64,
    steps: u32,
}

/// Its sides, in degrees.
struct Area {
    west: f64,
    east: f64,
    south: f64,
    north: f64,
}

impl Cell {
    /// The one a point lies in, latitudes reaching up to `latitude_max`.
    fn around(point: Point, steps: u32, latitude_max: f64) -> Cell {
        let place = |value: f64, max: f64| {
            let offset = (value + max) / (max + max);
            (offset * (1_u64 << steps) as f64) as u32
        };
        let latitude = place(point.latitude, latitude_max);
        let longitude = place(point.longitude, LONGITUDE_MAX);
        let bits = spread(latitude) | (spread(longitude) << 1);
        Cell { bits, steps }
    }

    fn area(self) -> Area {
        let cells = (1_u64 << self.steps) as f64;
        let side = |index: u32, max: f64| -max + (f64::from(index) / cells) * (max + max);
        let (longitude, latitude) = (gather(self.bits >> 1), gather(self.bits));
        Area {
            west: side(longitude, LONGITUDE_MAX),
            east: side(longitude.wrapping_add(1), LONGITUDE_MAX),
            south: side(latitude, LATITUDE_MAX),
            north: side(latitude.wrapping_add(1), LATITUDE_MAX),
        }
    }

    /// The cell that lies `east` and `north` of it, each -1, 0 or 1; the map is round in both ways.
    fn neighbor(self, east: i32, north: i32) -> Cell {
        let mask = u64::MAX >> (64 - 2 * self.steps);
        let moved = |own: u64, others: u64, by: i32| {
            // Carries run through the other coordinate's bits: ones when adding, borrowed from when taking away.
            let (part, gap) = (self.bits & own, others & mask);
            let sum = match by {
                1 => part.wrapping_add(gap + 1),
                -1 => (part | gap).wrapping_sub(gap + 1),
                _ => return part,
            };
            sum & own & mask
        };
        let longitude = moved(LONGITUDE_BITS, LATITUDE_BITS, east);
        let latitude = moved(LATITUDE_BITS, LONGITUDE_BITS, north);
        let bits = longitude | latitude;
        Cell { bits, ..self }
    }

    /// The numbers inside.
    fn numbers(self) -> Range<u64> {
        let shift = 2 * (STEPS - self.steps);
        self.bits << shift..(self.bits + 1) << shift
    }
}

/// Puts a zero before each bit.
fn spread(word: u32) -> u64 {
    let mut word = u64::from(word);
    for (shift, mask) in [
        (16, 0x0000_ffff_0000_ffff),
        (8, 0x00ff_00ff_00ff_00ff),
        (4, 0x0f0f_0f0f_0f0f_0f0f),
        (2, 0x3333_3333_3333_3333),
        (1, LATITUDE_BITS),
    ] {
        word = (word | (word << shift)) & mask;
    }
    word
}

/// Takes every second bit, the lowest first.
fn gather(word: u64) -> u32 {
    let mut word = word & LATITUDE_BITS;
    for (shift, mask) in [
        (1, 0x3333_3333_3333_3333),
        (2, 0x0f0f_0f0f_0f0f_0f0f),
        (4, 0x00ff_00ff_00ff_00ff),
        (8, 0x0000_ffff_0000_ffff),
        (16, 0x0000_0000_ffff_ffff),
    ] {
        word = (word | (word >> shift)) & mask;
    }
    word as u32
}

/// What is searched.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Outline {
    /// A circle of this radius.
    Circle(f64),
    /// A box of this width and height, its sides along the meridians and parallels.
    Box(f64, f64),
}

/// An outline on the map.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Its middle.
    pub center: Point,
    /// Its outline, in units.
    pub outline: Outline,
    /// Meters of a unit.
    pub unit: f64,
}

impl Shape {
    /// Meters from its middle to `point`, when that lies inside.
    pub fn distance_within(&self, point: Point) -> Option<f64> {
        match self.outline {
            Outline::Circle(radius) => {
                let distance = self.center.distance(point);
                if distance > radius * self.unit {
                    return None;
                }
                Some(distance)
            }
            Outline::Box(width, height) => {
                let north = latitude_distance(point.latitude, self.center.latitude);
                if north > height * self.unit / 2.0 {
                    return None;
                }
                let beside = Point {
                    longitude: self.center.longitude,
                    latitude: point.latitude,
                };
                if point.distance(beside) > width * self.unit / 2.0 {
                    return None;
                }
                Some(self.center.distance(point))
            }
        }
    }

    /// The sides of a rectangle of the map around it.
    fn bounds(&self) -> Area {
        let (width, height) = match self.outline {
            Outline::Circle(radius) => (self.unit * radius, self.unit * radius),
            Outline::Box(width, height) => (self.unit * (width / 2.0), self.unit * (height / 2.0)),
        };
        let Point {
            longitude,
            latitude,
        } = self.center;
        let up = height / EARTH_RADIUS / DEGREE;
        let aside = |latitude: f64| width / EARTH_RADIUS / (latitude * DEGREE).cos() / DEGREE;
        // The side nearer to the equator is the one taken, as in Redis.
        let aside = if latitude < 0.0 {
            aside(latitude - up)
        } else {
            aside(latitude + up)
        };
        Area {
            west: longitude - aside,
            east: longitude + aside,
            south: latitude - up,
            north: latitude + up,
        }
    }

    /// Meters from the middle to the farthest point.
    fn reach(&self) -> f64 {
        let reach = match self.outline {
            Outline::Circle(radius) => radius,
            Outline::Box(width, height) => {
                ((width / 2.0) * (width / 2.0) + (height / 2.0) * (height / 2.0)).sqrt()
            }
        };
        reach * self.unit
    }

    /// The numbers that can lie inside, in up to nine ranges, in the order in which Redis looks through them.
    pub fn ranges(&self) -> impl Iterator<Item = Range<u64>> {
        let bounds = self.bounds();
        let mut steps = steps_for(self.reach(), self.center.latitude);
        let around = |steps: u32| Cell::around(self.center, steps, LATITUDE_MAX);
        if steps > 1 && !reaches(around(steps), &bounds) {
            steps -= 1;
        }
        let cell = around(steps);
        let area = cell.area();
        let mut cells = ORDER.map(|(east, north)| Some((east, north, cell.neighbor(east, north))));
        if steps >= 2 {
            for slot in &mut cells {
                *slot = slot.filter(|&(east, north, _)| {
                    let is_useless = (area.south < bounds.south && north < 0)
                        || (area.north > bounds.north && north > 0)
                        || (area.west < bounds.west && east < 0)
                        || (area.east > bounds.east && east > 0);
                    !is_useless
                });
            }
        }
        let mut last: Option<Cell> = None;
        let cells = cells.into_iter().enumerate();
        let cells = cells.filter_map(move |(index, slot)| {
            let (_, _, cell) = slot?;
            if last == Some(cell) {
                return None;
            }
            // Redis does not compare with the first.
            last = (index > 0).then_some(cell);
            Some(cell.numbers())
        });
        cells.collect::<Vec<_>>().into_iter()
    }
}

/// Where the nine cells of a search lie, east and north of the middle one.
const ORDER: [(i32, i32); 9] = [
    (0, 0),
    (0, 1),
    (0, -1),
    (1, 0),
    (-1, 0),
    (1, 1),
    (-1, 1),
    (1, -1),
    (-1, -1),
];

/// Whether a cell and its neighbours cover a rectangle.
fn reaches(cell: Cell, bounds: &Area) -> bool {
    let side = |east: i32, north: i32| cell.neighbor(east, north).area();
    let fails = side(0, 1).north < bounds.north
        || side(0, -1).south > bounds.south
        || side(1, 0).east < bounds.east
        || side(-1, 0).west > bounds.west;
    !fails
}

/// How many bits of each coordinate a cell has that, with its neighbours, covers so many meters around it.
fn steps_for(mut meters: f64, latitude: f64) -> u32 {
    if meters == 0.0 {
        return STEPS;
    }
    let mut steps = 1;
    while meters < MERCATOR_MAX {
        meters *= 2.0;
        steps += 1;
    }
    steps -= 2;
    // Meridians are nearer to each other towards the poles.
    steps -= i32::from(latitude.abs() > 66.0) + i32::from(latitude.abs() > 80.0);
    steps.clamp(1, STEPS as i32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    const PALERMO: Point = Point {
        longitude: 13.361_389,
        latitude: 38.115_556,
    };
    const CATANIA: Point = Point {
        longitude: 15.087_269,
        latitude: 37.502_669,
    };

    /// splitmix64, as a share of 1.
    fn share(state: &mut u64) -> f64 {
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) as f64 / u64::MAX as f64
    }

    fn anywhere(seed: &mut u64) -> Point {
        Point {
            longitude: (share(seed) * 2.0 - 1.0) * LONGITUDE_MAX,
            latitude: (share(seed) * 2.0 - 1.0) * LATITUDE_MAX,
        }
    }

    /// Numbers, places and distances that redis-server 7.0.15 answers.
    #[test]
    fn known_places_are_those_of_redis() {
        assert_eq!(PALERMO.encode(), 3_479_099_956_230_698);
        assert_eq!(CATANIA.encode(), 3_479_447_370_796_909);
        let [palermo, catania] =
            [PALERMO, CATANIA].map(|point| Point::decode(point.encode() as f64));
        assert_eq!(palermo.longitude, 13.361_389_338_970_184);
        assert_eq!(palermo.latitude, 38.115_556_395_496_3);
        assert_eq!(&palermo.geohash(), b"sqc8b49rny0");
        assert_eq!(&catania.geohash(), b"sqdtr74hyu0");
        assert_eq!(format!("{:.4}", palermo.distance(catania)), "166274.1516");
    }

    #[test]
    fn a_number_leads_back_to_nearly_its_place() {
        let mut seed = 1;
        for _ in 0..2000 {
            let point = anywhere(&mut seed);
            let back = Point::decode(point.encode() as f64);
            assert!(point.distance(back) < 0.6, "{point:?} {back:?}");
            assert_eq!(back.encode(), point.encode());
        }
        for score in [
            -1.0,
            1e300,
            -1e300,
            f64::INFINITY,
            f64::NEG_INFINITY,
            2_f64.powi(63),
        ] {
            assert!(Point::decode(score).is_valid());
        }
    }

    #[test]
    fn neighbours_go_round() {
        let cell = Cell { bits: 0, steps: 2 };
        assert_eq!(
            cell.neighbor(-1, 0),
            Cell {
                bits: 0b1010,
                steps: 2
            }
        );
        assert_eq!(
            cell.neighbor(0, -1),
            Cell {
                bits: 0b0101,
                steps: 2
            }
        );
        let mut round = cell;
        for _ in 0..4 {
            round = round.neighbor(1, 1);
        }
        assert_eq!(round, cell);
    }

    /// As far as Redis' own nine cells reach: not over the poles and the date line.
    #[test]
    fn what_lies_inside_lies_in_a_range() {
        let mut seed = 9;
        let (mut inside, mut tried) = (0, 0);
        while tried < 3000 {
            let mut center = anywhere(&mut seed);
            center.latitude *= 0.7;
            center.longitude *= 0.7;
            let meters = 10_f64.powf(1.0 + share(&mut seed) * 5.3);
            let outline = if share(&mut seed) < 0.5 {
                Outline::Circle(meters)
            } else {
                Outline::Box(meters, meters * share(&mut seed))
            };
            let shape = Shape {
                center,
                outline,
                unit: 1.0,
            };
            let ranges: Vec<_> = shape.ranges().collect();
            let degrees = meters / EARTH_RADIUS / DEGREE;
            for _ in 0..10 {
                let point = Point {
                    longitude: center.longitude + (share(&mut seed) * 2.0 - 1.0) * degrees,
                    latitude: center.latitude + (share(&mut seed) * 2.0 - 1.0) * degrees,
                };
                let found = Point::decode(point.encode() as f64);
                if shape.distance_within(found).is_some() {
                    let number = point.encode();
                    assert!(
                        ranges.iter().any(|range| range.contains(&number)),
                        "{shape:?} {point:?}"
                    );
                    inside += 1;
                }
            }
            tried += 1;
        }
        assert!(inside > 5000, "{inside}");
    }
}
