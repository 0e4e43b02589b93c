//! Events in, table writes out.

use kernel::{Envelope, Personal, Projector, SubjectId, Word, Write, args};

use crate::accounts::account::Account;
use crate::accounts::address::{Address, AddressEvent};
use crate::accounts::event::{AccountEvent, PasskeyAdded};
use crate::accounts::person::Person;
use crate::providers::linked_identity::{LinkedIdentity, LinkedIdentityEvent};
use crate::providers::provider::{Provider, ProviderEvent};
use crate::roles::role::{Role, RoleEvent};
use crate::services::service_key::{ServiceKey, ServiceKeyEvent, Status};
use crate::sessions::session::{Session, SessionEvent};
use crate::sign_in::signing_keys::{RingEvent, TokenRing};

impl Projector for Account {
    fn project(event: &Envelope<&AccountEvent>) -> Vec<Write> {
        let (id, version) = (event.stream_id, event.version);
        let mut writes = vec![match event.data {
            AccountEvent::Opened(opened) => {
                let (index, email, name) = person(&opened.person);
                Write::one(
                    "insert into accounts (id, version, audience, email_index, email, name, password_round, recovery_left, roles, opened_at) values ($1, $2, $3, $4, $5, $6, 0, 0, $7, $8)",
                    args![
                        id,
                        version,
                        opened.audience.clone(),
                        index,
                        email,
                        name,
                        opened.roles.join(" "),
                        opened.at
                    ],
                )
            }
            AccountEvent::Renamed(renamed) => {
                let (_, _, name) = person(&renamed.person);
                Write::one(
                    "update accounts set version = $2, name = $3 where id = $1",
                    args![id, version, name],
                )
            }
            AccountEvent::PasswordSet(set) => Write::one(
                "update accounts set version = $2, password = $3, password_round = password_round + 1 where id = $1",
                args![id, version, set.hash.reveal().cloned()],
            ),
            AccountEvent::Verified(verified) => Write::one(
                "update accounts set version = $2, verified_at = $3 where id = $1",
                args![id, version, verified.at],
            ),
            AccountEvent::AppConfirmed(confirmed) => Write::one(
                "update accounts set version = $2, app_since = $3 where id = $1",
                args![id, version, confirmed.at],
            ),
            AccountEvent::AppRemoved(_) => Write::one(
                "update accounts set version = $2, app_since = null, recovery_left = 0 where id = $1",
                args![id, version],
            ),
            AccountEvent::RecoveryCodesMade(made) => {
                let left = made.codes.reveal().map_or(0, Vec::len);
                Write::one(
                    "update accounts set version = $2, recovery_left = $3 where id = $1",
                    args![id, version, i64::try_from(left).unwrap_or(0)],
                )
            }
            AccountEvent::RecoveryCodeUsed(used) => Write::one(
                "update accounts set version = $2, recovery_left = $3 where id = $1",
                args![id, version, used.left],
            ),
            AccountEvent::RolesSet(set) => Write::one(
                "update accounts set version = $2, roles = $3 where id = $1",
                args![id, version, set.roles.join(" ")],
            ),
            AccountEvent::Disabled(disabled) => Write::one(
                "update accounts set version = $2, disabled_at = $3 where id = $1",
                args![id, version, disabled.at],
            ),
            AccountEvent::Enabled(_) => Write::one(
                "update accounts set version = $2, disabled_at = null where id = $1",
                args![id, version],
            ),
            AccountEvent::LetterWanted(_)
            | AccountEvent::AppAdded(_)
            | AccountEvent::CodeUsed(_)
            | AccountEvent::PasskeyAdded(_)
            | AccountEvent::PasskeyUsed(_)
            | AccountEvent::PasskeyRemoved(_) => {
                Write::one("update accounts set version = $2 where id = $1", args![id, version])
            }
        }];
        writes.extend(passkey(event));
        writes
    }
}

