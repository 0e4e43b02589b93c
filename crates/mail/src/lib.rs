//! A letter is made and goes out.
//!
//! **Vocabulary.** A *letter* is what one person is to read; *templates* are what it is made from. A *post* takes letters:
//! an SMTP server, a folder, or the memory of a test. A letter is *sent* when the post has taken it over; whether it is read, nobody learns here.
//!
//! **Invariants.** No field of a letter can add a header or a recipient, and no value that is filled into a template is
//! read as one, or as HTML. A password travels encrypted, or to this machine
//! itself. Every failure says whether trying again makes sense, and those that pass quickly were tried again already. All
//! tries of one [`Post::send`] have one Message-ID, and so have those of letters with one id: by it a letter that arrived
//! twice is known. No sentence of a failure names whom it was for.
//!
//! **Deliberately absent.** The clock (`now` is passed in, as the time since 1970), a queue: whoever sends keeps the
//! letter until it is sent. Several recipients, attachments, pictures, DKIM (the server signs), and what any letter says.

mod errors;
mod folder;
mod letter;
mod memory;
mod open;
mod post;
mod retry;
mod smtp;
mod templates;

pub use errors::MailError;
pub use folder::Folder;
pub use letter::Letter;
pub use memory::{InMemory, Taken};
pub use open::open;
pub use post::{Post, Sending, Sent, Settings};
pub use smtp::Smtp;
pub use templates::{TemplateError, Templates};
