//! The parts of forms.

use maud::{Markup, html};

use crate::texts::Texts;

/// A field with its label, what helps to fill it in, and room for what is wrong with it.
pub struct Field<'a> {
    pub id: &'a str,
    /// As the API names it.
    pub name: &'a str,
    pub kind: &'a str,
    pub label: &'a str,
    pub hint: Option<&'a str>,
    pub autocomplete: &'a str,
    /// Codes of problems that are about this field although they do not name one.
    pub about: &'a str,
}

pub fn field(field: &Field<'_>) -> Markup {
    let (id, hint, problem) = (field.id, format!("{}-hint", field.id), format!("{}-problem", field.id));
    let described = if field.hint.is_some() { format!("{hint} {problem}") } else { problem.clone() };
    html! {
        div.field {
            label for=(id) { (field.label) }
            @if let Some(text) = field.hint { p.hint id=(hint) { (text) } }
            input id=(id) name=(field.name) type=(field.kind) autocomplete=(field.autocomplete) required
                autocapitalize=[(field.kind == "email").then_some("none")] spellcheck="false" data-about=(field.about) aria-describedby=(described);
            p.problem id=(problem) hidden {}
        }
    }
}

/// A password can be seen while it is typed.
pub fn secret(texts: &Texts, field: &Field<'_>) -> Markup {
    let (id, hint, problem) = (field.id, format!("{}-hint", field.id), format!("{}-problem", field.id));
    let described = if field.hint.is_some() { format!("{hint} {problem}") } else { problem.clone() };
    html! {
        div.field {
            label for=(id) { (field.label) }
            div.secret {
                input id=(id) name=(field.name) type="password" autocomplete=(field.autocomplete) required
                    autocapitalize="none" spellcheck="false" data-about=(field.about) aria-describedby=(described);
                button type="button" data-shows=(id) aria-pressed="false" aria-controls=(id) {
                    (texts.show()) span.unseen { " " (field.label) }
                }
            }
            @if let Some(text) = field.hint {
                span.measure aria-hidden="true" { i {} i {} i {} }
                p.hint id=(hint) aria-live="polite" { (text) }
            }
            p.problem id=(problem) hidden {}
        }
    }
}

pub fn code(texts: &Texts, id: &str) -> Markup {
    html! {
        div.field.code-field {
            label for=(id) { (texts.code()) }
            p.hint id=(format!("{id}-hint")) { (texts.code_hint()) }
            input id=(id) name="code" type="text" inputmode="numeric" autocomplete="one-time-code" required
                autocapitalize="none" spellcheck="false" data-about="code_wrong"
                aria-describedby=(format!("{id}-hint {id}-problem"));
            p.problem id=(format!("{id}-problem")) hidden {}
        }
    }
}

/// Where a form says what is wrong with none of its fields.
pub fn alert() -> Markup {
    html! { p.alert role="alert" tabindex="-1" hidden {} }
}
