//! COMMAND and its subcommands, and HELP of every container: the table answering about itself.
//!
//! Handlers only choose which commands to speak of; [`super::describe`] and [`super::usage`] say what is
//! known of one. They read no key and need no lock. Invariant: nothing is said that the table does not say.

use super::describe;
use super::keys::{KeyAt, keys_of};
use super::lookup;
use super::spec::{Acl, CommandSpec, Flags};
use super::table::COMMANDS;
use super::usage;
use super::{Answer, Call, Error};
use crate::error;
use crate::glob;

const INVALID_COMMAND: &str = "ERR Invalid command specified";
const NO_KEYS: &str = "ERR The command has no key arguments";
const WRONG_COUNT: &str = "ERR Invalid number of arguments specified for command";
const BAD_ARGUMENTS: &str = "ERR Invalid arguments specified for command";

/// `COMMAND`: every command as COMMAND INFO describes it.
pub(crate) fn command(call: &mut Call<'_, '_>) -> Answer {
    call.reply.array(COMMANDS.len());
    for spec in COMMANDS {
        describe::info(call.reply, spec);
    }
    Ok(())
}

/// `COMMAND COUNT`: how many commands there are, subcommands not counted.
pub(crate) fn command_count(call: &mut Call<'_, '_>) -> Answer {
    call.reply.int(COMMANDS.len() as i64);
    Ok(())
}

/// `COMMAND INFO [name ...]`: the commands named, null where there is none; all without a name.
pub(crate) fn command_info(call: &mut Call<'_, '_>) -> Answer {
    let argc = call.args.len();
    if argc == 2 {
        return command(call);
    }
    call.reply.array(argc - 2);
    for index in 2..argc {
        match lookup::full_name(call.args.get(index)) {
            Some(spec) => describe::info(call.reply, spec),
            None => call.reply.null(),
        }
    }
    Ok(())
}

/// `COMMAND DOCS [name ...]`: a map of the commands named that exist; all without a name.
pub(crate) fn command_docs(call: &mut Call<'_, '_>) -> Answer {
    let specs: Vec<&CommandSpec> = match call.args.len() {
        2 => COMMANDS.iter().collect(),
        argc => (2..argc)
            .filter_map(|index| lookup::full_name(call.args.get(index)))
            .collect(),
    };
    call.reply.map(specs.len());
    for spec in specs {
        call.reply.bulk(spec.full_name.as_bytes());
        describe::docs(call.reply, spec);
    }
    Ok(())
}

/// `COMMAND LIST [FILTERBY MODULE name | ACLCAT category | PATTERN pattern]`: full names, subcommands
/// included. There are no modules, so none has commands.
pub(crate) fn command_list(call: &mut Call<'_, '_>) -> Answer {
    let is = |index: usize, word: &str| call.args.get(index).eq_ignore_ascii_case(word.as_bytes());
    let names: Vec<&str> = match call.args.len() {
        2 => names_where(|_| true),
        5 if is(2, "FILTERBY") && is(3, "MODULE") => Vec::new(),
        5 if is(2, "FILTERBY") && is(3, "ACLCAT") => {
            let category = Acl::named(call.args.get(4)).unwrap_or(Acl::NONE);
            names_where(|spec| spec.acl.has(category))
        }
        5 if is(2, "FILTERBY") && is(3, "PATTERN") => {
            let pattern = call.args.get(4);
            names_where(|spec| glob::matches(pattern, spec.full_name.as_bytes(), true))
        }
        _ => return Err(Error::of(error::SYNTAX)),
    };
    call.reply.array(names.len());
    for name in names {
        call.reply.bulk(name.as_bytes());
    }
    Ok(())
}

fn names_where(keep: impl Fn(&CommandSpec) -> bool) -> Vec<&'static str> {
    lookup::all()
        .filter(|spec| keep(spec))
        .map(|spec| spec.full_name)
        .collect()
}

/// `COMMAND GETKEYS name arg ...`: the keys of a complete command.
pub(crate) fn command_getkeys(call: &mut Call<'_, '_>) -> Answer {
    let words: Vec<&[u8]> = call.args.from(2).collect();
    let keys = keys_in(&words)?;
    call.reply.array(keys.len());
    for key in keys {
        call.reply.bulk(words[key.index]);
    }
    Ok(())
}

/// `COMMAND GETKEYSANDFLAGS name arg ...`: the keys of a complete command, each with what happens to it.
pub(crate) fn command_getkeysandflags(call: &mut Call<'_, '_>) -> Answer {
    let words: Vec<&[u8]> = call.args.from(2).collect();
    let keys = keys_in(&words)?;
    call.reply.array(keys.len());
    for key in keys {
        call.reply.array(2);
        call.reply.bulk(words[key.index]);
        describe::names(call.reply, key.flags.names());
    }
    Ok(())
}

/// The keys of a complete command, or the error that says why there are none to be known.
fn keys_in(words: &[&[u8]]) -> Result<Vec<KeyAt>, Error> {
    let spec = resolve(words).ok_or(Error::of(INVALID_COMMAND))?;
    if spec.keys.is_empty() {
        return Err(Error::of(NO_KEYS));
    }
    if !spec.accepts(words.len()) {
        return Err(Error::of(WRONG_COUNT));
    }
    let keys = keys_of(spec, words).map_err(|_| Error::of(BAD_ARGUMENTS))?;
    let keys: Vec<KeyAt> = keys.collect();
    if keys.is_empty() && !spec.flags.has(Flags::NO_MANDATORY_KEYS) {
        return Err(Error::of(BAD_ARGUMENTS));
    }
    Ok(keys)
}

/// The command or subcommand that a complete command names.
fn resolve(words: &[&[u8]]) -> Option<&'static CommandSpec> {
    let spec = lookup::command(words.first()?)?;
    match words.get(1) {
        Some(name) if !spec.subcommands.is_empty() => lookup::subcommand(spec, name),
        _ => Some(spec),
    }
}

/// `<container> HELP`: each subcommand, how to write it and what it does.
pub(crate) fn help(call: &mut Call<'_, '_>) -> Answer {
    let Some(container) = lookup::command(call.args.get(0)) else {
        return Err(Error::of(INVALID_COMMAND));
    };
    let lines = usage::help(container);
    call.reply.array(lines.len());
    for line in &lines {
        call.reply.simple(line);
    }
    Ok(())
}
