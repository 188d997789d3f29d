//! SORT and SORT_RO: the elements of a list, a set or a sorted set in an order of their own, or in that of other keys.
//!
//! Elements are copied before anything else is looked up, as looking up a key may remove one that has expired. Keys named by
//! BY and GET are no arguments: such a request has the world to itself, see `keys::locks_of`. Invariant: everything that is
//! stored has been read before the destination changes. The order is total: elements that compare equal stay as they were,
//! those of a set are told apart by their bytes, so that the request is its own effect.

use crate::command::call::Args;
use crate::command::elements::write_or_null;
use crate::command::{Answer, Call, Error, list};
use crate::error;
use crate::object::hash::Hash;
use crate::object::list::{ListView, Side};
use crate::object::set::Set;
use crate::object::string::StringValue;
use crate::object::zset::SortedSet;
use crate::pool::Pool;
use crate::pool::prefix::ObjectType;
use crate::resp::parse_f64;
use core::cmp::Ordering;
use core::ops::{ControlFlow, Range};

/// `SORT key [BY pattern] [LIMIT offset count] [GET pattern [GET pattern ...]] [ASC | DESC] [ALPHA] [STORE destination]`:
/// the elements, or how many were stored.
pub fn sort(call: &mut Call<'_, '_>) -> Answer {
    let options = Options::parse(call.args, true)?;
    answer(call, options)
}

/// `SORT_RO key [BY pattern] [LIMIT offset count] [GET pattern [GET pattern ...]] [ASC | DESC] [ALPHA]`: the elements.
pub fn sort_ro(call: &mut Call<'_, '_>) -> Answer {
    let options = Options::parse(call.args, false)?;
    answer(call, options)
}

/// Everything asked for.
struct Options<'a> {
    by: Option<Pattern<'a>>,
    /// BY named one thing for all elements: they stay as they are.
    is_unsorted: bool,
    gets: Vec<Pattern<'a>>,
    offset: i64,
    /// All of them when negative.
    count: i64,
    is_descending: bool,
    is_alpha: bool,
    destination: Option<&'a [u8]>,
}

impl<'a> Options<'a> {
    fn parse(args: Args<'a>, may_store: bool) -> Result<Options<'a>, Error> {
        let mut options = Options {
            by: None,
            is_unsorted: false,
            gets: Vec::new(),
            offset: 0,
            count: -1,
            is_descending: false,
            is_alpha: false,
            destination: None,
        };
        let mut index = 2;
        while index < args.len() {
            index += 1 + options.take(args, index, may_store)?;
        }
        Ok(options)
    }

    /// Reads the option at `index` and answers how many values it has.
    fn take(&mut self, args: Args<'a>, index: usize, may_store: bool) -> Result<usize, Error> {
        let (left, is) = (args.len() - index - 1, |word: &str| args.is(index, word));
        if is("asc") || is("desc") {
            self.is_descending = is("desc");
            return Ok(0);
        }
        if is("alpha") {
            self.is_alpha = true;
            return Ok(0);
        }
        if is("limit") && left >= 2 {
            (self.offset, self.count) = (args.int(index + 1)?, args.int(index + 2)?);
            return Ok(2);
        }
        if left == 0 {
            return Err(Error::of(error::SYNTAX));
        }
        let value = args.get(index + 1);
        if is("store") && may_store {
            self.destination = Some(value);
        } else if is("by") {
            let pattern = Pattern::of(value);
            self.is_unsorted |= !matches!(pattern, Pattern::Key { .. });
            self.by = Some(pattern);
        } else if is("get") {
            self.gets.push(Pattern::of(value));
        } else {
            return Err(Error::of(error::SYNTAX));
        }
        Ok(1)
    }

    /// The elements LIMIT asks for, of so many.
    fn window(&self, len: usize) -> Range<usize> {
        let start = self.offset.clamp(0, len as i64) as usize;
        let count = usize::try_from(self.count).unwrap_or(len);
        start..start.saturating_add(count).min(len)
    }
}

/// What BY or GET names for an element. Redis reads patterns as C strings: none of their marks is found behind a NUL.
#[derive(Clone, Copy)]
enum Pattern<'a> {
    /// `#`: the element itself.
    Element,
    /// The same for every element, which is nothing.
    Nothing,
    /// The string at a key, or a field of the hash there; the element stands between both parts of its name.
    Key {
        before: &'a [u8],
        behind: &'a [u8],
        field: Option<&'a [u8]>,
    },
}

