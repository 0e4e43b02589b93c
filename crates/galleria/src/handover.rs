//! A folder of shops belongs to the process that serves it. A command that wants to change something there hands its
//! words to that process, over a socket in the folder that only its owner may use, and shows what it answers.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use console::{Console, ConsoleLine, Serving};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::unix::OwnedWriteHalf;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::mpsc;

use crate::own_session::OwnSession;

/// What was typed, and where.
#[derive(Serialize, Deserialize)]
struct Typed {
    words: Vec<String>,
    folder: PathBuf,
}

fn socket(data: &Path) -> PathBuf {
    data.join("galleria.sock")
}

/// Takes commands until the task is aborted. Of the session they have all but where they speak and were typed.
pub fn listen(session: &OwnSession, serving: Serving) -> Result<tokio::task::JoinHandle<()>, String> {
    use std::os::unix::fs::PermissionsExt as _;
    let path = socket(&session.config.data);
    // The lock on the folder is ours, so a socket that lies there was left behind.
    let _ = std::fs::remove_file(&path);
    let cannot = |error: std::io::Error| {
        format!(
            "Commands that change something cannot be taken while this serves, for {} cannot be made: {error}. A shorter path to the data folder may help.",
            path.display()
        )
    };
    let listener = UnixListener::bind(&path).map_err(cannot)?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).map_err(cannot)?;
    let session = session.clone();
    Ok(tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (session, serving) = (session.clone(), serving.clone());
            tokio::spawn(async move {
                if let Err(error) = take(stream, session, serving).await {
                    tracing::debug!(%error, "A command's terminal went away");
                }
            });
        }
    }))
}

async fn take(stream: UnixStream, session: OwnSession, serving: Serving) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    let Some(line) = lines.next_line().await? else { return Ok(()) };
    let typed: Typed = serde_json::from_str(&line)?;
    let (sender, mut said) = mpsc::unbounded_channel();
    // Long work, part of it without a pause, must not hold up those who are being served.
    let runtime = tokio::runtime::Handle::current();
    let doing = tokio::task::spawn_blocking(move || {
        runtime.block_on(async move {
            let ended = match session.line.read(&typed.words) {
                Err(error) => ConsoleLine::Ended(Some(error.to_string()), 2),
                Ok((_, command)) => {
                    let console = Console::Remote(sender.clone());
                    let handed_over = session.session.handed_over(console, typed.folder, serving);
                    let session = OwnSession { session: handed_over, ..session };
                    match command.obey(&session).await {
                        Ok(code) => ConsoleLine::Ended(None, code),
                        Err(sentence) => ConsoleLine::Ended(Some(sentence), 1),
                    }
                }
            };
            let _ = sender.send(ended);
        })
    });
    while let Some(line) = said.recv().await {
        say(&mut write, &line).await?;
    }
    doing.await.map_err(std::io::Error::other)
}

async fn say(write: &mut OwnedWriteHalf, line: &impl Serialize) -> std::io::Result<()> {
    let mut text = serde_json::to_vec(line)?;
    text.push(b'\n');
    write.write_all(&text).await
}

/// Hands the command line to the process that serves the folder. `None` when there is none.
pub async fn hand_over(data: &Path) -> Option<Result<ExitCode, String>> {
    let stream = UnixStream::connect(socket(data)).await.ok()?;
    Some(follow(stream).await.unwrap_or_else(|error| {
        Err(format!("The serving process went away before it was done ({error}). Look at its log, and at what is there, before you ask again."))
    }))
}

async fn follow(stream: UnixStream) -> std::io::Result<Result<ExitCode, String>> {
    let (read, mut write) = stream.into_split();
    let typed = Typed { words: std::env::args().collect(), folder: std::env::current_dir()? };
    say(&mut write, &typed).await?;
    let mut lines = BufReader::new(read).lines();
    while let Some(line) = lines.next_line().await? {
        match serde_json::from_str(&line)? {
            ConsoleLine::Told(line) => console::tell(&line),
            ConsoleLine::Printed(text) => console::print(&text),
            ConsoleLine::Ended(Some(sentence), _) => return Ok(Err(sentence)),
            ConsoleLine::Ended(None, code) => return Ok(Ok(ExitCode::from(code))),
        }
    }
    Err(std::io::ErrorKind::UnexpectedEof.into())
}
