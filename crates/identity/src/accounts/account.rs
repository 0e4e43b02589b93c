//! An account: what is known of a person who signs in, and what proves that it is them.

use credentials::{AppSecret, Fingerprint, used_recovery_code};
use kernel::{Aggregate, Decide, Personal, Timestamp};
use serde::{Deserialize, Serialize};

use crate::accounts::event::{
    AccountEvent, AppAdded, AppConfirmed, AppRemoved, CodeUsed, Disabled, Enabled, LetterWanted, Opened,
    PasskeyAdded, PasskeyRemoved, PasskeyUsed, PasswordSet, RecoveryCodeUsed, RecoveryCodesMade, Renamed,
    RolesSet, Verified,
};
use crate::accounts::letter::{Language, Letter};
use crate::accounts::person::Person;
use crate::{PasskeyId, Refusal};

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    pub audience: String,
    pub person: Option<Personal<Person>>,
    /// How often a password was set. What was signed before the last time is not good any more.
    pub password_round: i64,
    pub verified: bool,
    pub app: Option<App>,
    pub recovery: Option<Personal<Vec<Fingerprint>>>,
    pub passkeys: Vec<PasskeyId>,
    /// The challenges that were answered lately, so that none is answered twice.
    answered: Vec<(String, Timestamp)>,
    pub roles: Vec<String>,
    pub disabled: bool,
}

/// The app that shows codes of the moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct App {
    secret: Personal<Vec<u8>>,
    /// Whether its owner has shown that it works. Before that it proves nothing.
    pub confirmed: bool,
    last_step: Option<u64>,
}

impl Aggregate for Account {
    const KIND: &'static str = "account";
    type Event = AccountEvent;

    fn apply(&mut self, event: &AccountEvent) {
        match event {
            AccountEvent::Opened(opened) => {
                self.audience.clone_from(&opened.audience);
                self.person = Some(opened.person.clone());
                self.roles.clone_from(&opened.roles);
            }
            AccountEvent::Renamed(renamed) => self.person = Some(renamed.person.clone()),
            AccountEvent::PasswordSet(_) => self.password_round += 1,
            AccountEvent::Verified(_) => self.verified = true,
            AccountEvent::AppAdded(added) => {
                self.app = Some(App { secret: added.secret.clone(), confirmed: false, last_step: None });
            }
            AccountEvent::AppConfirmed(AppConfirmed { step, .. })
            | AccountEvent::CodeUsed(CodeUsed { step }) => {
                if let Some(app) = &mut self.app {
                    app.confirmed = true;
                    app.last_step = Some(*step);
                }
            }
            AccountEvent::AppRemoved(_) => (self.app, self.recovery) = (None, None),
            AccountEvent::RecoveryCodesMade(made) => self.recovery = Some(made.codes.clone()),
            AccountEvent::RecoveryCodeUsed(used) => {
                if let Some(codes) = &self.recovery
                    && let Some(left) = codes.reveal()
                {
                    let mut left = left.clone();
                    if used.place < left.len() {
                        left.remove(used.place);
                    }
                    self.recovery = Some(Personal::new(codes.subject(), left));
                }
            }
            AccountEvent::PasskeyAdded(added) => {
                self.passkeys.push(added.id);
                self.answer(&added.challenge, added.until, added.at);
            }
            AccountEvent::PasskeyRemoved(removed) => self.passkeys.retain(|id| *id != removed.id),
            AccountEvent::RolesSet(set) => self.roles.clone_from(&set.roles),
            AccountEvent::Disabled(_) => self.disabled = true,
            AccountEvent::Enabled(_) => self.disabled = false,
            AccountEvent::PasskeyUsed(used) => self.answer(&used.challenge, used.until, used.at),
            AccountEvent::LetterWanted(_) => {}
        }
    }
}

impl Account {
    /// Whether signing in takes a code of the moment, too.
    pub fn has_app(&self) -> bool {
        self.app.as_ref().is_some_and(|app| app.confirmed)
    }

    fn answer(&mut self, challenge: &str, until: Timestamp, at: Timestamp) {
        self.answered.retain(|(_, until)| at < *until);
        self.answered.push((challenge.to_owned(), until));
    }

    fn has_answered(&self, challenge: &str) -> bool {
        self.answered.iter().any(|(answered, _)| answered == challenge)
    }

    pub(crate) fn open(&self) -> Result<(), Refusal> {
        if self.disabled { Err(Refusal::Disabled) } else { Ok(()) }
    }
}

