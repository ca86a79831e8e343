//! Finding the articles of a page without selectors: layouts as they are met, each with what must not be taken for an article.

use headwater::html::{Listing, Unlisted, listing};
use headwater::source::Pick;
use url::Url;

/// Headlines that are like no others.
const HEADLINES: [&str; 8] = [
    "Night boat to return to Overmere next spring",
    "Council votes to mend the old salt bridge",
    "Seed library opens its doors in the mill",
    "Flood wall plans divide the lower valley again",
    "Ferry fares will rise for the third time",
    "School orchestra wins the northern prize in Harrow",
    "Mine museum seeks letters from before the war",
    "Bakers and millers agree on a price for rye",
];

fn slug(title: &str) -> String {
    title.to_lowercase().replace(' ', "-")
}

/// Everything a site has around its articles.
fn site(main: &str) -> String {
    let links = |names: &[&str], at: &str| -> String {
        names
            .iter()
            .map(|name| format!("<li><a href='/{at}/{}'>{name}</a></li>", slug(name)))
            .collect()
    };
    format!(
        "<html lang=en><head><title>The Valley Paper</title></head><body class='home has-sidebar with-menu'>\
         <header><a href=/><img src=/logo.png alt='The Valley Paper, news since 1871'></a>\
         <div class=main-menu><ul>{menu}</ul></div></header>\
         <div id=wrap class='container with-sidebar'><div class=content>{main}\
         <div class=pagination><a href='?page=2'>2</a><a href='?page=3'>3</a><a href='?page=4'>4</a><a href='?page=2' rel=next>Older articles of this paper are here</a></div></div>\
         <div class=sidebar><h3>Most read</h3><ul>{read}</ul><div class=tagcloud>{tags}</div>\
         <h3>Archive</h3><ul>{months}</ul></div></div>\
         <footer><ul>{foot}</ul></footer></body></html>",
        menu = links(
            &[
                "World",
                "Politics",
                "Business and money",
                "Sport",
                "Culture of the whole valley and beyond"
            ],
            "section"
        ),
        read = links(
            &[
                "An old story that everybody reads all the time",
                "Another old story everybody has read before",
                "The third old story that nobody ever forgot"
            ],
            "old"
        ),
        tags = links(
            &[
                "ferry",
                "bridge",
                "mill",
                "rye",
                "school music in the valley today"
            ],
            "tag"
        ),
        months = links(
            &[
                "November 2025",
                "October 2025",
                "September 2025",
                "August 2025"
            ],
            "2025"
        ),
        foot = links(
            &[
                "About us",
                "Contact",
                "Privacy notice for all our readers",
                "Terms of use of this site"
            ],
            "about"
        ),
    )
}

fn read(page: &str) -> Result<Listing, Unlisted> {
    let url = Url::parse("https://valley.example/news").expect("an address");
    listing(page, &url, &Pick::default())
}

/// That a page lists the headlines, in order, and nothing else.
#[track_caller]
fn lists(page: &str) -> Listing {
    let listing = read(page).expect("a list");
    let titles: Vec<&str> = listing
        .items
        .iter()
        .filter_map(|item| item.title.as_deref())
        .collect();
    assert_eq!(titles, HEADLINES);
    listing
}

fn each(of: impl Fn(usize, &str, &str) -> String) -> String {
    let all = HEADLINES.iter().enumerate();
    all.map(|(at, title)| of(at, title, &slug(title))).collect()
}

#[test]
fn a_blog_of_posts_with_summaries_tags_and_read_more() {
    let posts = each(|at, title, slug| {
        format!(
            "<article id=post-{at} class='post-{at} post type-post category-x{at}'><header><h2 class=entry-title><a href='/2025/11/{slug}/' rel=bookmark>{title}</a></h2>\
             <span class=posted-on><a href='/2025/11/{slug}/'><time datetime='2025-11-0{day}T08:00:00Z'>November {day}</time></a></span> by <a href=/author/ana rel=author>Ana Bo of the valley desk</a></header>\
             <img src=/i/{at}.jpg><p>What the post says at some length, so that one knows whether to read it ({at}).</p><a class=more-link href='/2025/11/{slug}/'>Continue reading {title}</a>\
             <footer><a href=/tag/ferry rel=tag>Everything about the ferries of ours</a></footer></article>",
            day = at + 1
        )
    });
    let listing = lists(&site(&format!("<main>{posts}</main>")));
    let first = &listing.items[0];
    assert_eq!(
        first.dates.first().map(String::as_str),
        Some("2025-11-01T08:00:00Z")
    );
    assert_eq!(
        first.image.as_deref(),
        Some("https://valley.example/i/0.jpg")
    );
    assert!(
        first
            .summary
            .as_deref()
            .is_some_and(|text| text.starts_with("What the post says")),
        "{first:?}"
    );
    assert_eq!(listing.title.as_deref(), Some("The Valley Paper"));
    assert_eq!(listing.language.as_deref(), Some("en"));
}

