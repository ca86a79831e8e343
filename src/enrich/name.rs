//! What to call a source.

use url::Url;

use crate::link;

/// Longest name taken from a text, in characters.
const LONGEST: usize = 80;

/// The publisher by its domain; else what the text calls it; else its host. A bare address is never a name.
pub(super) fn name(url: &Url, label: &str) -> String {
    if let Some(known) = link::publisher(url) {
        return known.to_string();
    }
    let label = label.split_whitespace().collect::<Vec<_>>().join(" ");
    let is_name = !label.is_empty()
        && label.chars().count() <= LONGEST
        && !label.contains("://")
        && !label.contains("www.");
    if is_name {
        label
    } else {
        link::shown_host(url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_knows_better_than_the_label_and_the_label_better_than_the_host() {
        let bbc = Url::parse("https://www.bbc.com/news").unwrap();
        assert_eq!(name(&bbc, "BBC Analysis"), "BBC");
        let board = Url::parse("https://www.board.example/x").unwrap();
        assert_eq!(name(&board, "River  Board"), "River Board");
        assert_eq!(name(&board, "https://www.board.example/x"), "board.example");
        assert_eq!(name(&board, ""), "board.example");
    }
}
