//! The connection family as its clients see it: reply bytes are those of Redis 7.0.15, save ids and our own fields.

use crate::abi::{Outcome, Status, why};
use crate::lane::Lane;
use crate::session::Session;
use crate::store::Store;
use crate::testing::{Server, encode};
use std::sync::Arc;

/// One more client, which may be closed.
struct Client {
    session: Session,
    lane: Arc<Lane>,
    store: Arc<Store>,
}

impl Client {
    fn open(store: &Arc<Store>, label: &str, facts: &str) -> Client {
        let lane = store.open_lane(Some(1), label, None).expect("a free seat");
        let session = Session::open(store, &lane, facts).expect("room for a client");
        session
            .face()
            .handle
            .store(lane.seat + 100, core::sync::atomic::Ordering::Relaxed);
        Client {
            session,
            lane,
            store: store.clone(),
        }
    }

    fn of(server: &Server) -> Client {
        let facts = "addr 10.0.0.9:77\nladdr 10.0.0.1:6379\nfd 9\n";
        Client::open(&server.store, "second", facts)
    }

    /// The reply and the status: 0 to go on.
    fn run(&mut self, requests: &[&[&str]]) -> (String, i32) {
        let mut bytes = Vec::new();
        for request in requests {
            let words: Vec<&[u8]> = request.iter().map(|word| word.as_bytes()).collect();
            bytes.extend_from_slice(&encode(&words));
        }
        let (mut out, mut outcome) = ([0; 8192], Outcome::default());
        let result = self.session.execute(&bytes, &mut out, &mut outcome);
        let reply = &out[..outcome.reply_bytes as usize];
        (String::from_utf8_lossy(reply).into_owned(), result.min(0))
    }

    fn close(self) {
        self.session.close();
        self.store.close_lane(&self.lane);
    }
}

/// Runs requests and compares each reply.
fn expect(server: &mut Server, pairs: &[(&[&str], &str)]) {
    for (request, reply) in pairs {
        assert_eq!(server.run(request), *reply, "{request:?}");
    }
}

const SYNTAX: &str = "-ERR syntax error\r\n";
const WRONG_PASS: &str = "-WRONGPASS invalid username-password pair or user is disabled.\r\n";
const NO_AUTH: &str = "-NOAUTH Authentication required.\r\n";
const BAD_NAME: &str =
    "-ERR Client names cannot contain spaces, newlines or special characters.\r\n";

#[test]
fn ping_echo_and_select_answer_as_redis_does() {
    let mut server = Server::start();
    expect(
        &mut server,
        &[
            (&["PING"], "+PONG\r\n"),
            (&["ping", "hi"], "$2\r\nhi\r\n"),
            (
                &["PING", "a", "b"],
                "-ERR wrong number of arguments for 'ping' command\r\n",
            ),
            (&["ECHO", "x"], "$1\r\nx\r\n"),
            (
                &["SELECT", "x"],
                "-ERR value is not an integer or out of range\r\n",
            ),
            (&["SELECT", "16"], "-ERR DB index is out of range\r\n"),
            (&["SELECT", "-1"], "-ERR DB index is out of range\r\n"),
            (
                &["SELECT", "99999999999"],
                "-ERR value is out of range, value must between -2147483648 and 2147483647\r\n",
            ),
            (&["SELECT", "3"], "+OK\r\n"),
        ],
    );
    assert!(server.run(&["CLIENT", "INFO"]).contains(" db=3 "));
}

#[test]
fn auth_without_a_password_says_what_is_wrong() {
    let mut server = Server::start();
    let none_configured = "-ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?\r\n";
    expect(
        &mut server,
        &[
            (&["AUTH", "x"], none_configured),
            (&["AUTH", "a", "b"], WRONG_PASS),
            (&["AUTH", "default", "x"], "+OK\r\n"),
            (&["AUTH", "a", "b", "c"], SYNTAX),
        ],
    );
}

