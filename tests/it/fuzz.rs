//! What the fuzz targets promise, kept on stable: every seed, and every input that once broke a promise.

#[path = "../../fuzz/src/checks.rs"]
mod checks;

use std::fs;
use std::path::Path;

/// Runs a check over the files of a folder, in order of their names. Returns how many there were.
fn each(folder: &str, check: fn(&[u8])) -> usize {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz")
        .join(folder);
    let mut paths: Vec<_> = fs::read_dir(&folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("it can be listed").path())
        .collect();
    paths.sort();
    for path in &paths {
        let bytes = fs::read(path).expect("it can be read");
        // So that a failure is told with its file.
        if let Err(panic) = std::panic::catch_unwind(|| check(&bytes)) {
            eprintln!("the promise was broken by {}", path.display());
            std::panic::resume_unwind(panic);
        }
    }
    paths.len()
}

#[test]
fn f40_f42_documents_of_any_bytes_are_read_or_refused() {
    assert!(each("seeds/document", checks::document) >= 11);
    each("crashers/document", checks::document);
}

#[test]
fn f47_markup_of_any_kind_comes_out_clean_and_stays_so() {
    assert!(each("seeds/html", checks::html) >= 11);
    each("crashers/html", checks::html);
}

#[test]
fn t13_texts_of_any_kind_are_dates_or_not() {
    assert!(each("seeds/date", checks::date) >= 20);
    each("crashers/date", checks::date);
}
