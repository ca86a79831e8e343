//! `headwater inspect`: what headwater makes of one document. Stores nothing.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use chrono::Utc;
use clap::Args;
use url::Url;

use super::abreast::abreast;
use super::ended::Ended;
use super::inspect_shape::{all_oddities, shape};
use super::open::{Everywhere, configuration, runtime, store_to_read};
use super::out;
use crate::date::{self, Hints, Precision};
use crate::ingest::fetch::{Ask, Body, Fetch, Seeks, Web, unpacked};
use crate::ingest::{self, Dated, Document, Expect, Reading, Validators};
use crate::pipeline::{Studied, study};
use crate::source::{Manners, without_userinfo};

#[derive(Args)]
pub(super) struct Options {
    /// A file, an address, or `-` for standard input
    #[arg(value_name = "PATH|URL|-", required_unless_present = "kept")]
    document: Option<String>,
    /// The document of this source on which a parser failed, as `status` tells
    #[arg(long, value_name = "SOURCE", conflicts_with_all = ["document", "url", "content_type"])]
    kept: Option<String>,
    /// … itself, byte for byte, and not what is made of it
    #[arg(long, requires = "kept", conflicts_with = "json")]
    raw: bool,
    /// Read it as if it had been fetched from here: the base of relative links
    #[arg(long, value_name = "URL")]
    url: Option<Url>,
    /// … with this Content-Type
    #[arg(long, value_name = "TYPE")]
    content_type: Option<String>,
    /// Print machine-readable JSON
    #[arg(long)]
    json: bool,
}

/// A document and where it came from.
struct Taken {
    bytes: Vec<u8>,
    name: String,
    url: Option<Url>,
    content_type: Option<String>,
}

pub(super) fn run(everywhere: &Everywhere, options: &Options) -> Result<Ended, Ended> {
    let taken = match (&options.kept, &options.document) {
        (Some(source), _) => kept(everywhere, source)?,
        (None, Some(document)) => take(document, options)?,
        (None, None) => return Err(Ended::Wrong("nothing to inspect was named".into())),
    };
    if options.raw {
        return out::emit_bytes(&taken.bytes);
    }
    let document = Document {
        bytes: &taken.bytes,
        name: &taken.name,
        url: taken.url.as_ref(),
        content_type: taken.content_type.as_deref(),
        zone: Hints::default().zone,
        now: Utc::now(),
    };
    let reading = match ingest::read(&document, Expect::Anything) {
        Ok(reading) => reading,
        Err(unreadable) => return Err(Ended::Error(format!("{}: {unreadable}", taken.name))),
    };
    let studied = abreast(&reading.entries, |at, entry| {
        study(entry, &format!("entries[{at}]"))
    });
    if options.json {
        out::emit_json(&shape(&reading, &studied))
    } else {
        out::emit(&in_words(&reading, &studied))
    }
}

/// The document that is kept of a source because a parser failed on it.
fn kept(everywhere: &Everywhere, source: &str) -> Result<Taken, Ended> {
    let config = configuration(everywhere)?;
    let found = match store_to_read(&config)? {
        Some(store) => store.specimen(source)?,
        None => None,
    };
    let Some((at, specimen)) = found else {
        return Err(Ended::Error(format!(
            "no document of source {source:?} is kept: none made a parser fail, or it has read well since"
        )));
    };
    let Some(bytes) = specimen.bytes() else {
        return Err(Ended::Error(format!(
            "the document of source {source:?} that came at {} from {} was too large to keep ({} bytes); the parser said: {}",
            date::rfc3339(at),
            specimen.address,
            specimen.size,
            out::tame(&specimen.said)
        )));
    };
    Ok(Taken {
        bytes,
        url: Url::parse(&specimen.address).ok(),
        name: specimen.address,
        content_type: specimen.content_type,
    })
}