#[test]
fn a_front_page_of_a_lead_cards_and_a_list() {
    let cards = each(|at, title, slug| match at {
        0 => format!(
            "<section class=lead><h1><a href='/news/{slug}'>{title}</a></h1><p>The lead has a long teaser that says what it is all about.</p></section>"
        ),
        1..4 => format!(
            "<div class='grid-cell c{at}'><a class=card href='/news/{slug}'><picture><source srcset='/c{at}.webp 2x'><img src='data:x'></picture><h3>{title}</h3><p>A teaser of the card that stands under its heading.</p><span class=kicker>Valley</span></a></div>"
        ),
        _ => format!(
            "<ul class=latest><li class='{}'><span class=time>16:0{at}</span> <a href='/news/{slug}'>{title}</a></li></ul>",
            if at % 2 == 0 { "even first" } else { "odd" }
        ),
    });
    let listing = lists(&site(&cards));
    assert_eq!(
        listing.items[1].image.as_deref(),
        Some("https://valley.example/c1.webp")
    );
}

#[test]
fn a_table_of_press_releases() {
    let rows = each(|at, title, _| {
        format!(
            "<tr><td>0{}.11.2025</td><td><a href='/files/pr-{at}.pdf'>{title}</a></td><td><a href='/files/pr-{at}.pdf'>PDF</a></td></tr>",
            at + 1
        )
    });
    let listing = lists(&site(&format!(
        "<table><tr><th>Date</th><th>Release</th></tr>{rows}</table>"
    )));
    assert_eq!(listing.items[7].dates, ["08.11.2025"]);
}

#[test]
fn a_plain_list_of_links_in_a_form_as_old_servers_make_it() {
    let rows = each(|at, title, _| {
        format!(
            "<div class=row><a href='ShowNews.aspx?id={at}4711'>{title}</a><br><i>{} November 2025</i></div>",
            at + 1
        )
    });
    lists(&format!(
        "<body><form>{}</form></body>",
        site(&rows).replace("<html lang=en>", "")
    ));
}

#[test]
fn cards_whose_link_lies_over_a_heading_that_is_none_of_its_own() {
    let cards = each(|at, title, slug| {
        format!(
            "<div class='Card_root__x{at}'><div class=Card_media__a1><a href='/story/{slug}'><img src=/m{at}.png></a></div><div class=Card_body__b2><h3>{title}</h3><time>{} Nov 2025</time></div><a class=Card_overlay__c3 href='/story/{slug}'></a><a class=cta href='/story/{slug}'>Read more »</a></div>",
            at + 1
        )
    });
    lists(&site(&format!("<div class=Grid_root__q9>{cards}</div>")));
}

#[test]
fn a_definition_list_and_headlines_in_a_script_without_blanks() {
    let rows: String = [
        "夜行フェリーが来春オーバーミアに復活へ",
        "議会が古い塩の橋の修復を全会一致で可決",
        "種の図書館が製粉所跡に新しく開館",
        "洪水壁の計画めぐり下流の住民が再び対立",
    ]
    .iter()
    .enumerate()
    .map(|(at, title)| {
        format!(
            "<dt>2025年11月{}日</dt><dd><a href='/topics-news/{at}00231'>{title}</a></dd>",
            at + 1
        )
    })
    .collect();
    let listing = read(&site(&format!("<dl>{rows}</dl>"))).expect("a list");
    assert_eq!(listing.items.len(), 4, "{listing:#?}");
    assert_eq!(
        listing.items[0].dates,
        Vec::<String>::new(),
        "the date stands before the article's element"
    );
}

#[test]
fn titles_in_spans_and_articles_listed_twice() {
    let rows = each(|_, title, slug| {
        format!(
            "<li><a href='/a/{slug}#comments'>3</a><a href='/a/{slug}?utm_source=front'><span class=teaser-title>{title}</span><span class=teaser-date>9.11.2025</span></a></li>"
        )
    });
    let listing = lists(&site(&format!("<ul>{rows}</ul>")));
    assert_eq!(listing.items[0].dates, ["9.11.2025"]);
}

