//! What handlers read from a request's path and query: ids and filters.

use std::str::FromStr;

use axum::extract::{FromRequestParts, Path, Query};
use axum::http::request::Parts;
use kernel::Problem;
use serde::de::DeserializeOwned;

use super::read_errors;
use crate::answer::Refused;

/// An id in a path. One that cannot be read answers like one that does not exist.
pub struct Id<T>(pub T);

impl<S: Send + Sync, T: FromStr + Send> FromRequestParts<S> for Id<T> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        let text = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|_| Problem::not_found("record"))?;
        text.parse().map(Self).map_err(|_| Problem::not_found("record").into())
    }
}

/// Two ids in a path, of a record and of something within it.
pub struct Ids<A, B>(pub A, pub B);

impl<S: Send + Sync, A: FromStr + Send, B: FromStr + Send> FromRequestParts<S> for Ids<A, B> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        let missing = || Problem::not_found("record");
        let found = Path::<(String, String)>::from_request_parts(parts, state).await;
        let Path((record, within)) = found.map_err(|_| missing())?;
        let (record, within) = (record.parse().ok(), within.parse().ok());
        record.zip(within).map(|(record, within)| Self(record, within)).ok_or_else(|| missing().into())
    }
}

/// The filters of a list, from the query string.
pub struct Filter<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Filter<T> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(filter)) => Ok(Self(filter)),
            Err(rejection) => {
                let text = rejection.body_text();
                let said = text.strip_prefix("Failed to deserialize query string: ").unwrap_or(&text);
                let (field, said) = read_errors::field(said);
                let pointer = field.unwrap_or_default().to_owned();
                let detail = read_errors::in_words(said);
                Err(Problem::invalid(vec![kernel::FieldProblem { pointer, detail }]).into())
            }
        }
    }
}
