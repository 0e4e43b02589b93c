//! Which language a name means.

/// The language that a name means, of those that are known: itself, or what it is a kind of, for `de-AT` is read by those
/// who read `de`.
pub fn known_as(name: &str, known: &[&'static str]) -> Option<&'static str> {
    let name = name.trim().replace('_', "-");
    let mut name = name.as_str();
    loop {
        if let Some(found) = known.iter().find(|known| known.eq_ignore_ascii_case(name)) {
            return Some(found);
        }
        (name, _) = name.rsplit_once('-')?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_known_by_its_name_or_by_what_it_is_a_kind_of() {
        let known = ["en", "de", "pt-BR", "zh-Hant"];
        for (name, found) in [
            ("de", Some("de")),
            ("DE-at", Some("de")),
            ("de_CH", Some("de")),
            ("pt-br", Some("pt-BR")),
            ("pt", None),
            ("zh-Hant-TW", Some("zh-Hant")),
            ("*", None),
            ("", None),
        ] {
            assert_eq!(known_as(name, &known), found, "{name}");
        }
    }
}