fn take(document: &str, options: &Options) -> Result<Taken, Ended> {
    let address = Url::parse(document)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"));
    if let Some(address) = address {
        return fetched(address, options);
    }
    let limit = Manners::default().max_bytes;
    let (bytes, name) = match document {
        "-" => (
            bounded(io::stdin().lock(), limit),
            "standard input".to_string(),
        ),
        path => (
            File::open(path).and_then(|file| bounded(file, limit)),
            file_name(Path::new(path)),
        ),
    };
    let bytes = bytes
        .map_err(|error| Ended::Error(format!("{}: {}", document, ingest::in_words(&error))))?;
    // Sitemaps lie about as .xml.gz; on the way over the net this is undone already.
    let bytes =
        unpacked(bytes, limit).map_err(|failure| Ended::Error(format!("{document}: {failure}")))?;
    Ok(Taken {
        bytes,
        name,
        url: options.url.clone(),
        content_type: options.content_type.clone(),
    })
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .map(PathBuf::from)
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn bounded(from: impl Read, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("it is larger than {limit} bytes"),
        ));
    }
    Ok(bytes)
}

/// The operator names the address himself here, so his own network may be asked; a source may not without leave (F37).
fn fetched(address: Url, options: &Options) -> Result<Taken, Ended> {
    let shown = without_userinfo(&address);
    let manners = Manners {
        allow_private_addresses: true,
        ..Manners::default()
    };
    let ask = Ask {
        url: address,
        validators: Validators::default(),
        manners,
        feed_id: "inspect".into(),
        subscribers: 0,
        seeks: Seeks::Feed,
    };
    let got = runtime()?.block_on(async {
        let web = Web::new(1);
        web.fetch(&ask)
            .await
            .map_err(|failed| Ended::Error(format!("{shown}: {}", failed.failure)))
    })?;
    let Body::Bytes(bytes) = got.body else {
        return Err(Ended::Error(
            "the server said that nothing changed, though nothing was asked so".into(),
        ));
    };
    let url = options
        .url
        .clone()
        .or_else(|| Url::parse(&got.answer.url).ok());
    Ok(Taken {
        bytes,
        name: got.answer.url,
        url,
        content_type: options.content_type.clone().or(got.content_type),
    })
}

fn in_words(reading: &Reading, studied: &[Studied]) -> String {
    let mut text = format!(
        "{}, {} entries",
        reading.kind.as_str(),
        reading.entries.len()
    );
    if let Some(title) = reading
        .channel
        .title
        .as_ref()
        .filter(|_| reading.kind.is_feed())
    {
        text.push_str(&format!(": {}", out::tame(title)));
    }
    text.push('\n');
    for (entry, studied) in reading.entries.iter().zip(studied) {
        text.push_str(&format!(
            "\n{}\n",
            out::bold(&out::tame(entry.title.as_deref().unwrap_or("(no title)")))
        ));
        let names: Vec<&str> = entry
            .authors
            .iter()
            .filter_map(|author| author.name.as_deref())
            .collect();
        let line = [
            entry.published.map(as_said),
            Some(names.join(", ")),
            entry.url.clone(),
        ];
        let line: Vec<String> = line
            .into_iter()
            .flatten()
            .filter(|part| !part.is_empty())
            .collect();
        text.push_str(&format!("  {}\n", out::tame(&line.join(" · "))));
        for link in &studied.links {
            let caution = link
                .reach
                .and_then(|reach| reach.caution())
                .map(|caution| format!(" ({caution})"))
                .unwrap_or_default();
            text.push_str(&format!(
                "  {} {}: {}{caution}\n",
                link.kind.as_str(),
                out::tame(&link.name),
                link.url.as_deref().unwrap_or_default()
            ));
            if let Some(claim) = &link.claim {
                text.push_str(&format!("      for: {}\n", out::tame(claim)));
            }
        }
    }
    for oddity in all_oddities(reading, studied) {
        text.push_str(&format!(
            "\noddity {} at {}: {}",
            oddity.code,
            out::tame(&oddity.at),
            out::tame(&oddity.message)
        ));
    }
    text
}

/// A date no finer than it was said.
fn as_said(dated: Dated) -> String {
    let form = match dated.stamp.precision {
        Precision::Year => "%Y",
        Precision::Month => "%Y-%m",
        Precision::Day => "%Y-%m-%d",
        Precision::Minute | Precision::Second => return date::rfc3339(dated.said()),
    };
    dated.shown().format(form).to_string()
}