fn person(person: &Personal<Person>) -> (Option<uuid::Uuid>, String, String) {
    match person.reveal() {
        Some(Person { name, email, email_index }) => (*email_index, email.clone(), name.clone()),
        None => (None, String::new(), String::new()),
    }
}

fn passkey(event: &Envelope<&AccountEvent>) -> Option<Write> {
    Some(match event.data {
        AccountEvent::PasskeyAdded(PasskeyAdded { id, record, credential, name, at, .. }) => Write::one(
            "insert into passkeys (id, account_id, credential, record, name, added_at) values ($1, $2, $3, $4, $5, $6)",
            args![
                *id,
                event.stream_id,
                credential.reveal().cloned().unwrap_or_default(),
                record.text().to_owned(),
                name.text().to_owned(),
                *at
            ],
        ),
        AccountEvent::PasskeyUsed(used) => Write::one(
            "update passkeys set record = $2, used_at = $3 where id = $1",
            args![used.id, used.record.text().to_owned(), used.at],
        ),
        AccountEvent::PasskeyRemoved(removed) => {
            Write::one("delete from passkeys where id = $1", args![removed.id])
        }
        _ => return None,
    })
}

impl Projector for Address {
    fn project(event: &Envelope<&AddressEvent>) -> Vec<Write> {
        let id = event.stream_id;
        vec![match event.data {
            AddressEvent::Taken(taken) => Write::one(
                "insert into account_addresses (id, holder) values ($1, $2)",
                args![id, taken.holder],
            ),
            AddressEvent::GivenUp(_) => Write::one("delete from account_addresses where id = $1", args![id]),
        }]
    }
}

impl Projector for Session {
    fn project(event: &Envelope<&SessionEvent>) -> Vec<Write> {
        let (id, version) = (event.stream_id, event.version);
        vec![match event.data {
            SessionEvent::Began(began) => Write::one(
                "insert into sessions (id, version, account_id, kind, methods, device, generation, opened_at, proven_at, seen_at, expires_at, provider_id) values ($1, $2, $3, $4, $5, $6, 0, $7, $7, $7, $8, $9)",
                args![
                    id,
                    version,
                    began.account,
                    began.kind.as_str(),
                    began.methods.join(" "),
                    began.device.text().to_owned(),
                    began.at,
                    began.expires_at,
                    began.provider
                ],
            ),
            SessionEvent::Proven(proven) => Write::one(
                "update sessions set version = $2, methods = $3, proven_at = $4, seen_at = $4 where id = $1",
                args![id, version, proven.methods.join(" "), proven.at],
            ),
            SessionEvent::Refreshed(refreshed) => Write::one(
                "update sessions set version = $2, generation = $3, seen_at = $4 where id = $1",
                args![id, version, refreshed.generation, refreshed.at],
            ),
            SessionEvent::Ended(ended) => Write::one(
                "update sessions set version = $2, ended_at = $3, ended_because = $4 where id = $1",
                args![id, version, ended.at, ended.because.as_str()],
            ),
        }]
    }
}

impl Projector for Role {
    fn project(event: &Envelope<&RoleEvent>) -> Vec<Write> {
        vec![match event.data {
            RoleEvent::Defined(defined) => Write::one(
                if event.version == 1 {
                    "insert into roles (name, version, about, grants, changed_at) values ($1, $2, $3, $4, $5)"
                } else {
                    "update roles set version = $2, about = $3, grants = $4, changed_at = $5, removed_at = null where name = $1"
                },
                args![
                    defined.definition.name.clone(),
                    event.version,
                    defined.definition.about.clone(),
                    defined.definition.grants.join(" "),
                    defined.at
                ],
            ),
            RoleEvent::Removed(removed) => Write::one(
                "update roles set version = $2, removed_at = $3 where name = $1",
                args![removed.name.clone(), event.version, removed.at],
            ),
        }]
    }
}