pub struct Open {
    pub audience: &'static str,
    pub person: Personal<Person>,
    pub roles: Vec<String>,
}

impl Decide<Open> for Account {
    type Refusal = Refusal;

    fn decide(&self, open: &Open, now: Timestamp) -> Result<Vec<AccountEvent>, Refusal> {
        if self.person.is_some() {
            return Err(Refusal::AddressTaken);
        }
        let Open { audience, person, roles } = open;
        let (audience, person, roles) = ((*audience).to_owned(), person.clone(), roles.clone());
        Ok(vec![Opened { audience, person, roles, at: now }.into()])
    }
}

pub struct Rename(pub Personal<Person>);

impl Decide<Rename> for Account {
    type Refusal = Refusal;

    fn decide(&self, rename: &Rename, _: Timestamp) -> Result<Vec<AccountEvent>, Refusal> {
        let same = self.person.as_ref() == Some(&rename.0);
        Ok(if same { Vec::new() } else { vec![Renamed { person: rename.0.clone() }.into()] })
    }
}

/// `round` is how many passwords there were when the right to set this one was given.
pub struct SetPassword {
    pub hash: Personal<String>,
    pub round: i64,
    /// Whether the right came by a letter to the account's address.
    pub by_letter: bool,
}

impl Decide<SetPassword> for Account {
    type Refusal = Refusal;

    fn decide(&self, set: &SetPassword, now: Timestamp) -> Result<Vec<AccountEvent>, Refusal> {
        self.open()?;
        if set.round != self.password_round {
            return Err(Refusal::TicketUsed);
        }
        let mut events = vec![PasswordSet { hash: set.hash.clone(), at: now }.into()];
        if set.by_letter && !self.verified {
            events.push(Verified { at: now }.into());
        }
        Ok(events)
    }
}

#[derive(Clone)]
pub struct Want {
    pub letter: Letter,
    pub language: Language,
}

impl Decide<Want> for Account {
    type Refusal = Refusal;

    fn decide(&self, want: &Want, now: Timestamp) -> Result<Vec<AccountEvent>, Refusal> {
        let Want { letter, language } = want.clone();
        Ok(vec![LetterWanted { letter, language, at: now }.into()])
    }
}

/// Its owner signs in with the password that was set in this round, and nothing else is asked of them.
pub struct Enter {
    pub round: i64,
}

impl Decide<Enter> for Account {
    type Refusal = Refusal;

    fn decide(&self, enter: &Enter, _: Timestamp) -> Result<Vec<AccountEvent>, Refusal> {
        self.open()?;
        if enter.round != self.password_round {
            return Err(Refusal::TicketUsed);
        }
        Ok(Vec::new())
    }
}

/// A code of the moment, or a recovery code. Used, it is used up.
pub struct UseCode<'a> {
    pub typed: &'a str,
}

impl Decide<UseCode<'_>> for Account {
    type Refusal = Refusal;

    fn decide(&self, code: &UseCode<'_>, now: Timestamp) -> Result<Vec<AccountEvent>, Refusal> {
        self.open()?;
        let app = self.app.as_ref().filter(|app| app.confirmed).ok_or(Refusal::NoApp)?;
        if let Some(step) = app.step_of(code.typed, now) {
            return Ok(vec![CodeUsed { step }.into()]);
        }
        let codes = self.recovery.as_ref().and_then(Personal::reveal).map(Vec::as_slice).unwrap_or_default();
        let place = used_recovery_code(codes, code.typed).ok_or(Refusal::CodeWrong)?;
        let left = i64::try_from(codes.len() - 1).unwrap_or(0);
        Ok(vec![RecoveryCodeUsed { place, left, at: now }.into()])
    }
}

impl App {
    fn step_of(&self, code: &str, now: Timestamp) -> Option<u64> {
        let secret = AppSecret::from_bytes(self.secret.reveal()?)?;
        secret.step_of(code, now.seconds(), self.last_step)
    }
}

pub struct AddApp(pub Personal<Vec<u8>>);

impl Decide<AddApp> for Account {
    type Refusal = Refusal;

    fn decide(&self, add: &AddApp, _: Timestamp) -> Result<Vec<AccountEvent>, Refusal> {
        if self.has_app() {
            return Err(Refusal::AppThere);
        }
        Ok(vec![AppAdded { secret: add.0.clone() }.into()])
    }
}

/// The first code shows that the app works; the recovery codes are for when it is lost.
pub struct ConfirmApp<'a> {
    pub code: &'a str,
    pub recovery: Personal<Vec<Fingerprint>>,
}

