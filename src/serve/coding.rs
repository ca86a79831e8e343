//! Which content coding a client gets (S11; RFC 9110 §12.5.3).

use crate::publish::{Coding, Document, Variant};

use super::weights::{Weight, weighted};

/// The form of a document that these `Accept-Encoding` lines like best.
///
/// Among codings liked alike the order is the document's own, Brotli, Zstandard, gzip, identity: they were made once and lie ready, so only their size
/// counts, and on feeds that is the order of size. `q=0` is honoured. A client that says nothing gets identity, since what it can unpack is unknown. One that
/// refuses everything, identity included, gets identity all the same: bytes in plain serve it better than 406 (RFC 9110 §12.5.3 allows both).
pub(super) fn choose<'d, 'a>(
    document: &'d Document,
    accept_encoding: impl IntoIterator<Item = &'a str>,
) -> &'d Variant {
    let accepted: Vec<(&str, Weight)> = weighted(accept_encoding).collect();
    document
        .variants()
        .map(|variant| (variant, liking(&accepted, variant.coding)))
        .filter(|(_, weight)| *weight > 0)
        .reduce(|best, next| if next.1 > best.1 { next } else { best })
        .map_or(document.identity(), |(variant, _)| variant)
}

/// How much a coding is liked: by its name, else as part of `*`, else not at all. Of several weights for one name the first holds.
fn liking(accepted: &[(&str, Weight)], coding: Coding) -> Weight {
    let of = |wanted: &dyn Fn(&str) -> bool| {
        accepted
            .iter()
            .find(|(name, _)| wanted(name))
            .map(|(_, weight)| *weight)
    };
    of(&|name| is(coding, name))
        .or_else(|| of(&|name| name == "*"))
        .unwrap_or(0)
}

/// Names are case-insensitive, and `x-gzip` is gzip (RFC 9110 §8.4.1).
fn is(coding: Coding, name: &str) -> bool {
    name.eq_ignore_ascii_case(coding.as_str())
        || coding == Coding::Gzip && name.eq_ignore_ascii_case("x-gzip")
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;

    fn document(text: &str) -> Document {
        Document::new(
            "text/plain",
            text.as_bytes().to_vec(),
            vec![],
            DateTime::UNIX_EPOCH,
        )
    }

    #[test]
    fn s11_table_of_accept_encoding() {
        use Coding::{Brotli, Gzip, Identity, Zstd};
        let document = document(&"all codings are smaller ".repeat(40));
        let table = [
            ("", Identity),
            ("gzip", Gzip),
            ("x-gzip", Gzip),
            ("GZip", Gzip),
            ("gzip, deflate, br", Brotli),
            ("gzip, deflate, br, zstd", Brotli),
            ("gzip, zstd", Zstd),
            ("br;q=0.5, gzip", Gzip),
            ("gzip;q=0.501, br;q=0.5", Gzip),
            ("gzip;q=0", Identity),
            ("gzip;q=0.000", Identity),
            ("gzip;q=0, gzip;q=1", Identity),
            ("br;q=0, *", Zstd),
            ("*", Brotli),
            ("*;q=0.1", Brotli),
            ("gzip;q=1.0, *;q=0.5", Gzip),
            ("gzip;q=0.2, *;q=0.5", Brotli),
            ("identity", Identity),
            ("identity, gzip", Gzip),
            ("identity;q=1, gzip;q=0.9", Identity),
            ("identity;q=0.5, gzip;q=0.2", Identity),
            ("identity;q=0, gzip;q=0.001", Gzip),
            ("identity;q=0, *", Brotli),
            ("*;q=0, gzip", Gzip),
            ("identity;q=0", Identity),
            ("*;q=0", Identity),
            ("identity;q=0, *;q=0", Identity),
            ("deflate", Identity),
            ("gzip;q=nonsense", Identity),
            ("\"gzip", Identity),
        ];
        for (accepted, coding) in table {
            assert_eq!(choose(&document, [accepted]).coding, coding, "{accepted:?}");
        }
        assert_eq!(choose(&document, []).coding, Identity);
        assert_eq!(choose(&document, ["gzip;q=0.1", "br;q=0.2"]).coding, Brotli);
    }

    #[test]
    fn s11_a_document_without_smaller_forms_is_served_plain() {
        let tiny = document("x");
        for accepted in ["gzip", "*", "br, identity;q=0"] {
            assert_eq!(choose(&tiny, [accepted]), tiny.identity());
        }
    }
}
