//! The whole text of an entry, from its article's own page: what the page said, and whether that is better than what the feed said.
//!
//! Pure. The entry itself is never changed: [`PageText::complete`] makes of it what later floors read.

use url::Url;

use super::better::{is_better, shared, words};
use super::entry::{Entry, Oddity};
use crate::html;
use crate::link;

/// Per cent of the words of a headline, or of the feed's own text, that a page must hold to be the page of that article: both are shortened and reworded.
const SAME: usize = 60;

/// Words below which a text says nothing about which article it is of.
const TELLING: usize = 8;

/// Per cent of its distinct words that a text and its revision must share for the revision to be an edit of it, and not another text.
const EDITED: usize = 80;

/// Words up to which what a feed gave as the text introduces the whole one: a long beginning of the same text would only be read twice.
const INTRODUCTION: usize = 80;

/// Words of a page's text among which its headline is looked for.
const HEAD: usize = 40;

/// Why the page of an entry is not asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAsked {
    /// The entry has no address on the web.
    NoAddress,
    /// Its address is a front page, where no article is.
    Front,
}

impl NotAsked {
    /// For people, without a full stop.
    pub fn sentence(self) -> &'static str {
        match self {
            NotAsked::NoAddress => "the entry has no address on the web",
            NotAsked::Front => "its address is a front page, where no article is",
        }
    }
}

/// The page of an entry that may be asked for its text: http or https, without the credentials a feed may have put there (F38).
pub fn page_of(entry: &Entry) -> Result<Url, NotAsked> {
    let url = entry
        .url
        .as_deref()
        .and_then(|url| link::resolve(url, None));
    let mut url = crate::source::without_userinfo(&url.ok_or(NotAsked::NoAddress)?);
    url.set_fragment(None);
    if link::is_front(&url) {
        return Err(NotAsked::Front);
    }
    Ok(url)
}

/// What an article's page said. Ground state: nothing here is cleaned or judged.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PageText {
    /// After redirects, without credentials.
    pub url: String,
    /// The page read as an entry. `content` is its main content as markup, with `base` to resolve links by.
    pub said: Entry,
    pub oddities: Vec<Oddity>,
}

/// Which rule chose between the text of the page and that of the feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The page has what the feed said and clearly more: its text is taken.
    Fuller,
    Empty,
    Elsewhere,
    Shorter,
    NoGain,
}

impl Rule {
    const ALL: [Rule; 5] = [
        Rule::Fuller,
        Rule::Empty,
        Rule::Elsewhere,
        Rule::Shorter,
        Rule::NoGain,
    ];

    /// Stable: it is stored and printed as JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Rule::Fuller => "fuller",
            Rule::Empty => "empty",
            Rule::Elsewhere => "elsewhere",
            Rule::Shorter => "shorter",
            Rule::NoGain => "no-gain",
        }
    }

    pub fn parse(name: &str) -> Option<Rule> {
        Rule::ALL.into_iter().find(|rule| rule.as_str() == name)
    }

    /// Whether the text of the page stands in place of the feed's.
    pub fn is_chosen(self) -> bool {
        self == Rule::Fuller
    }

    /// For people, without a full stop.
    pub fn sentence(self) -> &'static str {
        match self {
            Rule::Fuller => "the page has what the feed said and clearly more",
            Rule::Empty => "no text was found on the page",
            Rule::Elsewhere => {
                "the page, or the one its address led to, does not speak of this article"
            }
            Rule::Shorter => "what was found on the page is shorter than the feed's own text",
            Rule::NoGain => {
                "what was found on the page adds too little, misses what the feed said, or asks to subscribe or accept something"
            }
        }
    }
}

/// The judgement on a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judged {
    pub rule: Rule,
    /// Whether it is the page of this article, whatever its text is worth: then what it says of author and date is said of the article.
    pub is_about: bool,
}

impl PageText {
    /// Whether the page's text should be read in place of the entry's own (F47 does not concern it: both are as sent).
    pub fn judge(&self, entry: &Entry) -> Judged {
        let found = plain(&self.said);
        let (found_words, own_words) = (words(&found), words(&plain(entry)));
        let is_telling = own_words.len() >= TELLING;
        let title = words(entry.title.as_deref().unwrap_or_default());
        let mut is_about = is_headed(&title, &self.said, &found_words)
            || is_telling && shared(&own_words, &found_words) >= SAME;
        // Servers say "not found" in the words and with the status of a page. A headline is what there is to tell by when the feed gave no text.
        let is_to_show = self.led_elsewhere(entry) || !is_telling && title.len() > 1;
        let rule = if found_words.is_empty() {
            Rule::Empty
        } else if is_to_show && !is_about {
            Rule::Elsewhere
        } else if is_better(&found, &found_words, &own_words) {
            is_about = true;
            Rule::Fuller
        } else if found_words.len() < own_words.len() {
            Rule::Shorter
        } else {
            Rule::NoGain
        };
        Judged { rule, is_about }
    }

