//! A2 to A4 of the conformance list, as far as they can be seen from outside: when, from where, and in what words.

use super::{asked_again_after, feed, look};
use crate::newsroom::{ALL, Newsroom, item, one, rss, source};
use crate::origin::{Origin, Reply};

#[test]
fn f11_a_source_is_left_alone_for_as_long_as_its_server_says() {
    let origin = Origin::start();
    let reply = feed(&rss(&[item("a")]));
    origin.serve("/f", reply.header("Cache-Control", "max-age=7200"));
    let newsroom = Newsroom::on(&origin.url("/f"));
    look(&newsroom);
    assert_eq!(newsroom.status("paper")["due_because"], "freshness");
    asked_again_after(&newsroom, &origin, 2);
}

#[test]
fn f14_retry_after_holds_against_now_and_by_name() {
    let origin = Origin::start();
    for status in [429, 503] {
        let path = format!("/{status}");
        let busy = Reply::status(status, "Later").header("Retry-After", "7200");
        origin.serve(&path, busy);
        let newsroom = Newsroom::on(&origin.url(&path));
        look(&newsroom);
        assert_eq!(newsroom.status("paper")["due_because"], "retry-after");
        newsroom.refresh(&["--now"]);
        let named = newsroom.run(&["refresh", "paper"]).ended(1);
        let said = format!("{}{}", named.out, named.err);
        assert!(said.contains("paper"), "it says which, and why not: {said}");
        assert_eq!(origin.requests(&path).len(), 1);
        origin.serve(&path, feed(&rss(&[item("a")])));
        newsroom.pass(3);
        newsroom.refresh(&[]);
        assert_eq!(newsroom.status("paper")["outcome"], "fresh");
    }
}

#[test]
fn f19_no_more_than_two_visits_at_once_to_one_host() {
    let origin = Origin::start();
    let mut sections = String::new();
    for n in 0..6 {
        let path = format!("/f{n}");
        let reply = feed(&rss(&[item(&format!("a{n}"))]));
        origin.serve(&path, reply.hang(std::time::Duration::from_millis(50)));
        sections += &source(&format!("s{n}"), &origin.url(&path));
        sections += "per_host = 2\n";
    }
    let newsroom = Newsroom::with(&format!("{sections}\n{ALL}"));
    let visits = newsroom.refresh(&["--now"]);
    assert_eq!(visits["visits"].as_array().map(Vec::len), Some(6));
    assert_eq!(origin.most_at_once(), 2);
}

#[test]
fn f25_410_is_confirmed_once_a_day_later_and_deletes_nothing() {
    let origin = Origin::start();
    origin.serve("/f", feed(&rss(&[item("a")])));
    let newsroom = Newsroom::on(&origin.url("/f"));
    look(&newsroom);
    let before = newsroom.stories();
    origin.serve("/f", Reply::status(410, "Gone"));
    assert_eq!(look(&newsroom)["outcome"], "gone");
    let status = newsroom.status("paper");
    assert_eq!(status["due_because"], "gone-confirm");
    assert!(status["message"].as_str().expect("words").contains("410"));
    // An hour later it is still only said once.
    newsroom.pass(1);
    look(&newsroom);
    assert!(newsroom.status("paper")["next_due"].is_string());
    newsroom.pass(25);
    newsroom.refresh(&[]);
    assert_eq!(origin.requests("/f").len(), 4);
    let status = newsroom.status("paper");
    assert_eq!(status.get("next_due"), None, "never again: {status}");
    newsroom.pass(1000);
    newsroom.refresh(&[]);
    assert_eq!(origin.requests("/f").len(), 4);
    assert_eq!(newsroom.stories(), before);
}

#[test]
fn f25_the_410_of_an_old_address_is_not_held_against_a_new_one() {
    let origin = Origin::start();
    origin.serve("/old", Reply::status(410, "Gone"));
    origin.serve("/new", Reply::status(410, "Gone"));
    let newsroom = Newsroom::on(&origin.url("/old"));
    look(&newsroom);
    newsroom.pass(25);
    newsroom.rewrite(&one(&origin.url("/new")));
    look(&newsroom);
    assert!(newsroom.status("paper")["next_due"].is_string());
}

#[test]
fn f14_the_retry_after_of_an_old_address_is_not_held_against_a_new_one() {
    let (origin, other) = (Origin::start(), Origin::start());
    let busy = Reply::status(503, "Later").header("Retry-After", "7200");
    origin.serve("/old", busy);
    other.serve("/new", feed(&rss(&[item("a")])));
    let newsroom = Newsroom::on(&origin.url("/old"));
    look(&newsroom);
    newsroom.rewrite(&one(&other.url("/new")));
    newsroom.refresh(&["--now"]);
    assert_eq!(newsroom.status("paper")["outcome"], "fresh");
}

