//! The units of work of the keys of services.

use kernel::Timestamp;
use store::{Reply, Work};

use crate::ServiceKeyId;
use crate::services::service_key::{Deprecate, Made, Make, Restrict, Revoke, ServiceKey};

/// Makes a service's key; the one in whose place it comes works on until a moment.
pub fn make_service(id: ServiceKeyId, made: Made, instead_of: Option<(ServiceKeyId, Timestamp)>) -> Work {
    let old = instead_of.map(|(old, _)| old);
    Work::over::<ServiceKey>(std::iter::once(id).chain(old)).decide(move |desk| {
        desk.ask::<ServiceKey, _>(id, &Make(made.clone()))?;
        if let Some((old, until)) = instead_of {
            desk.ask::<ServiceKey, _>(old, &Deprecate { until })?;
        }
        Ok(Reply::nothing())
    })
}

pub fn revoke_service(id: ServiceKeyId) -> Work {
    Work::over::<ServiceKey>([id]).decide(move |desk| {
        desk.ask::<ServiceKey, _>(id, &Revoke)?;
        Ok(Reply::nothing())
    })
}

/// Lets a service's key ask so often in a minute; as often as all services when that is left out.
pub fn limit_service(id: ServiceKeyId, limit: Option<u32>) -> Work {
    Work::over::<ServiceKey>([id]).decide(move |desk| {
        desk.ask::<ServiceKey, _>(id, &Restrict { limit })?;
        Ok(Reply::nothing())
    })
}
