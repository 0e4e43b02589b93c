//! The files of a tenant: documents and images, each with a record of what it is and whom it is about.
//!
//! **Vocabulary.** A file is *stored* and *removed*; it never changes. It may be *about* a person, and is theirs then.
//! Its *object* is its bytes, under the same id in [`blobs::Blobs`]. The *shelf* is where the objects of this
//! installation lie, if it has such a place. An *address* leads to the object, for a while, without a key. An object
//! that no record points to is *left over*.
//!
//! **Invariants.** Bytes never lie in the database and are never whole in memory. A record is written only when its
//! object is there; an object goes only after the record says so. What a file about a person is called, and the hash of
//! its bytes, are `Personal`; when the person is erased, all files about them are removed.
//!
//! A *size* of a picture is made when it is first asked for and lies beside it; it goes with it, and can be made again.
//!
//! **Deliberately absent.** Folders, versions of a file, search in what is written in a file.

mod api;
mod fetch;
mod file;
mod gallery;
mod ids;
mod module;
mod projector;
pub mod public;
pub mod queries;
mod refusal;
mod shelf;
pub mod sizes;
mod upkeep;
pub mod use_cases;

pub use file::{File, FileEvent, Reason, Store, Words};
pub use gallery::Shown;
pub use ids::FileId;
pub use module::{CONTEXT, MODULE, Settings, running};
pub use refusal::{PROBLEMS, Refusal};
pub use shelf::Shelf;
pub use upkeep::{Delete, Sweep, Upkeep};
