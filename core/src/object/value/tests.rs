//! `is_valid` finds what is broken: each layout is broken in each way its invariants name, and must be told from a whole one.
//!
//! What a test breaks it leaves to its pool, which goes with it.

use super::*;
use crate::object::entry::{Body, EntryDraft};
use crate::object::hash::{HashMut, Limits as HashLimits};
use crate::object::intset;
use crate::object::listpack::{BlockBytes, EMPTY, append};
use crate::object::set::SetMut;
use crate::object::string::StringValue;
use crate::object::zset::Limits as SortedSetLimits;
use crate::pool::PoolOptions;
use crate::pool::prefix::Use;
use crate::table::segment::Slot;
use crate::table::tag_of;
use rapidhash::v3::rapidhash_v3;

const ORDER: [u32; 2] = [0, 1];

fn pool() -> Pool {
    Pool::open(&PoolOptions::plain(2)).expect("a pool")
}

fn hash(bytes: &[u8]) -> u64 {
    rapidhash_v3(bytes)
}

fn entry(pool: &Pool, kind: ObjectType, encoding: Encoding, body: Body<'_>) -> Entry {
    let draft = EntryDraft {
        key: b"key",
        deadline: None,
        kind,
        encoding,
        body,
        usage: Use::fresh(0, 0),
    };
    draft.build(pool, 0).expect("room")
}

/// What `is_valid` says of a value that is this block.
fn told_of_block(kind: ObjectType, encoding: Encoding, bytes: &[u8]) -> Result<(), String> {
    let pool = pool();
    let block = Block::from_bytes(Space::new(&pool, &ORDER), bytes).expect("room");
    let entry = entry(&pool, kind, encoding, Body::Word(block.word()));
    is_valid(entry, &pool, hash)
}

/// The same of a listpack of these elements, as their text is: nothing becomes an integer.
fn told_of_elements(kind: ObjectType, elements: &[StringValue<'_>]) -> Result<(), String> {
    let pool = pool();
    let mut bytes = BlockBytes::create(Space::new(&pool, &ORDER), &EMPTY).expect("room");
    for &element in elements {
        append(&mut bytes, element).expect("room");
    }
    let word = bytes.block().word();
    let entry = entry(&pool, kind, Encoding::Listpack, Body::Word(word));
    is_valid(entry, &pool, hash)
}

fn assert_broken(told: Result<(), String>, why: &str) {
    let text = told.expect_err(why);
    assert!(text.contains(why), "{text}");
}

const INT: fn(i64) -> StringValue<'static> = StringValue::Int;

const fn text(bytes: &str) -> StringValue<'_> {
    StringValue::Bytes(bytes.as_bytes())
}

#[test]
fn a_type_in_a_layout_of_another_is_found() {
    let pool = pool();
    let told = |kind, encoding, body| is_valid(entry(&pool, kind, encoding, body), &pool, hash);
    let (string, whole) = (ObjectType::String, Body::Bytes(b"short"));
    told(string, Encoding::Embstr, whole).expect("whole");
    told(string, Encoding::Raw, whole).expect("whole");
    told(string, Encoding::Int, Body::Word(7)).expect("whole");
    for (kind, encoding, body) in [
        (string, Encoding::Int, whole),
        (string, Encoding::Embstr, Body::Bytes(&[b'x'; 45])),
        (string, Encoding::Raw, Body::Word(0)),
        (string, Encoding::Listpack, whole),
        (ObjectType::Hash, Encoding::Listpack, whole),
        (ObjectType::Set, Encoding::Intset, Body::Word(0)),
        (ObjectType::List, Encoding::Listpack, Body::Word(8)),
        (ObjectType::Hash, Encoding::Intset, Body::Word(8)),
        (ObjectType::Stream, Encoding::Raw, whole),
    ] {
        assert_broken(told(kind, encoding, body), "no value lies like this");
    }
}

#[test]
fn a_block_that_says_too_much_is_found() {
    let pool = pool();
    let space = Space::new(&pool, &ORDER);
    let block = Block::from_bytes(space, &[b'x'; 600]).expect("room");
    let entry = entry(
        &pool,
        ObjectType::String,
        Encoding::Raw,
        Body::Word(block.word()),
    );
    is_valid(entry, &pool, hash).expect("whole");
    let header = block.address().cast::<[u32; 2]>();
    // SAFETY: the block is the test's alone.
    unsafe {
        let [len, capacity] = header.read();
        header.write([capacity + 1, capacity]);
        assert_broken(is_valid(entry, &pool, hash), "in a block for");
        header.write([len, capacity * 2]);
        assert_broken(is_valid(entry, &pool, hash), "in a cell of");
    }
}

#[test]
fn a_broken_listpack_of_a_hash_is_found() {
    let told = |elements: &[_]| told_of_elements(ObjectType::Hash, elements);
    told(&[text("a"), INT(1), INT(7), text("12")]).expect("whole");
    assert_broken(told(&[]), "no elements");
    assert_broken(told(&[text("a")]), "other half");
    assert_broken(told(&[text("a"), INT(1), text("a"), INT(1)]), "twice");
    assert_broken(told(&[text("12"), INT(1)]), "should be a number");
    let cut = [8, 0, 0, 0, 1, 0, 5, 0xff];
    let told = told_of_block(ObjectType::Hash, Encoding::Listpack, &cut);
    assert_broken(told, "not a listpack");
}

