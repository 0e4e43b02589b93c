//! What an error of the server's means to whoever asked.

use tokio_postgres::error::SqlState;

use crate::Failure;

pub(super) fn failure(error: &tokio_postgres::Error) -> Failure {
    let Some(code) = error.code() else {
        let cause = std::error::Error::source(error).map(|cause| format!(": {cause}"));
        return Failure::Unreachable(format!("{error}{}", cause.unwrap_or_default()));
    };
    let told = error.as_db_error().map_or_else(|| error.to_string(), |db| db.message().to_owned());
    match *code {
        SqlState::T_R_SERIALIZATION_FAILURE
        | SqlState::T_R_DEADLOCK_DETECTED
        | SqlState::UNIQUE_VIOLATION
        | SqlState::LOCK_NOT_AVAILABLE
        | SqlState::IN_FAILED_SQL_TRANSACTION => Failure::Conflict,
        // A statement prepared before a migration; the connection is given up and the next one prepares it anew.
        SqlState::FEATURE_NOT_SUPPORTED if told.contains("cached plan") => Failure::Unreachable(told),
        SqlState::DISK_FULL => Failure::Full,
        ref other if other.code() == "GA001" => Failure::Frozen,
        SqlState::INSUFFICIENT_PRIVILEGE | SqlState::UNDEFINED_TABLE | SqlState::UNDEFINED_COLUMN => {
            Failure::Bug(told)
        }
        SqlState::INVALID_PASSWORD
        | SqlState::INVALID_AUTHORIZATION_SPECIFICATION
        | SqlState::INVALID_CATALOG_NAME => Failure::Unusable(format!(
            "The database does not let us in: {told}. Check user, password and database name in the address."
        )),
        ref other if ["08", "53", "57", "58"].contains(&&other.code()[..2]) => Failure::Unreachable(told),
        ref other => Failure::Bug(format!("{told} ({})", other.code())),
    }
}