    /// The entry as later floors read it: with the page's text when that was chosen, and with what the feed left out when it is the page of this article.
    /// What the feed said itself is not replaced.
    pub fn complete(&self, entry: &Entry, judged: Judged) -> Entry {
        let mut whole = entry.clone();
        let said = &self.said;
        if judged.rule.is_chosen() {
            let own = whole.content.take();
            let introduces = |own: &String| words(&plain_of(own, entry)).len() <= INTRODUCTION;
            whole.summary = whole.summary.or(own.filter(introduces));
            whole.content.clone_from(&said.content);
            whole.base = Some(self.url.clone());
        }
        if !judged.is_about {
            return whole;
        }
        if whole.summary.is_none() && whole.content.is_none() {
            whole.summary.clone_from(&said.summary);
        }
        if whole.authors.is_empty() {
            whole.authors.clone_from(&said.authors);
        }
        whole.canonical = whole.canonical.or_else(|| self.canonical(entry));
        whole.published = whole.published.or(said.published);
        whole.language = whole.language.or_else(|| said.language.clone());
        whole.image = whole.image.or_else(|| said.image.clone());
        for relation in &said.relations {
            if !whole.relations.contains(relation) {
                whole.relations.push(relation.clone());
            }
        }
        whole
    }

    /// What the page calls its address; else where it was found, when that is another address than the feed's.
    fn canonical(&self, entry: &Entry) -> Option<String> {
        let led = self.led_elsewhere(entry).then(|| self.url.clone());
        self.said.canonical.clone().or(led)
    }

    fn led_elsewhere(&self, entry: &Entry) -> bool {
        let asked = entry.url.as_deref().and_then(link::key);
        asked.is_some() && asked != link::key(&self.url)
    }
}

/// Whether the page bears the headline of the entry, as its own or at the beginning of its text.
fn is_headed(title: &[String], said: &Entry, found: &[String]) -> bool {
    let own = words(said.title.as_deref().unwrap_or_default());
    let beginning = found.get(..HEAD.min(found.len())).unwrap_or_default();
    !title.is_empty() && (shared(title, &own) >= SAME || shared(title, beginning) >= SAME)
}

/// Whether a feed's text is another one now, and not an edit of the one before.
pub fn is_rewritten(before: &Entry, now: &Entry) -> bool {
    let (before, now) = (words(&plain(before)), words(&plain(now)));
    shared(&before, &now).min(shared(&now, &before)) < EDITED && !now.is_empty()
}

/// The text a person reads. What is too deep for a tree is read as text by `flow`.
fn plain(entry: &Entry) -> String {
    plain_of(entry.body(), entry)
}

