//! Publish and subscribe: who listens, and what they are sent.
//!
//! It may not know how messages reach a client: the registry hands them to faces. Invariants: what the client believes it is
//! subscribed to, what its face shows and what the registry knows agree whenever a command has ended; a message published
//! before a channel was left comes before the answer that it was left, one published after it never comes.

#[cfg(test)]
mod tests;

use super::spec::CommandSpec;
use super::{Answer, Call, Error};
use crate::client::{ClientState, Face};
use crate::pubsub::Kind;
use crate::store::Store;
use core::sync::atomic::Ordering::Relaxed;

const MONITORS_MAY_NOT: &str = "ERR Replica can't interact with the keyspace";

/// What a subscribed client may call in protocol 2.
const ALLOWED: [&str; 9] = [
    "ping",
    "subscribe",
    "ssubscribe",
    "unsubscribe",
    "sunsubscribe",
    "psubscribe",
    "punsubscribe",
    "quit",
    "reset",
];

/// Whether a client that is subscribed, or fed by MONITOR, may call this command.
#[cold]
pub(super) fn admit(spec: &CommandSpec, client: &ClientState) -> Answer {
    use super::flags::Flags;
    if client.subscribed && client.protocol == 2 && !ALLOWED.contains(&spec.full_name) {
        return Err(Error::text(format!(
            "ERR Can't execute '{}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context",
            spec.full_name
        )));
    }
    let touches_keys = Flags::WRITE
        .with(Flags::READONLY)
        .with(Flags::MAY_REPLICATE);
    if client.monitoring && spec.flags.has(touches_keys) {
        return Err(Error::of(MONITORS_MAY_NOT));
    }
    Ok(())
}

/// `SUBSCRIBE channel ...`: an answer for each.
pub(crate) fn subscribe(call: &mut Call<'_, '_>) -> Answer {
    join_all(call, Kind::Channel, "subscribe")
}

/// `PSUBSCRIBE pattern ...`.
pub(crate) fn psubscribe(call: &mut Call<'_, '_>) -> Answer {
    join_all(call, Kind::Pattern, "psubscribe")
}

/// `SSUBSCRIBE shardchannel ...`.
pub(crate) fn ssubscribe(call: &mut Call<'_, '_>) -> Answer {
    join_all(call, Kind::Shard, "ssubscribe")
}

/// `UNSUBSCRIBE [channel ...]`: an answer for each, or for all there are, or one that there was none.
pub(crate) fn unsubscribe(call: &mut Call<'_, '_>) -> Answer {
    leave_all(call, Kind::Channel, "unsubscribe")
}

/// `PUNSUBSCRIBE [pattern ...]`.
pub(crate) fn punsubscribe(call: &mut Call<'_, '_>) -> Answer {
    leave_all(call, Kind::Pattern, "punsubscribe")
}

/// `SUNSUBSCRIBE [shardchannel ...]`.
pub(crate) fn sunsubscribe(call: &mut Call<'_, '_>) -> Answer {
    leave_all(call, Kind::Shard, "sunsubscribe")
}

fn join_all(call: &mut Call<'_, '_>, kind: Kind, event: &str) -> Answer {
    for name in call.args.from(1) {
        if call.client.subscriptions[kind as usize].insert(name.into()) {
            call.store.pubsub.join(kind, name, call.face);
        }
        confirm(call, kind, event, Some(name));
    }
    call.client.subscribed = true;
    show(call.client, call.face);
    Ok(())
}

fn leave_all(call: &mut Call<'_, '_>, kind: Kind, event: &str) -> Answer {
    let names: Vec<Box<[u8]>> = match call.args.len() {
        1 => call.client.subscriptions[kind as usize]
            .iter()
            .cloned()
            .collect(),
        _ => call.args.from(1).map(Box::from).collect(),
    };
    names
        .iter()
        .for_each(|name| call.store.pubsub.leave(kind, name, call.face.id));
    call.take_mail();
    for name in &names {
        call.client.subscriptions[kind as usize].remove(name);
        confirm(call, kind, event, Some(name));
    }
    if names.is_empty() {
        confirm(call, kind, event, None);
    }
    call.client.subscribed &= call.client.subscriptions.iter().any(|set| !set.is_empty());
    show(call.client, call.face);
    Ok(())
}

