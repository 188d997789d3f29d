//! Places in the differential test: what is sent, and how the words in braces are drawn.
//!
//! Coordinates are few, so that distances are often equal and the order of equals is compared too.

use super::Random;

/// Commands on places, which have keys of their own.
pub(crate) const TEMPLATES: &[&str] = &[
    "GEOADD {geo} {point} {place}",
    "GEOADD {geo} {point} {place} {point} {place} {point} {place}",
    "GEOADD {geo} {point} {place} {point} {place} {point} {place} {point} {place} {point} {place}",
    "GEOADD {geo} {geoadd} {point} {place}",
    "GEODIST {geo} {place} {place}",
    "GEODIST {geo} {place} {place} {geounit}",
    "GEOHASH {geo} {place} {place}",
    "GEOPOS {geo} {place} {place}",
    "GEORADIUS {geo} {point} {reach} {around}",
    "GEORADIUS_RO {geo} {point} {reach} {around}",
    "GEORADIUSBYMEMBER {geo} {place} {reach} {around}",
    "GEORADIUSBYMEMBER_RO {geo} {place} {reach} {around}",
    "GEORADIUS {geo} {point} {reach} STORE {geo}",
    "GEORADIUSBYMEMBER {geo} {place} {reach} STOREDIST geo:stored",
    "GEOSEARCH {geo} {from} {by} {around}",
    "GEOSEARCH {geo} {by} {from} {around}",
    "GEOSEARCH {geo} {from} {by} {around}",
    "GEOSEARCHSTORE geo:stored {geo} {from} {by} {around}",
    "GEOSEARCHSTORE {geo} {geo} {from} {by}",
    "GEOADD {key} {point} {place}",
    "GEOPOS {key} {place}",
    "GEOSEARCH {key} {from} {by}",
    "ZADD {geo} {index} {place}",
    "ZRANGE {geo} 0 -1 WITHSCORES",
    "ZRANGE geo:stored 0 -1 WITHSCORES",
    "OBJECT ENCODING geo:stored",
];

const POINTS: &[&str] = &[
    "0 0",
    "1 1",
    "1 1",
    "13.361389 38.115556",
    "15.087269 37.502669",
    "-122.4194 37.7749",
    "180 85.05112878",
    "-180 -85.05112878",
    "179.99999 -0.00001",
    "-179.99999 66.5",
    "0.000001 80.1",
    "1e1 -2.5e1",
    "181 0",
    "0 86",
    "x 1",
    "1 ",
    "1e300 0",
    "inf 0",
];
const REACHES: &[&str] = &[
    "100 m", "200 km", "200 KM", "3000 km", "20000 km", "40000 km", "1e10 km", "500 mi", "1000 ft",
    "0 m", "-1 m", "x km", "5 parsec",
];
const AROUND_WORDS: &[&str] = &[
    "WITHCOORD",
    "WITHDIST",
    "WITHHASH",
    "ASC",
    "DESC",
    "COUNT 1",
    "COUNT 3",
    "COUNT 20",
    "COUNT 3 ANY",
    "COUNT 0",
    "COUNT x",
    "ANY",
    "withdist",
    "STOREDIST",
    "STORE geo:stored",
    "x",
];

/// Puts what a word of a template in braces stands for; `false` when it is none of these.
pub(crate) fn fill(random: &mut Random, word: &str, words: &mut Vec<Vec<u8>>) -> bool {
    let chosen = match word {
        "{geo}" => format!("geo:{}", random.below(4)),
        "{place}" => format!("place:{}", random.below(90)),
        "{geoadd}" => random
            .pick(&["NX", "XX", "CH", "nx ch", "XX CH", "NX XX"])
            .into(),
        "{geounit}" => random.pick(&["m", "km", "FT", "mi", "x"]).into(),
        "{point}" if random.below(3) > 0 => {
            let [east, north] = [20, 10].map(|end| random.below(2 * end) as f64 - end as f64);
            format!("{} {}", east * 0.7, north * 0.7)
        }
        "{point}" => random.pick(POINTS).into(),
        "{reach}" => random.pick(REACHES).into(),
        "{from}" => random
            .pick(&[
                "FROMMEMBER {place}",
                "FROMLONLAT {point}",
                "FROMLONLAT {point}",
            ])
            .into(),
        "{by}" => random
            .pick(&[
                "BYRADIUS {reach}",
                "BYBOX {reach}",
                "BYBOX 400 {reach}",
                "BYBOX 9000 {reach}",
            ])
            .into(),
        "{around}" => {
            let count = random.below(4);
            (0..count).for_each(|_| {
                let option = random.pick(AROUND_WORDS);
                random.fill(option, words);
            });
            return true;
        }
        _ => return false,
    };
    random.fill(&chosen, words);
    true
}
