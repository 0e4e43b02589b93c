//! What is somebody's own: who they are, where they are signed in, and with what.
//!
//! The page comes empty; the script fills it with what the API says.

use axum::response::Response;
use edge::Audience;
use maud::{Markup, html};

use crate::fields::{Field, alert, code, field, secret};
use crate::frame::{Content, frame};
use crate::texts::Texts;
use crate::visit::Visit;

pub(crate) async fn account(visit: Visit) -> Response {
    let texts = visit.texts;
    let main = html! {
        h1 tabindex="-1" { (texts.account()) }
        @if visit.audience == Audience::Customer {
            nav.row aria-label=(texts.account()) {
                a.button href="/account/orders" { (texts.your_orders()) }
                a.button href="/" { (texts.to_the_shop()) }
            }
        }
        div.card.waiting #waiting role="status" { span.unseen { (texts.loading()) } i {} i {} i {} }
        div.card #failed hidden { p.alert role="alert" tabindex="-1" {} button #retry type="button" { (texts.try_again()) } }
        div #ready hidden {
            (person(texts))
            (sessions(texts))
            (password(texts))
            (app(texts))
            (recovery(texts))
            (passkeys(texts))
        }
        (prove(texts))
        (sure(texts))
    };
    let corner = html! { button #out type="button" { (texts.sign_out()) } };
    frame(&visit, &Content { page: "account", title: texts.account(), wide: true, corner, main })
}

fn person(texts: &Texts) -> Markup {
    let name = Field {
        id: "name",
        name: "name",
        kind: "text",
        label: texts.name(),
        hint: None,
        autocomplete: "name",
        about: "",
    };
    html! {
        section.card #person {
            dl.fact {
                dt { (texts.email()) } dd #email {}
                dt data-roles="" { (texts.roles()) } dd #roles data-roles="" {}
            }
            form method="post" { (alert()) (field(&name)) div.row { button.main { (texts.save()) } } }
        }
    }
}

fn sessions(texts: &Texts) -> Markup {
    html! {
        section.card #sessions aria-labelledby="sessions-title" {
            h2 #sessions-title tabindex="-1" { (texts.sessions()) }
            p.hint { (texts.sessions_lead()) }
            (alert())
            ul.list {}
            template {
                li {
                    div { strong data-fill="device" {} span.badge data-fill="current" hidden { (texts.this_one()) } small data-fill="times" {} }
                    button type="button" { (texts.end()) }
                }
            }
            p.hint #alone hidden { (texts.no_others()) }
            button.danger #end-others type="button" hidden { (texts.end_others()) }
        }
    }
}

fn password(texts: &Texts) -> Markup {
    let current = Field {
        id: "current",
        name: "current",
        kind: "password",
        label: texts.current_password(),
        hint: None,
        autocomplete: "current-password",
        about: "not_them",
    };
    let new = Field {
        id: "new",
        name: "new",
        kind: "password",
        label: texts.new_password(),
        hint: Some(texts.password_hint()),
        autocomplete: "new-password",
        about: "password_refused",
    };
    html! {
        section.card #password aria-labelledby="password-title" {
            h2 #password-title { (texts.change_password()) }
            p.hint { (texts.change_password_lead()) }
            form method="post" {
                (alert())
                input type="text" name="username" autocomplete="username" hidden;
                (secret(texts, &current))
                (secret(texts, &new))
                div.row { button.main { (texts.change_password()) } }
            }
        }
    }
}

fn app(texts: &Texts) -> Markup {
    html! {
        section.card #app aria-labelledby="app-title" {
            h2 #app-title tabindex="-1" { (texts.app()) }
            (alert())
            div #app-none hidden {
                p.hint { (texts.app_none()) }
                button #add-app type="button" { (texts.add_app()) }
            }
            div #app-there hidden {
                p { (texts.app_there()) }
                p.hint { (texts.recovery_left()) " " strong #left {} }
                div.row {
                    button #new-recovery type="button" { (texts.new_recovery()) }
                    button.danger #remove-app type="button" { (texts.remove_app()) }
                }
            }
            div #app-new hidden {
                p { (texts.scan()) }
                div.scan {
                    img #picture alt=(texts.scan_picture()) width="192" height="192";
                    div {
                        p { a #open-app { (texts.open_app()) } }
                        p.hint { (texts.typed()) }
                        p { code #typed {} }
                        button #copy-secret type="button" { (texts.copy()) }
                    }
                }
                form #confirm method="post" {
                    (alert())
                    (code(texts, "app-code"))
                    div.row {
                        button.main { (texts.confirm_app()) }
                        button #cancel-app type="button" { (texts.cancel()) }
                    }
                }
            }
        }
    }
}

fn recovery(texts: &Texts) -> Markup {
    html! {
        section.card.keep #recovery aria-labelledby="recovery-title" hidden {
            h2 #recovery-title tabindex="-1" { (texts.recovery()) }
            p.lead { (texts.recovery_lead()) }
            ol.codes {}
            div.row {
                button #copy-codes type="button" { (texts.copy()) }
                button #print-codes type="button" { (texts.print()) }
                button.main #kept type="button" { (texts.kept()) }
            }
        }
    }
}

fn passkeys(texts: &Texts) -> Markup {
    let name = Field {
        id: "passkey-name",
        name: "name",
        kind: "text",
        label: texts.passkey_name(),
        hint: None,
        autocomplete: "off",
        about: "",
    };
    html! {
        section.card #passkeys aria-labelledby="passkeys-title" hidden {
            h2 #passkeys-title tabindex="-1" { (texts.passkeys()) }
            p.hint { (texts.passkeys_lead()) }
            ul.list {}
            template {
                li {
                    div { strong data-fill="name" {} small data-fill="times" {} }
                    button.danger type="button" { (texts.remove()) }
                }
            }
            p.hint #no-passkeys hidden { (texts.no_passkeys()) }
            form method="post" { (alert()) (field(&name)) div.row { button { (texts.add_passkey()) } } }
        }
    }
}

/// Whoever was signed in a while ago proves that it is still them before what is dangerous is done.
fn prove(texts: &Texts) -> Markup {
    let password = Field {
        id: "prove-password",
        name: "password",
        kind: "password",
        label: texts.password(),
        hint: None,
        autocomplete: "current-password",
        about: "not_them",
    };
    html! {
        dialog #prove aria-labelledby="prove-title" {
            h2 #prove-title { (texts.prove()) }
            p.hint { (texts.prove_lead()) }
            form method="post" {
                (alert())
                (secret(texts, &password))
                div #prove-with-code { (code(texts, "prove-code")) }
                div.row {
                    button.main { (texts.prove_now()) }
                    button #prove-passkey type="button" hidden { (texts.use_passkey()) }
                    button type="button" data-closes="" { (texts.cancel()) }
                }
            }
        }
    }
}

fn sure(texts: &Texts) -> Markup {
    html! {
        dialog #sure aria-labelledby="sure-title" aria-describedby="sure-why" {
            h2 #sure-title { (texts.sure()) }
            p #sure-why {}
            div.row {
                button.main #yes type="button" { (texts.prove_now()) }
                button type="button" data-closes="" { (texts.cancel()) }
            }
        }
    }
}
