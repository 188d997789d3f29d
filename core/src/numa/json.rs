//! The little JSON this room writes: values are text already encoded, so composing is joining.
//!
//! A serialiser crate would be the largest dependency of core for two reports; this is all they
//! need. May not know: what is reported. Invariant: every function returns one complete JSON value.

use std::fmt::{Display, Write};

/// `{"name": value, ..}` in the order given; the values are JSON already.
pub(super) fn object(fields: &[(&str, String)]) -> String {
    let fields: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{}:{value}", string(name)))
        .collect();
    format!("{{{}}}", fields.join(","))
}

/// `[item, ..]`; the items are JSON already.
pub(super) fn array(items: impl IntoIterator<Item = String>) -> String {
    let items: Vec<String> = items.into_iter().collect();
    format!("[{}]", items.join(","))
}

/// `[1,2,3]`
pub(super) fn numbers(items: &[u32]) -> String {
    array(items.iter().map(u32::to_string))
}

/// A quoted string, escaped as RFC 8259 section 7 asks.
pub(super) fn string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            control if control < ' ' => {
                let _ = write!(out, "\\u{:04x}", control as u32);
            }
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

/// A number or a truth value, or `null`.
pub(super) fn optional<T: Display>(value: Option<T>) -> String {
    value.map_or_else(|| "null".to_owned(), |value| value.to_string())
}

/// A quoted string, or `null`.
pub(super) fn optional_string(value: Option<&str>) -> String {
    value.map_or_else(|| "null".to_owned(), string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_compose() {
        let value = object(&[
            ("a", numbers(&[1, 2])),
            ("b", optional::<u32>(None)),
            ("c", array([])),
        ]);
        assert_eq!(value, r#"{"a":[1,2],"b":null,"c":[]}"#);
        assert_eq!(optional(Some(true)), "true");
        assert_eq!(optional_string(None), "null");
    }

    #[test]
    fn strings_are_escaped() {
        assert_eq!(string("a\"b\\c\n\t\u{1}é"), "\"a\\\"b\\\\c\\n\\t\\u0001é\"");
    }
}
