//! The countries of the checkout: by their names in the page's language, and only those that the shop delivers to.

use kernel::Problem;
use maud::{Markup, html};

use crate::visit::Visit;

/// A country that can be chosen.
pub struct Choice {
    code: &'static str,
    name: &'static str,
}

/// Those that the shop delivers to, as people look for them.
pub(crate) async fn delivered_to(visit: &Visit) -> Result<Vec<Choice>, Problem> {
    let rules = orders::rules::rules(&visit.shop.tenant, false).await?;
    let codes = places::countries().map(|country| country.code).filter(|code| rules.delivers_to(code));
    let mut found: Vec<Choice> = codes.map(|code| Choice { code, name: named(visit, code) }).collect();
    found.sort_by_key(|choice| plain(choice.name));
    Ok(found)
}

/// The country of these letters by its name; the letters, where there is none.
pub fn named<'a>(visit: &Visit, code: &'a str) -> &'a str {
    visit.texts.country_name().get(code).unwrap_or(code)
}

/// Where a name stands in an alphabet: under the letter that its first one is a kind of.
fn plain(name: &str) -> String {
    let letters = name.to_lowercase();
    let alike = letters.chars().map(|letter| match letter {
        'ä' | 'å' | 'ã' | 'á' => 'a',
        'ö' | 'ô' | 'ó' => 'o',
        'ü' | 'ú' => 'u',
        'é' | 'è' => 'e',
        'í' => 'i',
        'ç' => 'c',
        letter => letter,
    });
    alike.collect()
}

/// The one that was chosen is marked; before that, the only one that there is, or the language's own.
pub fn field(visit: &Visit, choices: &[Choice], chosen: Option<&str>, wrong: Option<&String>) -> Markup {
    let texts = visit.texts;
    let likely = match choices {
        [only] => only.code,
        _ => texts.likely_country(),
    };
    let chosen = chosen.unwrap_or(likely);
    html! {
        div.field {
            label for="country" { (texts.country()) }
            select #country name="country" autocomplete="country" required
                aria-invalid=[wrong.map(|_| "true")] aria-describedby=[wrong.map(|_| "country-problem")] {
                option value="" { (texts.choose_country()) }
                @for choice in choices {
                    option value=(choice.code) selected[chosen == choice.code] { (choice.name) }
                }
            }
            @if let Some(text) = wrong { p.problem #country-problem { (text) } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::LANGUAGES;

    #[test]
    fn people_find_a_country_under_its_letter() {
        let mut names = ["Zypern", "Österreich", "Oman", "Ägypten", "Afghanistan", "Åland Islands"];
        names.sort_by_key(|name| plain(name));
        assert_eq!(names, ["Afghanistan", "Ägypten", "Åland Islands", "Oman", "Österreich", "Zypern"]);
    }

    #[test]
    fn every_country_has_a_name() {
        for country in places::countries() {
            assert!(LANGUAGES[0].country_name().get(country.code).is_some(), "country-name-{}", country.code);
        }
    }
}