fn plain_of(markup: &str, entry: &Entry) -> String {
    let base = entry.base.as_deref().and_then(|base| Url::parse(base).ok());
    html::flow(markup, base.as_ref()).text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::Person;

    const LEAD: &str = "The board of the river met on Monday and raised the dam by two metres, it said in a letter.";

    fn long() -> String {
        let more = "Farmers below the weir had asked for more water since spring. ".repeat(20);
        format!("<p>{LEAD}</p><p>{more}</p>")
    }

    fn entry() -> Entry {
        Entry {
            id: "1".into(),
            title: Some("River board raises the dam".into()),
            url: Some("https://paper.example/dam?utm_source=rss#top".into()),
            content: Some(format!("<p>{LEAD}</p>")),
            ..Entry::default()
        }
    }

    fn page(url: &str, title: &str, content: &str) -> PageText {
        PageText {
            url: url.into(),
            said: Entry {
                title: Some(title.into()),
                content: Some(content.into()),
                authors: vec![Person::named("Ana Bo")],
                language: Some("en".into()),
                ..Entry::default()
            },
            oddities: Vec::new(),
        }
    }

    #[test]
    fn f38_pages_are_asked_for_without_credentials_and_front_pages_never() {
        let at = |url: Option<&str>| {
            page_of(&Entry {
                url: url.map(str::to_owned),
                ..Entry::default()
            })
        };
        assert_eq!(
            at(Some("https://me:secret@paper.example/a#b"))
                .unwrap()
                .as_str(),
            "https://paper.example/a"
        );
        assert_eq!(at(Some("https://paper.example/")), Err(NotAsked::Front));
        for none in [
            None,
            Some("mailto:desk@paper.example"),
            Some("tag:x,2025:1"),
        ] {
            assert_eq!(at(none), Err(NotAsked::NoAddress), "{none:?}");
        }
    }

    #[test]
    fn a_fuller_page_is_taken_and_completes_what_the_feed_left_out() {
        let page = page(
            "https://paper.example/dam",
            "River board raises the dam",
            &long(),
        );
        let judged = page.judge(&entry());
        assert_eq!(judged.rule, Rule::Fuller);
        let whole = page.complete(&entry(), judged);
        assert_eq!(whole.content, Some(long()));
        assert_eq!(
            whole.summary,
            entry().content,
            "what the feed said introduces it"
        );
        assert_eq!(whole.base.as_deref(), Some("https://paper.example/dam"));
        assert_eq!(
            (whole.id, whole.url, whole.title),
            (entry().id, entry().url, entry().title)
        );
        assert_eq!(whole.authors, [Person::named("Ana Bo")]);
        assert_eq!(
            whole.canonical, None,
            "the same address but for its tracking"
        );
        let signed = Entry {
            authors: vec![Person::named("Desk")],
            ..entry()
        };
        assert_eq!(page.complete(&signed, judged).authors, signed.authors);
    }

    #[test]
    fn a_page_elsewhere_counts_only_when_it_is_of_this_article() {
        let far = "https://wire.example/2025/dam";
        let moved = page(far, "River board raises the dam - Wire", &long());
        let judged = moved.judge(&entry());
        assert_eq!(judged.rule, Rule::Fuller);
        let whole = moved.complete(&entry(), judged);
        assert_eq!(whole.canonical.as_deref(), Some(far));
        let missing = "Nothing was found here; perhaps the latest news will do. ".repeat(8);
        let soft = page("https://paper.example/dam", "Not found", &missing);
        let untold = Entry {
            content: None,
            ..entry()
        };
        assert_eq!(
            soft.judge(&untold).rule,
            Rule::Elsewhere,
            "nothing shows that it is the article"
        );
        let login = "Enter your name and the word you chose. ".repeat(8);
        let bare = Entry {
            content: None,
            ..entry()
        };
        for entry in [entry(), bare] {
            let login = page("https://paper.example/login", "Who are you?", &login);
            let judged = login.judge(&entry);
            assert_eq!(
                judged,
                Judged {
                    rule: Rule::Elsewhere,
                    is_about: false
                }
            );
            assert_eq!(login.complete(&entry, judged), entry);
        }
    }

    #[test]
    fn what_is_no_gain_leaves_the_feeds_text_in_place() {
        let own = Entry {
            content: Some(long()),
            ..entry()
        };
        let here = "https://paper.example/dam";
        let title = "River board raises the dam";
        for (content, rule) in [
            ("", Rule::Empty),
            ("<p>Raised.</p>", Rule::Shorter),
            (long().as_str(), Rule::NoGain),
        ] {
            let page = page(here, title, content);
            let judged = page.judge(&own);
            assert_eq!((judged.rule, judged.is_about), (rule, true), "{content}");
            let whole = page.complete(&own, judged);
            assert_eq!((whole.content, whole.base), (own.content.clone(), None));
            assert_eq!(whole.authors.len(), 1, "it is still the article's page");
        }
    }

    #[test]
    fn t11_the_page_dates_what_its_feed_did_not() {
        let dated = |text: &str, from| {
            let stamp = crate::date::parse(text, &crate::date::Hints::default()).unwrap();
            Some(crate::ingest::Dated { stamp, from })
        };
        let mut page = page(
            "https://paper.example/dam",
            "River board raises the dam",
            "",
        );
        page.said.published = dated("2025-11-08T10:00:00Z", "json-ld");
        let judged = page.judge(&entry());
        let whole = page.complete(&entry(), judged);
        assert_eq!(whole.published, page.said.published);
        let own = Entry {
            published: dated("2025-11-07T10:00:00Z", "feed"),
            ..entry()
        };
        assert_eq!(page.complete(&own, judged).published, own.published);
    }

    #[test]
    fn an_edit_is_no_other_text() {
        let saying = |text: &str| Entry {
            content: Some(text.into()),
            ..Entry::default()
        };
        let edited = long().replace("spring", "summer");
        assert!(!is_rewritten(&saying(&long()), &saying(&edited)));
        assert!(!is_rewritten(&saying(&long()), &saying("")));
        assert!(is_rewritten(&saying(LEAD), &saying(&long())));
        assert!(is_rewritten(&saying(""), &saying(LEAD)));
    }
}