#[test]
fn pages_that_list_no_articles_list_nothing() {
    for main in [
        String::new(),
        "<p>Please log in</p><form><input></form>".to_owned(),
        // An article with its own text, links in it, and nothing that repeats.
        "<article><h1>One long article about a single thing</h1><p>It cites <a href='/one'>the report</a> and <a href='/two'>the letter</a>.</p></article>".to_owned(),
        // What an article cites.
        each(|_, title, slug| format!("<p>As the paper wrote at the time, <a href='/2025/{slug}'>{title}</a>, and as it went on to say on another day, <b><a href='/2024/{slug}'>once more {title}</a></b>.</p>")),
        // Other people's articles.
        each(|_, title, slug| format!("<li><a href='https://other.example/{slug}'>{title}</a></li>")),
        // Pictures.
        (0..20).map(|at| format!("<li><a href='/photos/{at}.jpg'><img src=/{at}.jpg alt='A picture of the river in the evening'></a></li>")).collect(),
        // Names.
        (0..20).map(|at| format!("<li><a href='/staff/p{at}'>Jane Doe{at}</a></li>")).collect(),
    ] {
        let page = site(&main);
        let bare = page.replace("class=sidebar", "class=sidebar hidden");
        assert_eq!(read(&bare), Err(Unlisted::NothingRepeats), "{main}");
    }
    assert_eq!(read(""), Err(Unlisted::NothingRepeats));
}

#[test]
fn selectors_say_what_is_an_article() {
    let page = "<base href=/b/><ol><li><b>A headline</b> <a href=one?utm_medium=x#top>go</a> <i title='2025-11-09'>Sunday</i><p>What it says, in words enough to make a summary of it.<li><a href=https://other.example/two><b>Two</b></a><li>no link</ol>";
    let url = Url::parse("https://valley.example/news").expect("an address");
    let pick = |item: &str, link: Option<&str>, title: Option<&str>, date: Option<&str>| Pick {
        item: Some(item.into()),
        link: link.map(Into::into),
        title: title.map(Into::into),
        date: date.map(Into::into),
    };
    let found = listing(page, &url, &pick("li", None, Some("b"), Some("i"))).expect("a list");
    assert_eq!(found.items[0].url, "https://valley.example/b/one");
    assert_eq!(found.items[0].title.as_deref(), Some("A headline"));
    assert_eq!(found.items[0].dates, ["2025-11-09", "Sunday"]);
    assert!(found.items[0].summary.is_some());
    assert_eq!(found.items[1].url, "https://other.example/two");
    assert_eq!((found.items.len(), found.without_link), (2, 1));
    for (pick, key, selector) in [
        (pick("article", None, None, None), "item", "article"),
        (pick("li", Some("h2 a"), None, None), "link", "h2 a"),
        (pick("p", None, None, None), "link", "a[href]"),
        (pick("li", None, Some("h2"), None), "title", "h2"),
        (pick("li", None, None, Some("time")), "date", "time"),
    ] {
        assert_eq!(
            listing(page, &url, &pick),
            Err(Unlisted::NoMatch(key, selector.into()))
        );
    }
}

#[test]
fn f43_hostile_pages_are_read_in_linear_time_or_refused() {
    let many = |row: &str, count: usize| row.repeat(count);
    for page in [
        many("<div>", 100_000),
        many("<li><a href=/some-long-article-name>A headline of many words that repeats</a>", 100_000),
        (0..10_000).map(|at| format!("<a href=/a-b-c-{at}>A headline of many words</a>")).collect(),
        (0..10_000).map(|at| format!("<p class=c{at}><a class='k{at} x{at}' href=/a-b-c-{at}>A headline of many words</a>")).collect(),
        many("<a href=/x class=date><span class=title>", 20_000),
        format!("{}{}", many("<div class=date>", 200), many("<a href=/y-y-y>word word word word</a>x ", 5_000)),
        format!("{}{}", many("<div class=sidebar>", 200), many("<i></i>", 20_000)),
        many("<article><h2><a href='//[", 30_000),
        format!("<p>{}{}", many("<i></i>", 20_000), many("<a href=/y-y-y>word word word word</a>", 5_000)),
    ] {
        let _ = read(&page);
        let url = Url::parse("https://valley.example/").expect("an address");
        let pick = Pick { item: Some("a, li, div".into()), date: Some(".date".into()), ..Pick::default() };
        let _ = listing(&page, &url, &pick);
    }
}
