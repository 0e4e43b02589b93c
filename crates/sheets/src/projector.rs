//! Events in, table writes out.

use kernel::{Envelope, Projector, Word, Write, args};

use crate::imports::import::{Advanced, Import, ImportEvent};

impl Projector for Import {
    fn project(event: &Envelope<&ImportEvent>) -> Vec<Write> {
        let (id, version) = (event.stream_id, event.version);
        match event.data {
            ImportEvent::Began(began) => vec![Write::one(
                "insert into product_imports (id, job_id, version, state, plan, total, read_rows, added, changed, unchanged, refused, told, began_at) values ($1, $2, $3, 'checking', $4, 0, 0, 0, 0, 0, 0, '', $5)",
                args![id, began.job, version, json(&began.plan), began.at],
            )],
            ImportEvent::Checked(checked) => vec![Write::one(
                "update product_imports set version = $2, state = $3, form = $4, total = $5 where id = $1",
                args![id, version, checked.state.as_str(), json(&checked.form), checked.form.rows],
            )],
            ImportEvent::Advanced(advanced) => {
                let mut writes = rejects(id, advanced);
                let counts = advanced.counts;
                let refused = i64::try_from(advanced.rejects.len()).unwrap_or(i64::MAX);
                writes.push(Write::one(
                    "update product_imports set version = $2, read_rows = $3, added = added + $4, changed = changed + $5, unchanged = unchanged + $6, refused = refused + $7 where id = $1",
                    args![id, version, advanced.to, counts.added, counts.changed, counts.unchanged, refused],
                ));
                writes
            }
            ImportEvent::Ended(ended) => vec![Write::one(
                "update product_imports set version = $2, state = $3, told = $4, ended_at = $5 where id = $1",
                args![id, version, ended.state.as_str(), ended.told.clone(), ended.at],
            )],
        }
    }
}

fn rejects(id: uuid::Uuid, advanced: &Advanced) -> Vec<Write> {
    let write = |reject: &crate::imports::import::Reject| {
        Write::one(
            "insert into product_import_rejects (import_id, row_number, line, column_name, problem) values ($1, $2, $3, $4, $5)",
            args![id, reject.row, reject.line, reject.column.clone(), reject.problem.clone()],
        )
    };
    advanced.rejects.iter().map(write).collect()
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("a plan and a form have string keys and no failing serializers")
}
