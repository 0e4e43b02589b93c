//! A person as an issuer names them (issuer and subject), linked to their account here. A stream of its own for each
//! audience, so that two requests at once cannot link the same person to two accounts. Events and tables say `outsider`.

use kernel::reservation::Take;
use kernel::{Aggregate, Decide, Personal, SubjectId, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Reply, TenantKeys, Work};
use uuid::Uuid;

use crate::accounts::account::{Account, Open};
use crate::accounts::address::{self, Address};
use crate::accounts::event::{AccountEvent, RolesSet, Verified};
use crate::accounts::person::Person;
use crate::sessions::session::{Began, Begin, Kind, Session};
use crate::sessions::use_cases::NewSession;
use crate::{AccountId, ProviderId, Refusal};

/// The stream of a linked identity. Whoever lacks the tenant's secret cannot tell whose it is.
pub fn id(keys: &TenantKeys, audience: &str, issuer: &str, subject: &str) -> Uuid {
    let named = serde_json::json!([audience, issuer, subject]).to_string();
    let mark = keys.mark("outsider", named.as_bytes());
    Uuid::from_slice(&mark[..16]).expect("half an HMAC-SHA256 is as long as a UUID")
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkedIdentity {
    account: Option<AccountId>,
}

kernel::events! {
    pub enum LinkedIdentityEvent {
        Linked(Linked) = ("outsider.linked", 1),
        Unlinked(Unlinked) = ("outsider.unlinked", 1),
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Linked {
    pub account: AccountId,
    pub provider: ProviderId,
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unlinked {}

impl Aggregate for LinkedIdentity {
    const KIND: &'static str = "outsider";
    type Event = LinkedIdentityEvent;

    fn apply(&mut self, event: &LinkedIdentityEvent) {
        self.account = match event {
            LinkedIdentityEvent::Linked(linked) => Some(linked.account),
            LinkedIdentityEvent::Unlinked(_) => None,
        };
    }
}

struct Link {
    account: AccountId,
    provider: ProviderId,
}

impl Decide<Link> for LinkedIdentity {
    type Refusal = Refusal;

    fn decide(&self, link: &Link, now: Timestamp) -> Result<Vec<LinkedIdentityEvent>, Refusal> {
        let Link { account, provider } = *link;
        match self.account {
            None => Ok(vec![Linked { account, provider, at: now }.into()]),
            Some(known) if known == account => Ok(Vec::new()),
            Some(_) => Err(Refusal::OutsiderTaken),
        }
    }
}

struct Unlink;

impl Decide<Unlink> for LinkedIdentity {
    type Refusal = Refusal;

    fn decide(&self, _: &Unlink, _: Timestamp) -> Result<Vec<LinkedIdentityEvent>, Refusal> {
        Ok(self.account.map(|_| Unlinked {}.into()).into_iter().collect())
    }
}

/// Its owner comes from outside, with these of the roles that groups can give.
struct Arrive {
    mapped: Vec<String>,
    given: Vec<String>,
}

impl Decide<Arrive> for Account {
    type Refusal = Refusal;

    fn decide(&self, arrive: &Arrive, _: Timestamp) -> Result<Vec<AccountEvent>, Refusal> {
        self.open()?;
        // What was given by hand stays; what groups give is as the groups are today.
        let mut roles: Vec<String> =
            self.roles.iter().filter(|role| !arrive.mapped.contains(role)).cloned().collect();
        roles.extend(arrive.given.iter().cloned());
        Ok(if roles == self.roles { Vec::new() } else { vec![RolesSet { roles }.into()] })
    }
}

/// The issuer has seen that the address is theirs.
struct VerifyAddress;

impl Decide<VerifyAddress> for Account {
    type Refusal = Refusal;

    fn decide(&self, _: &VerifyAddress, now: Timestamp) -> Result<Vec<AccountEvent>, Refusal> {
        Ok(if self.verified { Vec::new() } else { vec![Verified { at: now }.into()] })
    }
}

/// Somebody whose account is known, as their provider speaks of them now.
#[derive(Debug, Clone)]
pub struct Arrival {
    pub outsider: Uuid,
    pub account: AccountId,
    pub provider: ProviderId,
    /// Every role that the provider's groups can give, and those that it gives them.
    pub mapped: Vec<String>,
    pub given: Vec<String>,
    /// How they proved who they are, as the issuer says.
    pub methods: Vec<String>,
}

/// Gives them the roles of their groups and begins a session, or does neither.
pub fn arrive(arrival: Arrival, session: NewSession) -> Work {
    let subject = SubjectId(arrival.account.uuid());
    let streams = Work::over::<LinkedIdentity>([arrival.outsider]).and::<Account>([arrival.account]);
    streams.and::<Session>([session.id]).about([subject]).decide(move |desk| {
        let Arrival { outsider, account, mapped, given, .. } = arrival.clone();
        // Unlinked since it was looked up.
        if desk.get::<LinkedIdentity>(outsider)?.account != Some(account) {
            return Err(Refusal::OutsiderUnknown.into());
        }
        desk.ask::<Account, _>(account, &Arrive { mapped, given })?;
        let at = desk.now();
        let began = Began {
            account,
            kind: Kind::Browser,
            methods: arrival.methods.clone(),
            device: Personal::new(subject, session.device.clone()),
            provider: Some(arrival.provider),
            at,
            expires_at: at.plus(session.lasts),
        };
        desk.ask::<Session, _>(session.id, &Begin(began))?;
        Ok(Reply::default())
    })
}

/// An account for somebody who is not known yet.
#[derive(Debug, Clone)]
pub struct Newcomer {
    pub outsider: Uuid,
    pub account: AccountId,
    pub provider: ProviderId,
    pub audience: &'static str,
    pub name: String,
    /// Empty when the issuer tells none.
    pub email: String,
    /// By what the address is found and held, when the issuer confirmed that it is theirs.
    pub confirmed: Option<Uuid>,
    pub roles: Vec<String>,
}

/// Opens their account. Only an address that was confirmed is theirs; one that belongs to an account here is refused,
/// for an address does not say who somebody is.
pub fn open(new: Newcomer) -> Work {
    let subject = SubjectId(new.account.uuid());
    let address = new.confirmed.map(|index| address::id(new.audience, index));
    let streams = Work::over::<LinkedIdentity>([new.outsider]).and::<Account>([new.account]);
    streams.and::<Address>(address).about([subject]).decide(move |desk| {
        let Newcomer { outsider, account, provider, audience, name, email, confirmed, roles } = new.clone();
        desk.ask::<LinkedIdentity, _>(outsider, &Link { account, provider })?;
        if let Some(address) = address {
            let or = |_| Refusal::OutsideAddressTaken;
            desk.ask::<Address, _>(address, &Take { by: account, or })?;
        }
        let person = Personal::new(subject, Person { name, email, email_index: confirmed });
        desk.ask::<Account, _>(account, &Open { audience, person, roles })?;
        if confirmed.is_some() {
            desk.ask::<Account, _>(account, &VerifyAddress)?;
        }
        Ok(Reply::default())
    })
}

/// The owner of an account says that this outsider is them.
pub fn link(outsider: Uuid, account: AccountId, provider: ProviderId) -> Work {
    Work::over::<LinkedIdentity>([outsider]).decide(move |desk| {
        desk.ask::<LinkedIdentity, _>(outsider, &Link { account, provider })?;
        Ok(Reply::nothing())
    })
}

pub fn unlink(outsiders: Vec<Uuid>) -> Work {
    Work::over::<LinkedIdentity>(outsiders.iter().copied()).decide(move |desk| {
        for outsider in &outsiders {
            desk.ask::<LinkedIdentity, _>(*outsider, &Unlink)?;
        }
        Ok(Reply::nothing())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::aggregate::given;

    const NOW: Timestamp = Timestamp::from_micros(0);

    #[test]
    fn roles_of_groups_are_as_the_groups_are_today_and_those_given_by_hand_stay() {
        let subject = SubjectId::new();
        let person = Person { name: "Ada".into(), email: String::new(), email_index: None };
        let opened = crate::accounts::event::Opened {
            audience: "staff".into(),
            person: Personal::new(subject, person),
            roles: vec!["viewer".into(), "order-manager".into()],
            at: NOW,
        };
        let ada = given::<Account>([opened.into()]);
        let arrive = |given: &[&str]| Arrive {
            mapped: vec!["order-manager".into(), "operator".into()],
            given: given.iter().map(|role| (*role).to_owned()).collect(),
        };
        assert!(ada.when(&arrive(&["order-manager"]), NOW).unwrap().is_empty());
        for (now, roles) in [(&["operator"][..], vec!["viewer", "operator"]), (&[][..], vec!["viewer"])] {
            let roles = roles.into_iter().map(str::to_owned).collect();
            assert_eq!(ada.when(&arrive(now), NOW).unwrap(), [RolesSet { roles }.into()]);
        }
    }

    #[test]
    fn an_outsider_has_one_account_until_it_is_unlinked() {
        let (ada, bob, provider) = (AccountId::new(), AccountId::new(), ProviderId::new());
        let linked = || Linked { account: ada, provider, at: NOW }.into();
        let known = given::<LinkedIdentity>([linked()]);
        let taken = known.when(&Link { account: bob, provider }, NOW);
        assert_eq!(taken.unwrap_err(), Refusal::OutsiderTaken);
        assert!(known.when(&Link { account: ada, provider }, NOW).unwrap().is_empty());
        let free = given::<LinkedIdentity>([linked(), Unlinked {}.into()]);
        assert_eq!(free.when(&Link { account: bob, provider }, NOW).unwrap().len(), 1);
    }
}
