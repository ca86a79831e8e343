//! Asking for it, proving it, ending it: W1–W6.

use std::fs;

use super::hub::{Hub, question, signed};
use super::{await_push, await_story, shows, subscribed, trusted, value};
use crate::newsroom::{ALL, Newsroom, item, item_saying, one, rss, source, until};
use crate::origin::Reply;

#[test]
fn w1_w2_w3_f29_what_a_hub_is_asked() {
    let hub = Hub::start();
    let newsroom = Newsroom::on(&hub.feed());
    hub.publish(&[item("first")]);
    let daemon = newsroom.daemon();
    let asked = hub.asked(1);
    assert_eq!(asked.get("hub.mode"), "subscribe");
    assert_eq!(asked.get("hub.topic"), hub.topic(), "W2: not what is asked");
    let callback = asked.get("hub.callback").to_string();
    assert!(callback.starts_with("https://news.example/websub/"));
    assert!(asked.path().len() >= "/websub/".len() + 32, "128 bits");
    let secret = asked.get("hub.secret");
    assert!((32..200).contains(&secret.len()));
    let request = &hub.origin.requests("/hub")[0];
    let kind = request.header("Content-Type");
    assert_eq!(kind, Some("application/x-www-form-urlencoded"));
    assert!(
        request
            .header("User-Agent")
            .unwrap()
            .contains("feed-id=paper")
    );
    for absent in ["Referer", "Cookie", "If-None-Match"] {
        assert_eq!(request.header(absent), None);
    }
    await_push(&newsroom, "a pending one", |push| {
        push["state"] == "pending"
    });
    assert!(!daemon.log().contains(secret) && !daemon.log().contains(&asked.path()));
    let told = daemon.ask_admin("/status.json").text().to_string();
    assert!(!told.contains(secret) && !told.contains(&asked.path()));
    assert!(told.contains(&hub.origin.url("/hub")));
}

#[test]
fn w4_the_challenge_is_echoed_for_what_is_pending_and_nothing_else() {
    let hub = Hub::start();
    let newsroom = Newsroom::on(&hub.feed());
    hub.publish(&[item("first")]);
    let daemon = newsroom.daemon();
    let asked = hub.asked(1);
    let (topic, feed) = (hub.topic(), hub.feed());
    let words = |mode, topic| {
        [
            ("hub.mode", mode),
            ("hub.topic", topic),
            ("hub.challenge", "x"),
        ]
    };
    for (mode, topic) in [
        ("unsubscribe", &*topic),
        ("subscribe", "https://other.example/"),
        ("subscribe", &feed),
        ("publish", &topic),
    ] {
        let answer = hub.say(&daemon, &asked, &words(mode, topic));
        assert_eq!(answer.status, 404, "{mode} {topic}");
    }
    let long = "x".repeat(2000);
    let long = [
        ("hub.mode", "subscribe"),
        ("hub.topic", &*topic),
        ("hub.challenge", &*long),
    ];
    assert_eq!(hub.say(&daemon, &asked, &long).status, 404);
    let head = daemon.ask("HEAD", &question(&asked, &words("subscribe", &topic)), &[]);
    assert_eq!(head.status, 404, "a yes without the challenge is none");
    let stranger = question(&asked, &words("subscribe", &topic));
    let stranger = stranger.replace(&asked.path(), "/websub/0123456789abcdef0123456789abcdef");
    assert_eq!(daemon.get(&stranger, &[]).status, 404);
    assert_eq!(daemon.ask("PUT", &asked.path(), &[]).status, 405);
    let echo = hub.verify(&daemon, &asked, 864_000);
    assert_eq!(echo.status, 200);
    assert_eq!(echo.expect("content-type"), "text/plain; charset=utf-8");
    assert_eq!(echo.expect("x-content-type-options"), "nosniff");
    assert_eq!(echo.header("access-control-allow-origin"), None);
    assert_eq!(
        hub.verify(&daemon, &asked, 864_000).status,
        404,
        "it is done"
    );
    let status = newsroom.status("paper");
    assert_eq!(status["push"]["state"], "active");
    assert!(status["push"]["lease_until"].is_string());
    let words = newsroom.run(&["status", "paper"]).ended(0).out;
    assert!(
        words.contains("subscribed at") && words.contains("until its first delivery"),
        "{words}"
    );
    assert_eq!(
        status["due_because"], "schedule",
        "W7: nothing was delivered"
    );
}

