//! `Link` header fields (RFC 8288).

/// One link of a field. Parameter names are in lower case; of those given twice the first counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebLink {
    /// As written: relative to the document.
    pub target: String,
    pub rel: String,
    /// In lower case, without parameters.
    pub mime: String,
    pub title: Option<String>,
}

impl WebLink {
    /// Whether one of its relation types is this one; they are compared without regard to case.
    pub fn has_rel(&self, wanted: &str) -> bool {
        self.rel
            .split_ascii_whitespace()
            .any(|rel| rel.eq_ignore_ascii_case(wanted))
    }
}

/// Links of one document that are read.
const MAX_LINKS: usize = 200;

/// The links in `Link` fields, in order. What is malformed is passed over up to the next link. Links about another document (`anchor`) are left out.
pub fn links(fields: &[String]) -> Vec<WebLink> {
    let mut found = Vec::new();
    for field in fields {
        let mut rest = field.as_str();
        while let Some((_, after)) = rest.split_once('<').filter(|_| found.len() < MAX_LINKS) {
            let Some((target, after)) = after.split_once('>') else {
                break;
            };
            let mut link = WebLink {
                target: target.trim().to_owned(),
                ..WebLink::default()
            };
            let elsewhere;
            (elsewhere, rest) = parameters(after, &mut link);
            if !elsewhere {
                found.push(link);
            }
        }
    }
    found
}

/// Reads parameters up to the comma that ends the link. Whether it has an anchor, and what follows.
fn parameters<'a>(text: &'a str, link: &mut WebLink) -> (bool, &'a str) {
    let (mut rest, mut elsewhere) = (text, false);
    loop {
        rest = rest.trim_start_matches([' ', '\t', ';']);
        if rest.is_empty() || rest.starts_with(',') {
            return (elsewhere, rest);
        }
        let end = rest.find(['=', ';', ',']).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        let name = name.trim().to_ascii_lowercase();
        let (value, after) = match after.strip_prefix('=') {
            Some(after) => value(after.trim_start_matches([' ', '\t'])),
            None => (String::new(), after),
        };
        rest = after;
        match name.as_str() {
            "rel" if link.rel.is_empty() => link.rel = value,
            "type" if link.mime.is_empty() => {
                let mime = value.split(';').next().unwrap_or_default();
                link.mime = mime.trim().to_ascii_lowercase();
            }
            "title" if link.title.is_none() && !value.is_empty() => link.title = Some(value),
            "anchor" => elsewhere = true,
            _ => {}
        }
    }
}

/// A token or quoted string, and what follows it.
fn value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([';', ',']).unwrap_or(text.len());
        let (value, rest) = text.split_at(end);
        return (value.trim().to_owned(), rest);
    };
    let (mut value, mut escaped) = (String::new(), false);
    for (at, c) in quoted.char_indices() {
        match c {
            '\\' if !escaped => escaped = true,
            '"' if !escaped => return (value, quoted.get(at + 1..).unwrap_or_default()),
            c => {
                value.push(c);
                escaped = false;
            }
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d1_link_fields_are_read_as_rfc_8288_has_them() {
        let field = "</a>; REL=\"x Alternate\"; type=\"Application/RSS+xml; charset=x\"; title=\"A, \\\"B\\\"; c\", <b,c>;rel=alternate;type=application/atom+xml;rel=next , junk, </d>; rel=self; anchor=\"/other\", <e";
        let found = links(&[field.into(), "<f>".into(), "<g>; rel=\"never closed".into()]);
        let told: Vec<_> = found
            .iter()
            .map(|link| {
                (
                    link.target.as_str(),
                    link.mime.as_str(),
                    link.title.as_deref(),
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                ("/a", "application/rss+xml", Some("A, \"B\"; c")),
                ("b,c", "application/atom+xml", None),
                ("f", "", None),
                ("g", "", None)
            ]
        );
        assert!(found[0].has_rel("alternate") && !found[1].has_rel("next"));
        assert_eq!(links(&["<a>,".repeat(10_000)]).len(), MAX_LINKS);
    }
}
