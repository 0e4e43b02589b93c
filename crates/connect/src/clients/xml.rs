//! XML from strangers, read into a tree: without a DTD, with no entity but the five, and never deep or large.

use quick_xml::events::{BytesRef, Event};
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;

use crate::PartnerError;
use crate::error::shown;

/// No answer that is right is deeper: an envelope, a body, a list, an item and its fields.
const DEEPEST: usize = 32;
const MOST_ELEMENTS: usize = 50_000;
pub const MOST_BYTES: usize = 8 * 1024 * 1024;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Element {
    pub namespace: Option<String>,
    pub name: String,
    pub text: String,
    pub children: Vec<Element>,
}

impl Element {
    pub fn is(&self, namespace: &str, name: &str) -> bool {
        self.name == name && self.namespace.as_deref() == Some(namespace)
    }

    /// The first child of a name, in whichever namespace.
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// What a child says.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.trim())
    }
}

pub fn read(bytes: &[u8]) -> Result<Element, PartnerError> {
    if bytes.len() > MOST_BYTES {
        return Err(PartnerError::Hostile("it is too large"));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| unreadable("it is not UTF-8"))?;
    let mut reader = NsReader::from_str(text.trim_start_matches('\u{feff}'));
    let (mut open, mut root, mut seen): (Vec<Element>, Option<Element>, usize) = (Vec::new(), None, 0);
    loop {
        let (namespace, event) =
            reader.read_resolved_event().map_err(|error| unreadable(&error.to_string()))?;
        match event {
            Event::Start(start) => {
                seen += 1;
                let name = start.local_name();
                open.push(element(namespace, name.as_ref())?);
            }
            Event::Empty(start) => {
                seen += 1;
                let name = start.local_name();
                close(&mut open, &mut root, element(namespace, name.as_ref())?)?;
            }
            Event::End(_) => {
                let done = open.pop().ok_or_else(|| unreadable("an element ends that never began"))?;
                close(&mut open, &mut root, done)?;
            }
            Event::Text(text) => {
                let text = text.xml10_content().map_err(|error| unreadable(&error.to_string()))?;
                say(&mut open, &text)?;
            }
            Event::CData(text) => {
                let text = text.xml10_content().map_err(|error| unreadable(&error.to_string()))?;
                say(&mut open, &text)?;
            }
            Event::GeneralRef(entity) => say(&mut open, &resolved(&entity)?)?,
            Event::DocType(_) => return Err(PartnerError::Hostile("it declares a document type")),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
            Event::Eof => break,
        }
        if open.len() > DEEPEST {
            return Err(PartnerError::Hostile("it is nested too deeply"));
        }
        if seen > MOST_ELEMENTS {
            return Err(PartnerError::Hostile("it has too many elements"));
        }
    }
    root.filter(|_| open.is_empty()).ok_or_else(|| unreadable("it breaks off"))
}

fn element(namespace: ResolveResult<'_>, name: &[u8]) -> Result<Element, PartnerError> {
    let utf8 = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let namespace = match namespace {
        ResolveResult::Bound(namespace) => Some(utf8(namespace.as_ref())),
        ResolveResult::Unbound => None,
        ResolveResult::Unknown(_) => return Err(unreadable("a prefix stands for no namespace")),
    };
    Ok(Element { namespace, name: utf8(name), ..Element::default() })
}

fn close(open: &mut [Element], root: &mut Option<Element>, done: Element) -> Result<(), PartnerError> {
    match open.last_mut() {
        Some(parent) => parent.children.push(done),
        None if root.is_none() => *root = Some(done),
        None => return Err(unreadable("it has two roots")),
    }
    Ok(())
}

fn say(open: &mut [Element], text: &str) -> Result<(), PartnerError> {
    match open.last_mut() {
        Some(element) => element.text.push_str(text),
        None if text.trim().is_empty() => {}
        None => return Err(unreadable("a text stands outside of the root")),
    }
    Ok(())
}

fn resolved(entity: &BytesRef<'_>) -> Result<String, PartnerError> {
    let number = entity.resolve_char_ref().map_err(|error| unreadable(&error.to_string()))?;
    if let Some(letter) = number {
        // Nobody types it, and not every database can keep it.
        return match letter {
            '\0' => Err(unreadable("it holds the character NUL")),
            letter => Ok(letter.to_string()),
        };
    }
    let name = entity.decode().map_err(|error| unreadable(&error.to_string()))?;
    let known = quick_xml::escape::resolve_predefined_entity(&name);
    known.map(str::to_owned).ok_or(PartnerError::Hostile("it uses an entity of its own"))
}

fn unreadable(why: &str) -> PartnerError {
    PartnerError::Unreadable(shown(why))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hostile(text: &str) -> bool {
        matches!(read(text.as_bytes()), Err(PartnerError::Hostile(_)))
    }

    fn broken(text: &str) -> bool {
        matches!(read(text.as_bytes()), Err(PartnerError::Unreadable(_)))
    }

    #[test]
    fn names_are_told_apart_by_their_namespaces_and_not_by_their_prefixes() {
        let text = r#"<?xml version="1.0"?><a:x xmlns:a="urn:1" xmlns="urn:2"><y>1 &lt; 2 &#38; &#x33;</y><a:y><![CDATA[<z>]]></a:y><z xmlns=""/></a:x>"#;
        let root = read(text.as_bytes()).unwrap();
        assert!(root.is("urn:1", "x"));
        assert!(root.children[0].is("urn:2", "y") && root.children[1].is("urn:1", "y"));
        assert_eq!((root.field("y"), root.children[1].text.as_str()), (Some("1 < 2 & 3"), "<z>"));
        assert_eq!(root.children[2].namespace, None);
    }

    #[test]
    fn a_document_type_and_entities_are_refused() {
        assert!(hostile(r#"<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><l>&b;</l>"#));
        assert!(hostile(r#"<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>"#));
        assert!(hostile("<x>&nbsp;</x>"));
        assert!(broken("<x>&#0;</x>"));
    }

    #[test]
    fn what_is_deep_or_wide_is_refused() {
        let deep = |levels: usize| "<a>".repeat(levels) + &"</a>".repeat(levels);
        assert!(read(deep(DEEPEST).as_bytes()).is_ok());
        assert!(hostile(&deep(DEEPEST + 1)));
        assert!(hostile(&"<a>".repeat(1_000_000)));
        assert!(hostile(&format!("<a>{}</a>", "<b/>".repeat(MOST_ELEMENTS))));
        assert!(matches!(read(&vec![b' '; MOST_BYTES + 1]), Err(PartnerError::Hostile(_))));
    }

    #[test]
    fn what_breaks_off_is_no_answer() {
        for text in ["", "<a>", "<a><b></a>", "<a/><b/>", "text", "<a/>text", "<p:a/>", "<a", "<a>&lt</a>"] {
            assert!(broken(text), "{text}");
        }
        assert!(matches!(read(b"<a>\xff</a>"), Err(PartnerError::Unreadable(_))));
    }
}