#[test]
fn w6_only_what_the_hub_has_signed_is_read() {
    let hub = Hub::start();
    let newsroom = Newsroom::on(&hub.feed());
    let (daemon, asked) = subscribed(&newsroom, &hub);
    let secret = asked.get("hub.secret").to_string();
    let forged = rss(&[item("forged")]);
    let wrong = signed("sha256", "another secret", &forged);
    for signature in [None, Some("sha1=00"), Some(&*wrong)] {
        let answer = hub.deliver_as(&daemon, &asked, &forged, signature);
        assert_eq!(answer.status, 202, "who forges learns nothing");
    }
    for method in ["sha1", "sha256", "sha512"] {
        let body = rss(&[item(method)]);
        let signature = signed(method, &secret, &body);
        let answer = hub.deliver_as(&daemon, &asked, &body, Some(&signature));
        assert_eq!(answer.status, 202);
        await_story(&daemon, method);
    }
    assert!(!shows(&daemon, "forged"));
    let status = await_push(&newsroom, "three deliveries", |push| {
        push["deliveries"] == 3
    });
    assert_eq!(status["push"]["refused"], 3);
    assert_eq!(status["pushed"], true);
    assert!(daemon.log().contains("without a right signature"));
}

#[test]
fn w6_f37_f36_giants_floods_and_calls_to_nobody_are_turned_away() {
    let hub = Hub::start();
    let newsroom = Newsroom::with(&format!(
        "{}max_bytes = 20_000\n{ALL}",
        source("paper", &hub.feed())
    ));
    let (daemon, asked) = subscribed(&newsroom, &hub);
    let giant = "x".repeat(30_000);
    assert_eq!(hub.deliver(&daemon, &asked, &giant).status, 413);
    let nobody = daemon.post("/websub/0123456789abcdef0123456789abcdef", &[], b"x");
    assert_eq!(nobody.status, 404);
    assert_eq!(daemon.post("/feeds/all.rss", &[], b"x").status, 405);
    let flooded = until("the flood's end", || {
        let answer = hub.deliver_as(&daemon, &asked, "x", None);
        (answer.status == 429).then_some(answer)
    });
    let wait: u64 = flooded.expect("retry-after").parse().expect("seconds");
    assert!((1..=60).contains(&wait));
    assert_eq!(daemon.get("/feeds/all.json", &[]).status, 200);
}

#[test]
fn w4_s16_strangers_keep_nobody_busy_and_fill_no_log() {
    let hub = Hub::start();
    let newsroom = Newsroom::on(&hub.feed());
    let (daemon, asked) = subscribed(&newsroom, &hub);
    let nobody = "/websub/0123456789abcdef0123456789abcdef";
    let words = [
        ("hub.mode", "subscribe"),
        ("hub.topic", &hub.topic()),
        ("hub.challenge", "x"),
    ];
    let query = question(&asked, &words);
    let (_, query) = query.split_once('?').expect("a query");
    // While the one who writes waits for another process.
    let store = newsroom.store();
    store.execute_batch("BEGIN IMMEDIATE").expect("locked");
    let answer = daemon.get(&format!("{nobody}?{query}"), &[]);
    store.execute_batch("ROLLBACK").expect("unlocked");
    assert_eq!(answer.status, 404);
    // While nobody can read.
    fs::rename(newsroom.path("headwater.db"), newsroom.path("aside.db")).expect("moved");
    for _ in 0..20 {
        assert_eq!(daemon.post(nobody, &[], b"x").status, 503);
        assert_eq!(daemon.get("/stories/x", &[]).status, 503);
    }
    let log = daemon.log();
    for words in ["or a stranger, called", "a story could not be read"] {
        assert_eq!(log.matches(words).count(), 1, "{log}");
    }
}

#[test]
fn w6_what_cannot_be_noted_is_not_acknowledged() {
    let hub = Hub::start();
    let newsroom = Newsroom::on(&hub.feed());
    let (daemon, asked) = subscribed(&newsroom, &hub);
    let body = rss(&[item("later")]);
    let store = newsroom.store();
    store.execute_batch("BEGIN IMMEDIATE").expect("locked");
    let busy = hub.deliver(&daemon, &asked, &body);
    assert_eq!(busy.status, 503);
    assert!(busy.header("retry-after").is_some());
    store.execute_batch("ROLLBACK").expect("unlocked");
    until("a receipt", || {
        (hub.deliver(&daemon, &asked, &body).status == 202).then_some(())
    });
    await_story(&daemon, "later");
}

