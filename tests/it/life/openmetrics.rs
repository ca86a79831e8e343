//! A strict reader of OpenMetrics text, in its own words: what it does not accept, no scraper has to.

use std::collections::{BTreeMap, BTreeSet};

/// One family.
#[derive(Debug, Default)]
pub struct Family {
    pub kind: String,
    pub help: String,
    pub unit: Option<String>,
    pub samples: Vec<Sample>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    pub name: String,
    pub labels: Vec<(String, String)>,
    pub value: f64,
}

impl Sample {
    pub fn label(&self, name: &str) -> Option<&str> {
        let found = self.labels.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// The families by name, or the first fault with its line.
pub fn read(text: &str) -> Result<BTreeMap<String, Family>, String> {
    let body = text
        .strip_suffix("# EOF\n")
        .ok_or("it does not end in # EOF")?;
    let mut families: BTreeMap<String, Family> = BTreeMap::new();
    let mut present: Option<String> = None;
    for (at, line) in body.lines().enumerate() {
        let fault = |what: &str| format!("line {}: {what}: {line}", at + 1);
        if let Some(told) = line.strip_prefix("# ") {
            let mut words = told.splitn(3, ' ');
            let (what, name, rest) = match (words.next(), words.next(), words.next()) {
                (Some(what), Some(name), Some(rest)) => (what, name, rest),
                _ => return Err(fault("a comment of no kind")),
            };
            if !is_name(name) {
                return Err(fault("no name"));
            }
            if present.as_deref() != Some(name) {
                if families.contains_key(name) {
                    return Err(fault("a family in two places"));
                }
                families.insert(name.to_owned(), Family::default());
                present = Some(name.to_owned());
            }
            let family = families.get_mut(name).ok_or("lost")?;
            if !family.samples.is_empty() {
                return Err(fault("told behind its samples"));
            }
            match what {
                "TYPE" if family.kind.is_empty() => family.kind = rest.to_owned(),
                "HELP" if family.help.is_empty() => family.help = rest.to_owned(),
                "UNIT" if family.unit.is_none() => {
                    if !name.ends_with(&format!("_{rest}")) {
                        return Err(fault("its name does not end in its unit"));
                    }
                    family.unit = Some(rest.to_owned());
                }
                _ => return Err(fault("told twice, or of no kind")),
            }
            continue;
        }
        let name = present
            .clone()
            .ok_or_else(|| fault("a sample of no family"))?;
        let sample = sample(line).map_err(fault)?;
        let family = families.get_mut(&name).ok_or("lost")?;
        let ending = sample
            .name
            .strip_prefix(name.as_str())
            .ok_or_else(|| fault("a sample among another family's"))?;
        let endings: &[&str] = match family.kind.as_str() {
            "counter" => &["_total"],
            "gauge" => &[""],
            "histogram" => &["_bucket", "_sum", "_count"],
            "info" => &["_info"],
            _ => return Err(fault("of an unknown kind")),
        };
        if !endings.contains(&ending) {
            return Err(fault("a name that its kind does not have"));
        }
        if family.kind != "gauge" && (sample.value.is_nan() || sample.value < 0.0) {
            return Err(fault("a count below nought"));
        }
        family.samples.push(sample);
    }
    families
        .iter()
        .try_for_each(|(name, family)| sound(name, family))?;
    Ok(families)
}

/// What holds for a family as a whole.
fn sound(name: &str, family: &Family) -> Result<(), String> {
    if family.kind.is_empty() || family.help.is_empty() {
        return Err(format!("{name} has no kind or no help"));
    }
    for reserved in ["_total", "_bucket", "_count", "_sum", "_info", "_created"] {
        if name.ends_with(reserved) {
            return Err(format!("{name}: that ending is for samples"));
        }
    }
    let mut seen = BTreeSet::new();
    for sample in &family.samples {
        if !seen.insert((&sample.name, format!("{:?}", sample.labels))) {
            return Err(format!("{name}: one sample twice: {sample:?}"));
        }
    }
    if family.kind == "histogram" {
        histogram(name, family)?;
    }
    Ok(())
}

/// Buckets rise in bound and number, the last is without bound and holds all.
fn histogram(name: &str, family: &Family) -> Result<(), String> {
    let ending = |ending: &str| {
        let full = format!("{name}{ending}");
        family
            .samples
            .iter()
            .filter(move |sample| sample.name == full)
    };
    let (mut bound, mut held) = (f64::NEG_INFINITY, 0.0);
    for bucket in ending("_bucket") {
        let le = bucket
            .label("le")
            .ok_or_else(|| format!("{name}: a bucket without le"))?;
        let le: f64 = match le {
            "+Inf" => f64::INFINITY,
            le => le.parse().map_err(|_| format!("{name}: le={le}"))?,
        };
        if le <= bound || bucket.value < held {
            return Err(format!("{name}: buckets that do not rise"));
        }
        (bound, held) = (le, bucket.value);
    }
    let count = ending("_count").next().map(|sample| sample.value);
    if bound != f64::INFINITY || count != Some(held) || ending("_sum").count() != 1 {
        return Err(format!("{name}: its last bucket is not its count"));
    }
    Ok(())
}

fn sample(line: &str) -> Result<Sample, &'static str> {
    let end = line.find(['{', ' ']).ok_or("no value")?;
    let (name, rest) = line.split_at(end);
    if !is_name(name) {
        return Err("no name");
    }
    let (labels, rest) = match rest.strip_prefix('{') {
        Some(inside) => labels(inside)?,
        None => (Vec::new(), rest),
    };
    let value = rest.strip_prefix(' ').ok_or("no space before its value")?;
    let value = value.parse().map_err(|_| "no number")?;
    Ok(Sample {
        name: name.to_owned(),
        labels,
        value,
    })
}

type Labels = Vec<(String, String)>;

/// Labels up to the closing brace, and what follows.
fn labels(mut rest: &str) -> Result<(Labels, &str), &'static str> {
    let mut labels: Labels = Vec::new();
    loop {
        if let (Some(after), true) = (rest.strip_prefix('}'), labels.is_empty()) {
            return Ok((labels, after));
        }
        let (name, after) = rest.split_once("=\"").ok_or("a label without a value")?;
        let is_known = labels.iter().any(|(known, _)| known == name);
        if !is_name(name) || name.contains(':') || is_known {
            return Err("no label, or one twice");
        }
        let mut value = String::new();
        let mut letters = after.char_indices();
        let end = loop {
            match letters.next().ok_or("a value without end")? {
                (at, '"') => break at,
                (_, '\\') => match letters.next().ok_or("a value without end")?.1 {
                    'n' => value.push('\n'),
                    escaped @ ('\\' | '"') => value.push(escaped),
                    _ => return Err("an escape that is none"),
                },
                (_, letter) => value.push(letter),
            }
        };
        labels.push((name.to_owned(), value));
        rest = &after[end + 1..];
        match rest.split_at_checked(1) {
            Some((",", after)) => rest = after,
            Some(("}", after)) => return Ok((labels, after)),
            _ => return Err("labels without end"),
        }
    }
}

