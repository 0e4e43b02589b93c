//! Writes the tables of promotions, taxes, delivery options and settings.

use kernel::{Envelope, Projector, Word, Write, args};

use super::delivery::{Delivery, DeliveryEvent};
use super::promotion::{Promo, PromoEvent, Use, UseEvent};
use super::settings::{OrderSettings, SettingsEvent};
use super::taxes::{Taxes, TaxesEvent};
use super::{Rulebook, RulebookEvent};

impl Projector for Rulebook {
    fn project(event: &Envelope<&RulebookEvent>) -> Vec<Write> {
        let sql = match event.version {
            1 => "insert into rulebook (id, version) values ($1, $2)",
            _ => "update rulebook set version = $2 where id = $1",
        };
        vec![Write::one(sql, args![event.stream_id, event.version])]
    }
}

impl Projector for Taxes {
    fn project(event: &Envelope<&TaxesEvent>) -> Vec<Write> {
        let TaxesEvent::Set(set) = event.data;
        let sql = match event.version {
            1 => "insert into taxes (id, version, rules) values ($1, $2, $3)",
            _ => "update taxes set version = $2, rules = $3 where id = $1",
        };
        vec![Write::one(sql, args![event.stream_id, event.version, json(&set.rules)])]
    }
}

impl Projector for OrderSettings {
    fn project(event: &Envelope<&SettingsEvent>) -> Vec<Write> {
        let SettingsEvent::Set(set) = event.data;
        let sql = match event.version {
            1 => {
                "insert into order_settings (id, version, unpaid_minutes, transfer_minutes, most_of_a_thing, refund_on_cancel) values ($1, $2, $3, $4, $5, $6)"
            }
            _ => {
                "update order_settings set version = $2, unpaid_minutes = $3, transfer_minutes = $4, most_of_a_thing = $5, refund_on_cancel = $6 where id = $1"
            }
        };
        let OrderSettings {
            unpaid_cancelled_after_minutes: unpaid,
            transfer_cancelled_after_minutes: transfer,
            most_of_a_thing: most,
            refund_on_cancel,
        } = set.settings;
        let refund = refund_on_cancel.as_str();
        vec![Write::one(sql, args![event.stream_id, event.version, unpaid, transfer, most, refund])]
    }
}

impl Projector for Delivery {
    fn project(event: &Envelope<&DeliveryEvent>) -> Vec<Write> {
        let id = event.stream_id;
        vec![match event.data {
            DeliveryEvent::Kept(kept) => {
                let sql = match event.version {
                    1 => {
                        "insert into delivery_options (id, version, position, terms) values ($1, $2, $3, $4)"
                    }
                    _ => "update delivery_options set version = $2, position = $3, terms = $4 where id = $1",
                };
                Write::one(sql, args![id, event.version, kept.terms.position, json(&kept.terms)])
            }
            DeliveryEvent::Removed(_) => Write::one("delete from delivery_options where id = $1", args![id]),
        }]
    }
}

impl Projector for Promo {
    fn project(event: &Envelope<&PromoEvent>) -> Vec<Write> {
        let id = event.stream_id;
        vec![match event.data {
            PromoEvent::Kept(kept) => {
                let code = kept.promotion.code.as_ref().map(|code| code.trim().to_lowercase());
                let sql = match event.version {
                    1 => {
                        "insert into promotions (id, version, code, enabled, used, promotion, limits) values ($1, $2, $3, $4, 0, $5, $6)"
                    }
                    _ => {
                        "update promotions set version = $2, code = $3, enabled = $4, promotion = $5, limits = $6 where id = $1"
                    }
                };
                let enabled = i64::from(kept.enabled);
                Write::one(
                    sql,
                    args![id, event.version, code, enabled, json(&kept.promotion), json(&kept.limits)],
                )
            }
            PromoEvent::Removed(_) => Write::one("delete from promotions where id = $1", args![id]),
            // An order that began before it was removed may still use it.
            PromoEvent::Redeemed(_) => Write::any(
                "update promotions set version = $2, used = used + 1 where id = $1",
                args![id, event.version],
            ),
            PromoEvent::GivenBack(_) => Write::any(
                "update promotions set version = $2, used = used - 1 where id = $1",
                args![id, event.version],
            ),
        }]
    }
}

impl Projector for Use {
    fn project(event: &Envelope<&UseEvent>) -> Vec<Write> {
        let id = event.stream_id;
        vec![match event.data {
            UseEvent::Counted(counted) if counted.used == 1 => Write::one(
                "insert into promotion_uses (id, promotion_id, customer_id, used) values ($1, $2, $3, 1)",
                args![id, counted.promotion, counted.customer],
            ),
            UseEvent::TakenBack(back) if back.used == 0 => {
                Write::one("delete from promotion_uses where id = $1", args![id])
            }
            UseEvent::Counted(super::promotion::Counted { used, .. })
            | UseEvent::TakenBack(super::promotion::TakenBack { used, .. }) => {
                Write::one("update promotion_uses set used = $2 where id = $1", args![id, *used])
            }
        }]
    }
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("rules have string keys and no failing serializers")
}
