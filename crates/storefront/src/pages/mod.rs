//! The pages, one a file, and what several of them show.

pub mod approval;
pub(crate) mod book;
pub mod cart;
pub mod challenge;
pub mod checkout;
mod countries;
pub mod draft;
pub mod home;
pub mod list;
pub mod lost;
pub mod order;
pub mod orders;
mod parts;
mod paying;
pub mod product;
