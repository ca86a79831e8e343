//! What both halves are told of the daemon around them, and tell it.

use axum::body::Body;
use axum::http::header::CONTENT_ENCODING;
use axum::http::{Response, StatusCode};
use tokio::sync::watch;

use crate::metrics::{Answered, Metrics};
use crate::push::PATH;

/// What surrounds the listeners.
#[derive(Clone, Debug)]
pub struct Around {
    /// Where answers are counted.
    pub metrics: Metrics,
    /// Whether the daemon is about to end: then nobody new should be sent here.
    pub ending: watch::Receiver<bool>,
}

impl Default for Around {
    /// Counts for nobody, and never ends.
    fn default() -> Self {
        Around {
            metrics: Metrics::default(),
            ending: watch::channel(false).1,
        }
    }
}

/// The kind of a path: few, whatever is asked for.
pub(super) fn kind(path: &str) -> &'static str {
    match path {
        "/" => "index",
        "/healthz" | "/readyz" => "health",
        "/status.json" => "status",
        "/metrics" => "metrics",
        _ if path.starts_with("/feeds/") => "feed",
        _ if path.starts_with("/stories/") => "story",
        _ if path.starts_with(PATH) => "websub",
        _ => "other",
    }
}

/// An answer, as it is counted.
pub(super) fn answered(
    listener: &'static str,
    route: &'static str,
    response: &Response<Body>,
) -> Answered {
    let status = response.status();
    let has_body = !matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    let coding = match response.headers().get(CONTENT_ENCODING) {
        _ if !has_body => "none",
        None => "identity",
        Some(coding) if coding == "br" => "br",
        Some(coding) if coding == "zstd" => "zstd",
        Some(coding) if coding == "gzip" => "gzip",
        Some(_) => "other",
    };
    Answered {
        listener,
        route,
        status: status.as_u16(),
        coding,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_asked_for_is_of_one_of_few_kinds() {
        for (path, wanted) in [
            ("/", "index"),
            ("/feeds/world.rss", "feed"),
            ("/feeds/../../etc", "feed"),
            ("/stories/8d9f", "story"),
            ("/metrics", "metrics"),
            ("/websub/8d9f", "websub"),
            ("/wp-login.php", "other"),
            ("", "other"),
            ("//", "other"),
        ] {
            assert_eq!(kind(path), wanted, "{path}");
        }
    }

    #[test]
    fn codings_that_strangers_could_name_are_not_labels() {
        let mut response = Response::new(Body::empty());
        let coding = |response: &Response<Body>| answered("public", "feed", response).coding;
        assert_eq!(coding(&response), "identity");
        let headers = response.headers_mut();
        headers.insert(CONTENT_ENCODING, "zstd".parse().unwrap());
        assert_eq!(coding(&response), "zstd");
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        assert_eq!(coding(&response), "none");
    }
}