impl Projector for TokenRing {
    fn project(event: &Envelope<&RingEvent>) -> Vec<Write> {
        let RingEvent::Turned(turned) = event.data;
        vec![Write::one(
            if event.version == 1 {
                "insert into token_rings (one, version, sealed, turned_at) values ($1, $2, $3, $4)"
            } else {
                "update token_rings set version = $2, sealed = $3, turned_at = $4 where one = $1"
            },
            args![1i64, event.version, turned.sealed.clone(), turned.at],
        )]
    }
}

impl Projector for ServiceKey {
    fn project(event: &Envelope<&ServiceKeyEvent>) -> Vec<Write> {
        let (id, version) = (event.stream_id, event.version);
        vec![match event.data {
            ServiceKeyEvent::Made(made) => Write::one(
                "insert into service_keys (id, version, name, sealed, tenants, role, networks, legacy, made_at, status, requests) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
                args![
                    id,
                    version,
                    made.name.clone(),
                    made.sealed.clone(),
                    made.tenants.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
                    made.role.clone(),
                    made.networks.clone(),
                    i64::from(made.legacy),
                    made.at,
                    Status::Active.as_str(),
                    made.limit.map(i64::from)
                ],
            ),
            ServiceKeyEvent::Deprecated(deprecated) => Write::one(
                "update service_keys set version = $2, status = $3, good_until = $4 where id = $1",
                args![id, version, Status::Deprecated.as_str(), deprecated.until],
            ),
            ServiceKeyEvent::Revoked(revoked) => Write::one(
                "update service_keys set version = $2, status = $3, good_until = $4 where id = $1",
                args![id, version, Status::Revoked.as_str(), revoked.at],
            ),
            ServiceKeyEvent::Limited(limited) => Write::one(
                "update service_keys set version = $2, requests = $3 where id = $1",
                args![id, version, limited.limit.map(i64::from)],
            ),
        }]
    }
}

impl Projector for Provider {
    fn project(event: &Envelope<&ProviderEvent>) -> Vec<Write> {
        let (id, version) = (event.stream_id, event.version);
        vec![match event.data {
            ProviderEvent::Configured(configured) => Write::one(
                if version == 1 {
                    "insert into providers (id, version, audience, definition, secret, changed_at) values ($1, $2, $3, $4, $5, $6)"
                } else {
                    "update providers set version = $2, audience = $3, definition = $4, secret = $5, changed_at = $6 where id = $1"
                },
                args![
                    id,
                    version,
                    configured.definition.audience.clone(),
                    serde_json::to_string(&configured.definition)
                        .expect("a definition has string keys and no failing serializers"),
                    configured.secret.clone(),
                    configured.at
                ],
            ),
            ProviderEvent::Removed(removed) => Write::one(
                "update providers set version = $2, secret = null, removed_at = $3 where id = $1",
                args![id, version, removed.at],
            ),
        }]
    }
}

impl Projector for LinkedIdentity {
    fn project(event: &Envelope<&LinkedIdentityEvent>) -> Vec<Write> {
        let id = event.stream_id;
        vec![match event.data {
            LinkedIdentityEvent::Linked(linked) => Write::one(
                "insert into outsiders (id, account_id, provider_id, linked_at) values ($1, $2, $3, $4)",
                args![id, linked.account, linked.provider, linked.at],
            ),
            LinkedIdentityEvent::Unlinked(_) => Write::one("delete from outsiders where id = $1", args![id]),
        }]
    }
}

/// Takes a person out of the tables: that there was an account stays, who it was does not.
pub(crate) fn forget(person: SubjectId) -> Vec<Write> {
    vec![
        Write::any(
            "update accounts set email_index = null, email = '', name = '', password = null, recovery_left = 0 where id = $1",
            args![person],
        ),
        Write::any(
            "update passkeys set credential = $2, record = '', name = '' where account_id = $1",
            args![person, Vec::<u8>::new()],
        ),
        Write::any("update sessions set device = '' where account_id = $1", args![person]),
    ]
}
