//! What the storefront tells everybody else.

use edge::published::{About, Example};
use serde::Serialize;
use utoipa::ToSchema;

use crate::theme::{DressedEvent, Theme};

edge::published! {
    /// How the shop looks.
    pub enum ThemeTold of DressedEvent, on PlatformEvents {
        /// The shop's theme was set.
        Set(ThemeSet) = ("theme.set", 1),
    } = of_theme;
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ThemeSet {
    pub theme: Theme,
}

fn of_theme(event: &DressedEvent, _: &About) -> Option<ThemeTold> {
    let DressedEvent::Set(set) = event;
    Some(ThemeTold::Set(ThemeSet { theme: set.theme.clone() }))
}

impl Example for ThemeSet {
    fn example() -> Self {
        Self { theme: Theme::default() }
    }
}
