//! The right to a promotion's code, in the whole shop and without regard to case: a stream for each, so that "taken" is
//! decided. It is its promotion's until that is removed or takes another: also while it is switched off or over, for both
//! can be changed back.

use kernel::{Aggregate, Decide, Envelope, Projector, Timestamp, Write};
use pricing::{PromotionId, plain_code};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Refusal;

/// The namespace in which the ids of codes are made from what people type.
const CODES: Uuid = Uuid::from_u128(0x4c1e_08d7_92ab_4f35_b6d3_e17a_5c90_22fb);

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Code {
    holder: Option<PromotionId>,
}

kernel::events! {
    pub enum CodeEvent {
        Taken(Taken) = ("promotion_code.taken", 1),
        GivenUp(GivenUp) = ("promotion_code.given_up", 1),
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    pub promotion: PromotionId,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenUp {}

impl Code {
    pub fn id(code: &str) -> Uuid {
        Uuid::new_v5(&CODES, plain_code(code).as_bytes())
    }
}

impl Aggregate for Code {
    const KIND: &'static str = "promotion_code";
    type Event = CodeEvent;

    fn apply(&mut self, event: &CodeEvent) {
        self.holder = match event {
            CodeEvent::Taken(taken) => Some(taken.promotion),
            CodeEvent::GivenUp(_) => None,
        };
    }
}

pub struct Take {
    pub code: String,
    pub promotion: PromotionId,
}

/// By whoever has it; from anybody else it is no event.
pub struct GiveUp(pub PromotionId);

impl Decide<Take> for Code {
    type Refusal = Refusal;

    fn decide(&self, command: &Take, _now: Timestamp) -> Result<Vec<CodeEvent>, Refusal> {
        let Take { code, promotion } = command;
        match self.holder {
            None => Ok(vec![Taken { promotion: *promotion }.into()]),
            Some(holder) if holder == *promotion => Ok(Vec::new()),
            Some(holder) => Err(Refusal::CodeTaken { code: code.clone(), holder }),
        }
    }
}

impl Decide<GiveUp> for Code {
    type Refusal = Refusal;

    fn decide(&self, command: &GiveUp, _now: Timestamp) -> Result<Vec<CodeEvent>, Refusal> {
        Ok(if self.holder == Some(command.0) { vec![GivenUp {}.into()] } else { Vec::new() })
    }
}

impl Projector for Code {
    /// It needs no table: its state is all that anyone asks for.
    fn project(_: &Envelope<&CodeEvent>) -> Vec<Write> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::aggregate::given;

    const NOW: Timestamp = Timestamp::from_micros(0);

    fn take(promotion: PromotionId) -> Take {
        Take { code: "SPRING".into(), promotion }
    }

    #[test]
    fn a_code_is_one_promotions_until_it_gives_it_up() {
        let (ours, theirs) = (PromotionId::new(), PromotionId::new());
        let taken = given::<Code>([Taken { promotion: ours }.into()]);
        let refusal = Refusal::CodeTaken { code: "SPRING".into(), holder: ours };
        assert_eq!(taken.when(&take(theirs), NOW), Err(refusal));
        assert_eq!(taken.when(&take(ours), NOW), Ok(vec![]));
        assert_eq!(taken.when(&GiveUp(theirs), NOW), Ok(vec![]), "it is not theirs to give up");
        assert_eq!(taken.when(&GiveUp(ours), NOW), Ok(vec![GivenUp {}.into()]));
        let free = given::<Code>([Taken { promotion: ours }.into(), GivenUp {}.into()]);
        assert_eq!(free.when(&take(theirs), NOW), Ok(vec![Taken { promotion: theirs }.into()]));
    }

    #[test]
    fn case_and_spaces_around_it_make_no_other_code() {
        assert_eq!(Code::id(" spring "), Code::id("SPRING"));
        assert_eq!(Code::id("GRÜN"), Code::id("grün"));
        assert_ne!(Code::id("SPRING"), Code::id("SPRING 2"));
    }
}
