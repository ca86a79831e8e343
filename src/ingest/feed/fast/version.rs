//! RSS from before 2.0, made to look like what feed-rs reads.

/// Namespaces of RSS 0.90; its elements are those of RSS 1.0.
const RSS_090: [&str; 2] = [
    "http://my.netscape.com/rdf/simple/0.9/",
    "http://channel.netscape.com/rdf/simple/0.9/",
];

const RSS_10: &str = "http://purl.org/rss/1.0/";

/// Whether this is RSS 0.90 to 0.94. `text` begins with the root element.
pub(super) fn is_early(text: &str) -> bool {
    let root = root_tag(text);
    let is_rdf = RSS_090.iter().any(|namespace| root.contains(namespace));
    is_rdf || declared(root).is_some_and(|version| version.starts_with("0.9"))
}

/// The same document with a version and a namespace that feed-rs knows: it takes `<rss>` of 2.0, 0.91 and 0.92 and RDF of RSS 1.0, and nothing else.
pub(super) fn readable(text: String) -> String {
    let root = root_tag(&text);
    if let Some(namespace) = RSS_090.iter().find(|namespace| root.contains(**namespace)) {
        return text.replacen(namespace, RSS_10, 1);
    }
    let Some(after_name) = text.strip_prefix("<rss") else {
        return text;
    };
    match declared(root) {
        Some("2.0" | "0.91" | "0.92" | "") => text,
        Some(odd) => {
            // The tag is replaced alone, so that the number stays where it stands for something else.
            let tag = root.replacen(&format!("\"{odd}\""), "\"2.0\"", 1).replacen(
                &format!("'{odd}'"),
                "'2.0'",
                1,
            );
            format!("{tag}{}", text.get(root.len()..).unwrap_or_default())
        }
        None => format!("<rss version=\"2.0\"{after_name}"),
    }
}

/// The root's start tag without its `>`.
fn root_tag(text: &str) -> &str {
    text.find('>')
        .and_then(|end| text.get(..end))
        .unwrap_or(text)
}

/// What the attribute `version` says.
fn declared(root: &str) -> Option<&str> {
    let (_, value) = root.split_once("version")?;
    let value = value
        .trim_start_matches([' ', '\t', '\r', '\n', '='])
        .get(1..)?;
    value.split(['"', '\'']).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_versions_are_read_as_the_nearest() {
        let cases = [
            ("<rss><a/></rss>", "<rss version=\"2.0\"><a/></rss>"),
            (
                "<rss version=\"2.0.1\" x=\"y\"></rss>",
                "<rss version=\"2.0\" x=\"y\"></rss>",
            ),
            (
                "<rss version = '0.94'></rss>",
                "<rss version = '2.0'></rss>",
            ),
            ("<rss version='0.91'/>", "<rss version='0.91'/>"),
            ("<feed version='0.3'/>", "<feed version='0.3'/>"),
            ("<rss version=", "<rss version=\"2.0\" version="),
        ];
        for (text, expected) in cases {
            assert_eq!(readable(text.into()), expected);
        }
        assert!(
            is_early("<rss version='0.94'>")
                && !is_early("<rss version='2.0'>")
                && !is_early("<feed>")
        );
    }
}
