//! Requests that a service signs with its key: who it is, in which shops it may act, and that each request counts once.

use std::sync::Arc;

use edge::authenticate::{ToSign, Vouched};
use edge::{Audience, Caller, Grants, Permissions};
use kernel::{Actor, ActorKind, Problem, Timestamp, boxed};
use signing::{Accepts, Request, Secret, Signed, SigningError};
use store::{Cell, Failure, Tenant};
use uuid::Uuid;

use crate::problems::SIGNATURE_REPLAYED;
use crate::recent_reads::RecentReads;
use crate::refusal::said;
use crate::services::queries::ServiceKeyRow;
use crate::services::service_key::Status;
use crate::{ServiceKeyId, services};

/// The keys of services that a node has read.
#[derive(Default)]
pub struct Services(RecentReads<Uuid, Option<Arc<Known>>>);

struct Known {
    row: ServiceKeyRow,
    secret: Secret,
}

impl Services {
    pub fn forget(&self) {
        self.0.forget(|_| true);
    }

    /// Who signed, and where they may act.
    #[boxed]
    pub async fn vouched(
        &self,
        cell: &Cell,
        request: ToSign<'_>,
        permissions: &Permissions,
    ) -> Result<Vouched, Problem> {
        let headers = request.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
        let signed = Signed::read(headers).map_err(refused)?;
        let now = cell.now();
        let known = match signed.key_id().parse() {
            Ok(id) => self.known(cell, id, now).await?,
            Err(_) => None,
        };
        // That there is no such key reads like a wrong signature.
        let known = known.ok_or_else(|| refused(SigningError::SignatureWrong))?;
        let accepts = if known.row.legacy { Accepts::V2AndLegacy } else { Accepts::V2 };
        let ToSign { method, target, body, .. } = request;
        let request = Request { method, target, body };
        let claim = signed.check(&known.secret, accepts, &request, now.since_1970());
        let claim = claim.map_err(refused)?;
        let until = Timestamp::from_micros(i64::try_from(claim.until.as_micros()).unwrap_or(i64::MAX));
        if !cell.registry().spend(&claim.key_id, &claim.nonce, until, now).await? {
            return Err(replayed());
        }
        Ok(Vouched {
            caller: caller(&known.row, permissions),
            named: claim.tenant,
            tenants: known.row.tenants.clone(),
            networks: known.row.networks.clone(),
        })
    }

    async fn known(&self, cell: &Cell, id: Uuid, now: Timestamp) -> Result<Option<Arc<Known>>, Problem> {
        let known = match self.0.get(&id, now) {
            Some(known) => known,
            None => {
                let known = read(&cell.own().await?, id).await?.map(Arc::new);
                self.0.keep(id, known.clone(), now);
                known
            }
        };
        Ok(known.filter(|known| known.row.good_until.is_none_or(|until| now < until)))
    }
}

async fn read(platform: &Tenant, id: Uuid) -> Result<Option<Known>, Problem> {
    let Some(row) = services::queries::service_key(platform, ServiceKeyId(id)).await? else {
        return Ok(None);
    };
    if row.status == Status::Revoked {
        return Ok(None);
    }
    let opened = platform.keys().await?.open_secret(&purpose(ServiceKeyId(id)), &row.sealed);
    let secret = opened.and_then(|secret| Secret::new(secret.to_vec()).ok()).ok_or_else(|| {
        Failure::Unusable(
            "A service's key does not open with the platform's secret: one of the two was damaged. Make the service a new key.".into(),
        )
    })?;
    Ok(Some(Known { row, secret }))
}

/// What a secret is sealed for, so that it opens for its own key only.
pub fn purpose(id: ServiceKeyId) -> String {
    format!("service key {id}")
}

fn caller(row: &ServiceKeyRow, permissions: &Permissions) -> Caller {
    let role = permissions.role(Audience::Staff, &row.role);
    let grants = role.map_or_else(Grants::none, |role| role.grants.clone());
    Caller {
        actor: Actor { kind: ActorKind::Service, id: row.id.uuid() },
        audience: Audience::Staff,
        role: row.role.as_str().into(),
        grants,
        session: None,
        limit: row.limit,
    }
}

fn refused(error: SigningError) -> Problem {
    said(error.code(), error.to_string())
}

fn replayed() -> Problem {
    SIGNATURE_REPLAYED
        .says("This request was sent before: its nonce is used up. Sign each request anew, with a new nonce.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_wrong_with_a_signature_has_a_page() {
        use SigningError as No;
        let name = "x-signature";
        let errors = [
            No::HeaderMissing { name },
            No::HeaderTwice { name },
            No::HeaderMalformed { name },
            No::TimestampMalformed,
            No::TimestampOutside { early: true, by: 301 },
            No::VersionUnknown,
            No::LegacyRefused,
            No::SignatureWrong,
            No::MethodMalformed,
            No::TargetMalformed,
        ];
        for error in errors {
            let code = error.code();
            assert_eq!(refused(error).code, code);
        }
    }
}
