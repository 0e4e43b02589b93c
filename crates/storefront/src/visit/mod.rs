//! A visit: a request for a page, at which shop, in which language, and what it is answered with when there is no shop.

mod closed;
mod pairs;
mod request;
pub mod response;

pub use pairs::Pairs;
pub use request::{ITEMS, Visit};
pub use response::see_other;
