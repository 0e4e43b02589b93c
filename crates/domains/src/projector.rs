//! Events in, table writes out.

use kernel::{Envelope, Projector, Word, Write, args};

use crate::domain::{Domain, DomainEvent};

impl Projector for Domain {
    fn project(event: &Envelope<&DomainEvent>) -> Vec<Write> {
        let (id, version) = (event.stream_id, event.version);
        vec![match event.data {
            DomainEvent::Claimed(claimed) => Write::one(
                "insert into domains (id, version, name, token, status, claimed_at) values ($1, $2, $3, $4, 'claimed', $5)",
                args![id, version, claimed.name.clone(), claimed.token.clone(), claimed.at],
            ),
            DomainEvent::Proven(proven) => Write::one(
                "update domains set version = $2, status = 'proven', way = $3, found = null, proven_at = $4, checked_at = $4 where id = $1",
                args![id, version, proven.way.as_str(), proven.at],
            ),
            DomainEvent::Missed(missed) => Write::one(
                "update domains set version = $2, found = $3, checked_at = $4 where id = $1",
                args![id, version, missed.found.clone(), missed.at],
            ),
            DomainEvent::Lost(lost) => Write::one(
                "update domains set version = $2, status = 'lost', way = null, found = $3, checked_at = $4 where id = $1",
                args![id, version, lost.why.clone(), lost.at],
            ),
            DomainEvent::GivenUp(_) => Write::one("delete from domains where id = $1", args![id]),
        }]
    }
}
