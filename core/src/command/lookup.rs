//! From a command's name, in any case, to its specification.
//!
//! A hash table over the generated one, filled when the crate is compiled: no start-up work, no lock, no
//! allocation. Knows no behaviour. Invariant: every command is found by its name and by its id.

use super::spec::CommandSpec;
use super::table::{COMMAND_COUNT, COMMANDS};

/// Slots of the hash table: a power of two with at least eight for each command, so that most names are
/// found or refused at the first look.
const SLOTS: usize = (COMMANDS.len() * 8).next_power_of_two();
const FREE: u16 = u16::MAX;
/// No command has a longer name; asserted below.
const NAME_MAX_BYTES: usize = 32;

static BY_HASH: [u16; SLOTS] = fill();
static BY_ID: [&CommandSpec; COMMAND_COUNT] = index();

/// The command of that name.
#[inline]
#[must_use]
pub fn command(name: &[u8]) -> Option<&'static CommandSpec> {
    if name.len() > NAME_MAX_BYTES {
        return None;
    }
    let mut slot = hash(name);
    while BY_HASH[slot] != FREE {
        let spec = &COMMANDS[BY_HASH[slot] as usize];
        if spec.name.as_bytes().eq_ignore_ascii_case(name) {
            return Some(spec);
        }
        slot = (slot + 1) % SLOTS;
    }
    None
}

/// The subcommand of that name.
#[must_use]
pub fn subcommand(container: &'static CommandSpec, name: &[u8]) -> Option<&'static CommandSpec> {
    container
        .subcommands
        .iter()
        .find(|sub| sub.name.as_bytes().eq_ignore_ascii_case(name))
}

/// The command of a full name as COMMAND INFO takes it: `get`, `config`, `config|get`.
#[must_use]
pub fn full_name(name: &[u8]) -> Option<&'static CommandSpec> {
    match name.iter().position(|&byte| byte == b'|') {
        None => command(name),
        Some(bar) => subcommand(command(&name[..bar])?, &name[bar + 1..]),
    }
}

/// The command or subcommand of that id.
///
/// # Panics
///
/// When no command has the id.
#[inline]
#[must_use]
pub fn by_id(id: u16) -> &'static CommandSpec {
    BY_ID[id as usize]
}

/// Commands and subcommands in the order of their ids.
pub fn all() -> impl Iterator<Item = &'static CommandSpec> {
    BY_ID.iter().copied()
}

/// Mixes a name's first and last eight bytes (four, when it is shorter), letters in lower case, and its
/// length into a slot; three loads and a multiplication, however long the name is.
#[inline]
const fn hash(name: &[u8]) -> usize {
    let (head, tail) = match (name.first_chunk::<8>(), name.last_chunk::<8>()) {
        (Some(head), Some(tail)) => (u64::from_le_bytes(*head), u64::from_le_bytes(*tail)),
        _ => match (name.first_chunk::<4>(), name.last_chunk::<4>()) {
            (Some(head), Some(tail)) => (
                u32::from_le_bytes(*head) as u64,
                (u32::from_le_bytes(*tail) as u64) << 32,
            ),
            _ => match name {
                [] => (0, 0),
                [first, .., last] => (*first as u64, (*last as u64) << 8 | (name[1] as u64) << 16),
                [only] => (*only as u64, 0),
            },
        },
    };
    const LOWER: u64 = 0x2020_2020_2020_2020;
    let mixed = (head | LOWER) ^ (tail | LOWER).rotate_left(29) ^ name.len() as u64;
    (mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - SLOTS.trailing_zeros())) as usize
}

const fn fill() -> [u16; SLOTS] {
    let mut slots = [FREE; SLOTS];
    let mut at = 0;
    while at < COMMANDS.len() {
        let name = COMMANDS[at].name.as_bytes();
        assert!(
            name.len() <= NAME_MAX_BYTES,
            "a command's name is longer than lookup allows"
        );
        let mut slot = hash(name);
        while slots[slot] != FREE {
            slot = (slot + 1) % SLOTS;
        }
        slots[slot] = at as u16;
        at += 1;
    }
    slots
}

const fn index() -> [&'static CommandSpec; COMMAND_COUNT] {
    let mut specs = [&COMMANDS[0]; COMMAND_COUNT];
    let (mut at, mut id) = (0, 0);
    while at < COMMANDS.len() {
        let spec = &COMMANDS[at];
        assert!(spec.id as usize == id, "ids are not dense");
        specs[id] = spec;
        id += 1;
        let mut sub = 0;
        while sub < spec.subcommands.len() {
            assert!(spec.subcommands[sub].id as usize == id, "ids are not dense");
            specs[id] = &spec.subcommands[sub];
            id += 1;
            sub += 1;
        }
        at += 1;
    }
    assert!(id == COMMAND_COUNT, "COMMAND_COUNT is wrong");
    specs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_found_by_name_in_any_case_and_by_id() {
        for spec in all() {
            assert_eq!(full_name(spec.full_name.as_bytes()).unwrap().id, spec.id);
            assert_eq!(
                full_name(spec.full_name.to_uppercase().as_bytes())
                    .unwrap()
                    .id,
                spec.id
            );
            assert_eq!(by_id(spec.id).full_name, spec.full_name);
        }
    }

    #[test]
    fn strangers_are_not_found() {
        for name in [
            "",
            "ge",
            "gett",
            "get|x",
            "config|",
            "|get",
            "\u{7}et",
            &"g".repeat(300),
        ] {
            assert!(full_name(name.as_bytes()).is_none(), "{name}");
        }
    }
}
