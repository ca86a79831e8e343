//! Forms posted to hubs (W3).

use reqwest::Response;
use reqwest::header::{self, HeaderValue};
use tokio::time::timeout;
use tracing::debug;
use url::form_urlencoded::Serializer;

use super::headers;
use super::question::Ask;
use super::redirect::Walk;
use super::web::{IDLE, Patience, Web};
use crate::ingest::Failure;
use crate::link;

/// How much of a refusal is read, in bytes: hubs give a sentence.
const LONGEST_REASON: usize = 300;

/// A form for a hub.
#[derive(Clone, Debug)]
pub struct Form {
    /// Where to, in which manners, in whose name.
    pub to: Ask,
    pub fields: Vec<(&'static str, String)>,
}

/// The hub did not take it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declined {
    /// For people: what went wrong, with what the hub said of it.
    pub why: String,
    /// As sent, with 429 and 503 (F14).
    pub retry_after: Option<String>,
    /// The server that answered last.
    pub server: Option<String>,
}

/// Posts forms to hubs. Tests answer from a script, [`Web`] from the web.
pub trait Submit: Send + Sync {
    /// One POST, in turn at its host (F19), to an address that may be reached (F37). Posted again where 307 and 308 say (W3); no other redirect is followed, and
    /// none to plain http. Any success will do, 202 being usual: whether the hub means it, its verification shows.
    fn submit(&self, form: &Form) -> impl Future<Output = Result<(), Declined>> + Send;
}

impl Submit for Web {
    async fn submit(&self, form: &Form) -> Result<(), Declined> {
        let fields = form.fields.iter().map(|(key, value)| (*key, value));
        let body = Serializer::new(String::new()).extend_pairs(fields).finish();
        let mut walk = Walk::start(&form.to.url).map_err(|failure| declined(&failure, None))?;
        let mut patience = Patience::new(form.to.manners.timeout);
        loop {
            let server = link::server(walk.at());
            let failed = |failure| declined(&failure, server.clone());
            let (response, slot) = self
                .hop(&form.to, &walk, &mut patience, Some(&body))
                .await
                .map_err(failed)?;
            let status = response.status().as_u16();
            match status {
                200..=299 => return Ok(()),
                307 | 308 => {
                    let was_secure = walk.at().scheme() == "https";
                    let location = response.headers().get(header::LOCATION);
                    let step = walk.step(status, location.map(HeaderValue::as_bytes));
                    step.map_err(failed)?;
                    if was_secure && walk.at().scheme() != "https" {
                        return Err(failed(Failure::BadRedirect(walk.shown())));
                    }
                    debug!(to = walk.shown(), status, "the hub is elsewhere");
                }
                _ => {
                    let refusal = refusal(response, &mut patience, server).await;
                    drop(slot);
                    return Err(refusal);
                }
            }
        }
    }
}

fn declined(failure: &Failure, server: Option<String>) -> Declined {
    Declined {
        why: failure.to_string(),
        retry_after: None,
        server,
    }
}

