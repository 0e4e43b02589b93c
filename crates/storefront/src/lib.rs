//! The shop that people see: pages in HTML, in the shop's own dress, that work without a script and quicker with one.
//!
//! **Vocabulary.** A *visit* is a request for a page: at which shop, in which language. A *snapshot* is all that a shop
//! sells and how it looks, as a node remembers it. A *visitor's cart* is the cart of a visit: of whoever holds its cookie,
//! or of a customer who is signed in. A *theme* is how a shop looks, by day and by night.
//!
//! **Invariants.** Whatever is decided is decided by the contexts, through the functions that their API calls. Pages of
//! the catalog are the same for everybody who reads the same language, so they may be kept and shared. No page holds an
//! inline script or style. What is set in a theme can be read: its colours have the contrast that WCAG 2.2 AA asks for.
//!
//! **Deliberately absent.** Taking money: an order is placed and shown as one that is to be paid. Accounts: `entry` has
//! them.

mod answer;
mod asset_api;
mod assets;
mod browse;
mod fingerprint;
mod format;
mod forms;
mod frame;
mod kept_pages;
mod module;
mod pages;
mod pictures;
mod product;
mod projector;
pub mod public;
mod refusal;
mod seo;
mod sitemap;
mod snapshot;
mod texts;
pub mod theme;
mod visit;
mod visitor_cart;
mod wording;

pub use module::{CONTEXT, MODULE, running};
pub use refusal::{PROBLEMS, Refusal};
pub use theme::dress;