#[test]
fn a_password_keeps_strangers_out_until_they_log_in() {
    let mut server = Server::with_options("topology fake:2\nrequirepass foo\n");
    let hello_first = "-NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time\r\n";
    expect(
        &mut server,
        &[
            (&["PING"], NO_AUTH),
            (&["HELLO"], hello_first),
            (&["HELLO", "3", "SETNAME", "x"], hello_first),
            (&["HELLO", "3", "AUTH", "default", "bad"], WRONG_PASS),
            (&["AUTH", "fo"], WRONG_PASS),
            (&["AUTH", "foofoo"], WRONG_PASS),
            (&["AUTH", ""], WRONG_PASS),
            (&["AUTH", "a", "foo"], WRONG_PASS),
            (&["PING"], NO_AUTH),
            (&["AUTH", "foo"], "+OK\r\n"),
            (&["PING"], "+PONG\r\n"),
            (&["AUTH", "bad"], WRONG_PASS),
            (&["PING"], "+PONG\r\n"),
            (&["RESET"], "+RESET\r\n"),
            (&["PING"], NO_AUTH),
            // The login stands although the name is refused.
            (
                &["HELLO", "3", "AUTH", "default", "foo", "SETNAME", "a b"],
                BAD_NAME,
            ),
            (&["CLIENT", "GETNAME"], "$-1\r\n"),
        ],
    );
}

#[test]
fn hello_chooses_the_protocol_and_introduces_the_server() {
    let mut server = Server::start();
    let bad_option = |name: &str| format!("-ERR Syntax error in HELLO option '{name}'\r\n");
    let no_proto = "-NOPROTO unsupported protocol version\r\n";
    let body = |proto: u8, id: &str| {
        format!(
            "$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$6\r\n7.0.15\r\n$5\r\nproto\r\n:{proto}\r\n$2\r\nid\r\n{id}$4\r\nmode\r\n$10\r\nstandalone\r\n$4\r\nrole\r\n$6\r\nmaster\r\n$7\r\nmodules\r\n*0\r\n"
        )
    };
    let id = server.run(&["CLIENT", "ID"]);
    assert_eq!(server.run(&["HELLO"]), format!("*14\r\n{}", body(2, &id)));
    expect(
        &mut server,
        &[
            (&["HELLO", "4"], no_proto),
            (&["HELLO", "1", "FOO"], no_proto),
            (
                &["HELLO", "x"],
                "-ERR Protocol version is not an integer or out of range\r\n",
            ),
            (&["HELLO", "3", "AUTH", "default"], &bad_option("AUTH")),
            (&["HELLO", "3", "SETNAME"], &bad_option("SETNAME")),
            (&["HELLO", "2", "FOO"], &bad_option("FOO")),
            (
                &["HELLO", "3", "AUTH", "foo", "bar", "SETNAME", "q"],
                WRONG_PASS,
            ),
            (&["CLIENT", "GETNAME"], "$-1\r\n"),
        ],
    );
    let third = server.run(&["hello", "3", "setname", "q"]);
    assert_eq!(third, format!("%7\r\n{}", body(3, &id)));
    expect(
        &mut server,
        &[
            (&["CLIENT", "GETNAME"], "$1\r\nq\r\n"),
            (&["RESET"], "+RESET\r\n"),
            (&["CLIENT", "GETNAME"], "$-1\r\n"),
        ],
    );
}

#[test]
fn client_names_are_printable_and_may_be_taken_away() {
    let mut server = Server::start();
    expect(
        &mut server,
        &[
            (&["CLIENT", "SETNAME", "a b"], BAD_NAME),
            (&["CLIENT", "SETNAME", "a\nb"], BAD_NAME),
            (&["CLIENT", "SETNAME", "good"], "+OK\r\n"),
            (&["CLIENT", "GETNAME"], "$4\r\ngood\r\n"),
            (&["CLIENT", "SETNAME", ""], "+OK\r\n"),
            (&["CLIENT", "GETNAME"], "$-1\r\n"),
            (&["CLIENT", "GETREDIR"], ":-1\r\n"),
            (&["CLIENT", "NO-EVICT", "x"], SYNTAX),
            (&["CLIENT", "NO-EVICT", "on"], "+OK\r\n"),
        ],
    );
    assert!(server.run(&["CLIENT", "INFO"]).contains(" flags=e "));
}

#[test]
fn client_info_has_the_fields_of_redis_in_order_then_ours() {
    let server = Server::start();
    let mut client = Client::of(&server);
    let (reply, _) = client.run(&[&["CLIENT", "INFO"]]);
    let line = reply.lines().nth(1).expect("a line behind the length");
    let names: Vec<&str> = line
        .split(' ')
        .map(|field| field.split_once('=').expect("name=value").0)
        .collect();
    let redis = "id addr laddr fd name age idle flags db sub psub ssub multi qbuf qbuf-free argv-mem multi-mem rbs rbp obl oll omem tot-mem events cmd user redir resp";
    assert_eq!(names.join(" "), format!("{redis} listener node"));
    for part in [
        " addr=10.0.0.9:77 laddr=10.0.0.1:6379 fd=9 name= age=0 idle=0 flags=N db=0 ",
        " argv-mem=10 ",
        " cmd=client|info user=default redir=-1 resp=2 listener=second node=1",
    ] {
        assert!(line.contains(part), "{part} in {line}");
    }
    client.close();
}

