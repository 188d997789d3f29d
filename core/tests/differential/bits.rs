//! Bitmaps and HyperLogLogs, and the words only they have.
//!
//! Bit offsets stay low or at the limits, so that strings stay small. Invariant: every word in braces that a template here has
//! is filled here or by `Random::fill`.

use crate::{INTEGERS, Random};

pub(crate) const BITMAPS: &[&str] = &[
    "BITCOUNT {key}",
    "BITCOUNT {key} {index} {index}",
    "BITCOUNT {key} {index} {index} {unit}",
    "BITCOUNT {key} {index}",
    "BITFIELD {key} {field} {field}",
    "BITFIELD {key} {field} {field} {field} {field}",
    "BITFIELD_RO {key} {field}",
    "BITFIELD_RO {key} GET {width} {bit} GET {width} {bit}",
    "BITOP {operation} {key} {key}",
    "BITOP {operation} {key} {key} {key} {key}",
    "BITPOS {key} {flag}",
    "BITPOS {key} {flag} {index}",
    "BITPOS {key} {flag} {index} {index}",
    "BITPOS {key} {flag} {index} {index} {unit}",
    "GETBIT {key} {bit}",
    "OBJECT ENCODING {key}",
    "SETBIT {key} {bit} {flag}",
];

pub(crate) const SKETCHES: &[&str] = &[
    "PFADD {sketch}",
    "PFADD {sketch} {value}",
    "PFADD {sketch} {value} {value} {value}",
    "PFADD {sketch} {many}",
    "PFADD {key} {value}",
    "PFCOUNT {sketch}",
    "PFCOUNT {sketch} {sketch} {sketch}",
    "PFCOUNT {key} {sketch}",
    "PFMERGE {sketch}",
    "PFMERGE {sketch} {sketch} {sketch}",
    "PFMERGE {key} {sketch}",
    "PFDEBUG {sketchword} {sketch}",
    "DEL {sketch}",
    "GET {sketch}",
    "OBJECT ENCODING {sketch}",
    "COPY {sketch} {key} REPLACE",
];

const WIDTHS: &[&str] = &[
    "u1", "i1", "u2", "u7", "i8", "u8", "i13", "u31", "i32", "u63", "i63", "i64", "u64", "i65",
    "u0", "x8", "i", "",
];

const BIT_OFFSETS: &[&str] = &[
    "0",
    "1",
    "7",
    "8",
    "63",
    "100",
    "#0",
    "#1",
    "#3",
    "#50",
    "#x",
    "-1",
    "#-1",
    "8388600",
    "8388607",
    "8388608",
    "x",
    "",
    "#9223372036854775807",
];

const FIELD_WORDS: &[&str] = &[
    "GET {width} {bit}",
    "SET {width} {bit} {int}",
    "SET {width} {bit} {small}",
    "INCRBY {width} {bit} {int}",
    "INCRBY {width} {bit} {small}",
    "OVERFLOW WRAP",
    "OVERFLOW SAT",
    "OVERFLOW fail",
    "OVERFLOW x",
];

/// Puts drawn words in the place of one in braces, and answers whether it knows it.
pub(crate) fn fill(random: &mut Random, word: &str, words: &mut Vec<Vec<u8>>) -> bool {
    match word {
        "{sketch}" => words.push(format!("sketch:{}", random.below(6)).into()),
        "{sketchword}" => {
            let word = random.pick(&["GETREG", "decode", "ENCODING", "x"]);
            words.push(
                if random.below(20) == 0 {
                    "TODENSE"
                } else {
                    word
                }
                .into(),
            );
        }
        "{many}" => {
            let (start, count) = (random.below(50_000), random.below(400));
            words.extend((start..start + count).map(|at| at.to_string().into()));
        }
        "{unit}" => words.push(random.pick(&["BYTE", "BIT", "bit", "x"]).into()),
        "{flag}" if random.below(9) > 0 => words.push(random.pick(&["0", "1"]).into()),
        "{flag}" => words.push(random.pick(INTEGERS).into()),
        "{operation}" => {
            words.push(random.pick(&["AND", "OR", "XOR", "NOT", "and", "x"]).into());
        }
        "{width}" => {
            let usual = random.below(9).min(1) * 6;
            words.push(WIDTHS[random.below(WIDTHS.len() - usual)].into());
        }
        "{bit}" if random.below(3) > 0 => {
            words.push(random.below(600).to_string().into());
        }
        "{bit}" => words.push(random.pick(BIT_OFFSETS).into()),
        "{small}" => {
            words.push((random.below(600) as i64 - 300).to_string().into());
        }
        "{field}" => {
            let field = random.pick(FIELD_WORDS);
            random.fill(field, words);
        }
        _ => return false,
    }
    true
}
