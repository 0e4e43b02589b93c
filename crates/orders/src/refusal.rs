//! Every reason for which this context refuses a command.

use kernel::{FieldProblem, MoneyError, Problem, Word};
use pricing::PromotionId;

use crate::{OrderId, Status, problems};

kernel::refusals! {
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub enum Refusal {
        AlreadyPlaced => Conflict "already_placed" "Already placed":
            "This order was placed before. Read it instead.",
        TooLarge => Invalid "order_too_large" "Order too large":
            "The total is more than can be counted. Order less at once.",
        PersonErased => Conflict "person_erased" "Person erased":
            "This customer's data was erased for good, so nothing was ordered under their id. Leave customer.id out, and they order as someone new."
            page "This person's data was erased for good, and nothing more is written about them. Leave their id out.",
        IllegalTransition { from: Status, to: Status } => Conflict "illegal_transition" "Not from there":
            "An order that is {from} cannot become {to}. {can}"
            given { allowed: next(from), can: can(&allowed), from: from.as_str(), to: to.as_str() }
            with { from: from, to: to, allowed: allowed }
            page "\"allowed\" names what the order can become next.",
        NotSoMany { line: u32, left: i64 } => Conflict "not_so_many" "Not so many":
            "Of line {line} there are {left} for this. Name a line once, and at least one piece of it."
            with { line: line, left: left }
            page "\"left\" says of how many pieces of \"line\" this can be done. Read the order again.",
        NothingNamed = Problem::invalid(vec![FieldProblem {
            pointer: "/lines".into(),
            detail: "name at least one line".into(),
        }]),
        NothingLeft => Conflict "nothing_left" "Nothing would be left":
            "An order of nothing is no order. Cancel it instead.",
        ReturnClosed => Conflict "return_closed" "Closed already":
            "This return is not open any more, or never was. Open another.",
        Cancelled => Conflict "order_cancelled" "Cancelled":
            "A cancelled order stays as it is. Place another.",
        PartlySent => Conflict "partly_sent" "Partly sent":
            "Some of it is on its way, so it cannot be cancelled. Take out the rest, and take back what was sent."
            page "Take out what has not been sent by an edit, and open a return for the rest.",
        /// It was placed before there were ledgers.
        NoLedger => Conflict "no_ledger" "No ledger":
            "This order was placed before orders had ledgers, so it cannot be changed line by line.",
        CartOrdered { order: OrderId } => Conflict "cart_ordered" "Ordered already":
            "This cart was ordered already, so it stays as it is. Begin a new one."
            with { order_id: order.to_string() }
            page "\"order_id\" names the order that was made of the cart. Begin a new cart for anything else.",
        CartMerged => Conflict "cart_merged" "Not this cart any more":
            "This cart belongs to somebody, or went into another cart when its owner signed in. Go on with theirs."
            page "The cart has an owner, or went into the owner's other cart. List the open carts of whoever is signed in.",
        CartWaits => Conflict "cart_awaits_approval" "Awaiting approval":
            "This cart waits for a colleague's approval, so it stays as it is. Recall it to change it.",
        NotAwaiting => Conflict "not_awaiting_approval" "Not awaiting approval":
            "Nobody is asked about this cart any more: it was taken back or declined."
            page "Nobody is asked about this cart any more. List those that wait.",
        OwnApproval => Conflict "own_approval" "Your own cart":
            "You cannot approve what you want to order yourself. Somebody else of your organisation can.",
        BeyondLimit { limit: i64 } => Conflict "beyond_your_limit" "Beyond your limit":
            "This costs more than you may approve. Ask a colleague with a higher limit."
            with { limit: limit }
            page "\"limit\" is what you may approve. Ask a colleague with a higher one.",
        BuyerLeft => Conflict "buyer_left" "The buyer left":
            "Whoever asked does not buy for this organisation any more, so nothing was ordered. Decline the cart.",
        ApprovalNeeded { limit: i64 } => Conflict "approval_needed" "Approval needed":
            "This costs more than you may order for your organisation unasked. Put it into a cart and check that out: it waits for a colleague's approval then."
            with { limit: limit }
            page "It costs more than \"limit\". Put it into a cart and check that out: it waits for a colleague's approval then.",
        /// It is a draft: what is in it is the shop's to change.
        DraftFixed => Conflict "draft_fixed" "Put together by the shop":
            "The shop has put this together, so things and prices stay as they are. Ask the shop to change it, or begin a cart of your own."
            page "What is in a draft, and what it costs, is changed by the shop: PUT /api/v1/draft-orders/{id}. Begin a cart for anything else.",
        DraftEmpty => Conflict "draft_empty" "Nothing in it":
            "There is nothing in this draft, so nobody was invited to order it. Put something into it first.",
        DraftWithdrawn => Conflict "draft_withdrawn" "Taken back":
            "The shop has taken this draft back. Ask it for another."
            page "The shop has taken this draft back. Make another.",
        NoDraft = Problem::not_found("draft"),
        CartFull => Conflict "cart_full" "Cart full":
            "A cart holds at most 200 different things. Order these first.",
        TooManyOfAThing = Problem::invalid(vec![FieldProblem {
            pointer: "/quantity".into(),
            detail: "a cart holds at most 10,000 of a thing".into(),
        }]),
        TooManyCodes => Conflict "too_many_codes" "Too many codes":
            "A cart takes at most 20 codes. Take one out first.",
        UsedUp { promotion: String } => Conflict "promotion_used_up" "Used up":
            "“{promotion}” was used as often as it can be, so nothing was ordered. Look at the total again."
            with { promotion: promotion }
            page "\"promotion\" was used as often as it can be. Read the cart again: its total is without it now.",
        CodeTaken { code: String, holder: PromotionId } => Conflict "code_taken" "Code taken":
            "Another promotion has the code “{code}”, in capitals or not, and may be over or switched off. Choose another, or change or remove that one."
            with { promotion_id: holder.to_string() }
            page "Another promotion has this code, \"promotion_id\" says which: also one that is over or switched off. Choose another code, or change or remove that promotion.",
        Pricing(refusal: pricing::Refusal) = refusal.into(),
    }
    also { problems::PROBLEMS, pricing::PROBLEMS }
}

fn next(from: Status) -> Vec<&'static str> {
    from.next().iter().map(|status| status.as_str()).collect()
}

fn can(allowed: &[&str]) -> String {
    if allowed.is_empty() {
        return "It stays so.".to_owned();
    }
    format!("It can become {}.", allowed.join(" or "))
}

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
