//! What cannot be read, in words of whoever sent it: the libraries that read speak of Rust's types.

/// Says what is wrong with one value. What is not known to be a library's phrase was written for people, and stays.
pub(crate) fn in_words(said: &str) -> String {
    let said = said.split(" at line ").next().unwrap_or_default().trim();
    if let Some((found, expected)) = said.strip_prefix("invalid type: ").and_then(|rest| halves(rest)) {
        return format!("it must be {}, and it is {}", kind(expected), value(found));
    }
    if let Some((found, expected)) = said.strip_prefix("invalid value: ").and_then(|rest| halves(rest)) {
        return format!("it must be {}, and {} is not", kind(expected), value(found));
    }
    if let Some((found, expected)) = said.strip_prefix("invalid length ").and_then(|rest| halves(rest)) {
        return match kind(expected) {
            object if object == "an object" => "it must be an object, and it is a list".into(),
            other => format!("it must be {other}, and it has {found} parts"),
        };
    }
    if said.starts_with("missing field `") {
        return "it is missing".into();
    }
    if said.starts_with("duplicate field `") {
        return "it is there twice".into();
    }
    if said.starts_with("unknown field `") {
        return match choices(said) {
            known if known.is_empty() => "there is no such field; there is none at all".into(),
            known => format!("there is no such field; there is {}", one_of(&known, "and")),
        };
    }
    if said.starts_with("unknown variant `") {
        return format!("it may be {}", one_of(&choices(said), "or"));
    }
    if said.starts_with("data did not match any variant") {
        return "it has none of the forms that it may have; the reference shows them".into();
    }
    if said.starts_with("UUID parsing failed") {
        return "it must be an id, such as 0192f0c1-7c3a-7000-8000-0123456789ab".into();
    }
    match said {
        "invalid digit found in string" | "cannot parse integer from empty string" => {
            "it must be a whole number"
        }
        "number too large to fit in target type" => "it is too large a number",
        "number too small to fit in target type" => "it is too small a number",
        "provided string was not `true` or `false`" => "it must be true or false",
        other => other,
    }
    .into()
}

/// The field that a text is about, when it begins with its name; and the rest.
pub(crate) fn field(said: &str) -> (Option<&str>, &str) {
    let quoted = ["missing field `", "unknown field `", "duplicate field `"];
    if let Some(rest) = quoted.iter().find_map(|phrase| said.strip_prefix(phrase)) {
        return (rest.split('`').next(), said);
    }
    match said.split_once(": ") {
        Some((name, rest))
            if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_[].".contains(&byte)) =>
        {
            (Some(name), rest)
        }
        _ => (None, said),
    }
}

fn halves(text: &str) -> Option<(&str, &str)> {
    text.rsplit_once(", expected ")
}

fn value(found: &str) -> String {
    let (what, shown) = found.split_once(' ').unwrap_or((found, ""));
    let shown = shown.trim_matches('`');
    match what {
        "string" => format!("the text {shown}"),
        "integer" => format!("the number {shown}"),
        "floating" => format!("the number {}", shown.trim_start_matches("point `")),
        "boolean" | "character" => shown.to_owned(),
        "null" | "unit" | "Option" => "null".into(),
        "sequence" | "tuple" => "a list".into(),
        "map" | "struct" => "an object".into(),
        _ => found.to_owned(),
    }
}

fn kind(expected: &str) -> String {
    let first = expected.split([' ', '<']).next().unwrap_or_default();
    let known = match first {
        "i8" | "i16" | "i32" | "i64" | "i128" | "isize" => "a whole number",
        "u8" | "u16" | "u32" | "u64" | "u128" | "usize" => "a whole number from 0 on",
        "nonzero" => "a whole number other than 0",
        "f32" | "f64" => "a number",
        "bool" => "true or false",
        "struct" | "map" | "internally" | "adjacently" => "an object",
        "sequence" | "tuple" => "a list",
        "enum" | "variant" => "one of the words that the reference names",
        "UUID" => "an id",
        _ => match expected {
            "a boolean" => "true or false",
            "a string" | "a borrowed string" | "string" | "str" | "a formatted UUID string" => "a text",
            "a sequence" => "a list",
            "a map" => "an object",
            "any valid JSON value" | "any value" => "a value",
            _ => return expected.replace('`', "\""),
        },
    };
    known.to_owned()
}

/// The names in backquotes, after the one that was found.
fn choices(said: &str) -> Vec<&str> {
    said.split('`').skip(3).step_by(2).collect()
}

fn one_of(names: &[&str], word: &str) -> String {
    match names {
        [] => "something else".into(),
        [one] => format!("\"{one}\""),
        [most @ .., last] => {
            let most: Vec<String> = most.iter().map(|name| format!("\"{name}\"")).collect();
            format!("{} {word} \"{last}\"", most.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only what cannot be read of it is looked at")]
    struct Line {
        quantity: i64,
        stock: u32,
        on: bool,
        name: String,
        tags: Vec<String>,
        id: uuid::Uuid,
        state: State,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum State {
        Open,
        Closed,
    }

    fn said(body: &str) -> String {
        in_words(&serde_json::from_str::<Line>(body).unwrap_err().to_string())
    }

    #[test]
    fn no_type_of_the_program_is_named() {
        for (body, words) in [
            (r#"{"quantity": "two"}"#, r#"it must be a whole number, and it is the text "two""#),
            (r#"{"quantity": 1.5}"#, "it must be a whole number, and it is the number 1.5"),
            (r#"{"quantity": null}"#, "it must be a whole number, and it is null"),
            (r#"{"quantity": [1]}"#, "it must be a whole number, and it is a list"),
            (r#"{"stock": -1}"#, "it must be a whole number from 0 on, and the number -1 is not"),
            (r#"{"on": "yes"}"#, r#"it must be true or false, and it is the text "yes""#),
            (r#"{"name": {}}"#, "it must be a text, and it is an object"),
            (r#"{"tags": 5}"#, "it must be a list, and it is the number 5"),
            (r#"{"state": "ajar"}"#, r#"it may be "open" or "closed""#),
            (r#"{"quantity": 1, "quantity": 2}"#, "it is there twice"),
            (r#"{"id": "7"}"#, "it must be an id, such as 0192f0c1-7c3a-7000-8000-0123456789ab"),
            ("{}", "it is missing"),
            ("[]", "it must be an object, and it is a list"),
        ] {
            assert_eq!(said(body), words, "{body}");
        }
        assert!(
            said(r#"{"colour": 1}"#).starts_with(r#"there is no such field; there is "quantity", "stock","#)
        );
    }

    #[test]
    fn a_field_of_a_query_is_named_once() {
        assert_eq!(
            field("limit: invalid digit found in string"),
            (Some("limit"), "invalid digit found in string")
        );
        let unknown = "unknown field `colour`, expected `limit`";
        assert_eq!(field(unknown), (Some("colour"), unknown));
        assert_eq!(field("write a time as 2026: or so"), (None, "write a time as 2026: or so"));
    }

    #[test]
    fn what_was_written_for_people_stays() {
        assert_eq!(
            in_words("a currency has three letters, such as EUR"),
            "a currency has three letters, such as EUR"
        );
    }
}
