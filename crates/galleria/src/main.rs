//! The command line. What each command does is in the file of its name.

use std::process::ExitCode;

#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    match galleria::run().await {
        Ok(code) => code,
        Err(sentence) => {
            console::tell(&format!("galleria: {sentence}"));
            ExitCode::FAILURE
        }
    }
}
