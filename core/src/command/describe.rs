//! One command as COMMAND INFO and COMMAND DOCS describe it.
//!
//! Turns a specification into a reply in the shapes of Redis 7.0; maps and sets become arrays where the
//! protocol has none. Knows no session and no key. Invariant: an aggregate's announced length is the
//! number of members written.

use super::spec::{Argument, Begin, CommandSpec, Find, KeySpec};
use crate::resp::Reply;

/// Writes the ten members that COMMAND INFO gives of a command, subcommands nested in the last.
pub(super) fn info(reply: &mut Reply<'_>, spec: &CommandSpec) {
    reply.array(10);
    text(reply, spec.full_name);
    reply.int(spec.arity.into());
    names(reply, spec.flags.names());
    reply.int(spec.first_key.into());
    reply.int(spec.last_key.into());
    reply.int(spec.key_step.into());
    reply.set(spec.acl.names().count());
    for name in spec.acl.names() {
        reply.simple(&format!("@{name}"));
    }
    reply.set(spec.hints.len());
    spec.hints.iter().for_each(|hint| text(reply, hint));
    reply.set(spec.keys.len());
    spec.keys.iter().for_each(|key| key_spec(reply, key));
    match spec.subcommands.len() {
        0 => reply.set(0), // an empty set, though an array when there are any: so does Redis 7.0
        count => reply.array(count),
    }
    spec.subcommands.iter().for_each(|sub| info(reply, sub));
}

/// Writes a set of simple strings.
pub(super) fn names(reply: &mut Reply<'_>, names: impl Iterator<Item = &'static str>) {
    let names: Vec<&str> = names.collect();
    reply.set(names.len());
    names.iter().for_each(|name| reply.simple(name));
}

fn text(reply: &mut Reply<'_>, text: &str) {
    reply.bulk(text.as_bytes());
}

/// Writes a map's key, then a bulk value.
fn pair(reply: &mut Reply<'_>, key: &str, value: &str) {
    text(reply, key);
    text(reply, value);
}

/// Writes a map's key, then an integer value.
fn number(reply: &mut Reply<'_>, key: &str, value: i64) {
    text(reply, key);
    reply.int(value);
}

fn key_spec(reply: &mut Reply<'_>, key: &KeySpec) {
    reply.map(if key.notes.is_empty() { 3 } else { 4 });
    if !key.notes.is_empty() {
        pair(reply, "notes", key.notes);
    }
    text(reply, "flags");
    names(reply, key.flags.names());
    text(reply, "begin_search");
    begin_search(reply, key.begin);
    text(reply, "find_keys");
    find_keys(reply, key.find);
}

/// Announces the map `{type, spec}`, whose spec has that many members, which follow.
fn typed(reply: &mut Reply<'_>, kind: &str, members: usize) {
    reply.map(2);
    pair(reply, "type", kind);
    text(reply, "spec");
    reply.map(members);
}

fn begin_search(reply: &mut Reply<'_>, begin: Begin) {
    match begin {
        Begin::Index(index) => {
            typed(reply, "index", 1);
            number(reply, "index", index.into());
        }
        Begin::Keyword { word, start } => {
            typed(reply, "keyword", 2);
            pair(reply, "keyword", word);
            number(reply, "startfrom", start.into());
        }
        Begin::Unknown => typed(reply, "unknown", 0),
    }
}

fn find_keys(reply: &mut Reply<'_>, find: Find) {
    match find {
        Find::Range { last, step, limit } => {
            typed(reply, "range", 3);
            number(reply, "lastkey", last.into());
            number(reply, "keystep", step.into());
            number(reply, "limit", limit.into());
        }
        Find::KeyNum {
            number: at,
            first,
            step,
        } => {
            typed(reply, "keynum", 3);
            number(reply, "keynumidx", at.into());
            number(reply, "firstkey", first.into());
            number(reply, "keystep", step.into());
        }
        Find::Option(_) | Find::Unknown => typed(reply, "unknown", 0),
    }
}

/// Writes the map that COMMAND DOCS gives of a command. What is not known is left out.
pub(super) fn docs(reply: &mut Reply<'_>, spec: &CommandSpec) {
    let is_flagged = spec.deprecated.is_some() || !spec.doc_flags.is_empty();
    let lists = [
        !spec.complexity.is_empty(),
        is_flagged,
        !spec.history.is_empty(),
        !spec.arguments.is_empty(),
        !spec.subcommands.is_empty(),
    ];
    let optional = lists.iter().filter(|is_there| **is_there).count();
    reply.map(3 + optional + if spec.deprecated.is_some() { 2 } else { 0 });
    pair(reply, "summary", spec.summary);
    pair(reply, "since", spec.since);
    pair(reply, "group", spec.group);
    if !spec.complexity.is_empty() {
        pair(reply, "complexity", spec.complexity);
    }
    if is_flagged {
        text(reply, "doc_flags");
        let deprecated = spec.deprecated.map(|_| "deprecated");
        names(
            reply,
            deprecated.into_iter().chain(spec.doc_flags.iter().copied()),
        );
    }
    if let Some(deprecated) = spec.deprecated {
        pair(reply, "deprecated_since", deprecated.since);
        pair(reply, "replaced_by", deprecated.replaced_by);
    }
    history(reply, spec.history);
    arguments(reply, spec.arguments);
    subcommands(reply, spec.subcommands);
}

fn history(reply: &mut Reply<'_>, history: &[(&str, &str)]) {
    if history.is_empty() {
        return;
    }
    text(reply, "history");
    reply.set(history.len());
    for (version, change) in history {
        reply.array(2);
        pair(reply, version, change);
    }
}

fn subcommands(reply: &mut Reply<'_>, subcommands: &[CommandSpec]) {
    if subcommands.is_empty() {
        return;
    }
    text(reply, "subcommands");
    reply.map(subcommands.len());
    for sub in subcommands {
        text(reply, sub.full_name);
        docs(reply, sub);
    }
}

fn arguments(reply: &mut Reply<'_>, list: &[Argument]) {
    if list.is_empty() {
        return;
    }
    text(reply, "arguments");
    reply.array(list.len());
    list.iter().for_each(|one| argument(reply, one));
}

fn argument(reply: &mut Reply<'_>, argument: &Argument) {
    let flag_names: Vec<&str> = argument.flags.names().collect();
    let optional = [
        argument.key_spec.is_some(),
        argument.token.is_some(),
        !argument.since.is_empty(),
        !argument.deprecated_since.is_empty(),
        !flag_names.is_empty(),
        !argument.arguments.is_empty(),
    ];
    reply.map(2 + optional.iter().filter(|is_there| **is_there).count());
    pair(reply, "name", argument.name);
    pair(reply, "type", argument.kind.name());
    if let Some(index) = argument.key_spec {
        number(reply, "key_spec_index", index.into());
    }
    if let Some(token) = argument.token {
        pair(reply, "token", token);
    }
    if !argument.since.is_empty() {
        pair(reply, "since", argument.since);
    }
    if !argument.deprecated_since.is_empty() {
        pair(reply, "deprecated_since", argument.deprecated_since);
    }
    if !flag_names.is_empty() {
        text(reply, "flags");
        names(reply, flag_names.into_iter());
    }
    arguments(reply, argument.arguments);
}
