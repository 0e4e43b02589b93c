//! A log that can be proved outside: what a stranger needs to check that an entry stands in it, and that nothing was
//! rewritten.
//!
//! **Vocabulary.** A *leaf* is the bytes of one entry. A *tree* is the hashes over all leaves, as RFC 6962 makes them;
//! its *root* stands for all of them. A *node* is the hash over a full power of two of leaves, and never changes once it
//! is there; the *frontier* is the nodes at the right edge, from which a tree goes on growing. A *tile* is 256 nodes
//! beside each other, as they are stored. An *inclusion* proof shows that a leaf is in a tree, a *consistency* proof that
//! one tree is the beginning of another. A *note* is text with signatures, a *checkpoint* a note that says how many
//! leaves a log has and what their root is, and a *bundle* is an inclusion proof with its checkpoint, in one file.
//!
//! **Invariants.** Whatever is read may be hostile: nothing panics, nothing overflows, and lengths are checked before
//! anything is hashed. What is written has one spelling, and another spelling is refused. The text of a note is not to
//! be had before a known key was found to have signed it. A checkpoint of another log is refused. What is kept
//! of a secret is wiped from memory, and prints as `***`.
//!
//! **Deliberately absent.** Any I/O: stored hashes are named first, fetched by the caller in one read, and looked up
//! then. Randomness and the clock. What an entry's bytes are, which log is whose, and where keys are kept. Witnesses'
//! signatures and keys of other kinds than Ed25519: such signatures are unknown ones.

mod bundle;
mod checkpoint;
mod consistency;
mod errors;
mod frontier;
mod hash;
mod inclusion;
mod keys;
mod node;
mod note;
mod size;
mod tiles;

pub use bundle::{Bundle, BundleError};
pub use checkpoint::{Checkpoint, CheckpointError};
pub use consistency::Consistency;
pub use errors::TreeError;
pub use frontier::Frontier;
pub use hash::Hash;
pub use inclusion::Inclusion;
pub use keys::{KeyError, Signer, Verifier};
pub use node::Node;
pub use note::{Note, NoteError, Signature};
pub use tiles::{Growth, Tile, Tiles};