impl<'a> Pattern<'a> {
    fn of(text: &'a [u8]) -> Pattern<'a> {
        let seen = until_nul(text);
        if seen == b"#" {
            return Pattern::Element;
        }
        let Some(at) = seen.iter().position(|&byte| byte == b'*') else {
            return Pattern::Nothing;
        };
        let (before, behind) = (&text[..at], &text[at + 1..]);
        let seen = &seen[at + 1..];
        let arrow = seen.windows(2).position(|pair| pair == b"->");
        match arrow.filter(|arrow| arrow + 2 < seen.len()) {
            Some(arrow) => Pattern::Key {
                before,
                behind: &behind[..arrow],
                field: Some(&behind[arrow + 2..]),
            },
            None => Pattern::Key {
                before,
                behind,
                field: None,
            },
        }
    }
}

/// A text as C sees it.
fn until_nul(text: &[u8]) -> &[u8] {
    let end = text.iter().position(|&byte| byte == 0);
    &text[..end.unwrap_or(text.len())]
}

/// A number as C's `strtod` reads it: blanks may come first, a NUL ends it, and no text at all is 0.
fn number(text: &[u8]) -> Option<f64> {
    let text = until_nul(text);
    let is_blank = |byte: &&u8| matches!(byte, b' ' | b'\t'..=b'\r');
    let blanks = text.iter().take_while(is_blank).count();
    if text.is_empty() {
        Some(0.0)
    } else {
        parse_f64(&text[blanks..])
    }
}

/// Looks up what a pattern names for an element; `key` is room for its name.
fn look_up<'a>(
    call: &mut Call<'a, '_>,
    (before, behind): (&[u8], &[u8]),
    field: Option<&[u8]>,
    element: &[u8],
    key: &mut Vec<u8>,
) -> Option<StringValue<'a>> {
    key.clear();
    for part in [before, element, behind] {
        key.extend_from_slice(part);
    }
    let entry = call.read(key)?;
    let keyspace = call.keyspace();
    match (entry.kind(), field) {
        (ObjectType::String, None) => Some(StringValue::of(entry)),
        (ObjectType::Hash, Some(field)) => {
            Hash::of(entry).get(&keyspace.pool, field, keyspace.hasher())
        }
        _ => None,
    }
}

/// What is sorted.
enum Source<'a> {
    Missing,
    List(ListView<'a>),
    Set(Set),
    Sorted(SortedSet),
}

impl Source<'_> {
    fn len(&self) -> usize {
        match self {
            Source::Missing => 0,
            Source::List(list) => list.len(),
            Source::Set(set) => set.len(),
            Source::Sorted(set) => set.len() as usize,
        }
    }

    /// Calls `each` with those elements of `window`, counted from the last when `is_descending`; a set has no order.
    fn walk(
        &self,
        pool: &Pool,
        window: Range<usize>,
        is_descending: bool,
        mut each: impl FnMut(StringValue<'_>),
    ) {
        let (mut left, last) = (window.len(), self.len().saturating_sub(1));
        if left == 0 {
            return;
        }
        let start = match is_descending {
            true => last - window.start,
            false => window.start,
        };
        match self {
            Source::Missing => {}
            Source::List(list) => {
                let towards = if is_descending {
                    Side::Head
                } else {
                    Side::Tail
                };
                list.walk(start, towards, |element| {
                    each(element);
                    left -= 1;
                    match left {
                        0 => ControlFlow::Break(()),
                        _ => ControlFlow::Continue(()),
                    }
                });
            }
            Source::Set(set) => {
                let members = set.iter(pool).skip(window.start);
                members.take(left).for_each(each);
            }
            Source::Sorted(set) => {
                let members = set.walk(start as u64, is_descending).take(left);
                members.for_each(|(member, _)| each(member));
            }
        }
    }
}

/// Where some bytes lie in a buffer.
#[derive(Clone, Copy)]
struct Piece {
    start: usize,
    end: usize,
}