impl Decide<ConfirmApp<'_>> for Account {
    type Refusal = Refusal;

    fn decide(&self, confirm: &ConfirmApp<'_>, now: Timestamp) -> Result<Vec<AccountEvent>, Refusal> {
        let app = self.app.as_ref().ok_or(Refusal::NoApp)?;
        if app.confirmed {
            return Err(Refusal::AppThere);
        }
        let step = app.step_of(confirm.code, now).ok_or(Refusal::CodeWrong)?;
        let codes = confirm.recovery.clone();
        Ok(vec![AppConfirmed { step, at: now }.into(), RecoveryCodesMade { codes }.into()])
    }
}

pub struct RemoveApp;

impl Decide<RemoveApp> for Account {
    type Refusal = Refusal;

    fn decide(&self, _: &RemoveApp, now: Timestamp) -> Result<Vec<AccountEvent>, Refusal> {
        Ok(self.app.as_ref().map(|_| AppRemoved { at: now }.into()).into_iter().collect())
    }
}

pub struct MakeRecoveryCodes(pub Personal<Vec<Fingerprint>>);

impl Decide<MakeRecoveryCodes> for Account {
    type Refusal = Refusal;

    fn decide(&self, make: &MakeRecoveryCodes, _: Timestamp) -> Result<Vec<AccountEvent>, Refusal> {
        if !self.has_app() {
            return Err(Refusal::NoApp);
        }
        Ok(vec![RecoveryCodesMade { codes: make.0.clone() }.into()])
    }
}

pub struct SetRoles(pub Vec<String>);

impl Decide<SetRoles> for Account {
    type Refusal = Refusal;

    fn decide(&self, set: &SetRoles, _: Timestamp) -> Result<Vec<AccountEvent>, Refusal> {
        let same = self.roles == set.0;
        Ok(if same { Vec::new() } else { vec![RolesSet { roles: set.0.clone() }.into()] })
    }
}

pub struct Disable;

impl Decide<Disable> for Account {
    type Refusal = Refusal;

    fn decide(&self, _: &Disable, now: Timestamp) -> Result<Vec<AccountEvent>, Refusal> {
        Ok(if self.disabled { Vec::new() } else { vec![Disabled { at: now }.into()] })
    }
}

pub struct Enable;

impl Decide<Enable> for Account {
    type Refusal = Refusal;

    fn decide(&self, _: &Enable, _: Timestamp) -> Result<Vec<AccountEvent>, Refusal> {
        Ok(if self.disabled { vec![Enabled {}.into()] } else { Vec::new() })
    }
}

pub struct AddPasskey(pub PasskeyAdded);

impl Decide<AddPasskey> for Account {
    type Refusal = Refusal;

    fn decide(&self, add: &AddPasskey, _: Timestamp) -> Result<Vec<AccountEvent>, Refusal> {
        self.open()?;
        if self.passkeys.len() >= 20 {
            return Err(Refusal::TooManyPasskeys);
        }
        if self.has_answered(&add.0.challenge) {
            return Err(Refusal::PasskeyRefused);
        }
        Ok(vec![add.0.clone().into()])
    }
}

pub struct UsePasskey {
    pub id: PasskeyId,
    pub record: Personal<String>,
    pub challenge: String,
    pub until: Timestamp,
}

impl Decide<UsePasskey> for Account {
    type Refusal = Refusal;

    fn decide(&self, used: &UsePasskey, now: Timestamp) -> Result<Vec<AccountEvent>, Refusal> {
        self.open()?;
        if !self.passkeys.contains(&used.id) {
            return Err(Refusal::PasskeyRefused);
        }
        if self.has_answered(&used.challenge) {
            return Err(Refusal::PasskeyRefused);
        }
        let UsePasskey { id, record, challenge, until } = used;
        let (id, record, challenge, until) = (*id, record.clone(), challenge.clone(), *until);
        Ok(vec![PasskeyUsed { id, record, challenge, until, at: now }.into()])
    }
}

pub struct RemovePasskey(pub PasskeyId);

impl Decide<RemovePasskey> for Account {
    type Refusal = Refusal;

    fn decide(&self, remove: &RemovePasskey, _: Timestamp) -> Result<Vec<AccountEvent>, Refusal> {
        let there = self.passkeys.contains(&remove.0);
        Ok(if there { vec![PasskeyRemoved { id: remove.0 }.into()] } else { Vec::new() })
    }
}
