//! Letters from templates. What a letter says stands once, in blocks; its text and its HTML are both made of them.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use minijinja::{
    Environment, HtmlEscape, Template, UndefinedBehavior, Value, context, default_auto_escape_callback,
};

use crate::Letter;

/// The language of a letter that the one which is wanted lacks.
const FALLBACK: &str = "en";
const LAYOUT: &str = "layout.html";

/// The letters of one sender, in each of their languages.
#[derive(Debug)]
pub struct Templates {
    environment: Environment<'static>,
    languages: Vec<&'static str>,
}

impl Templates {
    /// Of files by their path, `en/welcome.txt`. A file says the blocks `heading`, `subject`, `greeting`, `before` (the link),
    /// `button`, `under_button` and `after`; what it does not say itself it has from the one beside it that it extends.
    pub fn new(files: &[(&'static str, &'static str)]) -> Result<Self, TemplateError> {
        let mut environment = Environment::empty();
        environment.set_auto_escape_callback(default_auto_escape_callback);
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_path_join_callback(beside);
        environment.add_template(LAYOUT, include_str!("../layout/letter.html"))?;
        for (path, text) in files {
            environment.add_template(path, text)?;
        }
        let folders = files.iter().filter_map(|(path, _)| path.split_once('/'));
        let mut languages: Vec<&str> = folders.map(|(language, _)| language).collect();
        languages.sort_unstable_by_key(|language| (*language != FALLBACK, *language));
        languages.dedup();
        Ok(Self { environment, languages })
    }

    /// By their tags; English, in which there is every letter, comes first.
    pub fn languages(&self) -> &[&'static str] {
        &self.languages
    }

    /// The files that English has and another language lacks.
    pub fn lacking(&self) -> Vec<String> {
        let there = |path: &str| self.environment.get_template(path).is_ok();
        let paths = self.environment.templates().filter_map(|(path, _)| path.split_once('/'));
        let english = paths.filter(|(language, _)| *language == FALLBACK).map(|(_, file)| file);
        let wanted =
            english.flat_map(|file| self.languages.iter().map(move |language| format!("{language}/{file}")));
        wanted.filter(|path| !there(path)).collect()
    }

    /// A letter to nobody yet, with the values that its blocks name. A value is text on one line, whatever is in it.
    pub fn letter(
        &self,
        language: &str,
        name: &str,
        link: &str,
        values: &[(&str, &str)],
    ) -> Result<Letter, TemplateError> {
        let template = self.template(language, name)?;
        let language = template.name().split('/').next();
        let values = values.iter().map(|(name, value)| (*name, value.replace(char::is_control, " ")));
        let mut blocks = template.render_captured(Value::from_pairs(values))?;
        let mut block = |name: &str| {
            let text = blocks.with_state_mut(|state| state.render_block(name));
            text.map(|text| paragraphs(&text))
        };
        let (before, after) = (block("before")?, block("after")?);
        let mut line = |name: &str| block(name).map(|paragraphs| paragraphs.join(" "));
        let (subject, greeting) = (line("subject")?, line("greeting")?);
        let html = self.environment.get_template(LAYOUT)?.render(context! {
            language,
            subject => &subject,
            heading => line("heading")?,
            greeting => &greeting,
            before => &before,
            button => line("button")?,
            under_button => line("under_button")?,
            link => Value::from_safe_string(escaped(link)),
            after => &after,
        })?;
        let text = [vec![greeting], before, vec![link.to_owned()], after].concat().join("\n\n");
        Ok(Letter { subject, text: text + "\n", html: Some(html), ..Letter::default() })
    }

    fn template(&self, language: &str, name: &str) -> Result<Template<'_, '_>, minijinja::Error> {
        let within = |language: &str| self.environment.get_template(&format!("{language}/{name}.txt"));
        within(language).or_else(|_| within(FALLBACK))
    }
}

/// What `en/welcome.txt` extends lies in `en` as well.
fn beside<'a>(name: &'a str, of: &'a str) -> Cow<'a, str> {
    match of.rsplit_once('/') {
        Some((folder, _)) => format!("{folder}/{name}").into(),
        None => name.into(),
    }
}

/// Paragraphs have an empty line between them; where else its lines end is up to whoever writes the template.
fn paragraphs(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    lines
        .split(|line| line.is_empty())
        .filter(|lines| !lines.is_empty())
        .map(|lines| lines.join(" "))
        .collect()
}

/// A link in HTML. Slashes stay as they are, so that whoever reads the source of a letter sees where it leads.
fn escaped(link: &str) -> String {
    HtmlEscape(link).to_string().replace("&#x2f;", "/")
}

/// A template that cannot be read, or that names what it is not given.
#[derive(Debug)]
pub struct TemplateError(minijinja::Error);

impl From<minijinja::Error> for TemplateError {
    fn from(error: minijinja::Error) -> Self {
        Self(error)
    }
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "A letter's template cannot be used: {}. Correct it.", self.0)
    }
}

impl Error for TemplateError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMON: &str = "\
{% block heading %}{{ shop }}{% endblock %}
{% block greeting %}{% if name %}Hello {{ name }},{% else %}Hello,{% endif %}{% endblock %}
{% block under_button %}Or here:{% endblock %}";
    const WELCOME: &str = "\
{% extends \"common.txt\" %}
{% block subject %}
    Welcome,
    {{ name }}
{% endblock %}
{% block before %}
Here & now
at {{ shop }}.

