//! The admin listener.

use super::*;
use crate::serve::{Admin, Status, admin_router};

struct Told(Option<&'static str>);

impl Status for Told {
    fn json(&self) -> Later<Option<String>> {
        Box::pin(ready(self.0.map(str::to_owned)))
    }
}

fn admin(told: Option<&'static str>) -> Served {
    let (_, shelf) = watch::channel(Arc::new(shelf()));
    let admin = Admin {
        shelf,
        stories: Arc::new(Shelved),
        status: Arc::new(Told(told)),
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
