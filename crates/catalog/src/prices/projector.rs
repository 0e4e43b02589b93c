//! Writes the tables of price lists.

use kernel::{Envelope, Projector, Word, Write, args};
use uuid::Uuid;

use super::price_list::{Changed, Made, PriceList, PriceListEvent, Priced, Terms};

impl Projector for PriceList {
    fn project(event: &Envelope<&PriceListEvent>) -> Vec<Write> {
        let (id, version) = (event.stream_id, event.version);
        let text = |terms: &Terms| {
            serde_json::to_string(terms).expect("terms have string keys and no failing serializers")
        };
        match event.data {
            PriceListEvent::Made(Made { terms }) => vec![Write::one(
                "insert into price_lists (id, version, status, currency, terms) values ($1, $2, $3, $4, $5)",
                args![id, version, terms.status.as_str(), terms.currency.code(), text(terms)],
            )],
            PriceListEvent::Changed(Changed { terms }) => vec![Write::one(
                "update price_lists set version = $2, status = $3, terms = $4 where id = $1",
                args![id, version, terms.status.as_str(), text(terms)],
            )],
            PriceListEvent::Priced(priced) => prices(id, version, priced),
            PriceListEvent::Removed(_) => vec![
                Write::any("delete from prices where list_id = $1", args![id]),
                Write::one("delete from price_lists where id = $1", args![id]),
            ],
        }
    }
}

fn prices(id: Uuid, version: i64, priced: &Priced) -> Vec<Write> {
    let mut writes =
        vec![Write::one("update price_lists set version = $2 where id = $1", args![id, version])];
    for price in &priced.prices {
        writes.push(Write::any(
            "delete from prices where list_id = $1 and variant_id = $2",
            args![id, price.variant],
        ));
    }
    for price in &priced.prices {
        for tier in &price.tiers {
            writes.push(Write::one(
                "insert into prices (list_id, variant_id, from_quantity, amount, off_basis_points) values ($1, $2, $3, $4, $5)",
                args![id, price.variant, tier.from_quantity, tier.amount, tier.off_basis_points],
            ));
        }
    }
    writes
}

pub(crate) fn pricing(id: Uuid, version: i64) -> Vec<Write> {
    let sql = match version {
        1 => "insert into pricing (id, version) values ($1, $2)",
        _ => "update pricing set version = $2 where id = $1",
    };
    vec![Write::one(sql, args![id, version])]
}
