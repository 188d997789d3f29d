//! Sums as `redis-server` 7.0.15 on x86-64 gave them, and what must hold for every number.

use super::FloatError::{NanOrInfinity, NotAFloat};
use super::*;

#[rustfmt::skip]
const RECORDED: &[(&str, &str, Result<&str, FloatError>)] = &[
        ("10.50", "0.1", Ok("10.6")),
        ("5.0e3", "2.0e2", Ok("5200")),
        ("0", "0.1", Ok("0.1")),
        ("0.1", "0.2", Ok("0.3")),
        ("3", "-3", Ok("0")),
        ("-0", "0", Ok("0")),
        ("-1e-30", "0", Ok("0")),
        ("1e-17", "0", Ok("0.00000000000000001")),
        ("5e-18", "0", Ok("0")),
        ("15e-18", "0", Ok("0.00000000000000002")),
        ("0.000000000000000005", "0", Ok("0")),
        ("0.000000000000000015", "0", Ok("0.00000000000000002")),
        ("0.99999999999999999", "0", Ok("0.99999999999999999")),
        ("0.999999999999999999", "0", Ok("1")),
        ("0.9999999999999999995", "0", Ok("1")),
        ("1", "0.00000000000000001", Ok("1.00000000000000001")),
        ("9223372036854775807", "1", Ok("9223372036854775808")),
        ("18446744073709551615", "1", Ok("18446744073709551616")),
        ("18446744073709551615", "0.5", Ok("18446744073709551616")),
        ("18446744073709551615", "2", Ok("18446744073709551616")),
        ("18446744073709551617", "0", Ok("18446744073709551616")),
        ("18446744073709551618", "0.9999", Ok("18446744073709551618")),
        ("36893488147419103233", "0", Ok("36893488147419103232")),
        ("36893488147419103235", "0", Ok("36893488147419103236")),
        ("1e20", "-1", Ok("100000000000000000000")),
        ("1e25", "0", Ok("10000000000000000000000000")),
        ("123456789012345678901234567890", "0", Ok("123456789012345678899921813504")),
        ("-1e4932", "1e4932", Ok("0")),
        ("1e4932", "1e4932", Err(NanOrInfinity)),
        ("1.19e4932", "0", Err(NotAFloat)),
        ("3.6451995318824746025e-4951", "0", Ok("0")),
        ("1.8e-4951", "0", Err(NotAFloat)),
        ("1.83e-4951", "0", Ok("0")),
        ("1e-4940", "-1e-4940", Ok("0")),
        ("inf", "0", Err(NanOrInfinity)),
        ("1", "-inf", Err(NanOrInfinity)),
        ("inf", "-inf", Err(NanOrInfinity)),
        ("nan", "0", Err(NotAFloat)),
        ("0x1p3", "0X1F", Ok("39")),
        ("0x.8p1", "0", Ok("1")),
        ("0xffffffffffffffff8p-4", "0", Ok("18446744073709551616")),
        ("0xffffffffffffffff7ffp-12", "0", Ok("18446744073709551615")),
        ("0x1p-60", "1", Ok("1")),
        ("0x1p-63", "1", Ok("1")),
        ("0x1p-64", "1", Ok("1")),
        ("0x1.8p-64", "1", Ok("1")),
        ("0x1p", "0", Err(NotAFloat)),
        ("0x", "0", Err(NotAFloat)),
        ("", "0", Err(NotAFloat)),
        (".", "0", Err(NotAFloat)),
        (".5", "5.", Ok("5.5")),
        ("1e", "0", Err(NotAFloat)),
        ("1e+", "0", Err(NotAFloat)),
        (" 1", "0", Err(NotAFloat)),
        ("1 ", "0", Err(NotAFloat)),
        ("+1", "++1", Err(NotAFloat)),
        ("1,5", "0", Err(NotAFloat)),
        ("1\0", "0", Err(NotAFloat)),
        ("00012.500", "-000.5", Ok("12")),
        ("3.14159265358979323846", "2.71828182845904523536", Ok("5.85987448204883847")),
        ("1.1", "2.2", Ok("3.3")),
        ("100", "-0.01", Ok("99.99")),
        ("0.7", "0.1", Ok("0.8")),
        ("1e18", "0.1", Ok("1000000000000000000.125")),
        ("1e15", "0.0001", Ok("1000000000000000.0001220703125")),
        ("4503599627370497.5", "0", Ok("4503599627370497.5")),
        ("0.1", "-0.1", Ok("0")),
        ("1000000000000000000000000", "-999999999999999999999999", Ok("0")),
    ];

#[test]
fn sums_are_those_redis_gives() {
    let recorded = RECORDED;
    for (current, increment, want) in recorded {
        let got = incr_by_float(current.as_bytes(), increment.as_bytes());
        assert_eq!(
            got.as_deref(),
            want.as_ref().copied(),
            "{current:?} + {increment:?}"
        );
    }
}

/// Numbers of thousands of digits: their ends and lengths as Redis writes them.
#[test]
fn the_largest_numbers_are_written_exactly() {
    for (text, start, end) in [
        (
            "1e4932",
            "100000000000000000000601894938796389132383777425453311477378",
            "38418113791886622720",
        ),
        (
            "1.18973149535723176502126385303097020517e4932",
            "118973149535723176502126385303097020516906332229462420044032",
            "19552086811989770240",
        ),
    ] {
        let sum = incr_by_float(text.as_bytes(), b"0").expect("the sum is finite");
        assert!(
            sum.len() == 4933 && sum.starts_with(start) && sum.ends_with(end),
            "{text}"
        );
    }
}

#[test]
fn texts_of_5_kib_are_no_numbers() {
    let mut text = vec![b'0'; TEXT_MAX_BYTES];
    assert_eq!(Extended::parse(&text), None);
    text.pop();
    assert_eq!(
        Extended::parse(&text).map(Extended::to_text).as_deref(),
        Some("0")
    );
}

/// Short decimals take a division of words, others one of naturals: both must round alike.
#[test]
fn both_divisions_agree() {
    let mut random = 7_u64;
    for _ in 0..2000 {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let digits = (random % 10_000_000_000_000_000_000).max(1).to_string();
        let exponent = -((random >> 7) as i64 % 19);
        let decimal = Decimal {
            whole: digits.as_bytes(),
            fraction: &[],
            exponent,
        };
        let (short, long) = (
            decimal.exact_short().round(&FORMAT),
            decimal.exact_long().round(&FORMAT),
        );
        assert_eq!(short, long, "{digits}e{exponent}");
    }
}

#[test]
fn what_is_written_reads_back() {
    for value in [
        "0.1",
        "-3.14159265358979324",
        "12345678.9",
        "1e30",
        "0.00000000000000001",
        "-0.5",
    ] {
        let once = incr_by_float(value.as_bytes(), b"0").expect("a number");
        assert_eq!(
            incr_by_float(once.as_bytes(), b"0").as_deref(),
            Ok(&once[..])
        );
    }
    assert_eq!(
        Extended::parse(b"-inf").map(Extended::to_text).as_deref(),
        Some("-inf")
    );
}
