//! Applies promotions to a basket, one after the other.

mod effects;
mod pieces;
mod sheet;
mod stacking;

pub(crate) use sheet::{Off, Sheet};
pub(crate) use stacking::{Chosen, choose, goes_before};
