//! A folder of letters, for development: each is a file that a mail program opens.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use lettre::message::Mailbox;

use crate::letter::{mailbox, random_id};
use crate::{Letter, MailError, Post, Sending, Sent, Settings};

/// Files are named by time, then by order, then by chance, so that their names sort as they were sent.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    sender: Mailbox,
    order: AtomicU64,
}

impl Folder {
    pub fn open(path: &Path, settings: Settings) -> Result<Self, MailError> {
        if path.as_os_str().is_empty() {
            return Err(MailError::PostAddress { why: "it names no folder" });
        }
        let sender = mailbox("from", &settings.from)?;
        std::fs::create_dir_all(path).map_err(|why| unwritable(path, &why))?;
        Ok(Self { path: path.to_owned(), sender, order: AtomicU64::new(0) })
    }

    async fn keep(&self, message: &[u8], now: Duration) -> io::Result<String> {
        let order = self.order.fetch_add(1, Ordering::Relaxed);
        let name = format!("{:015}-{order:06}-{}.eml", now.as_millis(), &random_id()[..8]);
        // Under another name until it is whole: somebody may be watching the folder.
        let staged = self.path.join(format!(".{name}.part"));
        tokio::fs::write(&staged, message).await?;
        tokio::fs::rename(&staged, self.path.join(&name)).await?;
        Ok(name)
    }
}

impl Post for Folder {
    fn send<'a>(&'a self, letter: &'a Letter, now: Duration) -> Sending<'a> {
        Box::pin(async move {
            let written = letter.write(&self.sender, now)?;
            let kept = self.keep(&written.message.formatted(), now).await;
            let name = kept.map_err(|why| unwritable(&self.path, &why))?;
            Ok(Sent { message_id: written.id, answer: name })
        })
    }
}

fn unwritable(path: &Path, why: &io::Error) -> MailError {
    MailError::Unwritable { why: format!("{}: {why}", path.display()) }
}
