//! Events in, table writes out.

use kernel::{Envelope, Projector, Word, Write, args};

use crate::partners::partner::{Partner, PartnerEvent};
use crate::syncs::intake::{Intake, IntakeEvent, Taken, after};

impl Projector for Partner {
    fn project(event: &Envelope<&PartnerEvent>) -> Vec<Write> {
        let (id, version) = (event.stream_id, event.version);
        vec![match event.data {
            PartnerEvent::Configured(configured) => {
                let sql = match version {
                    1 => {
                        "insert into partners (id, version, kind, definition, secret, changed_at) values ($1, $2, $3, $4, $5, $6)"
                    }
                    _ => {
                        "update partners set version = $2, kind = $3, definition = $4, secret = $5, changed_at = $6 where id = $1"
                    }
                };
                let definition = serde_json::to_string(&configured.definition)
                    .expect("a definition has string keys and no failing serializers");
                let (kind, secret) = (configured.definition.kind.as_str(), configured.secret.clone());
                Write::one(sql, args![id, version, kind, definition, secret, configured.at])
            }
            PartnerEvent::Removed(_) => Write::one("delete from partners where id = $1", args![id]),
        }]
    }
}

impl Projector for Intake {
    fn project(event: &Envelope<&IntakeEvent>) -> Vec<Write> {
        let version = event.version;
        match event.data {
            IntakeEvent::Began(began) => vec![Write::one(
                "insert into syncs (id, partner_id, job_id, version, state, since, stage, page, items, created, adjusted, unchanged, rejected, conflicts, told, began_at) values ($1, $2, $3, $4, 'running', $5, 'products', 1, 0, 0, 0, 0, 0, 0, '', $6)",
                args![began.sync, began.partner, began.job, version, began.since.clone(), began.at],
            )],
            IntakeEvent::Taken(taken) => page(taken, version),
            IntakeEvent::Ended(ended) => vec![Write::one(
                "update syncs set version = $2, state = $3, told = $4, ended_at = $5 where id = $1",
                args![ended.sync, version, ended.outcome.as_str(), ended.told.clone(), ended.at],
            )],
        }
    }
}

fn page(taken: &Taken, version: i64) -> Vec<Write> {
    let (stage, next) = after(taken.stage, taken.page, taken.more);
    let conflicts = i64::try_from(taken.rejects.iter().filter(|reject| reject.conflict).count()).unwrap_or(0);
    let rejected = i64::try_from(taken.rejects.len()).unwrap_or(0) - conflicts;
    let counts = taken.counts;
    let mut writes = vec![Write::one(
        "update syncs set version = $2, stage = $3, page = $4, items = items + $5, created = created + $6, adjusted = adjusted + $7, unchanged = unchanged + $8, rejected = rejected + $9, conflicts = conflicts + $10 where id = $1",
        args![
            taken.sync,
            version,
            stage.as_str(),
            next,
            counts.items,
            counts.created,
            counts.adjusted,
            counts.unchanged,
            rejected,
            conflicts
        ],
    )];
    writes.extend((taken.numbered_from + 1..).zip(&taken.rejects).map(|(number, reject)| {
        Write::one(
            "insert into sync_rejects (sync_id, number, stage, page, sku, kind, reason) values ($1, $2, $3, $4, $5, $6, $7)",
            args![
                taken.sync,
                number,
                taken.stage.as_str(),
                taken.page,
                reject.sku.clone(),
                if reject.conflict { "conflict" } else { "reject" },
                reject.reason.clone()
            ],
        )
    }));
    writes
}
