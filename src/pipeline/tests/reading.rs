//! What the pages of entries say, on its way into the store.

use super::*;
use crate::dedupe::StoryId;
use crate::enrich::CitedStory;
use crate::ingest::{PageArrival, PageText, Person, Rule};
use crate::store::PageClaim;

const LEAD: &str =
    "The board of the river met on Monday and raised the dam by two metres, it said in a letter.";

fn in_full() -> Config {
    let text = r#"
        [defaults]
        full_text = true
        [[source]]
        id = "a"
        url = "https://a.example/feed"
        [[feed]]
        id = "all"
        title = "All"
        from = ["*"]
    "#;
    config::parse(text, Path::new("/nowhere/feeds.toml")).unwrap()
}

fn whole() -> String {
    let more = "<p>Farmers had asked for it, wrote <a href='https://council.example/minutes/7'>the council</a> in its minutes.</p>";
    format!("<p>{LEAD}</p>{}", more.repeat(6))
}

/// The page of an entry is answered with the whole text.
fn reads(store: &Store, config: &Config, claim: PageClaim) -> PagesSettled {
    let text = PageText {
        url: claim.url.clone(),
        said: Entry {
            title: Some("Title of 1".into()),
            content: Some(whole()),
            authors: vec![Person::named("Ana Bo")],
            ..Entry::default()
        },
        oddities: Vec::new(),
    };
    let page = FetchedPage {
        claim,
        at: at(30),
        answer: None,
        arrival: PageArrival::Read(Box::new(text)),
    };
    settle_pages(store, config, &[page], at(30), Chance(0)).unwrap()
}

fn claims(store: &Store, minute: i64) -> Vec<PageClaim> {
    let lease = Duration::from_secs(60);
    let sources = ["a".to_string()];
    let claimed = store.claim_pages(&sources, at(minute), (8, TRIES), lease, "me");
    claimed.unwrap()
}

/// Source `a` says this of its one entry.
fn says(store: &Store, config: &Config, minute: i64, words: &str) -> Settled {
    let visit = visit("a", minute, vec![entry("1", 5, words)]);
    settle(store, config, &[visit], at(minute)).unwrap()
}

fn story(store: &Store) -> CitedStory {
    let id: StoryId = store.stories(None).unwrap()[0].id.clone();
    store.cited_story(&id, &[]).unwrap().unwrap()
}

#[test]
fn p23_a_page_replaces_text_fingerprint_and_links_and_neither_id_nor_dates() {
    let config = in_full();
    let store = store(&config);
    says(&store, &config, 10, LEAD);
    let before = story(&store);
    assert_eq!(before.links, []);
    let mut claimed = claims(&store, 20);
    assert_eq!(claims(&store, 20), [], "it is ours until the lease ends");
    let settled = reads(&store, &config, claimed.remove(0));
    assert_eq!(settled.feeds.len(), 1);
    assert_eq!(settled.pages[0].rule, Some(Rule::Fuller));
    let after = story(&store);
    assert_eq!(after.entry.content, Some(whole()));
    assert_eq!(after.entry.authors, [Person::named("Ana Bo")]);
    assert_eq!(after.links.len(), 1, "{:?}", after.links);
    assert_eq!(
        (&after.public_id, after.published, after.updated),
        (&before.public_id, before.published, before.updated)
    );
    assert_eq!(claims(&store, 10_000), [], "F32: once");
    // The entry itself is as its source said it, so that the same words again are no revision (F48).
    let again = says(&store, &config, 40, LEAD);
    assert_eq!(again.visits[0].changed, 0);
}

#[test]
fn p5_a_revision_is_weighed_against_the_page_that_is_there() {
    let config = in_full();
    let store = store(&config);
    says(&store, &config, 10, LEAD);
    let claim = claims(&store, 20).remove(0);
    reads(&store, &config, claim);
    let published = story(&store).published;
    // An edit: the page's text stays in place, and the story was updated.
    let edited = LEAD.replace("Monday", "Tuesday");
    says(&store, &config, 40, &edited);
    let after = story(&store);
    assert_eq!(
        (after.entry.content, after.updated),
        (Some(whole()), at(40))
    );
    assert_eq!(after.links.len(), 1);
    assert_eq!(claims(&store, 50), [], "an edit asks for no page");
    // The feed gives it all and more: its own text is read again, and what it stands on is what that says.
    let own = format!("{LEAD} {}", "And much more, which no page has. ".repeat(60));
    says(&store, &config, 60, &own);
    let after = story(&store);
    assert_eq!(after.entry.content, Some(format!("<p>{own}</p>")));
    assert_eq!((after.links.len(), after.published), (0, published));
    assert_eq!(claims(&store, 70).len(), 1, "it was rewritten: once more");
}

#[test]
fn f32_a_page_of_an_entry_that_is_gone_is_nothing() {
    let config = in_full();
    let store = store(&config);
    says(&store, &config, 10, LEAD);
    let claim = claims(&store, 20).remove(0);
    store.prune(at(1_000)).unwrap();
    let settled = reads(&store, &config, claim);
    assert_eq!(settled, PagesSettled::default());
}