#[test]
fn a_broken_listpack_of_a_sorted_set_is_found() {
    let told = |elements: &[_]| told_of_elements(ObjectType::SortedSet, elements);
    told(&[
        text("b"),
        INT(1),
        text("a"),
        text("1.5"),
        INT(3),
        text("inf"),
    ])
    .expect("whole");
    assert_broken(told(&[]), "no elements");
    assert_broken(told(&[text("b"), INT(1), text("a"), INT(1)]), "ascend");
    assert_broken(told(&[text("b"), INT(2), text("c"), INT(1)]), "ascend");
    assert_broken(told(&[text("b"), INT(1), text("b"), INT(2)]), "twice");
    assert_broken(told(&[text("b"), text("nan")]), "no number");
    assert_broken(told(&[text("b"), text("x")]), "no number");
}

#[test]
fn a_broken_intset_is_found() {
    let told = |bytes: &[u8]| told_of_block(ObjectType::Set, Encoding::Intset, bytes);
    told(&[2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 2, 0]).expect("whole");
    assert_broken(told(&intset::EMPTY), "no elements");
    assert_broken(told(&[2, 0, 0, 0, 2, 0, 0, 0, 2, 0, 1, 0]), "ascend");
    assert_broken(told(&[2, 0, 0, 0, 3, 0, 0, 0, 1, 0, 2, 0]), "as many");
}

#[test]
fn a_broken_table_of_a_set_is_found() {
    let pool = pool();
    let space = Space::new(&pool, &ORDER);
    let mut set = SetMut::create(space, 0, hash, text("x")).expect("room");
    for number in 0..3000 {
        let member = format!("{}{number}", if number % 2 == 0 { "" } else { "m" });
        set.add(StringValue::parse(member.as_bytes()))
            .expect("room");
    }
    let set = set.hand_over().value();
    let entry = entry(&pool, ObjectType::Set, set.encoding, Body::Word(set.word));
    is_valid(entry, &pool, hash).expect("whole");
    // SAFETY: the set is the test's alone, its word that of a table of members; the element added is one.
    unsafe {
        let members: Elements<Member> = Elements::at(set.word);
        let add = |bytes: &[u8]| {
            let address = space.alloc(1 + bytes.len()).expect("room");
            address.write(bytes.len() as u8);
            let behind = address.as_ptr().add(1);
            core::ptr::copy_nonoverlapping(bytes.as_ptr(), behind, bytes.len());
            let slot = Elements::<Member>::slot(address, hash(bytes), &pool);
            members
                .insert(space, hash(bytes), slot, hash)
                .expect("room");
            slot
        };
        let twice = add(b"m77");
        assert_broken(is_valid(entry, &pool, hash), "looking for");
        members.remove_slot(&pool, twice, hash);
        let outside = add(b"12345");
        assert_broken(is_valid(entry, &pool, hash), "would fit its slot");
        members.remove_slot(&pool, outside, hash);
        is_valid(entry, &pool, hash).expect("whole again");
        assert_broken(
            is_valid(entry, &pool, |_: &[u8]| 5),
            "has not the tag of its hash",
        );
    }
}

#[test]
fn a_broken_table_of_a_hash_is_found() {
    let pool = pool();
    let space = Space::new(&pool, &ORDER);
    let limits = HashLimits {
        entries: 0,
        value_bytes: 0,
    };
    let mut fields = HashMut::create(space, limits, hash).expect("room");
    for number in 0..3000 {
        let field = format!("field:{number}");
        fields.set(field.as_bytes(), b"value").expect("room");
    }
    let fields = fields.hand_over().value();
    let word = Body::Word(fields.word);
    let entry = entry(&pool, ObjectType::Hash, fields.encoding, word);
    is_valid(entry, &pool, hash).expect("whole");
    // SAFETY: the hash is the test's alone, and its word that of a table of fields.
    unsafe {
        let elements: Elements<Field> = Elements::at(fields.word);
        let hashed = crate::object::elements::hash_inline(5, hash);
        let slot = Slot::inline(tag_of(hashed), 5);
        elements.insert(space, hashed, slot, hash).expect("room");
        assert_broken(is_valid(entry, &pool, hash), "without a value");
    }
}

#[test]
fn a_broken_tree_of_a_sorted_set_is_found() {
    let pool = pool();
    let space = Space::new(&pool, &ORDER);
    let limits = SortedSetLimits {
        entries: 0,
        value: 0,
    };
    let mut set = SortedSet::create(space, limits, 0).expect("room");
    for number in 0..3000 {
        let member = format!("member:{number:06}");
        // SAFETY: the set is the test's alone; so below.
        unsafe { set.insert(space, limits, member.as_bytes(), number.into(), hash) }.expect("room");
    }
    let word = Body::Word(set.word);
    let entry = entry(&pool, ObjectType::SortedSet, set.encoding, word);
    is_valid(entry, &pool, hash).expect("whole");
    let mut elements = Vec::new();
    // An element is its score in 8 bytes, a length in 4, and its member in 13.
    visit(entry, &pool, &mut |address, asked| {
        if asked == 25 {
            elements.push(address.cast::<f64>());
        }
    });
    assert_eq!(elements.len(), 3000);
    for broken in [-1.0, 5000.0, f64::NAN] {
        let element = elements[1500];
        // SAFETY: an element begins with its score.
        unsafe {
            let score = element.read();
            element.write(broken);
            assert_broken(is_valid(entry, &pool, hash), "SortedSet");
            element.write(score);
        }
    }
    is_valid(entry, &pool, hash).expect("whole again");
}