/// What the hub says of why not, as far as it is short and plain text.
async fn refusal(
    mut response: Response,
    patience: &mut Patience,
    server: Option<String>,
) -> Declined {
    let status = response.status().as_u16();
    let retry_after = matches!(status, 429 | 503)
        .then(|| headers::first(response.headers(), header::RETRY_AFTER))
        .flatten();
    let is_plain = headers::first(response.headers(), header::CONTENT_TYPE)
        .is_some_and(|kind| kind.to_ascii_lowercase().starts_with("text/plain"));
    let mut said = Vec::new();
    let reading = async {
        while is_plain && said.len() < LONGEST_REASON {
            // What does not come is not needed.
            let Ok(Ok(Some(chunk))) = timeout(IDLE, response.chunk()).await else {
                break;
            };
            let room = LONGEST_REASON.saturating_sub(said.len()).min(chunk.len());
            said.extend(chunk.iter().take(room));
        }
    };
    if patience.with(reading).await.is_none() {
        debug!("the hub did not finish what it had to say");
    }
    let said = String::from_utf8_lossy(&said);
    let why = match said.trim() {
        "" => format!("the hub answered {status}"),
        said => format!("the hub answered {status}: {said}"),
    };
    Declined {
        why,
        retry_after,
        server,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::Validators;
    use crate::ingest::fetch::Seeks;
    use crate::ingest::fetch::origin::{Heard, Origin};
    use crate::source::Manners;
    use std::time::Duration;
    use url::Url;

    fn form(url: Url, private: bool) -> Form {
        let manners = Manners {
            host_interval: Duration::ZERO,
            allow_private_addresses: private,
            timeout: Duration::from_secs(20),
            ..Manners::default()
        };
        Form {
            to: Ask {
                url,
                validators: Validators::default(),
                manners,
                feed_id: "desk".into(),
                subscribers: 0,
                seeks: Seeks::Feed,
            },
            fields: vec![
                ("hub.mode", "subscribe".into()),
                ("hub.topic", "a b&c".into()),
            ],
        }
    }

    fn status(line: &str, headers: &str, body: &str) -> Vec<u8> {
        let length = body.len();
        format!("HTTP/1.1 {line}\r\n{headers}Content-Length: {length}\r\n\r\n{body}").into_bytes()
    }

    #[tokio::test]
    async fn w3_f29_f30_a_form_is_posted_again_where_307_and_308_say() {
        let origin = Origin::start(|heard: &Heard| match heard.path() {
            "/1" => status("307 There", "Location: /2\r\n", ""),
            "/2" => status("308 There", "Location: /3\r\n", ""),
            _ => status("202 Accepted", "", ""),
        });
        let web = Web::new(4);
        assert_eq!(web.submit(&form(origin.url("/1"), true)).await, Ok(()));
        let heard = origin.heard();
        assert_eq!(heard.len(), 3);
        for request in heard {
            assert!(request.head.starts_with("POST "), "{}", request.head);
            let kind = "application/x-www-form-urlencoded";
            assert_eq!(request.header("content-type"), Some(kind));
            assert_eq!(request.header("content-length"), Some("36"));
            assert!(
                request
                    .header("user-agent")
                    .unwrap()
                    .starts_with("headwater/")
            );
            for absent in ["referer", "cookie", "if-none-match", "a-im"] {
                assert_eq!(request.header(absent), None);
            }
        }
    }

    #[tokio::test]
    async fn w3_other_redirects_and_refusals_are_told_in_the_hubs_words() {
        let origin = Origin::start(|heard: &Heard| match heard.path() {
            "/302" => status("302 Found", "Location: /ok\r\n", ""),
            "/loop" => status("307 There", "Location: /loop\r\n", ""),
            "/no" => status(
                "400 No",
                "Content-Type: text/plain\r\n",
                "topic not allowed\n",
            ),
            "/page" => status("400 No", "Content-Type: text/html\r\n", "<p>no"),
            "/long" => status("500 Oh", "Content-Type: text/plain\r\n", &"x".repeat(9000)),
            _ => status("429 Slowly", "Retry-After: 120\r\n", ""),
        });
        let web = Web::new(4);
        let why = async |path: &str| web.submit(&form(origin.url(path), true)).await.unwrap_err();
        assert_eq!(why("/302").await.why, "the hub answered 302");
        assert!(why("/loop").await.why.contains("circle"));
        assert_eq!(
            why("/no").await.why,
            "the hub answered 400: topic not allowed"
        );
        assert_eq!(why("/page").await.why, "the hub answered 400");
        assert!(why("/long").await.why.len() < 400);
        let slow = why("/slow").await;
        assert_eq!(slow.retry_after.as_deref(), Some("120"));
        assert_eq!(slow.server, link::server(&origin.url("/")));
    }

    #[tokio::test]
    async fn f37_hubs_at_private_addresses_are_refused_without_leave() {
        let origin = Origin::start(|_| status("202 Accepted", "", ""));
        let refused = Web::new(4).submit(&form(origin.url("/"), false)).await;
        assert!(refused.unwrap_err().why.contains("not a public address"));
        assert_eq!(origin.heard().len(), 0);
    }
}