#[test]
fn f29_f30_f31_the_request_says_who_asks_and_nothing_else() {
    let origin = Origin::start();
    let hop = Reply::status(301, "Moved").header("Location", "/real");
    origin.serve("/f", hop.header("Set-Cookie", "a=b; Path=/"));
    let reply = feed(&rss(&[item("a")])).header("Set-Cookie", "c=d; Path=/");
    origin.serve("/real", reply);
    let newsroom = Newsroom::with(&format!(
        "{}contact = \"https://desk.example/bot\"\n{ALL}",
        source("paper", &origin.url("/f"))
    ));
    look(&newsroom);
    look(&newsroom);
    let mut requests = origin.requests("/f");
    requests.extend(origin.requests("/real"));
    assert_eq!(requests.len(), 4);
    for request in &requests {
        assert_eq!(request.method, "GET");
        assert!(!request.target.contains('?'), "{}", request.target);
        for name in ["Cookie", "Referer", "Authorization", "A-IM"] {
            assert_eq!(request.header(name), None);
        }
        let agent = request.header("User-Agent").expect("a name");
        let about = "(+https://desk.example/bot; 1 subscribers; feed-id=paper)";
        assert!(agent.starts_with("headwater/") && agent.ends_with(about));
        assert_eq!(request.header("Accept"), requests[0].header("Accept"));
        assert_eq!(request.header("Accept-Encoding"), Some("gzip, br, zstd"));
    }
    let accept = requests[0].header("Accept").expect("Accept");
    assert!(accept.contains("application/rss+xml") && accept.ends_with("*/*;q=0.1"));
}

#[test]
fn f37_addresses_of_ones_own_network_are_refused_unless_allowed() {
    let origin = Origin::start();
    origin.serve("/f", feed(&rss(&[item("a")])));
    let port = origin.url("/f");
    let port = port.rsplit(':').next().expect("a port");
    let hosts = [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0x7f.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "0.0.0.0",
    ];
    let ids: Vec<String> = (0..hosts.len()).map(|n| format!("s{n}")).collect();
    let sections = ids.iter().zip(hosts);
    let sections = sections.map(|(id, host)| source(id, &format!("http://{host}:{port}")));
    let newsroom = Newsroom::bare(&sections.collect::<String>());
    newsroom.refresh(&["--now"]);
    for (id, host) in ids.iter().zip(hosts) {
        let status = newsroom.status(id);
        assert_eq!(status["outcome"], "private-address", "{host}");
        let message = status["message"].as_str().expect("words");
        assert!(message.contains("allow_private_addresses"), "{message}");
    }
    assert!(origin.requests("/f").is_empty());
}

#[test]
fn f37_proxies_of_the_environment_are_not_asked() {
    let (origin, proxy) = (Origin::start(), Origin::start());
    origin.serve("/f", feed(&rss(&[item("a")])));
    let newsroom = Newsroom::on(&origin.url("/f"));
    let through = proxy.url("");
    let names = ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"];
    let env = names.map(|name| (name, through.as_str()));
    newsroom.run_with(&["refresh", "paper"], &env).ended(0);
    assert_eq!(origin.requests("/f").len(), 1);
}

#[test]
fn f38_credentials_go_to_their_own_host_and_are_shown_nowhere() {
    let (origin, other) = (Origin::start(), Origin::start());
    let elsewhere = Reply::status(302, "Found").header("Location", &other.url("/f"));
    origin.serve("/away", elsewhere);
    other.serve("/f", feed(&rss(&[item("a")])));
    origin.serve("/f", feed(&rss(&[item("b")])));
    let with = |path: &str| {
        let url = origin.url(path);
        url.replace("http://", "http://ann:hunter2@")
    };
    let newsroom = Newsroom::with(&format!(
        "{}{}{ALL}",
        source("paper", &with("/f")),
        source("away", &with("/away"))
    ));
    let mut said = String::new();
    for args in [
        &["refresh", "--now", "--verbose"][..],
        &["status"],
        &["status", "paper"],
        &["status", "--json"],
        &["check"],
        &["stories", "--json"],
        &["explain", "https://paper.example/a"],
    ] {
        let ran = newsroom.run(args).ended(0);
        said += &format!("{}{}", ran.out, ran.err);
    }
    let basic = Some("Basic YW5uOmh1bnRlcjI=");
    assert_eq!(origin.requests("/f")[0].header("Authorization"), basic);
    assert_eq!(origin.requests("/away")[0].header("Authorization"), basic);
    assert_eq!(other.requests("/f")[0].header("Authorization"), None);
    let daemon = newsroom.daemon();
    for ending in [".rss", ".atom", ".json", ""] {
        said += daemon.get(&format!("/feeds/all{ending}"), &[]).text();
    }
    said += daemon.ask_admin("/status.json").text();
    said += &daemon.log();
    assert!(!said.contains("hunter2"), "{said}");
    assert!(said.contains("About a") && said.contains("About b"));
}
