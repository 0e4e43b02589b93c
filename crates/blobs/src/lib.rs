//! Large pieces of bytes that belong to a tenant: documents, images, exports.
//!
//! **Vocabulary.** A *blob* is a piece of bytes under an id, and never changes. A *place* is where blobs are kept: a
//! folder, a bucket in S3, a container in Azure Blob Storage. A *kind* is the media type that a blob's own bytes
//! show. A *signed address* lets its holder do one thing to one blob until a moment, without saying who they are.
//!
//! **Invariants.** A blob stands at `{prefix}/{tenant}/{id}` and nowhere else, so someone else's id is simply not
//! there. What was refused or broke off leaves nothing behind, except that Azure itself drops the unseen blocks of an
//! upload only after a week. No blob is ever whole in memory, neither on the way in nor on the way out. What the
//! sender says about the kind is not believed, and nothing comes out under a kind that a browser would run. Secrets
//! and keys print as `***`.
//!
//! **Deliberately absent.** HTTP, the clock, who may see which blob, and what a blob is for: whoever keeps an id keeps
//! its meaning. Scanning for malware, changing images, and counting what a tenant uses.

pub mod address;
pub mod blob;
mod intake;
pub mod kind;
pub mod place;
pub mod problems;
mod reading;

pub use address::{Address, Granted, SigningKey, attachment};
pub use blob::{BlobId, Blobs, Limits, Listed, Stored};
pub use place::{Place, PlaceOptions};
pub use reading::{Bits, Reading};
