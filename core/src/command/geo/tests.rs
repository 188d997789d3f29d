//! What replies alone do not show: effects, layouts, and memory.

use crate::testing::Server;

fn run(server: &mut Server, request: &str) -> String {
    server.run(&request.split(' ').collect::<Vec<_>>())
}

#[test]
fn effects_are_told_once_and_only_for_changes() {
    let mut server = Server::start();
    server.effects();
    for (request, effect) in [
        (
            "GEOADD k 13.361389 38.115556 p",
            Some("0 GEOADD k 13.361389 38.115556 p"),
        ),
        ("GEOADD k 13.361389 38.115556 p", None),
        ("GEOADD k NX 1 1 p", None),
        ("GEOADD k XX 1 1 q", None),
        ("GEOADD none XX 1 1 q", None),
        ("GEOSEARCH k FROMMEMBER p BYRADIUS 1 km", None),
        (
            "GEOSEARCHSTORE d k FROMMEMBER p BYRADIUS 1 km",
            Some("0 GEOSEARCHSTORE d k FROMMEMBER p BYRADIUS 1 km"),
        ),
        ("GEORADIUS k 100 10 1 m STORE d", Some("0 DEL d")),
        ("GEORADIUS k 100 10 1 m STORE d", None),
    ] {
        server.effects();
        run(&mut server, request);
        let told = server.effects();
        assert_eq!(told, effect.into_iter().collect::<Vec<_>>(), "{request}");
    }
    server.check();
}

#[test]
fn a_result_may_replace_its_source_or_anything_else() {
    let mut server = Server::start();
    for number in 0..300 {
        let (longitude, latitude) = (f64::from(number) / 3.0, f64::from(number % 80));
        run(
            &mut server,
            &format!("GEOADD k {longitude} {latitude} place:{number}"),
        );
    }
    run(&mut server, "SET d text EX 100");
    let request = "GEOSEARCHSTORE d k FROMLONLAT 20 20 BYBOX 9000 9000 km COUNT 5 STOREDIST";
    assert_eq!(run(&mut server, request), ":5\r\n");
    assert_eq!(run(&mut server, "TTL d"), ":-1\r\n");
    assert_eq!(run(&mut server, "OBJECT ENCODING d"), "$8\r\nlistpack\r\n");
    assert_eq!(
        run(&mut server, "GEORADIUSBYMEMBER k place:0 1 m STORE k"),
        ":1\r\n"
    );
    assert_eq!(run(&mut server, "ZCARD k"), ":1\r\n");
    run(&mut server, "FLUSHALL");
    server.check();
}
