//! How a shop looks: state, event, and the one decision about it.

use kernel::{Aggregate, Check, Decide, Problem, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::colour::{Colour, READABLE};
use crate::refusal::Refusal;

/// There is one for each shop.
pub const THEME: Uuid = Uuid::from_u128(0x7d0e_51c4_92ab_4c1e_8f36_2b9a_60d7_14e5);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Theme {
    /// By day.
    pub light: Palette,
    /// By night, for whoever's device asks for it; made from the one by day when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dark: Option<Palette>,
    /// How round corners are, in pixels: 0 to 32.
    #[schema(maximum = 32, extensions(("x-write" = json!("how round corners are in pixels, 0 to 32"))))]
    pub radius: u8,
    /// Of headings.
    pub heading_font: Font,
    /// Of everything else.
    pub text_font: Font,
    pub density: Density,
    /// The id of a picture among the shop's files; its name in letters when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo: Option<Uuid>,
    /// A line that says what the shop is, for its front page and for search engines.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 200)]
    pub tagline: Option<String>,
    /// What stands on the front page, in this order.
    #[schema(max_items = 20)]
    pub sections: Vec<Section>,
}

/// The colours that a theme chooses; all others are made from them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Palette {
    /// The page: #rrggbb.
    #[schema(value_type = String)]
    pub paper: Colour,
    /// Text on the page.
    #[schema(value_type = String)]
    pub ink: Colour,
    /// Links and buttons.
    #[schema(value_type = String)]
    pub accent: Colour,
}

/// Fonts that are there already: nothing is loaded from elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Font {
    Sans,
    Humanist,
    Geometric,
    Serif,
    Slab,
    Mono,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Density {
    Compact,
    Comfortable,
    Airy,
}

/// A part of the front page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Section {
    /// The first thing that is seen, with a picture of a product of the category, or of the newest one.
    Hero {
        #[schema(min_length = 1, max_length = 120)]
        title: String,
        #[serde(default)]
        #[schema(max_length = 400)]
        text: String,
        /// The handle of a category that it leads to; everything when left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        category: Option<String>,
    },
    /// Some products: of a category, or the newest.
    Products {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(min_length = 1, max_length = 120)]
        title: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        category: Option<String>,
    },
    /// All categories.
    Categories {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(min_length = 1, max_length = 120)]
        title: Option<String>,
    },
    /// A few words.
    Text {
        #[schema(min_length = 1, max_length = 120)]
        title: String,
        #[schema(min_length = 1, max_length = 4000)]
        text: String,
    },
}

impl Default for Theme {
    fn default() -> Self {
        Self {
            light: Palette {
                paper: Colour::rgb(250, 248, 244),
                ink: Colour::rgb(33, 29, 26),
                accent: Colour::rgb(138, 59, 18),
            },
            dark: None,
            radius: 10,
            heading_font: Font::Serif,
            text_font: Font::Sans,
            density: Density::Comfortable,
            logo: None,
            tagline: None,
            sections: vec![
                Section::Products { title: None, category: None },
                Section::Categories { title: None },
            ],
        }
    }
}

impl Theme {
    /// Whether everybody could read the shop's pages in it.
    pub fn check(&self) -> Result<(), Problem> {
        let mut check = Check::default();
        self.light.check("/light", &mut check);
        if let Some(dark) = &self.dark {
            dark.check("/dark", &mut check);
        }
        check.done()
    }

    /// The palette by night.
    pub fn night(&self) -> Palette {
        self.dark.clone().unwrap_or_else(|| self.light.by_night())
    }
}

impl Palette {
    fn check(&self, at: &str, check: &mut Check) {
        let ratio = |one: Colour| {
            let contrast = one.contrast(self.paper);
            format!("{}.{:02}", contrast / 100, contrast % 100)
        };
        for (name, colour) in [("ink", self.ink), ("accent", self.accent)] {
            check.that(
                colour.contrast(self.paper) >= READABLE,
                format!("{at}/{name}"),
                format!(
                    "on this paper it has a contrast of {} to 1, and to be read by everybody it needs 4.5; make it {}",
                    ratio(colour),
                    if self.paper.opposite() == Colour::WHITE { "lighter" } else { "darker" }
                ),
            );
        }
    }

    /// The same colours when it is dark.
    fn by_night(&self) -> Self {
        let paper = self.ink.towards(Colour::BLACK, 45);
        let paper = if paper.opposite() == Colour::WHITE { paper } else { Colour::rgb(20, 19, 17) };
        let ink = Colour::rgb(240, 236, 230).readable_on(&[paper]);
        Self { paper, ink, accent: self.accent.towards(Colour::WHITE, 35).readable_on(&[paper]) }
    }
}

/// What a shop wears; nothing of its own until it has chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dressed {
    pub theme: Option<Theme>,
}

kernel::events! {
    pub enum DressedEvent {
        Set(Set) = ("theme.set", 1),
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Set {
    pub theme: Theme,
}

impl Aggregate for Dressed {
    const KIND: &'static str = "theme";
    type Event = DressedEvent;

    fn apply(&mut self, event: &DressedEvent) {
        let DressedEvent::Set(set) = event;
        self.theme = Some(set.theme.clone());
    }
}

impl Decide<Set> for Dressed {
    type Refusal = Refusal;

    fn decide(&self, command: &Set, _now: Timestamp) -> Result<Vec<DressedEvent>, Refusal> {
        let same = self.theme.as_ref() == Some(&command.theme);
        Ok(if same { Vec::new() } else { vec![command.clone().into()] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::aggregate::given;

    #[test]
    fn what_a_shop_wears_at_first_can_be_read_by_day_and_by_night() {
        let theme = Theme::default();
        assert!(theme.check().is_ok());
        assert!(Theme { dark: Some(theme.night()), ..theme }.check().is_ok());
    }

    #[test]
    fn refuses_what_cannot_be_read_and_says_how_far_it_is_off() {
        let mut theme = Theme::default();
        theme.light.accent = Colour::rgb(255, 204, 0);
        let problem = theme.check().unwrap_err();
        assert_eq!(problem.fields[0].pointer, "/light/accent");
        assert!(problem.fields[0].detail.contains("needs 4.5; make it darker"), "{problem:?}");
    }

    #[test]
    fn wearing_the_same_again_is_no_event() {
        let set = Set { theme: Theme::default() };
        let dressed = given::<Dressed>([set.clone().into()]);
        assert_eq!(dressed.when(&set, Timestamp::from_micros(0)), Ok(vec![]));
    }
}
