//! The registry on its own: what is joined and left, and one order for all.

use super::{Class, Kind, Pubsub, Sender};
use crate::client::{Face, Origin, Sessions};
use crate::lane::Lane;
use crate::resp::{Reply, Spill};
use crate::settings::Settings;
use core::sync::atomic::Ordering::Relaxed;
use std::sync::Arc;

struct House {
    pubsub: Pubsub,
    sessions: Sessions,
    settings: Settings,
}

impl House {
    fn new() -> House {
        House {
            pubsub: Pubsub::default(),
            sessions: Sessions::default(),
            settings: Settings::default(),
        }
    }

    fn client(&self) -> Arc<Face> {
        let lane = Arc::new(Lane::new(0, None, "test".into(), None, 1));
        let admitted = self.sessions.admit(Origin::default(), &lane, 0, 100, 0);
        admitted.expect("room")
    }

    fn sender(&self) -> Sender<'_> {
        Sender {
            id: None,
            settings: &self.settings,
            now_ms: 0,
        }
    }
}

/// What waits for a client.
fn mail(face: &Face) -> String {
    let (mut out, mut spill) = (vec![0; 1 << 20], Spill::new());
    let mut reply = Reply::new(&mut out, &mut spill, 2);
    face.outbox.drain(&mut reply);
    let written = reply.written();
    String::from_utf8_lossy(&out[..written]).into_owned()
}

#[test]
fn a_channel_is_there_as_long_as_somebody_listens() {
    let house = House::new();
    let (one, two) = (house.client(), house.client());
    for kind in [Kind::Channel, Kind::Pattern, Kind::Shard] {
        house.pubsub.join(kind, b"a", &one);
        house.pubsub.join(kind, b"a", &one);
        house.pubsub.join(kind, b"a", &two);
        assert_eq!(house.pubsub.count(kind), 1);
        house.pubsub.leave(kind, b"a", one.id);
        house.pubsub.leave(kind, b"a", one.id);
        assert_eq!(house.pubsub.count(kind), 1);
        house.pubsub.leave(kind, b"a", two.id);
        house.pubsub.leave(kind, b"none", two.id);
        assert_eq!(house.pubsub.count(kind), 0);
    }
    assert_eq!(house.pubsub.publish(b"a", b"m", house.sender()), 0);
    assert_eq!(one.outbox.len() + two.outbox.len(), 0);
}

#[test]
fn channels_patterns_and_shard_channels_are_apart() {
    let house = House::new();
    let (one, two) = (house.client(), house.client());
    house.pubsub.join(Kind::Channel, b"news", &one);
    house.pubsub.join(Kind::Pattern, b"n*", &one);
    house.pubsub.join(Kind::Shard, b"news", &two);
    two.protocol.store(3, Relaxed);
    assert_eq!(house.pubsub.publish(b"news", b"x", house.sender()), 2);
    assert_eq!(house.pubsub.publish(b"none", b"x", house.sender()), 1);
    assert_eq!(
        house.pubsub.publish_to_shard(b"news", b"x", house.sender()),
        1
    );
    assert_eq!(
        mail(&one),
        "*3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$1\r\nx\r\n\
         *4\r\n$8\r\npmessage\r\n$2\r\nn*\r\n$4\r\nnews\r\n$1\r\nx\r\n\
         *4\r\n$8\r\npmessage\r\n$2\r\nn*\r\n$4\r\nnone\r\n$1\r\nx\r\n"
    );
    assert_eq!(
        mail(&two),
        ">3\r\n$8\r\nsmessage\r\n$4\r\nnews\r\n$1\r\nx\r\n"
    );
    assert_eq!(
        house.pubsub.names(Kind::Channel, Some(b"ne?s")),
        [b"news".as_slice().into()]
    );
    assert_eq!(house.pubsub.listeners(Kind::Shard, b"news"), 1);
}

#[test]
fn events_go_to_the_key_and_to_the_event_as_far_as_asked_for() {
    let house = House::new();
    let face = house.client();
    house.pubsub.join(Kind::Pattern, b"*", &face);
    let event = (9, "set", b"k".as_slice());
    house.pubsub.notify(Class::KEYEVENT, event, house.sender());
    house.pubsub.notify(Class::KEYSPACE, event, house.sender());
    let (event, key) = (mail(&face), "__keyspace@9__:k\r\n$3\r\nset\r\n");
    let at = event
        .find("__keyevent@9__:set\r\n$1\r\nk\r\n")
        .expect("the event");
    assert!(event[at..].contains(key));
}

#[test]
fn publishers_at_once_are_heard_in_one_order_by_all() {
    let house = House::new();
    let listeners: Vec<Arc<Face>> = (0..3).map(|_| house.client()).collect();
    house.pubsub.join(Kind::Channel, b"c", &listeners[0]);
    house.pubsub.join(Kind::Channel, b"c", &listeners[1]);
    house.pubsub.join(Kind::Pattern, b"*", &listeners[2]);
    std::thread::scope(|scope| {
        for publisher in 0..3 {
            let house = &house;
            scope.spawn(move || {
                for number in 0..500 {
                    let text = format!("{publisher}:{number}");
                    house.pubsub.publish(b"c", text.as_bytes(), house.sender());
                }
            });
        }
    });
    let heard = |face: &Face| -> Vec<String> {
        let mail = mail(face);
        let lines = mail.lines().filter(|line| line.contains(':'));
        lines.map(str::to_owned).collect()
    };
    let first = heard(&listeners[0]);
    assert_eq!(first.len(), 1500);
    assert_eq!(first, heard(&listeners[1]));
    assert_eq!(first, heard(&listeners[2]));
    for publisher in 0..3 {
        let own = first.iter().filter_map(|text| text.split_once(':'));
        let numbers = own
            .filter(|(who, _)| *who == publisher.to_string())
            .map(|(_, number)| number.parse::<u32>().expect("a number"));
        assert!(numbers.eq(0..500));
    }
}

#[test]
fn a_client_that_leaves_too_much_unread_is_closed_and_forgotten() {
    let house = House::new();
    let face = house.client();
    face.subscribed.store(true, Relaxed);
    let limits = "client-output-buffer-limit";
    let set = |value| house.settings.set(limits, value).expect("a limit");
    set("pubsub 1000 0 0");
    house.pubsub.join(Kind::Channel, b"c", &face);
    while !face.killed.load(Relaxed) {
        assert!(face.outbox.bytes() < 1000);
        house.pubsub.publish(b"c", &[b'x'; 100], house.sender());
    }
    assert!(face.overflowed.load(Relaxed) && face.outbox.is_empty());
    assert_eq!(house.pubsub.publish(b"c", b"more", house.sender()), 1);
    assert!(face.outbox.is_empty());

    let slow = house.client();
    slow.subscribed.store(true, Relaxed);
    set("pubsub 0 100 3");
    house.pubsub.join(Kind::Channel, b"d", &slow);
    let say = |now_ms| {
        let sender = Sender {
            now_ms,
            ..house.sender()
        };
        house.pubsub.publish(b"d", &[b'x'; 100], sender);
    };
    say(1_000);
    say(4_999);
    assert!(!slow.killed.load(Relaxed));
    assert_eq!(mail(&slow).matches("message").count(), 2);
    house.sessions.close_overflowed(&house.settings, 5_500);
    say(6_000);
    house.sessions.close_overflowed(&house.settings, 9_900);
    assert!(!slow.killed.load(Relaxed), "its time began anew");
    house.sessions.close_overflowed(&house.settings, 10_000);
    assert!(slow.killed.load(Relaxed));
}