impl Piece {
    /// Appends a value to a buffer.
    fn append(value: StringValue<'_>, buffer: &mut Vec<u8>) -> Piece {
        let start = buffer.len();
        value.with_bytes(|bytes| buffer.extend_from_slice(bytes));
        let end = buffer.len();
        Piece { start, end }
    }

    fn of(self, buffer: &[u8]) -> &[u8] {
        &buffer[self.start..self.end]
    }
}

/// What an element is sorted by.
#[derive(Clone, Copy)]
enum Weight {
    Element,
    Number(f64),
    /// A value among the weights' texts, less than any other where there is none.
    Text(Option<Piece>),
}

/// An element on its way.
#[derive(Clone, Copy)]
struct Item {
    element: Piece,
    weight: Weight,
    /// Its place before anything is sorted.
    place: usize,
}

/// All that are to be sorted, or already are.
#[derive(Default)]
struct Items {
    items: Vec<Item>,
    elements: Vec<u8>,
    weights: Vec<u8>,
}

impl Items {
    /// Copies the elements of `window`.
    fn copy(source: &Source<'_>, pool: &Pool, window: Range<usize>, is_descending: bool) -> Items {
        let mut copy = Items::default();
        copy.items.reserve(window.len());
        source.walk(pool, window, is_descending, |element| {
            let element = Piece::append(element, &mut copy.elements);
            let (weight, place) = (Weight::Element, copy.items.len());
            copy.items.push(Item {
                element,
                weight,
                place,
            });
        });
        copy
    }

    /// Looks up what each element is sorted by. All are looked up, also behind one that is no number.
    fn weigh(
        &mut self,
        call: &mut Call<'_, '_>,
        by: Option<Pattern<'_>>,
        is_alpha: bool,
    ) -> Answer {
        let (mut key, mut is_number) = (Vec::new(), true);
        let mut read = |text: &[u8]| {
            let score = number(text);
            is_number &= score.is_some();
            Weight::Number(score.unwrap_or(0.0))
        };
        for item in &mut self.items {
            let element = item.element.of(&self.elements);
            item.weight = match by {
                Some(Pattern::Key {
                    before,
                    behind,
                    field,
                }) => {
                    let value = look_up(call, (before, behind), field, element, &mut key);
                    match value {
                        _ if is_alpha => {
                            let texts = &mut self.weights;
                            Weight::Text(value.map(|value| Piece::append(value, texts)))
                        }
                        Some(value) => value.with_bytes(&mut read),
                        None => Weight::Number(0.0),
                    }
                }
                _ if is_alpha => Weight::Element,
                _ => read(element),
            };
        }
        match is_number {
            true => Ok(()),
            false => Err(Error::of(error::SORT_BY_NO_NUMBER)),
        }
    }

    /// Sorts as far as it takes to know `window`, and keeps that alone.
    fn sort(&mut self, window: Range<usize>, order: &Order) {
        let (elements, weights) = (&self.elements[..], &self.weights[..]);
        let compare = |a: &Item, b: &Item| order.of(a, b, elements, weights);
        let (count, mut items) = (window.len(), &mut self.items[..]);
        if count == 0 {
            return self.items.clear();
        }
        if window.start > 0 {
            items.select_nth_unstable_by(window.start, compare);
            items = &mut items[window.start..];
        }
        if count < items.len() {
            items.select_nth_unstable_by(count, compare);
        }
        items[..count].sort_unstable_by(compare);
        self.items.drain(..window.start);
        self.items.truncate(count);
    }

    /// Each element.
    fn iter(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.items
            .iter()
            .map(|item| item.element.of(&self.elements))
    }
}

/// How two elements compare.
struct Order {
    is_descending: bool,
    /// Texts end at a NUL, as `strcoll` sees them.
    ends_at_nul: bool,
    /// Equal ones are told apart by their bytes instead of by their places.
    is_set: bool,
}

