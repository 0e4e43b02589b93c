//! The budgets of the plan, each as a ratio beside its peer or ceiling, measured in one run on one machine.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::float_arithmetic,
    clippy::disallowed_methods,
    reason = "a benchmark prints, divides, waits, and ends when it cannot go on"
)]

mod asking;
mod checkout;
mod fairness;
mod floor;
mod growth;
mod orders;
mod parcels;
mod pgbench;
mod press;
mod raw;
mod reads;
mod searching;
mod soak;
mod start;
mod table;
mod visiting;

use std::time::Duration;

use table::Table;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, port, body] = args.as_slice()
        && flag == "--serve-bytes"
    {
        return reads::serve_bytes(port.parse().unwrap(), body);
    }
    let long = args.iter().any(|arg| arg == "--long");
    let only: Vec<&str> = args.iter().filter(|arg| !arg.starts_with("--")).map(String::as_str).collect();
    let wanted = |name: &str| only.is_empty() || only.contains(&name);
    let seconds = Duration::from_secs(if long { 20 } else { 6 });

    println!("Galleria's budgets, on {}\n", machine());
    let mut table = Table::default();
    if wanted("orders") {
        orders::embedded(&mut table, seconds);
    }
    if wanted("database") {
        orders::database(&mut table, seconds);
    }
    if wanted("reads") {
        reads::reads(&mut table, seconds);
    }
    if wanted("asking") {
        asking::asking(&mut table, seconds);
    }
    if wanted("checkout") {
        checkout::checkout(&mut table, seconds);
    }
    if wanted("start") {
        start::start(&mut table);
    }
    if wanted("growth") {
        growth::growth(&mut table, if long { 1_000_000 } else { 300_000 });
    }
    if wanted("readers") {
        floor::readers(&mut table, seconds);
    }
    if wanted("fairness") {
        fairness::fairness(&mut table, seconds, if long { 1_000_000 } else { 100_000 });
    }
    if wanted("sealing") {
        floor::sealing(&mut table, seconds);
    }
    if wanted("travel") {
        floor::travel(&mut table, if long { 1_000_000 } else { 200_000 });
    }
    if wanted("searching") {
        searching::searching(&mut table, seconds);
    }
    if wanted("visiting") {
        visiting::visiting(&mut table, seconds);
    }
    if wanted("many") {
        floor::many(&mut table);
    }
    // An hour by itself; nobody waits for it who has not asked.
    if only.contains(&"soak") {
        soak::soak(&mut table, Duration::from_secs(if long { 3600 } else { 180 }));
    }
    table.print();
}

fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model =
        info.lines().find_map(|line| line.strip_prefix("model name")).and_then(|line| line.split_once(':'));
    format!("{cores} cores of {}", model.map_or("an unknown processor", |(_, model)| model.trim()))
}
