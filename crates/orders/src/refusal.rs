//! Every way an order says no.

use edge::ProblemDoc;
use kernel::{Fault, FieldProblem, MoneyError, Problem};

use pricing::PromotionId;

use crate::{OrderId, Status};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    AlreadyPlaced,
    TooLarge,
    PersonErased,
    IllegalTransition {
        from: Status,
        to: Status,
    },
    NotSoMany {
        line: u32,
        left: i64,
    },
    NothingNamed,
    NothingLeft,
    ReturnClosed,
    Cancelled,
    PartlySent,
    /// It was placed before there were ledgers.
    NoLedger,
    CartOrdered {
        order: OrderId,
    },
    CartMerged,
    CartWaits,
    NotAwaiting,
    OwnApproval,
    BeyondLimit {
        limit: i64,
    },
    BuyerLeft,
    ApprovalNeeded {
        limit: i64,
    },
    /// It is a draft: what is in it is the shop's to change.
    DraftFixed,
    DraftEmpty,
    DraftWithdrawn,
    NoDraft,
    CartFull,
    TooManyOfAThing,
    TooManyCodes,
    UsedUp {
        promotion: String,
    },
    CodeTaken {
        code: String,
        holder: PromotionId,
    },
    Pricing(pricing::Refusal),
}

pub const PROBLEMS: &[ProblemDoc] = &[
    ProblemDoc {
        code: "already_placed",
        status: 409,
        title: "Already placed",
        what_to_do: "Read the order instead of placing it again.",
    },
    ProblemDoc {
        code: "person_erased",
        status: 409,
        title: "Person erased",
        what_to_do: "This person's data was erased for good, and nothing more is written about them. Leave their id out.",
    },
    ProblemDoc {
        code: "illegal_transition",
        status: 409,
        title: "Not from there",
        what_to_do: "\"allowed\" names what the order can become next.",
    },
    ProblemDoc {
        code: "not_so_many",
        status: 409,
        title: "Not so many",
        what_to_do: "\"left\" says of how many pieces of \"line\" this can be done. Read the order again.",
    },
    ProblemDoc {
        code: "nothing_left",
        status: 409,
        title: "Nothing would be left",
        what_to_do: "An order of nothing is no order. Cancel it instead.",
    },
    ProblemDoc {
        code: "return_closed",
        status: 409,
        title: "Closed already",
        what_to_do: "The return is not open. Open another.",
    },
    ProblemDoc {
        code: "order_cancelled",
        status: 409,
        title: "Cancelled",
        what_to_do: "A cancelled order stays as it is. Place another.",
    },
    ProblemDoc {
        code: "partly_sent",
        status: 409,
        title: "Partly sent",
        what_to_do: "Take out what has not been sent by an edit, and open a return for the rest.",
    },
    ProblemDoc {
        code: "no_ledger",
        status: 409,
        title: "No ledger",
        what_to_do: "The order is older than ledgers and cannot be changed line by line.",
    },
    ProblemDoc {
        code: "cart_ordered",
        status: 409,
        title: "Ordered already",
        what_to_do: "\"order_id\" names the order that was made of the cart. Begin a new cart for anything else.",
    },
    ProblemDoc {
        code: "cart_merged",
        status: 409,
        title: "Not this cart any more",
        what_to_do: "The cart has an owner, or went into the owner's other cart. List the open carts of whoever is signed in.",
    },
    ProblemDoc {
        code: "cart_awaits_approval",
        status: 409,
        title: "Awaiting approval",
        what_to_do: "The cart waits for a colleague's approval. Recall it to change it.",
    },
    ProblemDoc {
        code: "not_awaiting_approval",
        status: 409,
        title: "Not awaiting approval",
        what_to_do: "Nobody is asked about this cart any more. List those that wait.",
    },
    ProblemDoc {
        code: "own_approval",
        status: 409,
        title: "Your own cart",
        what_to_do: "Somebody else of the organisation must approve what you want to order.",
    },
    ProblemDoc {
        code: "beyond_your_limit",
        status: 409,
        title: "Beyond your limit",
        what_to_do: "\"limit\" is what you may approve. Ask a colleague with a higher one.",
    },
    ProblemDoc {
        code: "buyer_left",
        status: 409,
        title: "The buyer left",
        what_to_do: "Whoever asked does not buy for this organisation any more. Decline the cart.",
    },
    ProblemDoc {
        code: "approval_needed",
        status: 409,
        title: "Approval needed",
        what_to_do: "It costs more than \"limit\". Put it into a cart and check that out: it waits for a colleague's approval then.",
    },
    ProblemDoc {
        code: "draft_fixed",
        status: 409,
        title: "Put together by the shop",
        what_to_do: "What is in a draft, and what it costs, is changed by the shop: PUT /api/v1/draft-orders/{id}. Begin a cart for anything else.",
    },
    ProblemDoc {
        code: "draft_empty",
        status: 409,
        title: "Nothing in it",
        what_to_do: "Put something into the draft before somebody is invited to order it.",
    },
    ProblemDoc {
        code: "draft_withdrawn",
        status: 409,
        title: "Taken back",
        what_to_do: "The shop has taken this draft back. Make another.",
    },
    ProblemDoc {
        code: "cart_full",
        status: 409,
        title: "Cart full",
        what_to_do: "A cart holds at most 200 different things. Order these first.",
    },
    ProblemDoc {
        code: "too_many_codes",
        status: 409,
        title: "Too many codes",
        what_to_do: "A cart takes at most 20 codes. Take one out first.",
    },
    ProblemDoc {
        code: "promotion_used_up",
        status: 409,
        title: "Used up",
        what_to_do: "\"promotion\" was used as often as it can be. Read the cart again: its total is without it now.",
    },
    ProblemDoc {
        code: "code_taken",
        status: 409,
        title: "Code taken",
        what_to_do: "Another promotion has this code, \"promotion_id\" says which: also one that is over or switched off. Choose another code, or change or remove that promotion.",
    },
    ProblemDoc {
        code: "total_changed",
        status: 409,
        title: "Another total",
        what_to_do: "\"total\" is what the cart costs now. Show it, and order again with it as expected_total.",
    },
    ProblemDoc {
        code: "cart_unfinished",
        status: 422,
        title: "Something is missing",
        what_to_do: "\"errors\" names what an order still needs.",
    },
    ProblemDoc {
        code: "line_twice",
        status: 422,
        title: "Line twice",
        what_to_do: "Give every line a number of its own.",
    },
    ProblemDoc {
        code: "price_too_large",
        status: 422,
        title: "Price too large",
        what_to_do: "The total is more than can be counted. Buy less at once.",
    },
    ProblemDoc {
        code: "not_in_ledger",
        status: 404,
        title: "Not part of the order",
        what_to_do: "Name a line that the order has, or shipping if it has any.",
    },
    ProblemDoc {
        code: "more_pieces_than_left",
        status: 409,
        title: "More pieces than left",
        what_to_do: "\"left\" says how many pieces have not been given back yet.",
    },
    ProblemDoc {
        code: "more_than_charged",
        status: 409,
        title: "More than charged",
        what_to_do: "\"left\" says how much is still charged, in minor units. Give back that much at most.",
    },
    ProblemDoc {
        code: "order_too_large",
        status: 422,
        title: "Order too large",
        what_to_do: "The total is more than can be counted. Order less at once.",
    },
];