fn is_name(name: &str) -> bool {
    let mut letters = name.chars();
    letters
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && letters.all(|c| c.is_ascii_alphanumeric() || c == '_' || c == ':')
}

#[test]
fn the_reader_refuses_what_is_not_openmetrics() {
    let head = "# HELP a A.\n# TYPE a counter\n";
    let right = format!("{head}a_total{{x=\"y,\\\"}}\"}} 1\n# EOF\n");
    assert!(read(&right).is_ok(), "{:?}", read(&right));
    for wrong in [
        format!("{head}a_total 1\n"),
        format!("{head}a 1\n# EOF\n"),
        format!("{head}b_total 1\n# EOF\n"),
        format!("{head}a_total -1\n# EOF\n"),
        format!("{head}a_total 1\na_total 2\n# EOF\n"),
        format!("{head}a_total{{x=y}} 1\n# EOF\n"),
        format!("{head}a_total{{x=\"y}} 1\n# EOF\n"),
        format!("{head}a_total{{x=\"y\",x=\"z\"}} 1\n# EOF\n"),
        format!("{head}\n# EOF\n"),
        format!("{head}# HELP a B.\n# EOF\n"),
        "# TYPE a gauge\na 1\n# EOF\n".to_owned(),
        "# HELP a A.\n# TYPE a gauge\n# UNIT a seconds\na 1\n# EOF\n".to_owned(),
        "# HELP a_total A.\n# TYPE a_total gauge\n# EOF\n".to_owned(),
        "# HELP h H.\n# TYPE h histogram\nh_sum 1\nh_count 2\nh_bucket{le=\"1\"} 2\n# EOF\n".to_owned(),
        "# HELP h H.\n# TYPE h histogram\nh_sum 1\nh_count 2\nh_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 1\n# EOF\n".to_owned(),
    ] {
        assert!(read(&wrong).is_err(), "{wrong}");
    }
}
