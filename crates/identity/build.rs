//! Compiles the letters of this crate in.

#[path = "../mail/embed.rs"]
mod embed;

fn main() {
    embed::letters();
}
