//! What HTML says about its elements, as far as counting depth and laying out text need it.
//! The sets are those of the HTML standard, section 13.2 (parsing) and 13.1.2 (void and raw-text elements).

/// Never has content, so never deepens anything.
pub(super) fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "basefont"
            | "bgsound"
            | "br"
            | "col"
            | "embed"
            | "frame"
            | "hr"
            | "image"
            | "img"
            | "input"
            | "keygen"
            | "link"
            | "meta"
            | "param"
            | "source"
            | "track"
            | "wbr"
    )
}

/// Its content is text up to its own end tag. `noscript` is not among them: we parse with scripting off.
pub(super) fn is_raw_text(name: &str) -> bool {
    matches!(
        name,
        "iframe" | "noembed" | "noframes" | "script" | "style" | "textarea" | "title" | "xmp"
    )
}

/// The standard's "formatting" elements: opened again by the parser after a block has cut them off.
pub(super) fn is_formatting(name: &str) -> bool {
    matches!(
        name,
        "a" | "b"
            | "big"
            | "code"
            | "em"
            | "font"
            | "i"
            | "nobr"
            | "s"
            | "small"
            | "strike"
            | "strong"
            | "tt"
            | "u"
    )
}

/// The standard's "special" elements that have content: no end tag of an ordinary element reaches past one.
pub(super) fn is_special(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "applet"
            | "article"
            | "aside"
            | "blockquote"
            | "button"
            | "caption"
            | "center"
            | "dd"
            | "details"
            | "dir"
            | "div"
            | "dl"
            | "dt"
            | "fieldset"
            | "figcaption"
            | "figure"
            | "footer"
            | "form"
            | "header"
            | "hgroup"
            | "li"
            | "listing"
            | "main"
            | "marquee"
            | "menu"
            | "nav"
            | "noscript"
            | "object"
            | "ol"
            | "p"
            | "pre"
            | "section"
            | "select"
            | "summary"
            | "table"
            | "tbody"
            | "td"
            | "template"
            | "tfoot"
            | "th"
            | "thead"
            | "tr"
            | "ul"
    ) || is_heading(name)
}

pub(super) fn is_heading(name: &str) -> bool {
    matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
}

/// Bounds the search for the element that an end tag closes ("default scope").
pub(super) fn is_scope(name: &str) -> bool {
    matches!(name, "select" | "table") || is_marker(name)
}

/// Formatting elements opened inside do not outlive it, those outside are not opened again inside.
pub(super) fn is_marker(name: &str) -> bool {
    matches!(
        name,
        "applet" | "caption" | "marquee" | "object" | "td" | "template" | "th"
    )
}

/// Its start tag closes an open paragraph.
pub(super) fn closes_paragraph(name: &str) -> bool {
    closes_by_name(name) && !matches!(name, "button" | "select")
        || is_heading(name)
        || matches!(
            name,
            "dd" | "dt" | "hr" | "li" | "p" | "plaintext" | "table" | "xmp"
        )
}

/// Its end tag closes the innermost of its name in scope, whatever is open inside.
pub(super) fn closes_by_name(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "aside"
            | "blockquote"
            | "button"
            | "center"
            | "details"
            | "dialog"
            | "dir"
            | "div"
            | "dl"
            | "fieldset"
            | "figcaption"
            | "figure"
            | "footer"
            | "header"
            | "hgroup"
            | "listing"
            | "main"
            | "menu"
            | "nav"
            | "ol"
            | "pre"
            | "search"
            | "section"
            | "select"
            | "summary"
            | "ul"
    )
}

/// Closed without an end tag when what follows cannot stand inside.
pub(super) fn is_implied_end(name: &str) -> bool {
    matches!(
        name,
        "dd" | "dt" | "li" | "optgroup" | "option" | "p" | "rb" | "rp" | "rt" | "rtc"
    )
}

/// Rows, cells and sections of a table: ignored by the parser where no table is open.
pub(super) fn is_table_part(name: &str) -> bool {
    matches!(
        name,
        "caption" | "col" | "colgroup" | "tbody" | "td" | "tfoot" | "th" | "thead" | "tr"
    )
}

/// Ends SVG or MathML when it turns up inside. `font` does so only with some attributes and is not here.
pub(super) fn breaks_out_of_foreign(name: &str) -> bool {
    is_heading(name)
        || matches!(
            name,
            "b" | "big"
                | "blockquote"
                | "body"
                | "br"
                | "center"
                | "code"
                | "dd"
                | "div"
                | "dl"
                | "dt"
                | "em"
                | "embed"
                | "head"
                | "hr"
                | "i"
                | "img"
                | "li"
                | "listing"
                | "menu"
                | "meta"
                | "nobr"
                | "ol"
                | "p"
                | "pre"
                | "ruby"
                | "s"
                | "small"
                | "span"
                | "strike"
                | "strong"
                | "sub"
                | "sup"
                | "table"
                | "tt"
                | "u"
                | "ul"
                | "var"
        )
}

/// A place in SVG or MathML (`root`) where HTML may stand.
pub(super) fn is_integration_point(root: &str, name: &str) -> bool {
    match root {
        "math" => matches!(name, "mi" | "mn" | "mo" | "ms" | "mtext"),
        _ => matches!(name, "desc" | "foreignobject" | "title"),
    }
}

/// Starts a block of its own when laid out as text.
pub(super) fn is_block(name: &str) -> bool {
    is_special(name)
        && !matches!(
            name,
            "button" | "noscript" | "object" | "select" | "template"
        )
        || matches!(
            name,
            "body" | "dialog" | "hr" | "html" | "legend" | "optgroup" | "option" | "search" | "xmp"
        )
}

/// An element of HTML, so that `<b>` is a tag and `Vec<u8>` is not.
pub(super) fn is_known(name: &str) -> bool {
    is_void(name)
        || is_raw_text(name)
        || is_formatting(name)
        || is_block(name)
        || is_table_part(name)
        || is_implied_end(name)
        || matches!(
            name,
            "abbr"
                | "acronym"
                | "audio"
                | "bdi"
                | "bdo"
                | "button"
                | "canvas"
                | "cite"
                | "data"
                | "datalist"
                | "del"
                | "dfn"
                | "head"
                | "ins"
                | "kbd"
                | "label"
                | "map"
                | "mark"
                | "math"
                | "meter"
                | "noscript"
                | "object"
                | "output"
                | "picture"
                | "progress"
                | "q"
                | "ruby"
                | "samp"
                | "select"
                | "slot"
                | "span"
                | "sub"
                | "sup"
                | "svg"
                | "template"
                | "time"
                | "var"
                | "video"
        )
}
