//! The tables, the streams, and the people of this context.

use kernel::{SubjectId, Write};
use store::{Context, People, Stream, migrations};

use crate::cart::{self, Cart};
use crate::claim::Claim;
use crate::numbers::Numbers;
use crate::order::Order;
use crate::rules::{Code, Delivery, OrderSettings, Promo, Rulebook, Taxes, Use};
use crate::views;

pub const CONTEXT: Context = Context {
    name: "orders",
    migrations: migrations![
        "0001_orders",
        "0002_email_index",
        "0003_selling",
        "0004_after",
        "0005_for_organisations",
        "0006_unpaid",
        "0007_drafts",
        "0008_parcels",
        "0009_claims",
        "0010_refunds",
        "0011_order_limits",
        "0012_people"
    ],
    streams: &[
        Stream::of::<Order>(),
        Stream::of::<Claim>(),
        Stream::of::<Cart>(),
        Stream::of::<Numbers>(),
        Stream::of::<Rulebook>(),
        Stream::of::<Taxes>(),
        Stream::of::<Delivery>(),
        Stream::of::<OrderSettings>(),
        Stream::of::<Promo>(),
        Stream::of::<Code>(),
        Stream::of::<Use>(),
    ],
    people: People {
        by_email: &[
            ("order", "select customer_id, count(*) from orders where email_index = $1 group by customer_id"),
            (
                "cart",
                "select subject, count(*) from carts where email_index = $1 and kind is null group by subject",
            ),
            (
                "draft",
                "select subject, count(*) from carts where email_index = $1 and kind is not null group by subject",
            ),
        ],
        // The guests that somebody was before they had an account.
        also: &["select distinct guest_id from orders where customer_id = $1 and guest_id is not null"],
        forget,
    },
    form: 1,
};

/// Takes a customer out of the tables of carts and of orders.
fn forget(customer: SubjectId) -> Vec<Write> {
    let mut writes = cart::forget(customer);
    writes.extend(views::forget(customer));
    writes
}
