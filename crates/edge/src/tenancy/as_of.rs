//! A shop as it was at a moment in the past.

use kernel::{Problem, Timestamp, boxed};
use serde::Deserialize;
use store::{Moment, PastScope, Tenant};
use utoipa::IntoParams;

use super::shop::Shop;

/// The moment that a record or a list is looked at.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AsOf {
    /// As it was then: 2026-05-03T14:00:00Z, or a position of the log.
    pub as_of: Option<String>,
}

impl Shop {
    /// The same, and when that was: what has run out by now had not run out then.
    #[boxed]
    pub async fn as_of_then(
        &self,
        moment: Option<&str>,
        of: PastScope,
    ) -> Result<(Tenant, Timestamp), Problem> {
        let tenant = self.as_of(moment, of).await?;
        let when = match moment.map(|text| moment_in("as_of", text)).transpose()? {
            None => self.now,
            Some(Moment::Time(time)) => time.min(self.now),
            Some(Moment::Position(position)) => {
                let events = self.tenant.events(position - 1, 1).await?;
                events.first().map_or(self.now, |recorded| recorded.event.at)
            }
        };
        Ok((tenant, when))
    }

    /// The shop's tenant, as it was when the caller names a moment.
    #[boxed]
    pub async fn as_of(&self, moment: Option<&str>, of: PastScope) -> Result<Tenant, Problem> {
        match moment {
            None => Ok(self.tenant.clone()),
            Some(text) => {
                // Folding a log costs more than a stranger may ask for.
                if !self.sees_all() {
                    return Err(self.caller.refused("history:read"));
                }
                self.tenant.as_of(moment_in("as_of", text)?, of).await
            }
        }
    }
}

/// A moment as a caller writes it: a time, or a position of the log.
pub(crate) fn moment_in(field: &str, text: &str) -> Result<Moment, Problem> {
    text.parse()
        .map_err(|detail| Problem::invalid(vec![kernel::FieldProblem { pointer: field.to_owned(), detail }]))
}
