//! How a shop looks: its settings, what may be read in them, and the style sheet that is made of them.

mod api;
mod colour;
mod css;
mod settings;

pub use api::{dress, routes, theme};
pub use css::css;
pub use settings::{Density, Dressed, DressedEvent, Font, Palette, Section, Set, THEME, Theme};
