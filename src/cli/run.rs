//! `headwater run`, and `headwater` alone.

use super::ended::Ended;
use super::open::{Everywhere, configuration, runtime};
use super::{out, status};
use crate::config::Config;
use crate::daemon;

pub(super) fn run(everywhere: &Everywhere) -> Result<Ended, Ended> {
    let config = configuration(everywhere)?;
    let quiet = everywhere.quiet;
    let ready = move |config: &Config| {
        if !quiet && let Err(Ended::Error(words)) = out::emit(&greeting(config)) {
            out::complain(&words);
        }
    };
    let runtime = runtime()?;
    let ended = runtime.block_on(daemon::run(config, status::json, ready));
    // Threads that hang in a parser or on a disk must not hold up the end: what they are at was given up.
    runtime.shutdown_background();
    ended?;
    Ok(Ended::Done)
}

/// Where to subscribe, and what is going on.
fn greeting(config: &Config) -> String {
    let sources = config.sources.len();
    let Some(server) = &config.server else {
        return format!(
            "headwater visits {sources} sources and serves nothing: there is no [server] in {}",
            config.path.display()
        );
    };
    let mut text = format!(
        "{}\n\n",
        out::bold(&format!(
            "headwater is up: {sources} sources, read at {}",
            server.address("/")
        ))
    );
    text.push_str("Subscribe to:\n");
    for feed in &config.feeds {
        text.push_str(&format!("  {}\n", out::bold(&out::tame(&feed.title))));
        for (name, ending) in [
            ("RSS", ".rss"),
            ("Atom", ".atom"),
            ("JSON", ".json"),
            ("page", ""),
        ] {
            text.push_str(&format!(
                "    {name:<5} {}\n",
                server.address(&format!("/feeds/{}{ending}", feed.id))
            ));
        }
    }
    if let Some(admin) = server.admin {
        text.push_str(&format!(
            "\nHow the sources are: `headwater status`, or http://{admin}/status.json\n"
        ));
    }
    text.push_str("Stop with Ctrl-C.\n");
    text
}