impl Order {
    fn of(&self, a: &Item, b: &Item, elements: &[u8], weights: &[u8]) -> Ordering {
        let [left, right] = [a, b].map(|item| item.element.of(elements));
        let ordering = match (a.weight, b.weight) {
            (Weight::Number(one), Weight::Number(other)) => {
                let scores = one.partial_cmp(&other).unwrap_or(Ordering::Equal);
                scores.then_with(|| left.cmp(right))
            }
            (Weight::Text(one), Weight::Text(other)) => {
                let [one, other] =
                    [one, other].map(|text| text.map(|text| self.text(text.of(weights))));
                one.cmp(&other)
            }
            _ => self.text(left).cmp(self.text(right)),
        };
        let ordering = match self.is_descending {
            true => ordering.reverse(),
            false => ordering,
        };
        ordering.then_with(|| match self.is_set {
            true => left.cmp(right),
            false => a.place.cmp(&b.place),
        })
    }

    fn text<'t>(&self, text: &'t [u8]) -> &'t [u8] {
        match self.ends_at_nul {
            true => until_nul(text),
            false => text,
        }
    }
}

/// What is at the first key.
fn source<'a>(call: &mut Call<'a, '_>) -> Result<Source<'a>, Error> {
    let key = call.args.get(1);
    let Some(entry) = call.read(key) else {
        return Ok(Source::Missing);
    };
    match entry.kind() {
        ObjectType::List => Ok(Source::List(ListView::of(entry))),
        ObjectType::Set => Ok(Source::Set(Set::of(entry))),
        ObjectType::SortedSet => Ok(Source::Sorted(SortedSet::of(entry))),
        _ => Err(Error::of(error::WRONG_TYPE)),
    }
}

fn answer(call: &mut Call<'_, '_>, mut options: Options<'_>) -> Answer {
    let source = source(call)?;
    let (is_set, stores) = (
        matches!(source, Source::Set(_)),
        options.destination.is_some(),
    );
    if options.is_unsorted && is_set && stores {
        // A set has no order to keep, but what is stored must be the same wherever the request is repeated.
        (options.is_unsorted, options.is_alpha, options.by) = (false, true, None);
    }
    let (pool, len) = (&call.keyspace().pool, source.len());
    let window = options.window(len);
    let items = if options.is_unsorted {
        Items::copy(&source, pool, window, options.is_descending)
    } else {
        let order = Order {
            is_descending: options.is_descending,
            ends_at_nul: !stores,
            is_set,
        };
        let mut items = Items::copy(&source, pool, 0..len, false);
        items.weigh(call, options.by, options.is_alpha)?;
        items.sort(window, &order);
        items
    };
    match options.destination {
        Some(key) if options.gets.is_empty() => list::store(call, key, items.iter(), STORED),
        Some(key) => store_what_is_got(call, key, &items, &options.gets),
        None => {
            write(call, &items, &options.gets);
            Ok(())
        }
    }
}

/// What listeners hear of a destination.
const STORED: &str = "sortstore";

/// Answers the elements, or what is to be got for each.
fn write(call: &mut Call<'_, '_>, items: &Items, gets: &[Pattern<'_>]) {
    call.reply.array(items.items.len() * gets.len().max(1));
    let mut key = Vec::new();
    for element in items.iter() {
        if gets.is_empty() {
            call.reply.bulk(element);
        }
        for get in gets {
            let value = got(call, get, element, &mut key);
            write_or_null(call.reply, value);
        }
    }
}

/// Stores what is to be got for each element, an empty text where there is nothing.
fn store_what_is_got(
    call: &mut Call<'_, '_>,
    destination: &[u8],
    items: &Items,
    gets: &[Pattern<'_>],
) -> Answer {
    let (mut key, mut buffer) = (Vec::new(), Vec::new());
    let mut values = Vec::with_capacity(items.items.len() * gets.len());
    for element in items.iter() {
        for get in gets {
            let value = got(call, get, element, &mut key).unwrap_or(StringValue::Bytes(b""));
            values.push(Piece::append(value, &mut buffer));
        }
    }
    let values = values.iter().map(|value| value.of(&buffer));
    list::store(call, destination, values, STORED)
}

/// What one GET gets for an element.
fn got<'v, 'a: 'v>(
    call: &mut Call<'a, '_>,
    get: &Pattern<'_>,
    element: &'v [u8],
    key: &mut Vec<u8>,
) -> Option<StringValue<'v>> {
    match *get {
        Pattern::Element => Some(StringValue::Bytes(element)),
        Pattern::Nothing => None,
        Pattern::Key {
            before,
            behind,
            field,
        } => look_up(call, (before, behind), field, element, key),
    }
}
