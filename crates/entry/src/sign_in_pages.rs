//! Signing in, signing up, and a password.

use axum::response::Response;
use edge::Audience;
use maud::{Markup, html};

use crate::fields::{Field, alert, code, field, secret};
use crate::frame::{Content, frame};
use crate::texts::Texts;
use crate::visit::Visit;

pub(crate) async fn sign_in(visit: Visit) -> Response {
    let texts = visit.texts;
    let lead = match visit.audience {
        Audience::Staff => texts.sign_in_staff(),
        Audience::Operator => texts.sign_in_operator(),
        _ => texts.sign_in_customer(),
    };
    let password = Field {
        about: "not_them account_disabled",
        ..password_field(texts.password(), None, "current-password")
    };
    let main = html! {
        h1 tabindex="-1" { (texts.sign_in()) }
        p.lead { (lead) }
        div.card {
            form #first method="post" {
                (alert())
                (field(&email(texts, "username")))
                (secret(texts, &password))
                button.main { (texts.sign_in()) }
            }
            form #second method="post" hidden {
                (alert())
                p { (texts.signing_in_as()) " " strong #who {} }
                (code(texts, "code"))
                button.main { (texts.sign_in()) }
                div.row {
                    button.quiet #recovery type="button" { (texts.recovery_instead()) }
                    button.quiet #back type="button" { (texts.back()) }
                }
            }
            div.ways #ways hidden {
                button #passkey type="button" hidden { (texts.use_passkey()) }
            }
        }
        ul.links {
            li { a href=(visit.link("/password/forgotten")) { (texts.forgotten_link()) } }
            @if visit.audience == Audience::Customer { li { a href="/sign-up" { (texts.sign_up_link()) } } }
        }
    };
    let corner = match visit.audience {
        Audience::Customer => html! { a.aside href="/sign-in?as=staff" { (texts.staff_link()) } },
        Audience::Staff => html! { a.aside href="/sign-in" { (texts.customer_link()) } },
        _ => html! {},
    };
    frame(&visit, &Content { page: "sign-in", title: texts.sign_in(), wide: false, corner, main })
}

pub(crate) async fn sign_up(visit: Visit) -> Response {
    let texts = visit.texts;
    if visit.audience == Audience::Operator {
        let main = html! {
            h1 { (texts.not_here()) }
            p.lead { (texts.not_here_lead()) }
            a.button.main href="/sign-in" { (texts.sign_in()) }
        };
        return narrow(&visit, "none", texts.sign_up(), main);
    }
    let name = Field {
        id: "name",
        name: "name",
        kind: "text",
        label: texts.name(),
        hint: None,
        autocomplete: "name",
        about: "",
    };
    let main = html! {
        div #ask {
            h1 tabindex="-1" { (texts.sign_up()) }
            p.lead { (texts.sign_up_lead()) }
            div.card {
                form method="post" {
                    (alert())
                    (field(&name))
                    (field(&email(texts, "email")))
                    button.main { (texts.send_letter()) }
                }
            }
            ul.links { li { a href="/sign-in" { (texts.have_account()) } } }
        }
        (sent(texts, texts.sign_up_sent(), "/sign-in"))
    };
    narrow(&visit, "sign-up", texts.sign_up(), main)
}

pub(crate) async fn password(visit: Visit) -> Response {
    let texts = visit.texts;
    let main = html! {
        div #ask hidden {
            h1 tabindex="-1" { (texts.choose_password()) }
            p.lead { (texts.choose_password_lead()) }
            div.card {
                form method="post" {
                    (alert())
                    (secret(texts, &password_field(texts.new_password(), Some(texts.password_hint()), "new-password")))
                    button.main { (texts.set_password()) }
                    a #anew href=(visit.link("/password/forgotten")) hidden { (texts.new_letter()) }
                }
            }
        }
        div #done hidden {
            h1 tabindex="-1" { (texts.password_set()) }
            p.lead { (texts.password_set_lead()) }
            div.row {
                a.button.main href=(visit.link("/sign-in")) { (texts.sign_in()) }
                // A letter does not say for whom its account is; whoever works here knows.
                @if visit.audience == Audience::Customer { a.button href="/sign-in?as=staff" { (texts.staff_link()) } }
            }
        }
        div #broken hidden {
            h1 tabindex="-1" { (texts.link_broken()) }
            p.lead { (texts.link_broken_lead()) }
            a.button.main href=(visit.link("/password/forgotten")) { (texts.new_letter()) }
        }
    };
    narrow(&visit, "password", texts.choose_password(), main)
}

pub(crate) async fn forgotten(visit: Visit) -> Response {
    let texts = visit.texts;
    let main = html! {
        div #ask {
            h1 tabindex="-1" { (texts.forgotten()) }
            p.lead { (texts.forgotten_lead()) }
            div.card {
                form method="post" {
                    (alert())
                    (field(&email(texts, "username")))
                    button.main { (texts.send_letter()) }
                }
            }
            ul.links { li { a href=(visit.link("/sign-in")) { (texts.back()) } } }
        }
        (sent(texts, texts.forgotten_sent(), &visit.link("/sign-in")))
    };
    narrow(&visit, "forgotten", texts.forgotten(), main)
}

fn sent(texts: &Texts, sentence: &str, sign_in: &str) -> Markup {
    html! {
        div #done hidden {
            h1 tabindex="-1" { (texts.letter_sent()) }
            p.lead { (sentence) }
            div.row {
                a.button.main href=(sign_in) { (texts.sign_in()) }
                button.quiet #again type="button" { (texts.again()) }
            }
        }
    }
}

fn email<'a>(texts: &'a Texts, autocomplete: &'a str) -> Field<'a> {
    Field {
        id: "email",
        name: "email",
        kind: "email",
        label: texts.email(),
        hint: None,
        autocomplete,
        about: "",
    }
}

fn password_field<'a>(label: &'a str, hint: Option<&'a str>, autocomplete: &'a str) -> Field<'a> {
    Field { id: "password", name: "password", kind: "password", label, hint, autocomplete, about: "" }
}

fn narrow(visit: &Visit, page: &'static str, title: &'static str, main: Markup) -> Response {
    frame(visit, &Content { page, title, wide: false, corner: html! {}, main })
}