impl From<pricing::Refusal> for Refusal {
    fn from(refusal: pricing::Refusal) -> Self {
        Self::Pricing(refusal)
    }
}

impl From<MoneyError> for Refusal {
    fn from(_: MoneyError) -> Self {
        Self::TooLarge
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let conflict = |code, title, detail: &str| Self::new(Fault::Conflict, code, title, detail);
        match refusal {
            Refusal::CartOrdered { order } => conflict(
                "cart_ordered",
                "Ordered already",
                "This cart was ordered already, so it stays as it is. Begin a new one.",
            )
            .with("order_id", order.to_string()),
            Refusal::NotSoMany { line, left } => conflict(
                "not_so_many",
                "Not so many",
                &format!("Of line {line} there are {left} for this. Name a line once, and at least one piece of it."),
            )
            .with("line", line)
            .with("left", left),
            Refusal::NothingNamed => Self::invalid(vec![FieldProblem {
                pointer: "/lines".into(),
                detail: "name at least one line".into(),
            }]),
            Refusal::NothingLeft => conflict(
                "nothing_left",
                "Nothing would be left",
                "An order of nothing is no order. Cancel it instead.",
            ),
            Refusal::ReturnClosed => conflict(
                "return_closed",
                "Closed already",
                "This return is not open any more, or never was. Open another.",
            ),
            Refusal::Cancelled => {
                conflict("order_cancelled", "Cancelled", "A cancelled order stays as it is. Place another.")
            }
            Refusal::PartlySent => conflict(
                "partly_sent",
                "Partly sent",
                "Some of it is on its way, so it cannot be cancelled. Take out the rest, and take back what was sent.",
            ),
            Refusal::NoLedger => conflict(
                "no_ledger",
                "No ledger",
                "This order was placed before orders had ledgers, so it cannot be changed line by line.",
            ),
            Refusal::CartMerged => conflict(
                "cart_merged",
                "Not this cart any more",
                "This cart belongs to somebody, or went into another cart when its owner signed in. Go on with theirs.",
            ),
            Refusal::CartWaits => conflict(
                "cart_awaits_approval",
                "Awaiting approval",
                "This cart waits for a colleague's approval, so it stays as it is. Recall it to change it.",
            ),
            Refusal::NotAwaiting => conflict(
                "not_awaiting_approval",
                "Not awaiting approval",
                "Nobody is asked about this cart any more: it was taken back or declined.",
            ),
            Refusal::OwnApproval => conflict(
                "own_approval",
                "Your own cart",
                "You cannot approve what you want to order yourself. Somebody else of your organisation can.",
            ),
            Refusal::BeyondLimit { limit } => conflict(
                "beyond_your_limit",
                "Beyond your limit",
                "This costs more than you may approve. Ask a colleague with a higher limit.",
            )
            .with("limit", limit),
            Refusal::BuyerLeft => conflict(
                "buyer_left",
                "The buyer left",
                "Whoever asked does not buy for this organisation any more, so nothing was ordered. Decline the cart.",
            ),
            Refusal::ApprovalNeeded { limit } => conflict(
                "approval_needed",
                "Approval needed",
                "This costs more than you may order for your organisation unasked. Put it into a cart and check that out: it waits for a colleague's approval then.",
            )
            .with("limit", limit),
            Refusal::DraftFixed => conflict(
                "draft_fixed",
                "Put together by the shop",
                "The shop has put this together, so things and prices stay as they are. Ask the shop to change it, or begin a cart of your own.",
            ),
            Refusal::DraftEmpty => conflict(
                "draft_empty",
                "Nothing in it",
                "There is nothing in this draft, so nobody was invited to order it. Put something into it first.",
            ),
            Refusal::DraftWithdrawn => {
                conflict("draft_withdrawn", "Taken back", "The shop has taken this draft back. Ask it for another.")
            }
            Refusal::NoDraft => Self::not_found("draft"),
            Refusal::CartFull => {
                conflict("cart_full", "Cart full", "A cart holds at most 200 different things. Order these first.")
            }
            Refusal::TooManyOfAThing => Self::invalid(vec![FieldProblem {
                pointer: "/quantity".into(),
                detail: "a cart holds at most 10,000 of a thing".into(),
            }]),
            Refusal::TooManyCodes => {
                conflict("too_many_codes", "Too many codes", "A cart takes at most 20 codes. Take one out first.")
            }
            Refusal::UsedUp { promotion } => conflict(
                "promotion_used_up",
                "Used up",
                &format!("“{promotion}” was used as often as it can be, so nothing was ordered. Look at the total again."),
            )
            .with("promotion", promotion),
            Refusal::CodeTaken { code, holder } => conflict(
                "code_taken",
                "Code taken",
                &format!("Another promotion has the code “{code}”, in capitals or not, and may be over or switched off. Choose another, or change or remove that one."),
            )
            .with("promotion_id", holder.to_string()),
            Refusal::Pricing(refusal) => refusal.into(),
            Refusal::AlreadyPlaced => Self::new(
                Fault::Conflict,
                "already_placed",
                "Already placed",
                "This order was placed before. Read it instead.",
            ),
            Refusal::PersonErased => Self::new(
                Fault::Conflict,
                "person_erased",
                "Person erased",
                "This customer's data was erased for good, so nothing was ordered under their id. Leave customer.id out, and they order as someone new.",
            ),
            Refusal::TooLarge => Self::new(
                Fault::Invalid,
                "order_too_large",
                "Order too large",
                "The total is more than can be counted. Order less at once.",
            ),
            Refusal::IllegalTransition { from, to } => {
                let allowed: Vec<&str> = from.next().iter().map(|status| status.as_str()).collect();
                let can = if allowed.is_empty() {
                    "It stays so.".to_owned()
                } else {
                    format!("It can become {}.", allowed.join(" or "))
                };
                let detail =
                    format!("An order that is {} cannot become {}. {can}", from.as_str(), to.as_str());
                Self::new(Fault::Conflict, "illegal_transition", "Not from there", detail)
                    .with("from", from.as_str())
                    .with("to", to.as_str())
                    .with("allowed", allowed)
            }
        }
    }
}
