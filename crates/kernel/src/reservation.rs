//! The right to a name that only one thing has at a time: a SKU, a promotion's code, somebody's e-mail address. Each name is
//! a stream of its own, so that of two who want it at once one gets it, and "taken" is a decision and no database's error.

use std::convert::Infallible;

use uuid::Uuid;

use crate::{Aggregate, Decide, Timestamp};

/// The right to a name. Whoever has it is known by an id, so nothing that is anybody's own stands in the log of a name.
///
/// What is that and nothing more is declared with [`reservation!`](crate::reservation).
pub trait Reservation: Aggregate {
    type HolderId: Copy + PartialEq + Into<Uuid>;

    /// Who keeps others from having it.
    fn holder(&self) -> Option<Self::HolderId>;

    fn taken(&self, by: Self::HolderId) -> Self::Event;

    fn given_up(&self) -> Self::Event;
}

/// Takes the name. When another has it, what `or` says of that one is the refusal.
pub struct Take<HolderId, Or> {
    pub by: HolderId,
    pub or: Or,
}

/// By whoever has it; from anybody else it is no event.
pub struct GiveUp<HolderId>(pub HolderId);

impl<Name, Or, Refusal> Decide<Take<Name::HolderId, Or>> for Name
where
    Name: Reservation,
    Or: Fn(Name::HolderId) -> Refusal,
{
    type Refusal = Refusal;

    fn decide(&self, take: &Take<Name::HolderId, Or>, _: Timestamp) -> Result<Vec<Name::Event>, Refusal> {
        match self.holder() {
            None => Ok(vec![self.taken(take.by)]),
            Some(holder) if holder == take.by => Ok(Vec::new()),
            Some(holder) => Err((take.or)(holder)),
        }
    }
}

impl<Name: Reservation> Decide<GiveUp<Name::HolderId>> for Name {
    type Refusal = Infallible;

    fn decide(&self, by: &GiveUp<Name::HolderId>, _: Timestamp) -> Result<Vec<Name::Event>, Infallible> {
        let theirs = self.holder().filter(|holder| *holder == by.0);
        Ok(theirs.map(|_| self.given_up()).into_iter().collect())
    }
}

/// Declares the right to a name: its stream, its two events, and what the log calls whoever has it.
///
/// ```
/// kernel::ids! { JarId; }
/// kernel::reservation! {
///     /// What is written on a jar.
///     pub struct Label = "label";
///
///     pub enum LabelEvent {
///         Taken { jar: JarId } = ("label.taken", 1),
///         GivenUp {} = ("label.given_up", 1),
///     }
/// }
/// ```
#[macro_export]
macro_rules! reservation {
    (
        $(#[$about:meta])*
        pub struct $Name:ident = $kind:literal;

        pub enum $Event:ident {
            Taken { $holder:ident: $HolderId:ty } = ($taken:literal, $taken_schema:literal),
            GivenUp {} = ($given_up:literal, $given_up_schema:literal),
        }
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        pub struct $Name {
            holder: Option<$HolderId>,
        }

        $crate::events! {
            pub enum $Event {
                Taken(Taken) = ($taken, $taken_schema),
                GivenUp(GivenUp) = ($given_up, $given_up_schema),
            }
        }

        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        pub struct Taken {
            pub $holder: $HolderId,
        }

        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        pub struct GivenUp {}

        impl $crate::Aggregate for $Name {
            const KIND: &'static str = $kind;
            type Event = $Event;

            fn apply(&mut self, event: &$Event) {
                self.holder = match event {
                    $Event::Taken(taken) => Some(taken.$holder),
                    $Event::GivenUp(_) => None,
                };
            }
        }

        impl $crate::Reservation for $Name {
            type HolderId = $HolderId;

            fn holder(&self) -> Option<$HolderId> {
                self.holder
            }

            fn taken(&self, by: $HolderId) -> $Event {
                Taken { $holder: by }.into()
            }

            fn given_up(&self) -> $Event {
                GivenUp {}.into()
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json, to_value};

    use super::*;
    use crate::aggregate::{Given, given};
    use crate::{Event as _, SubjectId};

    crate::reservation! {
        pub struct Nickname = "nickname";

        pub enum NicknameEvent {
            Taken { person: SubjectId } = ("nickname.taken", 1),
            GivenUp {} = ("nickname.given_up", 1),
        }
    }

    const NOW: Timestamp = Timestamp::from_micros(0);

    fn take(name: &Given<Nickname>, by: SubjectId) -> Result<Vec<NicknameEvent>, String> {
        name.when(&Take { by, or: |holder| format!("{holder} has it") }, NOW)
    }

    #[test]
    fn a_name_belongs_to_one_thing_at_a_time() {
        let (ada, bob) = (SubjectId::new(), SubjectId::new());
        assert_eq!(take(&given([]), ada), Ok(vec![Taken { person: ada }.into()]));
        let taken = given([Taken { person: ada }.into()]);
        assert_eq!(take(&taken, bob), Err(format!("{ada} has it")));
        let free = given([Taken { person: ada }.into(), GivenUp {}.into()]);
        assert_eq!(take(&free, bob), Ok(vec![Taken { person: bob }.into()]));
    }

    #[test]
    fn taking_what_one_has_is_no_event() {
        let ada = SubjectId::new();
        assert_eq!(take(&given([Taken { person: ada }.into()]), ada), Ok(vec![]));
    }

    #[test]
    fn a_name_is_given_up_only_by_whoever_has_it() {
        let (ada, bob) = (SubjectId::new(), SubjectId::new());
        let taken = given::<Nickname>([Taken { person: ada }.into()]);
        assert_eq!(taken.when(&GiveUp(bob), NOW), Ok(vec![]));
        assert_eq!(taken.when(&GiveUp(ada), NOW), Ok(vec![GivenUp {}.into()]));
        assert_eq!(given::<Nickname>([]).when(&GiveUp(ada), NOW), Ok(vec![]));
    }

    #[test]
    fn the_log_says_who_has_a_name_in_the_word_that_was_declared() {
        let ada = SubjectId::new();
        let (taken, given_up) = (NicknameEvent::from(Taken { person: ada }), NicknameEvent::from(GivenUp {}));
        assert_eq!((taken.kind(), taken.encode()), ("nickname.taken", json!({ "person": ada }).to_string()));
        assert_eq!((given_up.kind(), given_up.encode()), ("nickname.given_up", "{}".to_owned()));
    }

    #[test]
    fn a_state_reads_back_what_it_wrote() {
        let ada = SubjectId::new();
        let taken = given::<Nickname>([Taken { person: ada }.into()]).0;
        let written = to_value(&taken).unwrap();
        assert_eq!(written, json!({ "holder": ada }));
        assert_eq!(from_value::<Nickname>(written).unwrap(), taken);
    }
}
