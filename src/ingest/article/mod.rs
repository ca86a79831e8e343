//! Articles that come as documents of their own: plain text, Markdown, web pages. Each gives one entry.

mod header;
mod markdown;
mod page;
mod text;

pub use markdown::read_markdown;
pub use page::read_page;
pub use text::read_text;

/// What an article document is read with.
pub struct Setting<'a> {
    /// The raw id of the entry: the path or address of the document.
    pub name: &'a str,
    /// Where it is on the web, when it is.
    pub url: Option<&'a url::Url>,
    pub dates: crate::date::Hints<'a>,
}
