//! The answer to a command, and what became of a work.

use kernel::Problem;
use serde::{Deserialize, Serialize};

/// The answer to a command, kept with its effect when the command came with an idempotency key.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Reply {
    pub status: u16,
    /// JSON, or nothing.
    pub body: String,
    /// The version of what was changed; the edge makes an ETag of it.
    pub version: Option<i64>,
    pub location: Option<String>,
}

impl Reply {
    /// 200, or whatever `status` says, with a JSON body.
    pub fn json(status: u16, body: &impl Serialize) -> Self {
        let body = serde_json::to_string(body).expect("an answer has string keys and no failing serializers");
        Self { status, body, ..Self::default() }
    }

    /// 204: it is done, and there is nothing more to say.
    pub fn nothing() -> Self {
        Self { status: 204, ..Self::default() }
    }

    #[must_use]
    pub fn version(mut self, version: i64) -> Self {
        self.version = Some(version);
        self
    }

    #[must_use]
    pub fn location(mut self, location: impl Into<String>) -> Self {
        self.location = Some(location.into());
        self
    }

    /// A refusal, as it is kept under an idempotency key: the body is the [`Problem`].
    pub(crate) fn refusal(problem: &Problem) -> Self {
        Self::json(problem.fault.status(), problem)
    }

    pub(crate) fn into_result(self) -> Result<Self, Problem> {
        if self.status < 400 {
            return Ok(self);
        }
        Err(serde_json::from_str(&self.body).unwrap_or_else(|_| Problem::bug()))
    }
}

/// What became of a work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    pub reply: Reply,
    /// Whether the effect is from an earlier request with the same idempotency key.
    pub replayed: bool,
}