#[test]
fn w5_a_lease_is_renewed_at_the_same_callback_and_outlives_a_restart() {
    let hub = Hub::start();
    let newsroom = Newsroom::on(&hub.feed());
    let (daemon, asked) = subscribed(&newsroom, &hub);
    daemon.stop();
    let daemon = newsroom.daemon();
    assert_eq!(
        hub.deliver(&daemon, &asked, &rss(&[item("second")])).status,
        202
    );
    await_story(&daemon, "second");
    assert_eq!(
        hub.origin.requests("/hub").len(),
        1,
        "nobody had to be asked"
    );
    let before = newsroom.status("paper")["push"]["lease_until"].clone();
    // Nine of ten days have gone.
    newsroom.pass(9 * 24);
    let renewal = hub.asked(2);
    assert_eq!(renewal.get("hub.callback"), asked.get("hub.callback"));
    assert_eq!(renewal.get("hub.secret"), asked.get("hub.secret"));
    assert_eq!(newsroom.status("paper")["push"]["state"], "active");
    assert_eq!(hub.verify(&daemon, &renewal, 864_000).status, 200);
    let after = newsroom.status("paper")["push"]["lease_until"].clone();
    assert_eq!(before.as_str().map(str::len), after.as_str().map(str::len));
    assert_eq!(newsroom.status("paper")["push"]["trusted"], true);
}

#[test]
fn w3_w6_what_is_no_longer_wanted_is_ended_and_answered_with_410() {
    let hub = Hub::start();
    let newsroom = Newsroom::on(&hub.feed());
    let (daemon, asked) = trusted(&newsroom, &hub);
    newsroom.rewrite(&format!(
        "{}push = false\n{ALL}",
        source("paper", &hub.feed())
    ));
    daemon.signal("HUP");
    let farewell = hub.asked(2);
    assert_eq!(farewell.get("hub.mode"), "unsubscribe");
    assert_eq!(farewell.get("hub.callback"), asked.get("hub.callback"));
    assert_eq!(farewell.get("hub.secret"), "");
    let late = hub.deliver(&daemon, &asked, &rss(&[item("late")]));
    assert_eq!(late.status, 410);
    assert_eq!(hub.verify(&daemon, &asked, 1).status, 404);
    assert_eq!(hub.verify(&daemon, &farewell, 1).status, 200);
    assert_eq!(hub.deliver(&daemon, &asked, "x").status, 410);
    let status = newsroom.status("paper");
    assert_eq!(status["push"]["why_not"], "off");
    assert_eq!(status["due_because"], "schedule", "W7: polled again");
    // Wanted again, it is another subscription; the source that leaves ends it.
    newsroom.rewrite(&one(&hub.feed()));
    daemon.signal("HUP");
    let anew = hub.asked(3);
    assert_ne!(anew.get("hub.callback"), asked.get("hub.callback"));
    assert_ne!(anew.get("hub.secret"), asked.get("hub.secret"));
    assert_eq!(hub.verify(&daemon, &anew, 864_000).status, 200);
    newsroom.rewrite(&format!(
        "[[source]]\nid = \"desk\"\nfiles = \"none/*\"\n{ALL}"
    ));
    daemon.signal("HUP");
    let farewell = hub.asked(4);
    assert_eq!(farewell.get("hub.callback"), anew.get("hub.callback"));
    assert_eq!(hub.deliver(&daemon, &anew, "x").status, 410);
}

#[test]
fn w2_another_topic_is_another_subscription() {
    let hub = Hub::start();
    let newsroom = Newsroom::on(&hub.feed());
    let (_daemon, asked) = subscribed(&newsroom, &hub);
    let links = hub.links().replace("/self?", "/moved?");
    let moved = Reply::ok("application/rss+xml", rss(&[item("first"), item("x")]));
    hub.origin.serve("/feed", moved.header("Link", &links));
    newsroom.due_soon();
    hub.origin.await_requests("/hub", 3);
    let mut both = [hub.asked(2), hub.asked(3)];
    both.sort_by_key(|asked| asked.get("hub.mode").to_string());
    let [begun, ended] = both;
    assert!(begun.get("hub.topic").contains("/moved?"));
    assert_eq!(begun.get("hub.mode"), "subscribe");
    assert_eq!(ended.get("hub.mode"), "unsubscribe");
    assert_eq!(ended.get("hub.callback"), asked.get("hub.callback"));
}

