//! Proof that the origin says exactly what it is told to say, seen through a bare socket.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::panic::{self, AssertUnwindSafe};
use std::thread;
use std::time::Duration;

use flate2::read::GzDecoder;

use super::{Origin, Reply};

/// Longer than any test may take: a test that has to wait for it hangs, and so fails.
const FOREVER: Duration = Duration::from_secs(86_400);

fn connect(origin: &Origin) -> TcpStream {
    let authority = origin.url("");
    TcpStream::connect(authority.trim_start_matches("http://")).expect("the origin listens")
}

fn ask_bytes(origin: &Origin, request: &str) -> Vec<u8> {
    let mut socket = connect(origin);
    socket.write_all(request.as_bytes()).expect("sent");
    let mut answer = Vec::new();
    let _ = socket.read_to_end(&mut answer);
    answer
}

fn ask(origin: &Origin, request: &str) -> String {
    String::from_utf8(ask_bytes(origin, request)).expect("text")
}

fn get(origin: &Origin, target: &str) -> String {
    ask(origin, &format!("GET {target} HTTP/1.1\r\n\r\n"))
}

fn ok(head: &str, body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Type: t/x\r\n{head}Connection: close\r\n\r\n{body}")
}

#[test]
fn an_unknown_path_is_404_and_remembered_as_it_was_sent() {
    let origin = Origin::start();
    let answer = ask(
        &origin,
        "GET /a?q=1 HTTP/1.1\r\nhOsT: h\r\nAccept: x\r\naccept:  y \r\n\r\n",
    );
    assert_eq!(
        answer,
        "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    );
    let seen = &origin.requests("/a")[0];
    assert_eq!(
        (seen.method.as_str(), seen.target.as_str()),
        ("GET", "/a?q=1")
    );
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(
        seen.headers,
        [pair("hOsT", "h"), pair("Accept", "x"), pair("accept", "y")]
    );
    assert_eq!(seen.header("HOST"), Some("h"));
    assert_eq!(seen.header_values("Accept").collect::<Vec<_>>(), ["x", "y"]);
    assert_eq!(origin.requests("/a?q=1").len(), 1);
    assert!(origin.requests("/a?q=2").is_empty() && origin.requests("/").is_empty());
}

#[test]
fn a_reply_can_be_replaced_and_a_query_told_apart() {
    let origin = Origin::start();
    origin.serve("/a", Reply::ok("t/x", "one").header("ETag", "\"1\""));
    assert_eq!(
        get(&origin, "/a"),
        ok("ETag: \"1\"\r\nContent-Length: 3\r\n", "one")
    );
    origin.serve("/a", Reply::status(299, "").body("two"));
    origin.serve("/a?b", Reply::raw("three"));
    assert!(get(&origin, "/a?c").starts_with("HTTP/1.1 299 \r\n"));
    assert_eq!(get(&origin, "/a?b"), "three");
    assert_eq!(origin.requests("/a").len(), 3);
}

#[test]
fn a_script_sees_the_request_and_how_many_came_before() {
    let origin = Origin::start();
    origin.script("/s", |seen, nth| {
        Reply::raw(format!("{nth} {}", seen.target))
    });
    assert_eq!(get(&origin, "/s?a"), "0 /s?a");
    assert_eq!(get(&origin, "/s?b"), "1 /s?b");
}

#[test]
fn bodies_come_in_and_head_asks_for_none() {
    let origin = Origin::start();
    origin.script("/hub", |seen, _| Reply::ok("t/x", &seen.body));
    let post = "POST /hub HTTP/1.1\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello";
    let echoed = ok("Content-Length: 5\r\n", "hello");
    assert_eq!(
        ask(&origin, post),
        format!("HTTP/1.1 100 Continue\r\n\r\n{echoed}")
    );
    assert_eq!(origin.requests("/hub")[0].body, b"hello");
    let head = ask(&origin, "HEAD /hub HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi");
    assert_eq!(head, ok("Content-Length: 2\r\n", ""));
    let chunked = ask(
        &origin,
        "PUT /hub HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
    );
    assert!(chunked.starts_with("HTTP/1.1 411 "));
}

#[test]
fn a_head_without_end_or_sense_is_refused() {
    let origin = Origin::start();
    assert!(ask(&origin, "nonsense\r\n\r\n").starts_with("HTTP/1.1 400 "));
    let long = "GET / HTTP/1.1\r\nX: ".to_owned();
    let long = long.clone() + &"x".repeat((64 << 10) - long.len());
    assert!(ask(&origin, &long).starts_with("HTTP/1.1 431 "));
    let mut half = connect(&origin);
    half.write_all(b"GET /half HT").expect("sent");
    half.shutdown(Shutdown::Write).expect("shut");
    assert_eq!(half.read(&mut [0]).expect("closed in peace"), 0);
    assert!(origin.requests("/half").is_empty());
}

#[test]
fn conditionals_are_honoured_byte_for_byte() {
    let origin = Origin::start();
    let date = "Sun, 09 Nov 2025 16:10:00 GMT";
    let reply = Reply::ok("t/x", "body").header("etag", "W/\"a\"");
    origin.serve("/c", reply.header("Last-Modified", date).conditional());
    let with = |headers: &str| ask(&origin, &format!("GET /c HTTP/1.1\r\n{headers}\r\n\r\n"));
    let unchanged = format!(
        "HTTP/1.1 304 Not Modified\r\netag: W/\"a\"\r\nLast-Modified: {date}\r\nConnection: close\r\n\r\n"
    );
    assert_eq!(with("If-None-Match: W/\"a\""), unchanged);
    assert_eq!(with(&format!("If-Modified-Since: {date}")), unchanged);
    // The tag outranks the date (RFC 9110, 13.2.2), and nearly the same is not the same.
    let stale = format!("If-None-Match: \"a\"\r\nIf-Modified-Since: {date}");
    assert!(with(&stale).starts_with("HTTP/1.1 200 OK"));
    let later = "If-Modified-Since: Sun, 09 Nov 2025 16:10:01 GMT";
    assert!(with(later).ends_with("\r\n\r\nbody"));
}

#[test]
fn lengths_may_lie_and_bodies_stop_short() {
    let origin = Origin::start();
    let reply = || Reply::ok("t/x", "abcde");
    let says = |reply: Reply| {
        origin.serve("/l", reply);
        get(&origin, "/l")
    };
    assert_eq!(
        says(reply().claim_length(99)),
        ok("Content-Length: 99\r\n", "abcde")
    );
    assert_eq!(says(reply().cut(2)), ok("Content-Length: 5\r\n", "ab"));
    assert_eq!(says(reply().until_close()), ok("", "abcde"));
    let chunked = "Transfer-Encoding: chunked\r\n";
    let whole = "2\r\nab\r\n2\r\ncd\r\n1\r\ne\r\n0\r\n\r\n";
    assert_eq!(says(reply().chunked(2)), ok(chunked, whole));
    assert_eq!(
        says(reply().chunked(2).cut(3)),
        ok(chunked, "2\r\nab\r\n1\r\nc\r\n")
    );
    assert_eq!(says(reply().cut(0)), ok("Content-Length: 5\r\n", ""));
}

#[test]
fn nonsense_goes_out_as_it_is() {
    let origin = Origin::start();
    origin.serve("/r", Reply::raw(b"\xff\0HTTP?"));
    assert_eq!(
        ask_bytes(&origin, "GET /r HTTP/1.1\r\n\r\n"),
        b"\xff\0HTTP?"
    );
    origin.serve(
        "/h",
        Reply::status(200, "OK").header("No Colon\u{7f}", "\t\n bad"),
    );
    assert!(get(&origin, "/h").contains("\r\nNo Colon\u{7f}: \t\n bad\r\n"));
    origin.serve("/u", Reply::hang_up());
    assert_eq!(get(&origin, "/u"), "");
}

#[test]
fn a_dripping_body_arrives_whole() {
    let origin = Origin::start();
    origin.serve(
        "/d",
        Reply::ok("t/x", "abcde").drip(2, Duration::from_millis(1)),
    );
    assert_eq!(get(&origin, "/d"), ok("Content-Length: 5\r\n", "abcde"));
}

#[test]
fn dropping_the_origin_releases_what_hangs_stalls_or_never_asked() {
    let origin = Origin::start();
    origin.serve("/hang", Reply::raw("late").hang(FOREVER));
    origin.serve("/stall", Reply::raw("abc").drip(1, FOREVER));
    origin.serve("/brief", Reply::raw("there").hang(Duration::from_millis(1)));
    let _silent = connect(&origin);
    assert_eq!(get(&origin, "/brief"), "there");
    let mut sockets = [connect(&origin), connect(&origin), connect(&origin)];
    for socket in &mut sockets[1..] {
        write!(socket, "GET /hang HTTP/1.1\r\n\r\n").expect("sent");
    }
    origin.await_requests("/hang", 2);
    assert_eq!(origin.most_at_once(), 2);
    write!(sockets[0], "GET /stall HTTP/1.1\r\n\r\n").expect("sent");
    let mut first = [0];
    sockets[0].read_exact(&mut first).expect("the first drip");
    let url = origin.url("");
    drop(origin);
    let rests = sockets.map(|mut socket| {
        let mut rest = Vec::new();
        let _ = socket.read_to_end(&mut rest);
        rest
    });
    assert_eq!((first, rests), (*b"a", [const { Vec::new() }; 3]));
    assert!(TcpStream::connect(url.trim_start_matches("http://")).is_err());
}

#[test]
fn an_endless_body_ends_with_the_clients_patience() {
    let origin = Origin::start();
    origin.serve("/e", Reply::endless("t/x", "abc"));
    let mut socket = connect(&origin);
    socket.write_all(b"GET /e HTTP/1.1\r\n\r\n").expect("sent");
    let mut taken = Vec::new();
    let read = (&mut socket).take(3 << 20).read_to_end(&mut taken);
    assert_eq!(read.expect("more than enough"), 3 << 20);
    assert!(String::from_utf8_lossy(&taken).starts_with(&ok("", "abcabc")));
}

#[test]
fn packed_bodies_unpack() {
    let origin = Origin::start();
    let unpacked = |path: &str| {
        let answer = ask_bytes(&origin, &format!("GET {path} HTTP/1.1\r\n\r\n"));
        let split = answer
            .windows(4)
            .position(|w| w == b"\r\n\r\n")
            .expect("a head");
        let head = String::from_utf8_lossy(&answer[..split]);
        assert!(head.contains("Content-Encoding: gzip"), "{head}");
        let mut plain = Vec::new();
        let unpacking = GzDecoder::new(&answer[split + 4..]).read_to_end(&mut plain);
        unpacking.expect("gzip");
        (answer.len(), plain)
    };
    origin.serve("/g", Reply::ok("t/x", "plain").gzip());
    assert_eq!(unpacked("/g").1, b"plain");
    origin.serve("/bomb", Reply::gzip_bomb("t/x", 8 << 20));
    let (packed, plain) = unpacked("/bomb");
    assert_eq!(plain.len(), 8 << 20);
    assert!(packed * 200 < plain.len());
}

#[test]
fn a_panic_in_a_script_fails_the_test() {
    let origin = Origin::start();
    origin.script("/p", |_, _| panic!("planted"));
    assert_eq!(get(&origin, "/p"), "");
    let dropping = panic::catch_unwind(AssertUnwindSafe(|| drop(origin)));
    assert!(dropping.is_err());
}

#[test]
fn many_clients_are_served_at_once() {
    let origin = Origin::start();
    origin.script("/m", |_, nth| Reply::raw(nth.to_string()));
    thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| assert!(!get(&origin, "/m").is_empty()));
        }
    });
    assert_eq!(origin.await_requests("/m", 20).len(), 20);
}