#[test]
fn client_list_filters_by_type_and_id() {
    let mut server = Server::start();
    let internal = Client::open(&server.store, "main", "");
    let all = server.run(&["CLIENT", "LIST"]);
    assert_eq!(
        all.matches("id=").count(),
        1,
        "main's own session is no client"
    );
    assert_eq!(
        server
            .run(&["CLIENT", "LIST", "TYPE", "normal"])
            .matches(" addr=")
            .count(),
        1
    );
    let own = server.run(&["CLIENT", "ID"]);
    let own = own.trim_start_matches(':').trim_end();
    let by_id = server.run(&["CLIENT", "LIST", "ID", "999", own]);
    assert!(by_id.contains(&format!("id={own} ")), "{by_id}");
    expect(
        &mut server,
        &[
            (&["CLIENT", "LIST", "TYPE", "pubsub"], "$0\r\n\r\n"),
            (&["CLIENT", "LIST", "ID", "999"], "$0\r\n\r\n"),
            (
                &["CLIENT", "LIST", "TYPE", "foo"],
                "-ERR Unknown client type 'foo'\r\n",
            ),
            (&["CLIENT", "LIST", "TYPE"], SYNTAX),
            (&["CLIENT", "LIST", "TYPE", "normal", "x"], SYNTAX),
            (&["CLIENT", "LIST", "ID"], SYNTAX),
            (
                &["CLIENT", "LIST", "ID", "1", "x"],
                "-ERR Invalid client ID\r\n",
            ),
            (&["CLIENT", "LIST", "FOO", "bar"], SYNTAX),
        ],
    );
    internal.close();
}

#[test]
fn client_kill_refuses_what_redis_refuses() {
    let mut server = Server::start();
    let bad_id = "-ERR client-id should be greater than 0\r\n";
    expect(
        &mut server,
        &[
            (&["CLIENT", "KILL", "1.2.3.4:5"], "-ERR No such client\r\n"),
            (&["CLIENT", "KILL", "ID"], "-ERR No such client\r\n"),
            (&["CLIENT", "KILL", "ID", "x"], bad_id),
            (&["CLIENT", "KILL", "ID", "0"], bad_id),
            (&["CLIENT", "KILL", "ID", "99999"], ":0\r\n"),
            (&["CLIENT", "KILL", "FOO", "bar"], SYNTAX),
            (
                &["CLIENT", "KILL", "TYPE", "bar"],
                "-ERR Unknown client type 'bar'\r\n",
            ),
            (&["CLIENT", "KILL", "TYPE", "pubsub"], ":0\r\n"),
            (
                &["CLIENT", "KILL", "USER", "bar"],
                "-ERR No such user 'bar'\r\n",
            ),
            (
                &["CLIENT", "KILL", "USER", "default", "SKIPME", "maybe"],
                SYNTAX,
            ),
            (
                &["CLIENT", "KILL", "USER", "default", "SKIPME", "yes"],
                ":0\r\n",
            ),
            (&["CLIENT", "KILL", "SKIPME", "yes", "ID"], SYNTAX),
            (&["CLIENT", "KILL", "MAXAGE", "1"], SYNTAX),
            (&["CLIENT", "KILL", "LADDR", "1.2.3.4:5"], ":0\r\n"),
        ],
    );
}

#[test]
fn client_kill_closes_others_through_their_lane_and_itself_behind_the_reply() {
    let mut server = Server::start();
    let mut victim = Client::of(&server);
    let filters = [
        "CLIENT",
        "KILL",
        "LADDR",
        "10.0.0.1:6379",
        "ADDR",
        "10.0.0.9:77",
    ];
    assert_eq!(server.run(&filters), ":1\r\n");
    assert_eq!(
        victim.lane.collect(9),
        [(victim.lane.seat + 100, why::CLOSE)]
    );
    assert_eq!(
        victim.run(&[&["PING"]]),
        (String::new(), Status::Close.result())
    );
    victim.close();

    let mut suicidal = Client::of(&server);
    let requests: [&[&str]; 2] = [&["CLIENT", "KILL", "10.0.0.9:77"], &["PING"]];
    let killed = suicidal.run(&requests);
    assert_eq!(killed, ("+OK\r\n".into(), Status::Close.result()));
    suicidal.close();
}

