//! The admin listener.

use super::*;
use crate::metrics::Moment;
use crate::serve::{Admin, Status, admin_router};

struct Told(Option<&'static str>);

impl Status for Told {
    fn json(&self) -> Later<Option<String>> {
        Box::pin(ready(self.0.map(str::to_owned)))
    }

    fn metrics(&self) -> Later<String> {
        Box::pin(ready("# EOF\n".to_owned()))
    }
}

fn admin(told: Option<&'static str>) -> Served {
    admin_in(told, Around::default())
}

fn admin_in(told: Option<&'static str>, around: Around) -> Served {
    let (_, shelf) = watch::channel(Arc::new(shelf()));
    let admin = Admin {
        shelf,
        stories: Arc::new(Shelved),
        status: Arc::new(Told(told)),
        around,
    };
    Served::new(admin_router(admin), Bounds::default())
}

#[test]
fn status_is_told_to_the_operator_and_to_no_foreign_page() {
    let served = admin(Some("{\"totals\":{}}"));
    let answer = served.get("/status.json", &["Origin: https://evil.example"]);
    assert_eq!(answer.status, 200);
    assert_eq!(answer.text(), "{\"totals\":{}}");
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    let preflight = served.ask("OPTIONS /status.json", &["Origin: https://evil.example"]);
    assert_eq!(preflight.status, 204);
    for answer in [answer, preflight] {
        assert_eq!(answer.header("access-control-allow-origin"), None);
        assert_eq!(answer.header("access-control-allow-headers"), None);
    }
}

#[test]
fn a_store_that_does_not_answer_is_503() {
    let answer = admin(None).get("/status.json", &[]);
    assert_eq!(answer.status, 503);
    assert!(answer.header("retry-after").is_some());
}

#[test]
fn the_operators_side_has_health_and_no_feeds() {
    let served = admin(None);
    assert_eq!(served.get("/healthz", &[]).text(), "ok");
    assert_eq!(served.get("/readyz", &[]).status, 200);
    assert_eq!(served.get("/feeds/world.rss", &[]).status, 404);
    assert_eq!(served.ask("POST /status.json", &[]).status, 405);
}

#[test]
fn metrics_are_told_to_the_operator_and_answers_are_counted() {
    let around = Around::default();
    let served = admin_in(None, around.clone());
    let answer = served.get("/metrics", &["Accept-Encoding: gzip"]);
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("content-type"),
        Some("application/openmetrics-text; version=1.0.0; charset=utf-8")
    );
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    served.get("/feeds/secret-token.rss?x=y", &[]);
    let text = around.metrics.text(&Moment::default());
    for line in [
        "{listener=\"admin\",route=\"metrics\",status=\"200\",coding=\"identity\"} 1\n",
        "{listener=\"admin\",route=\"feed\",status=\"404\",coding=\"identity\"} 1\n",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    assert!(!text.contains("secret"), "{text}");
    assert_eq!(Served::public(shelf()).get("/metrics", &[]).status, 404);
}

#[test]
fn nobody_is_sent_to_a_daemon_that_is_ending() {
    let (ending, is_ending) = watch::channel(false);
    let around = Around {
        ending: is_ending,
        ..Around::default()
    };
    let served = admin_in(None, around);
    assert_eq!(served.get("/readyz", &[]).status, 200);
    ending.send_replace(true);
    let answer = served.get("/readyz", &[]);
    assert_eq!(answer.status, 503);
    assert!(answer.text().contains("is ending"));
    assert_eq!(served.get("/healthz", &[]).status, 200);
}
