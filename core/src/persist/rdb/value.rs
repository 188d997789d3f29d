//! Values of every type: written as Redis would, and read as a row of elements told to a `Sink`.
//!
//! It may not know how a type lies in the pool beyond what `object` shows of it, nor which layout a restored value gets:
//! that is the sink's to choose. Invariant: a value without elements is `Corrupt`, as no key can hold one.

use super::{Failure, Reader, Writer, kind, ziplist};
use crate::object::block::Block;
use crate::object::entry::Entry;
use crate::object::hash::Hash;
use crate::object::list::{ListView, Part};
use crate::object::listpack;
use crate::object::set::Set;
use crate::object::string::StringValue;
use crate::object::zset::SortedSet;
use crate::pool::Pool;
use crate::pool::prefix::{Encoding, ObjectType};
use crate::resp::parse_f64;

/// What becomes of a value that is read: first its type, then its elements one after the other.
pub trait Sink {
    /// A value of this type follows; `is_packed` when it lies in one run of bytes.
    fn begin(&mut self, kind: ObjectType, is_packed: bool) -> Result<(), Failure>;
    /// The value of a string.
    fn string(&mut self, value: StringValue<'_>) -> Result<(), Failure>;
    /// The next item of a list.
    fn item(&mut self, value: StringValue<'_>) -> Result<(), Failure>;
    /// A member of a set; one that is there already is `Corrupt`.
    fn member(&mut self, value: StringValue<'_>) -> Result<(), Failure>;
    /// A member of a sorted set; one that is there already is `Corrupt`.
    fn scored(&mut self, member: StringValue<'_>, score: f64) -> Result<(), Failure>;
    /// A field of a hash; one that is there already is `Corrupt`.
    fn field(&mut self, name: StringValue<'_>, value: StringValue<'_>) -> Result<(), Failure>;
}

/// How a link of a list lies in a dump.
const LINK_PLAIN: usize = 1;
const LINK_PACKED: usize = 2;

/// Writes the type and the value of an entry whose shard is held.
pub fn write_value(entry: Entry, pool: &Pool, out: &mut Writer) {
    // A layout that is one block is written as it lies.
    let block = |out: &mut Writer, kind: u8| {
        out.raw(&[kind]);
        if let Some(block) = Block::owner_of(entry) {
            // SAFETY: the entry owns the block, and its shard is held.
            out.string(StringValue::Bytes(unsafe { block.bytes() }));
        }
    };
    match (entry.kind(), entry.encoding()) {
        (ObjectType::String, _) => {
            out.raw(&[kind::STRING]);
            out.string(StringValue::of(entry));
        }
        (ObjectType::List, _) => write_list(ListView::of(entry), out),
        (ObjectType::Set, Encoding::Intset) => block(out, kind::SET_INTSET),
        (ObjectType::Set, _) => {
            let set = Set::of(entry);
            out.raw(&[kind::SET]);
            out.length(set.len());
            set.iter(pool).for_each(|member| out.string(member));
        }
        (ObjectType::Hash, Encoding::Listpack) => block(out, kind::HASH_LISTPACK),
        (ObjectType::Hash, _) => {
            let hash = Hash::of(entry);
            out.raw(&[kind::HASH]);
            out.length(hash.len());
            for (name, value) in hash.iter(pool) {
                out.string(name);
                out.string(value);
            }
        }
        (ObjectType::SortedSet, Encoding::Listpack) => block(out, kind::ZSET_LISTPACK),
        (ObjectType::SortedSet, _) => {
            let set = SortedSet::of(entry);
            out.raw(&[kind::ZSET_2]);
            out.length(set.len() as usize);
            // From the highest down, as Redis does: who reads them adds each before all others.
            for (member, score) in set.walk(set.len() - 1, true) {
                out.string(member);
                out.raw(&score.to_le_bytes());
            }
        }
        // No command makes one.
        (ObjectType::Stream, _) => {}
    }
}

fn write_list(list: ListView<'_>, out: &mut Writer) {
    out.raw(&[kind::LIST_QUICKLIST_2]);
    out.length(list.summary().links);
    for part in list.parts() {
        let is_plain = matches!(part, Part::Plain(_));
        out.length(if is_plain { LINK_PLAIN } else { LINK_PACKED });
        match part {
            Part::Listpack(bytes) | Part::Plain(bytes) => out.string(StringValue::Bytes(bytes)),
            Part::Compressed(packed, len) => out.compressed_string(packed, len),
        }
    }
}

/// Reads a value, its type first, and tells `sink` of it. On failure the sink has an unfinished value.
pub fn read_value(reader: &mut Reader<'_>, sink: &mut impl Sink) -> Result<(), Failure> {
    let kind = reader.byte()?;
    let object = object_of(kind).ok_or(Failure::Corrupt)?;
    let is_packed = matches!(
        kind,
        kind::HASH_ZIPLIST | kind::HASH_LISTPACK | kind::ZSET_ZIPLIST | kind::ZSET_LISTPACK
    );
    sink.begin(object, is_packed)?;
    let mut scratch = Vec::new();
    let count = match kind {
        kind::STRING => {
            sink.string(reader.string(&mut scratch)?)?;
            1
        }
        kind::LIST => each(reader, |reader| sink.item(reader.string(&mut scratch)?))?,
        kind::SET => each(reader, |reader| sink.member(reader.string(&mut scratch)?))?,
        kind::ZSET | kind::ZSET_2 => each(reader, |reader| {
            let member = reader.string(&mut scratch)?;
            let score = if kind == kind::ZSET {
                score_text(reader)?
            } else {
                f64::from_le_bytes(reader.array()?)
            };
            tell_scored(sink, member, score)
        })?,
        kind::HASH => {
            let mut second = Vec::new();
            each(reader, |reader| {
                let name = reader.string(&mut scratch)?;
                sink.field(name, reader.string(&mut second)?)
            })?
        }
        kind::LIST_QUICKLIST | kind::LIST_QUICKLIST_2 => links(kind, reader, sink)?,
        _ => compact(kind, reader.blob(&mut scratch)?, sink)?,
    };
    if count == 0 {
        Err(Failure::Corrupt)
    } else {
        Ok(())
    }
}

const fn object_of(kind: u8) -> Option<ObjectType> {
    Some(match kind {
        kind::STRING => ObjectType::String,
        kind::LIST | kind::LIST_ZIPLIST | kind::LIST_QUICKLIST | kind::LIST_QUICKLIST_2 => {
            ObjectType::List
        }
        kind::SET | kind::SET_INTSET => ObjectType::Set,
        kind::ZSET | kind::ZSET_2 | kind::ZSET_ZIPLIST | kind::ZSET_LISTPACK => {
            ObjectType::SortedSet
        }
        kind::HASH | kind::HASH_ZIPLIST | kind::HASH_LISTPACK => ObjectType::Hash,
        _ => return None,
    })
}

/// Reads a count and that many elements.
fn each<'a>(
    reader: &mut Reader<'a>,
    mut read: impl FnMut(&mut Reader<'a>) -> Result<(), Failure>,
) -> Result<u64, Failure> {
    let count = reader.length()?;
    for _ in 0..count {
        read(reader)?;
    }
    Ok(count)
}

/// The links of a list, each a ziplist, a listpack or one long item.
fn links(kind: u8, reader: &mut Reader<'_>, sink: &mut impl Sink) -> Result<u64, Failure> {
    let (mut scratch, mut items) = (Vec::new(), 0);
    each(reader, |reader| {
        let link = match kind {
            kind::LIST_QUICKLIST => None,
            _ => Some(reader.length()?),
        };
        if link == Some(LINK_PLAIN as u64) {
            // A short one may be a number's text, which strings keep as a number.
            let item = reader.string(&mut scratch)?;
            if item == StringValue::Bytes(b"") {
                return Err(Failure::Corrupt);
            }
            items += 1;
            return sink.item(item);
        }
        let blob = reader.blob(&mut scratch)?;
        match link {
            None => items += compact(kind::LIST_ZIPLIST, blob, sink)?,
            Some(link) if link == LINK_PACKED as u64 => {
                let listpack = listpack::validate(blob).ok_or(Failure::Corrupt)?;
                for (_, value) in listpack.iter() {
                    sink.item(value)?;
                    items += 1;
                }
            }
            Some(_) => return Err(Failure::Corrupt),
        }
        Ok(())
    })?;
    Ok(items)
}

/// A value in one run of bytes; how many elements it has.
fn compact(kind: u8, bytes: &[u8], sink: &mut impl Sink) -> Result<u64, Failure> {
    match kind {
        kind::SET_INTSET => {
            let mut count = 0;
            for value in intset(bytes)? {
                sink.member(StringValue::Int(value))?;
                count += 1;
            }
            Ok(count)
        }
        kind::HASH_LISTPACK | kind::ZSET_LISTPACK => {
            let listpack = listpack::validate(bytes).ok_or(Failure::Corrupt)?;
            elements(kind, listpack.iter().map(|(_, value)| value), sink)
        }
        _ => elements(kind, ziplist::read(bytes)?, sink),
    }
}

/// Elements one behind the other: items, or two that belong together.
fn elements<'a>(
    kind: u8,
    mut elements: impl Iterator<Item = StringValue<'a>>,
    sink: &mut impl Sink,
) -> Result<u64, Failure> {
    let mut count = 0;
    while let Some(first) = elements.next() {
        count += 1;
        if kind == kind::LIST_ZIPLIST {
            sink.item(first)?;
            continue;
        }
        let second = elements.next().ok_or(Failure::Corrupt)?;
        if matches!(kind, kind::HASH_ZIPLIST | kind::HASH_LISTPACK) {
            sink.field(first, second)?;
        } else {
            tell_scored(sink, first, score_of(second)?)?;
        }
    }
    Ok(count)
}

fn score_of(value: StringValue<'_>) -> Result<f64, Failure> {
    match value {
        StringValue::Int(score) => Ok(score as f64),
        StringValue::Bytes(text) => parse_f64(text).ok_or(Failure::Corrupt),
    }
}

fn tell_scored(sink: &mut impl Sink, member: StringValue<'_>, score: f64) -> Result<(), Failure> {
    if score.is_nan() {
        return Err(Failure::Corrupt);
    }
    sink.scored(member, score)
}

/// A score as the first version of sorted sets had it: text, or one of three that cannot be lengths.
fn score_text(reader: &mut Reader<'_>) -> Result<f64, Failure> {
    match reader.byte()? {
        255 => Ok(f64::NEG_INFINITY),
        254 => Ok(f64::INFINITY),
        253 => Err(Failure::Corrupt),
        len => parse_f64(reader.take(len.into())?).ok_or(Failure::Corrupt),
    }
}

/// The members of an intset, which ascend.
fn intset(bytes: &[u8]) -> Result<impl Iterator<Item = i64>, Failure> {
    let (header, members) = bytes.split_first_chunk::<8>().ok_or(Failure::Corrupt)?;
    let [width, count] = [&header[..4], &header[4..]]
        .map(|word| u32::from_le_bytes(word.try_into().expect("four bytes")) as usize);
    let fits = matches!(width, 2 | 4 | 8) && count.checked_mul(width) == Some(members.len());
    if !fits {
        return Err(Failure::Corrupt);
    }
    let read = move |member: &[u8]| {
        let mut word = [0; 8];
        word[8 - width..].copy_from_slice(member);
        i64::from_le_bytes(word) >> (64 - 8 * width)
    };
    let ascends = members
        .windows(2 * width)
        .step_by(width)
        .all(|two| read(&two[..width]) < read(&two[width..]));
    if ascends {
        Ok(members.chunks_exact(width).map(read))
    } else {
        Err(Failure::Corrupt)
    }
}