/// Answers that a name was joined or left. It is a message pushed, not a reply, so CLIENT REPLY does not silence it.
fn confirm(call: &mut Call<'_, '_>, kind: Kind, event: &str, name: Option<&[u8]>) {
    let [channels, patterns, shards] = &call.client.subscriptions;
    let count = match kind {
        Kind::Shard => shards.len(),
        _ => channels.len() + patterns.len(),
    };
    let muted = call.reply.muted();
    call.reply.set_muted(false);
    call.reply.push(3);
    call.reply.bulk(event.as_bytes());
    match name {
        Some(name) => call.reply.bulk(name),
        None => call.reply.null(),
    }
    call.reply.int(count as i64);
    call.reply.set_muted(muted);
}

/// Lets others see what the client is subscribed to.
fn show(client: &ClientState, face: &Face) {
    for (shown, set) in face.subscriptions.iter().zip(&client.subscriptions) {
        shown.store(set.len() as u32, Relaxed);
    }
    face.subscribed.store(client.subscribed, Relaxed);
    face.monitoring.store(client.monitoring, Relaxed);
}

/// Ends everything a client listens to, without a word: RESET, and the end of a session.
pub(crate) fn forget(store: &Store, client: &mut ClientState, face: &Face) {
    for kind in [Kind::Channel, Kind::Pattern, Kind::Shard] {
        for name in core::mem::take(&mut client.subscriptions[kind as usize]) {
            store.pubsub.leave(kind, &name, face.id);
        }
    }
    if client.monitoring {
        store.pubsub.unmonitor(face.id);
    }
    (client.subscribed, client.monitoring) = (false, false);
    show(client, face);
}

/// `PUBLISH channel message`: how many subscribers it reached. Where the caller is one of them, the message comes before
/// the answer.
pub(crate) fn publish(call: &mut Call<'_, '_>) -> Answer {
    let (channel, message) = (call.args.get(1), call.args.get(2));
    let reached = call.store.pubsub.publish(channel, message, call.sender());
    call.take_mail();
    call.reply.int(reached as i64);
    Ok(())
}

/// `SPUBLISH shardchannel message`.
pub(crate) fn spublish(call: &mut Call<'_, '_>) -> Answer {
    let (channel, message) = (call.args.get(1), call.args.get(2));
    let pubsub = &call.store.pubsub;
    let reached = pubsub.publish_to_shard(channel, message, call.sender());
    call.take_mail();
    call.reply.int(reached as i64);
    Ok(())
}

/// `PUBSUB CHANNELS [pattern]`.
pub(crate) fn pubsub_channels(call: &mut Call<'_, '_>) -> Answer {
    list(call, Kind::Channel)
}

/// `PUBSUB SHARDCHANNELS [pattern]`.
pub(crate) fn pubsub_shardchannels(call: &mut Call<'_, '_>) -> Answer {
    list(call, Kind::Shard)
}

fn list(call: &mut Call<'_, '_>, kind: Kind) -> Answer {
    let pattern = match call.args.len() {
        2 => None,
        3 => Some(call.args.get(2)),
        _ => {
            let subcommand = String::from_utf8_lossy(call.args.get(1)).into_owned();
            return Err(Error::text(format!(
                "ERR unknown subcommand or wrong number of arguments for '{subcommand}'. Try PUBSUB HELP."
            )));
        }
    };
    let names = call.store.pubsub.names(kind, pattern);
    call.reply.array(names.len());
    names.iter().for_each(|name| call.reply.bulk(name));
    Ok(())
}

/// `PUBSUB NUMSUB [channel ...]`: each channel and how many are subscribed to it.
pub(crate) fn pubsub_numsub(call: &mut Call<'_, '_>) -> Answer {
    count(call, Kind::Channel)
}

/// `PUBSUB SHARDNUMSUB [shardchannel ...]`.
pub(crate) fn pubsub_shardnumsub(call: &mut Call<'_, '_>) -> Answer {
    count(call, Kind::Shard)
}

fn count(call: &mut Call<'_, '_>, kind: Kind) -> Answer {
    call.reply.array(2 * (call.args.len() - 2));
    for name in call.args.from(2) {
        call.reply.bulk(name);
        let listeners = call.store.pubsub.listeners(kind, name);
        call.reply.int(listeners as i64);
    }
    Ok(())
}

/// `PUBSUB NUMPAT`: how many patterns anybody is subscribed to.
pub(crate) fn pubsub_numpat(call: &mut Call<'_, '_>) -> Answer {
    let patterns = call.store.pubsub.count(Kind::Pattern);
    call.reply.int(patterns as i64);
    Ok(())
}
