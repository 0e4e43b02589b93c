//! The flag with which somebody agrees to what cannot be undone.

#[derive(Debug, Clone, Copy, clap::Args)]
pub struct Consent {
    /// Do it without asking.
    #[arg(long)]
    pub yes: bool,
}
