//! Says for each folder that is named how far its languages are: `cargo run -p translations --example missing --
//! crates/storefront/texts`.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use translations::Folder;

fn main() -> ExitCode {
    let mut out = std::io::stdout().lock();
    let mut done = ExitCode::SUCCESS;
    for folder in std::env::args().skip(1) {
        let told = Folder::read(Path::new(&folder)).map(|read| read.report()).unwrap_or_else(|wrong| {
            done = ExitCode::FAILURE;
            wrong.join("\n") + "\n"
        });
        if write!(out, "# {folder}\n\n{told}\n").is_err() {
            return ExitCode::FAILURE;
        }
    }
    done
}
