//! Where the log goes: to standard error, for people on a terminal and for machines elsewhere.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

pub fn start(filter: &str) -> Result<(), String> {
    let filter = EnvFilter::try_new(filter)
        .map_err(|error| format!("The setting log is {filter:?}, which is no filter ({error}). It may be error, warn, info, debug, or such as info,galleria::request=debug."))?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = if std::io::stderr().is_terminal() {
        builder.compact().try_init()
    } else {
        builder.json().flatten_event(true).try_init()
    };
    started.map_err(|error| format!("The log cannot be started: {error}"))
}
