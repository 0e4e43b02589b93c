//! Which lines a promotion is about.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Line;

/// Which lines: those that one of `of` picks (all, when it is empty) and none of `except`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Target {
    pub of: Vec<Pick>,
    pub except: Vec<Pick>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Pick {
    Product(Uuid),
    Variant(Uuid),
    Category(String),
}

impl Target {
    pub fn all() -> Self {
        Self::default()
    }

    pub fn product(id: Uuid) -> Self {
        Self { of: vec![Pick::Product(id)], except: Vec::new() }
    }

    pub fn variant(id: Uuid) -> Self {
        Self { of: vec![Pick::Variant(id)], except: Vec::new() }
    }

    pub fn category(name: &str) -> Self {
        Self { of: vec![Pick::Category(name.to_owned())], except: Vec::new() }
    }

    pub(crate) fn matches(&self, line: &Line) -> bool {
        let any = |picks: &[Pick]| picks.iter().any(|pick| pick.matches(line));
        (self.of.is_empty() || any(&self.of)) && !any(&self.except)
    }
}

impl Pick {
    fn matches(&self, line: &Line) -> bool {
        match self {
            Self::Product(id) => line.product == *id,
            Self::Variant(id) => line.variant == *id,
            Self::Category(name) => line.categories.contains(name),
        }
    }
}
