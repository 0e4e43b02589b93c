//! The shop that people see: pages in HTML, in the shop's own dress, that work without a script and quicker with one.
//!
//! **Vocabulary.** A *visit* is a request for a page: at which shop, in which language. The *window* is all that a shop
//! sells, as a node remembers it. The *bag* is the cart of a visit: of whoever holds its cookie, or of a customer who is
//! signed in. A *theme* is how a shop looks; it is dressed for day and for night. A *tongue* is how money and dates are
//! written in a language.
//!
//! **Invariants.** Whatever is decided is decided by the contexts, through the functions that their API calls. Pages of
//! the catalog are the same for everybody who reads the same language, so they may be kept and shared. No page holds an
//! inline script or style. What is set in a theme can be read: its colours have the contrast that WCAG 2.2 AA asks for.
//!
//! **Deliberately absent.** Taking money: an order is placed and shown as one that is to be paid. Accounts: `entry` has
//! them.

mod answer;
mod approvals;
mod assets;
mod bag;
mod browse;
mod checkout;
mod colour;
mod forms;
mod frame;
mod module;
mod pages;
mod paying;
mod pictures;
mod product;
mod projector;
pub mod public;
mod refusal;
mod said;
mod seo;
mod sitemap;
mod texts;
pub mod theme;
mod theme_api;
mod theme_css;
mod tongue;
mod visit;
mod window;

pub use module::{MODULE, running};
pub use refusal::{PROBLEMS, Refusal};
pub use theme_api::dress;

pub const CONTEXT: store::Context = store::Context {
    name: "storefront",
    migrations: store::migrations!["0001_theme"],
    streams: &[store::Stream::of::<theme::Dressed>()],
    people: store::People::NOBODY,
    form: 0,
};