#[test]
fn quit_answers_and_closes() {
    let server = Server::start();
    let mut client = Client::of(&server);
    let closed = client.run(&[&["QUIT", "a", "b"], &["PING"]]);
    assert_eq!(closed, ("+OK\r\n".into(), Status::Close.result()));
    client.close();
}

#[test]
fn client_reply_silences_what_it_should_and_nothing_else() {
    let mut server = Server::start();
    let off_on: &[(&[&str], &str)] = &[
        (&["CLIENT", "REPLY", "foo"], SYNTAX),
        (&["CLIENT", "REPLY", "on"], "+OK\r\n"),
        (&["CLIENT", "REPLY", "skip"], ""),
        (&["PING"], ""),
        (&["PING"], "+PONG\r\n"),
        (&["CLIENT", "REPLY", "off"], ""),
        (&["PING"], ""),
        (&["CLIENT", "REPLY", "foo"], ""),
        (&["CLIENT", "REPLY", "skip"], ""),
        (&["CLIENT", "REPLY", "on"], "+OK\r\n"),
        (&["PING"], "+PONG\r\n"),
    ];
    expect(&mut server, off_on);
    let skips: &[(&[&str], &str)] = &[
        (&["CLIENT", "REPLY", "skip"], ""),
        (&["CLIENT", "REPLY", "skip"], ""),
        (&["PING"], ""),
        (&["PING"], "+PONG\r\n"),
        (&["CLIENT", "REPLY", "skip"], ""),
        (&["CLIENT", "REPLY", "on"], "+OK\r\n"),
        (&["CLIENT", "REPLY", "off"], ""),
        (&["RESET"], "+RESET\r\n"),
        (&["CLIENT", "REPLY", "skip"], ""),
        (&["RESET"], ""),
        (&["PING"], "+PONG\r\n"),
    ];
    expect(&mut server, skips);
    let batch = [
        encode(&[b"CLIENT", b"REPLY", b"SKIP"]),
        encode(&[b"NOSUCH"]),
        encode(&[b"PING"]),
    ];
    assert_eq!(server.exchange(&batch.concat()), b"+PONG\r\n");
}

#[test]
fn client_pause_refuses_what_redis_refuses() {
    let mut server = Server::start();
    let bad = "-ERR timeout is not an integer or out of range\r\n";
    expect(
        &mut server,
        &[
            (&["CLIENT", "PAUSE", "x"], bad),
            (&["CLIENT", "PAUSE", "1.5"], bad),
            (&["CLIENT", "PAUSE", "-1"], "-ERR timeout is negative\r\n"),
            (
                &["CLIENT", "PAUSE", "x", "FOO"],
                "-ERR CLIENT PAUSE mode must be WRITE or ALL\r\n",
            ),
            (
                &["CLIENT", "PAUSE", "1", "WRITE", "x"],
                "-ERR unknown subcommand or wrong number of arguments for 'PAUSE'. Try CLIENT HELP.\r\n",
            ),
            (&["CLIENT", "PAUSE", "9223372036854775807"], "+OK\r\n"),
            (&["CLIENT", "UNPAUSE"], "+OK\r\n"),
            (&["PING"], "+PONG\r\n"),
        ],
    );
}

#[test]
fn client_pause_holds_writes_or_everything_until_unpause_wakes_them() {
    let mut server = Server::start();
    let mut client = Client::of(&server);
    assert_eq!(
        server.run(&["CLIENT", "PAUSE", "60000", "WRITE"]),
        "+OK\r\n"
    );
    assert_eq!(client.run(&[&["PING"]]), ("+PONG\r\n".into(), 0));
    assert_eq!(
        client.run(&[&["FLUSHDB"]]),
        (String::new(), Status::Retry.result())
    );
    assert_eq!(server.run(&["CLIENT", "UNPAUSE"]), "+OK\r\n");
    assert_eq!(
        client.lane.collect(9),
        [(client.lane.seat + 100, why::RESUME)]
    );
    assert_eq!(client.run(&[]), ("+OK\r\n".into(), 0));
    server.run(&["CLIENT", "PAUSE", "60000"]);
    assert_eq!(
        client.run(&[&["PING"]]),
        (String::new(), Status::Retry.result())
    );
    server.store.clock.advance(60_001);
    assert_eq!(client.run(&[]), ("+PONG\r\n".into(), 0));
    client.close();
}
