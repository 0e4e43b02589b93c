//! What a language may not say otherwise than English does.

use crate::file::{File, Text};
use crate::variables::Kind;

/// What it says that English does not, and what it fills in that English does not. It may say less.
pub fn differences(english: &File, file: &File) -> Vec<String> {
    let of_text = |text: &Text| {
        let name = text.name();
        match english.text(&name) {
            None => vec![format!("{name} is not in en.ftl; is it misspelled?")],
            Some(known) => variables(known, text).map(|mistake| format!("{name} {mistake}")).collect(),
        }
    };
    file.texts.iter().flat_map(of_text).collect()
}

fn variables(english: &Text, text: &Text) -> impl Iterator<Item = String> {
    text.variables.iter().filter_map(|(variable, kind)| match (english.variables.get(variable), kind) {
        (None, _) => Some(format!("has the variable ${variable}, which it does not have in en.ftl")),
        (Some(Kind::Text), Kind::Number) => Some(format!(
            "counts with ${variable}; write NUMBER(${variable}) in en.ftl, so that it is a number"
        )),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use crate::Folder;

    #[test]
    fn a_language_says_no_more_than_english_does() {
        let english = "left = Only { NUMBER($left) } left\nby = by { $brand }\nskip = Skip";
        for (other, said) in [
            ("left = { $left ->\n    [one] une\n   *[other] plusieurs\n}", None),
            ("by = par la marque", None),
            ("", None),
            ("skipp = Passer", Some("fr.ftl: skipp is not in en.ftl")),
            ("skip = Passer\n    .title = Passer", Some("fr.ftl: skip.title is not in en.ftl")),
            ("by = par { $marque }", Some("fr.ftl: by has the variable $marque")),
            ("by = { $brand ->\n    [one] une\n   *[other] x\n}", Some("fr.ftl: by counts with $brand")),
            ("by = { $brand", Some("fr.ftl: by cannot be read")),
        ] {
            let read = Folder::of(&[("en", english), ("fr", other)]);
            match (read, said) {
                (Ok(_), None) => {}
                (Err(wrong), Some(said)) => assert!(wrong[0].starts_with(said), "{wrong:?}"),
                (read, _) => panic!("{other}: {:?}", read.err()),
            }
        }
        assert!(Folder::of(&[("fr", "")]).err().unwrap()[0].starts_with("en.ftl is missing"));
    }
}
