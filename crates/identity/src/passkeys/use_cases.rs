//! The units of work of passkeys.

use kernel::{Personal, SubjectId, Timestamp};
use store::Work;

use crate::accounts::account::{Account, AddPasskey, RemovePasskey};
use crate::accounts::event::PasskeyAdded;
use crate::accounts::use_cases::account;
use crate::{AccountId, PasskeyId};

/// A passkey that was made, and the challenge that was answered by making it.
#[derive(Debug, Clone)]
pub struct NewPasskey {
    pub id: PasskeyId,
    pub name: String,
    pub record: String,
    pub credential: Vec<u8>,
    pub challenge: String,
    pub until: Timestamp,
}

pub fn add_passkey(id: AccountId, new: NewPasskey) -> Work {
    let subject = SubjectId(id.uuid());
    account(id, move |desk| {
        let NewPasskey { id: passkey, name, record, credential, challenge, until } = new.clone();
        let added = PasskeyAdded {
            id: passkey,
            record: Personal::new(subject, record),
            credential: Personal::new(subject, credential),
            name: Personal::new(subject, name),
            challenge,
            until,
            at: desk.now(),
        };
        desk.ask::<Account, _>(id, &AddPasskey(added))
    })
}

pub fn remove_passkey(id: AccountId, passkey: PasskeyId) -> Work {
    account(id, move |desk| desk.ask::<Account, _>(id, &RemovePasskey(passkey)))
}
