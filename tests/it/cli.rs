//! What people and scripts read on their terminals.

mod inspect;
mod shapes;

use chrono::{DateTime, TimeDelta, Utc};

use crate::newsroom::Newsroom;

/// Output with everything taken out that is of this run: the folder, and instants of today.
fn lasting(newsroom: &Newsroom, text: &str) -> String {
    let folder = newsroom.path("");
    let text = text.replace(folder.to_string_lossy().trim_end_matches('/'), "FOLDER");
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some(c) = rest.chars().next() {
        match rest.get(..INSTANT.len()).filter(|text| is_recent(text)) {
            Some(instant) => {
                out.push_str("(a moment of this run)");
                rest = &rest[instant.len()..];
            }
            None => {
                out.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    out
}

const INSTANT: &str = "2025-11-09T16:10:00Z";

fn is_recent(text: &str) -> bool {
    let at = text.parse::<DateTime<Utc>>();
    at.is_ok_and(|at| (at - Utc::now()).abs() < TimeDelta::days(200))
}

/// An article of markup that is no markup, and of everything that ends strings early somewhere.
const HOSTILE: &str = "\
let's try & break this <item> ]]>
Let's Try & Break This <item> ]]>

A standfirst with \"quotes\", 'apostrophes' & an entity that is none: &amp;lt; &nbsp; is what there is.

Published On: 09 November 2025 | 09:40 PM (GMT+05:30, IST, India)
Published By: Ms. Asha O'Neil-<Rao>

First Part & <script>alert(1)</script>

The ministry said ]]> and went on <b>boldly</b>. 5 < 6 > 4 & so on; see <!-- this --> too.
(Source: https://ministry.example/report?a=1&b=<2>)

- one & two
- three <four>

Label:
A claim with an address that ends in a bracket.
(Source: https://review.example/2025/11/article_(draft))
";
