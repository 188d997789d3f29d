//! The order of what was found: by distance, and as Redis has it where distances are equal.
//!
//! All of it is sorted stably; the first few of many are sorted as Redis' partial sort does it: Bentley and McIlroy's
//! quicksort ("Engineering a sort function", 1993) that passes over parts behind the last one wanted. Invariant: the same
//! comparisons lead to the same exchanges, so that equals come out alike.

use core::cmp::Ordering;

/// Parts of fewer are sorted by insertion.
const INSERTION_MAX: usize = 7;
/// Parts of more take their pivot from nine elements.
const NINE_MIN: usize = 40;

/// Sorts so that the first `wanted` are in place.
pub(super) fn sort_first<T>(all: &mut [T], wanted: usize, compare: &impl Fn(&T, &T) -> Ordering) {
    if wanted >= all.len() {
        all.sort_by(compare);
    } else {
        sort_part(all, wanted, compare);
    }
}

/// `wanted` counts from the start of `part`.
fn sort_part<T>(mut part: &mut [T], mut wanted: usize, compare: &impl Fn(&T, &T) -> Ordering) {
    while part.len() >= INSERTION_MAX {
        let len = part.len();
        part.swap(0, pivot(part, compare));
        let (less, greater) = split(part, compare);
        let (before, behind) = part.split_at_mut(len - greater);
        if less > 1 && wanted > 0 {
            sort_part(&mut before[..less], wanted, compare);
        }
        if greater < 2 || wanted <= len - greater {
            return;
        }
        wanted -= len - greater;
        part = behind;
    }
    for end in 1..part.len() {
        let mut at = end;
        while at > 0 && compare(&part[at - 1], &part[at]).is_gt() {
            part.swap(at - 1, at);
            at -= 1;
        }
    }
}

fn pivot<T>(part: &[T], compare: &impl Fn(&T, &T) -> Ordering) -> usize {
    let median = |a: usize, b: usize, c: usize| {
        let order = |one: usize, other: usize| compare(&part[one], &part[other]);
        if order(a, b).is_lt() {
            match (order(b, c).is_lt(), order(a, c).is_lt()) {
                (true, _) => b,
                (false, true) => c,
                (false, false) => a,
            }
        } else {
            match (order(b, c).is_gt(), order(a, c).is_lt()) {
                (true, _) => b,
                (false, true) => a,
                (false, false) => c,
            }
        }
    };
    let (len, middle) = (part.len(), part.len() / 2);
    if len <= INSERTION_MAX {
        middle
    } else if len <= NINE_MIN {
        median(0, middle, len - 1)
    } else {
        let step = len / 8;
        let low = median(0, step, 2 * step);
        let high = median(len - 1 - 2 * step, len - 1 - step, len - 1);
        median(low, median(middle - step, middle, middle + step), high)
    }
}

/// Brings what is less than the first element to the front and what is greater to the end; how many each are.
fn split<T>(part: &mut [T], compare: &impl Fn(&T, &T) -> Ordering) -> (usize, usize) {
    let len = part.len();
    // Equals gather at both ends: `..equal_low` and `equal_high..`; `low..high` is still to be looked at.
    let (mut equal_low, mut low) = (1, 1);
    let (mut high, mut equal_high) = (len, len);
    loop {
        while low < high {
            let order = compare(&part[low], &part[0]);
            if order.is_gt() {
                break;
            }
            if order.is_eq() {
                part.swap(equal_low, low);
                equal_low += 1;
            }
            low += 1;
        }
        while low < high {
            let order = compare(&part[high - 1], &part[0]);
            if order.is_lt() {
                break;
            }
            if order.is_eq() {
                equal_high -= 1;
                part.swap(high - 1, equal_high);
            }
            high -= 1;
        }
        if low >= high {
            break;
        }
        part.swap(low, high - 1);
        (low, high) = (low + 1, high - 1);
    }
    let (less, greater) = (low - equal_low, equal_high - high);
    let count = equal_low.min(less);
    (0..count).for_each(|at| part.swap(at, low - count + at));
    let count = greater.min(len - equal_high);
    (0..count).for_each(|at| part.swap(low + at, len - count + at));
    (less, greater)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_are_in_place_and_nothing_is_lost() {
        let mut seed = 1_u64;
        for round in 0..400 {
            let len = round % 120;
            let mut values: Vec<u64> = (0..len)
                .map(|_| {
                    seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    (seed >> 33) % (1 + round as u64 % 50)
                })
                .collect();
            let mut sorted = values.clone();
            sorted.sort_unstable();
            let wanted = (seed >> 40) as usize % (len + 1);
            sort_first(&mut values, wanted, &u64::cmp);
            assert_eq!(values[..wanted], sorted[..wanted]);
            values.sort_unstable();
            assert_eq!(values, sorted);
        }
    }
}
