//! PFDEBUG and PFSELFTEST: what Redis' own suite looks at.
//!
//! Invariant: PFDEBUG changes no register, only how they are laid out.

use super::estimate::{self, Histogram};
use super::{DENSE, Draft, ENCODING_AT, REGISTERS, dense, sparse};
use crate::command::{Answer, Call, Error};
use core::fmt::Write as _;

const NO_KEY: Error = Error::of("ERR The specified key does not exist");
const NOT_SPARSE: Error = Error::of("ERR HLL encoding is not sparse");

/// PFDEBUG GETREG | DECODE | ENCODING | TODENSE key.
pub fn pfdebug(call: &mut Call<'_, '_>) -> Answer {
    let target = call.target(call.args.get(2));
    if call.peek(target).is_none() {
        return Err(NO_KEY);
    }
    let mut draft = Draft::open(call, target)?;
    if call.args.is(1, "GETREG") {
        make_dense(call, &mut draft)?;
        call.reply.array(REGISTERS);
        dense::registers(&draft.bytes).for_each(|count| call.reply.int(count.into()));
    } else if call.args.is(1, "DECODE") {
        if draft.bytes[ENCODING_AT] == DENSE {
            return Err(NOT_SPARSE);
        }
        call.reply.bulk(decoded(&draft.bytes)?.as_bytes());
    } else if call.args.is(1, "ENCODING") {
        let is_dense = draft.bytes[ENCODING_AT] == DENSE;
        call.reply.simple(if is_dense { "dense" } else { "sparse" });
    } else if call.args.is(1, "TODENSE") {
        let was_sparse = make_dense(call, &mut draft)?;
        call.reply.int(was_sparse.into());
    } else {
        let text = [b"ERR Unknown PFDEBUG subcommand '", call.args.get(1), b"'"];
        return Err(Error::bytes(text.concat()));
    }
    Ok(())
}

fn make_dense(call: &mut Call<'_, '_>, draft: &mut Draft<'_>) -> Result<bool, Error> {
    let was_sparse = draft.make_dense()?;
    if was_sparse {
        draft.store(call)?;
        call.changed();
    }
    Ok(was_sparse)
}

/// The runs of a sparse value as Redis shows them.
fn decoded(bytes: &[u8]) -> Result<String, Error> {
    let mut text = String::new();
    for run in sparse::runs(bytes) {
        let run = run?;
        let written = match run.count {
            0 if run.is_long() => write!(text, "Z:{} ", run.len),
            0 => write!(text, "z:{} ", run.len),
            count => write!(text, "v:{count},{} ", run.len),
        };
        written.expect("a string takes text");
    }
    text.truncate(text.trim_end().len());
    Ok(text)
}

/// Elements PFSELFTEST adds: Redis takes ten times as many, and as long.
const SELF_TEST_ELEMENTS: u64 = 1_000_000;

/// PFSELFTEST: OK, when dense and sparse registers agree and their estimates are as near as they should be.
pub fn pfselftest(call: &mut Call<'_, '_>) -> Answer {
    let seed = (u64::from(call.lane.random()) << 32) | u64::from(call.lane.random());
    let mut dense = dense::empty_like(&sparse::EMPTY);
    for index in 0..REGISTERS {
        dense::set(&mut dense, index, (seed >> (index % 58)) as u8);
    }
    for index in 0..REGISTERS {
        let want = (seed >> (index % 58)) as u8 & dense::REGISTER_MAX;
        let got = dense::get(&dense, index);
        if got != want {
            let text = format!("TESTFAILED Register {index} should be {want} but is {got}");
            return Err(Error::text(format!("ERR {text}")));
        }
    }
    estimates_hold(seed).map_err(|text| Error::text(format!("ERR TESTFAILED {text}")))?;
    call.reply.ok();
    Ok(())
}

fn estimates_hold(seed: u64) -> Result<(), String> {
    let (mut dense, mut sparse) = (dense::empty_like(&sparse::EMPTY), sparse::EMPTY.to_vec());
    let mut checkpoint = 1;
    for count in 1..=SELF_TEST_ELEMENTS {
        let (index, rank) = estimate::place(&(count ^ seed).to_le_bytes());
        dense::raise(&mut dense, index, rank);
        if sparse[ENCODING_AT] == DENSE {
            dense::raise(&mut sparse, index, rank);
        } else {
            let raised = sparse::raise(&mut sparse, index, rank, 3000);
            raised.map_err(|super::Corrupt| "sparse registers do not add up")?;
        }
        if count < checkpoint {
            continue;
        }
        let estimate = Histogram::of_dense(&dense).estimate();
        let other = if sparse[ENCODING_AT] == DENSE {
            Histogram::of_dense(&sparse).estimate()
        } else {
            let histogram = sparse::histogram(&sparse);
            histogram.map_or(u64::MAX, |histogram| histogram.estimate())
        };
        if estimate != other {
            return Err("dense/sparse disagree".to_owned());
        }
        // Six standard errors; among ten elements a collision is one.
        let standard = 1.04 / (REGISTERS as f64).sqrt() * 6.0 * count as f64;
        let error_max = if count == 10 {
            1
        } else {
            standard.ceil() as u64
        };
        let error = estimate.abs_diff(count);
        if error > error_max {
            return Err(format!("Too big error. card:{count} abserr:{error}"));
        }
        checkpoint *= 10;
    }
    Ok(())
}
