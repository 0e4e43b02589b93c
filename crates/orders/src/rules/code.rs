//! The right to a promotion's code, in the whole shop and without regard to case. It is its promotion's until that is
//! removed or takes another: also while it is switched off or over, for both can be changed back.

use kernel::Projector;
use pricing::{PromotionId, plain_code};
use uuid::Uuid;

/// The namespace in which the ids of codes are made from what people type.
const CODES: Uuid = Uuid::from_u128(0x4c1e_08d7_92ab_4f35_b6d3_e17a_5c90_22fb);

kernel::reservation! {
    pub struct Code = "promotion_code";

    pub enum CodeEvent {
        Taken { promotion: PromotionId } = ("promotion_code.taken", 1),
        GivenUp {} = ("promotion_code.given_up", 1),
    }
}

impl Code {
    pub fn id(code: &str) -> Uuid {
        Uuid::new_v5(&CODES, plain_code(code).as_bytes())
    }
}

impl Projector for Code {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_spaces_around_it_make_no_other_code() {
        assert_eq!(Code::id(" spring "), Code::id("SPRING"));
        assert_eq!(Code::id("GRÜN"), Code::id("grün"));
        assert_ne!(Code::id("SPRING"), Code::id("SPRING 2"));
    }
}
