//! Which value of a JSON text a reader was at when it stopped.

/// A container that is open, and where in it we are.
enum Step<'a> {
    List(usize),
    /// The member's name, once it was read.
    Object(Option<&'a str>),
}

/// The pointer to the value that ends at this offset, or that begins there, or to the member whose name ends there: between
/// two of these there is always something.
/// What stands before the offset has to be well-formed.
pub(super) fn place(text: &str, offset: usize) -> String {
    let bytes = text.as_bytes();
    let (mut path, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        match bytes[at] {
            b'{' | b'[' if at == offset => break,
            b'{' => path.push(Step::Object(None)),
            b'[' => path.push(Step::List(0)),
            b'}' | b']' => {
                path.pop();
                if at + 1 >= offset {
                    break;
                }
            }
            b',' => match path.last_mut() {
                Some(Step::List(n)) => *n += 1,
                Some(Step::Object(name)) => *name = None,
                None => {}
            },
            b':' | b' ' | b'\t' | b'\n' | b'\r' => {}
            _ => {
                let end = end_of_scalar(bytes, at);
                if let Some(Step::Object(name @ None)) = path.last_mut() {
                    *name = text.get(at + 1..end - 1);
                }
                if end >= offset {
                    break;
                }
                at = end;
                continue;
            }
        }
        at += 1;
    }
    path.iter().fold(String::new(), |pointer, step| match step {
        Step::List(n) => format!("{pointer}/{n}"),
        Step::Object(Some(name)) => format!("{pointer}/{}", part(name)),
        Step::Object(None) => pointer,
    })
}

/// A name as it stands in the text, as a part of a pointer.
fn part(name: &str) -> String {
    let read = serde_json::from_str::<String>(&format!("\"{name}\""));
    kernel::problem::pointer_part(&read.unwrap_or_else(|_| name.to_owned()))
}

fn end_of_scalar(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    if bytes[start] != b'"' {
        while at < bytes.len() && !b",:]} \t\n\r".contains(&bytes[at]) {
            at += 1;
        }
        return at.max(start + 1);
    }
    at += 1;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(bytes.len())
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use serde::Deserialize;

    use super::*;
    use crate::request::body::offset_of;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only what cannot be read of it is looked at")]
    struct Shelf {
        #[serde(default)]
        name: String,
        #[serde(default)]
        boxes: Vec<Content>,
        #[serde(default)]
        by_day: HashMap<String, Vec<u8>>,
        #[serde(default)]
        shape: Option<Shape>,
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only what cannot be read of it is looked at")]
    struct Content {
        many: i64,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    #[expect(dead_code, reason = "only what cannot be read of it is looked at")]
    enum Shape {
        Round,
        Square { side: u8 },
    }

    fn stopped_at(text: &str) -> String {
        let error = serde_json::from_str::<Shelf>(text).unwrap_err();
        assert!(error.is_data(), "{error}");
        place(text, offset_of(text, &error))
    }

    #[test]
    fn what_cannot_be_read_is_found_again() {
        for (text, pointer) in [
            (r#"{"name": 5}"#, "/name"),
            (r#"{"name": null}"#, "/name"),
            (r#"{"name": {}}"#, "/name"),
            (r#"{"name": [ 1 ], "boxes": []}"#, "/name"),
            ("{\n  \"boxes\": [{\"many\": 1},\n {\"many\": \"two\"}]\n}", "/boxes/1/many"),
            (r#"{"boxes": [{"many": 1}, {}]}"#, "/boxes/1"),
            (r#"{"boxes": [[1], [1], []]}"#, "/boxes/2"),
            (r#"{"boxes": {}}"#, "/boxes"),
            (r#"{"by_day": {"a/\"b": [1, 2, 300]}}"#, "/by_day/a~1\"b/2"),
            (r#"{"by_day": {"ä": [1, -2]}}"#, "/by_day/ä/1"),
            (r#"{"shape": "oval"}"#, "/shape"),
            (r#"{"shape": {"square": {"side": 256}}}"#, "/shape/square/side"),
            (r#"{"name": "x", "colour": {"red": 1}}"#, "/colour"),
            (r#"{"name": "x", "name": "y"}"#, "/name"),
            ("[[[]]]", "/0"),
            ("17", ""),
        ] {
            assert_eq!(stopped_at(text), pointer, "{text}");
        }
    }
}
