//! What is asked of the web, and what comes back.

use std::fmt;

use url::Url;

use super::places::Room;
use crate::ingest::{Answer, Failure, Validators};
use crate::source::{Manners, without_userinfo};

/// Asks the world one polite question. Tests answer from a script, [`Web`](super::Web) from the web.
pub trait Fetch: Send + Sync {
    /// One GET, redirects followed, body unpacked (F32). Never asks twice, but for one retry when no connection came about (F20).
    ///
    /// Dropping the future gives everything back: connection, turn at the host, memory.
    fn fetch(&self, ask: &Ask) -> impl Future<Output = Result<Got, Failed>> + Send;

    /// Questions under way that only wait: for their turn at a host, or for a server that is slower than usual. They take up no place among the visits
    /// at once.
    fn waiting(&self) -> usize {
        0
    }
}

/// One question.
#[derive(Clone)]
pub struct Ask {
    /// http or https. Userinfo becomes `Authorization` (F38).
    pub url: Url,
    /// Sent back as they were given (F1–F3), and with them the word that news alone will do (F28). Empty asks unconditionally.
    pub validators: Validators,
    pub manners: Manners,
    /// Names the asking source in the User-Agent, for the publisher's logs (F29).
    pub feed_id: String,
    /// How many published feeds will carry what the answer brings, for the User-Agent (F29). 0 says nothing of it.
    pub subscribers: usize,
    pub seeks: Seeks,
}

/// What sort of document is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Seeks {
    /// Whatever is there, a feed by preference.
    #[default]
    Feed,
    /// An article's page. An answer that says it is anything else is [`Failure::NotAPage`], and its body is not read.
    Page,
}

/// Without credentials (F38).
impl fmt::Debug for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ask")
            .field("url", &without_userinfo(&self.url).as_str())
            .field("validators", &self.validators)
            .field("manners", &self.manners)
            .field("feed_id", &self.feed_id)
            .field("subscribers", &self.subscribers)
            .field("seeks", &self.seeks)
            .finish()
    }
}

/// A good answer: a document, or word that there is no new one.
#[derive(Clone, Debug)]
pub struct Got {
    pub answer: Answer,
    /// Those of this very answer, byte for byte (F1, F2, F4). A 304 need not repeat what it confirms, so both may be absent.
    pub validators: Validators,
    pub content_type: Option<String>,
    pub content_language: Option<String>,
    /// `Link` fields, one string a field line, unparsed.
    pub links: Vec<String>,
    pub body: Body,
    /// What the body takes up, to be held for as long as the body is.
    pub room: Room,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// 304 to a conditional question.
    NotModified,
    /// The document, unpacked. May be empty, may be anything: nobody has looked inside yet.
    Bytes(Vec<u8>),
    /// 226 with `IM: feed`: a document of what is new or changed, unpacked. What is not in it is still there (F28, RFC 3229).
    Delta(Vec<u8>),
}

/// No document. Never carries validators (F5).
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{failure}")]
pub struct Failed {
    pub failure: Failure,
    /// What the server said, when it said something: `Retry-After` and `Cache-Control` count after errors as well (F11, F14). When the visit ended on
    /// the way, the redirect it ended at, without that redirect's freshness: it says nothing about the document.
    pub answer: Option<Answer>,
}