Open this:
{% endblock %}
{% block button %}Open{% endblock %}
{% block after %}That is all.{% endblock %}";
    const GERMAN: &str = "\
{% extends \"common.txt\" %}
{% block subject %}Willkommen{% endblock %}
{% block before %}Hier:{% endblock %}
{% block button %}Öffnen{% endblock %}
{% block after %}Das ist alles.{% endblock %}";
    const LINK: &str = "https://shop.example/password#a&b";

    fn templates(more: &[(&'static str, &'static str)]) -> Templates {
        let english = [("en/common.txt", COMMON), ("en/welcome.txt", WELCOME)];
        Templates::new(&[&english, more].concat()).unwrap()
    }

    fn welcome(name: &str) -> Letter {
        templates(&[]).letter("en", "welcome", LINK, &[("shop", "Lamps & Co"), ("name", name)]).unwrap()
    }

    #[test]
    fn a_letter_is_said_once_and_read_as_text_and_as_html() {
        let letter = welcome("Ada");
        let text = "Hello Ada,\n\nHere & now at Lamps & Co.\n\nOpen this:\n\nhttps://shop.example/password#a&b\n\nThat is all.\n";
        assert_eq!((letter.subject.as_str(), letter.text.as_str()), ("Welcome, Ada", text));
        let html = letter.html.unwrap();
        for part in [
            "<html lang=\"en\">",
            "<title>Welcome, Ada</title>",
            ">Lamps &amp; Co</td>",
            ">Hello Ada,</p>",
            ">Here &amp; now at Lamps &amp; Co.</p>",
            ">Open this:</p>",
            "<a href=\"https://shop.example/password#a&amp;b\"",
            ">https://shop.example/password#a&amp;b</a>",
            ">Open</a>",
            ">Or here:<br>",
            ">That is all.</p>",
        ] {
            assert!(html.contains(part), "{part} is not in {html}");
        }
    }

    #[test]
    fn what_is_typed_as_a_name_is_shown_as_typed_and_does_nothing() {
        let name = "<script>alert('\"')</script> {{ shop }} {% block after %} &amp;";
        let letter = welcome(name);
        assert!(letter.text.starts_with(&format!("Hello {name},\n\n")), "{}", letter.text);
        assert_eq!(letter.subject, format!("Welcome, {name}"));
        let html = letter.html.unwrap();
        let shown = "&lt;script&gt;alert(&#x27;&quot;&#x27;)&lt;&#x2f;script&gt; {{ shop }} {% block after %} &amp;amp;";
        assert_eq!(html.matches(shown).count(), 2, "{html}");
        assert!(!html.contains("<script"), "{html}");
    }

    #[test]
    fn a_link_does_not_get_out_of_its_attribute() {
        let values = [("shop", "Lamps"), ("name", "")];
        let letter = templates(&[]).letter("en", "welcome", "https://a/\"><b>", &values).unwrap();
        let html = letter.html.unwrap();
        assert!(html.contains("href=\"https://a/&quot;&gt;&lt;b&gt;\"") && !html.contains("<b>"), "{html}");
    }

    #[test]
    fn a_value_adds_no_line_to_a_subject_nor_a_paragraph_to_a_letter() {
        let letter = welcome("Ada\r\nBcc: eve@example.org\n\nOpen https://evil.example");
        assert_eq!(letter.subject, "Welcome, Ada  Bcc: eve@example.org  Open https://evil.example");
        assert!(letter.text.starts_with("Hello Ada  Bcc: eve@example.org  Open https://evil.example,\n\n"));
    }

    #[test]
    fn a_language_that_lacks_a_letter_is_written_in_english() {
        let german = [("de/common.txt", COMMON), ("de/reset.txt", GERMAN)];
        let reset = [("en/reset.txt", WELCOME)];
        let templates = templates(&[&german[..], &reset].concat());
        assert_eq!(
            (templates.languages(), templates.lacking()),
            (&["en", "de"][..], vec!["de/welcome.txt".into()])
        );
        let written = |language, name| {
            let letter =
                templates.letter(language, name, LINK, &[("shop", "Lamps"), ("name", "Ada")]).unwrap();
            let html = letter.html.unwrap();
            let tag = html.split_once("<html lang=\"").unwrap().1[..2].to_owned();
            (letter.subject, tag)
        };
        let (english, german) = (("Welcome, Ada".into(), "en".into()), ("Willkommen".into(), "de".into()));
        assert_eq!(
            [written("de", "reset"), written("de", "welcome"), written("fr", "welcome")],
            [german, english.clone(), english]
        );
    }

    #[test]
    fn a_template_that_cannot_be_used_is_told_with_its_place() {
        let common = "{% block heading %}{{ nobody }}{% endblock %}";
        let broken =
            [("de/common.txt", common), ("de/welcome.txt", GERMAN), ("de/reset.txt", "\n{% block }")];
        let why = Templates::new(&broken).unwrap_err().to_string();
        assert!(why.contains("de/reset.txt:2"), "{why}");
        let templates = templates(&broken[..2]);
        let why = templates.letter("de", "welcome", LINK, &[("shop", "Lamps")]).unwrap_err().to_string();
        assert!(why.contains("undefined value") && why.contains("de/common.txt:1"), "{why}");
        let why = templates.letter("fr", "goodbye", LINK, &[]).unwrap_err().to_string();
        assert!(why.contains("en/goodbye.txt"), "{why}");
    }
}