#[test]
fn w3_f14_a_hub_that_refuses_or_forgets_is_asked_again_later() {
    let hub = Hub::start();
    let slow = Reply::status(429, "Slowly").header("Retry-After", "7200");
    hub.origin.serve("/hub", slow);
    let newsroom = Newsroom::on(&hub.feed());
    hub.publish(&[item("first")]);
    let daemon = newsroom.daemon();
    let status = await_push(&newsroom, "a refusal", |push| push["problem"].is_string());
    assert_eq!(status["push"]["problem"], "the hub answered 429");
    assert_eq!(status["push"]["state"], "pending");
    let asked = hub.asked(1);
    assert_eq!(
        hub.verify(&daemon, &asked, 60).status,
        404,
        "W4: it said no"
    );
    hub.origin.serve("/hub", Reply::status(202, "Accepted"));
    newsroom.pass(1);
    let held = "SELECT held_until FROM servers";
    assert!(
        value::<i64>(&newsroom, held).is_some(),
        "the server is left alone"
    );
    newsroom.pass(2);
    // It says yes, and never verifies; then late, and is believed.
    hub.asked(2);
    newsroom.pass(1);
    let third = hub.asked(3);
    let status = await_push(&newsroom, "the fault", |push| push["problem"].is_string());
    let problem = status["push"]["problem"]
        .as_str()
        .expect("words")
        .to_string();
    assert!(problem.contains("did not verify"), "{problem}");
    assert_eq!(hub.verify(&daemon, &third, 864_000).status, 200);
    assert_eq!(newsroom.status("paper")["push"]["state"], "active");
}

#[test]
fn w5_a_denial_is_heard_and_ends_the_trust() {
    let hub = Hub::start();
    let newsroom = Newsroom::on(&hub.feed());
    let (daemon, asked) = trusted(&newsroom, &hub);
    assert_eq!(newsroom.status("paper")["due_because"], "safety-poll");
    let topic = hub.topic();
    let elsewhere = [("hub.mode", "denied"), ("hub.topic", "https://x.example/")];
    assert_eq!(hub.say(&daemon, &asked, &elsewhere).status, 404);
    let denial = [
        ("hub.mode", "denied"),
        ("hub.topic", &*topic),
        ("hub.reason", "gone \u{1b}[31mred"),
    ];
    assert_eq!(hub.say(&daemon, &asked, &denial).status, 200);
    let status = newsroom.status("paper");
    assert_eq!(status["push"]["state"], "denied");
    assert_eq!(status["push"]["trusted"], false);
    assert_eq!(status["due_because"], "schedule");
    let words = newsroom.run(&["status", "paper"]).ended(0).out;
    assert!(
        words.contains("denied it: gone") && !words.contains('\u{1b}'),
        "{words}"
    );
    // A week later it is asked again.
    newsroom.pass(7 * 24);
    assert_eq!(hub.asked(2).get("hub.mode"), "subscribe");
}

#[test]
fn w3_without_https_nobody_is_asked_and_the_operator_is_told() {
    let hub = Hub::start();
    let newsroom = Newsroom::bare(&format!(
        "[server]\nlisten = \"127.0.0.1:8080\"\npublic_url = \"http://news.example\"\n[fetch]\nallow_private_addresses = true\n{}",
        one(&hub.feed())
    ));
    let check = newsroom.run(&["check"]).ended(0);
    assert!(
        check.out.contains("not possible") && check.out.contains("plain http"),
        "{}",
        check.out
    );
    let told = newsroom.run(&["check", "--json"]).ended(0).json();
    assert_eq!(told["sources"][0]["push"], false);
    assert_eq!(told["sources"][0]["push_why_not"], "plain-public-url");
    let local = format!(
        "[server]\nlisten = \"127.0.0.1:8080\"\n[fetch]\nallow_private_addresses = true\n{}",
        one(&hub.feed())
    );
    newsroom.configure(&local);
    assert_eq!(
        newsroom.run(&["check", "--json"]).ended(0).json()["sources"][0]["push"],
        true
    );
    newsroom.configure(&local.replace("allow_private_addresses = true", ""));
    assert_eq!(
        newsroom.run(&["check", "--json"]).ended(0).json()["sources"][0]["push"],
        false
    );
}

#[test]
fn w6_a_replay_puts_nothing_old_in_the_place_of_something_new() {
    let hub = Hub::start();
    let newsroom = Newsroom::on(&hub.feed());
    let (daemon, asked) = trusted(&newsroom, &hub);
    let first = rss(&[item_saying("edited", "The first wording of it.")]);
    let second = rss(&[item_saying("edited", "The second wording of it.")]);
    for body in [&first, &second] {
        assert_eq!(hub.deliver(&daemon, &asked, body).status, 202);
    }
    assert_eq!(hub.deliver(&daemon, &asked, &first).status, 202);
    assert_eq!(
        hub.deliver(&daemon, &asked, &rss(&[item("after")])).status,
        202
    );
    await_story(&daemon, "after");
    let feed = daemon.get("/feeds/all.json", &[]);
    assert!(feed.text().contains("second wording") && !feed.text().contains("first wording"));
}
