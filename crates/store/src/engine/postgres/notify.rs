//! Wake-ups between nodes, and who is behind.
//!
//! A notification takes a lock that all of the server's commits share, so it is never sent inside a work's transaction:
//! what was committed in a moment is told together, on a connection of its own. A notification that is lost delays a
//! reader until the next poll, and nothing else.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use kernel::{Arg, TenantId, Timestamp};
use tokio_postgres::{AsyncMessage, Client, NoTls};
use uuid::Uuid;

use super::connect::{address, encryption};
use super::database::Database;
use super::failure::failure;
use super::pipeline::Begin;
use crate::Failure;
use crate::commit_signal::CommitSignal;
use crate::engine::query::Found;

const CHANNEL: &str = "galleria_bell";

/// How long commits are gathered before other nodes are told.
const GATHERED_FOR: Duration = Duration::from_millis(10);

/// A notification holds at most 8,000 bytes; so many tenants fit into one.
const TENANTS_AT_ONCE: usize = 200;

const AGAIN_AFTER: Duration = Duration::from_secs(1);

impl Database {
    pub(in crate::engine) async fn behind(
        &self,
        subscribers: &[&'static str],
        now: Timestamp,
        found: &Found<'_>,
    ) -> Result<(), Failure> {
        let count = i64::try_from(subscribers.len()).unwrap_or(i64::MAX);
        let args = vec![Arg::from(subscribers.join(",")), Arg::Int(count), Arg::from(now)];
        let sql = "select * from log.behind($1, $2, $3)";
        self.ask(Begin::calling(), &[(sql, args)], &mut |_, row| {
            found(TenantId(row.get::<Uuid>(0)?), None);
            Ok(())
        })
        .await
    }

    /// Tells and listens, for as long as it is let; connects anew when the connection breaks.
    pub(in crate::engine) async fn notify(self, commits: Arc<CommitSignal>) {
        loop {
            if let Err(failure) = self.converse(&commits).await {
                tracing::debug!(%failure, "Wake-ups between nodes are interrupted; polling goes on");
            }
            tokio::time::sleep(AGAIN_AFTER).await;
        }
    }

    async fn converse(&self, commits: &Arc<CommitSignal>) -> Result<(), Failure> {
        let config = address(&self.0.direct)?;
        match encryption(&config)? {
            Some(tls) => {
                let (client, wire) = config.connect(tls).await.map_err(|error| failure(&error))?;
                speak(client, wire, commits).await
            }
            None => {
                let (client, wire) = config.connect(NoTls).await.map_err(|error| failure(&error))?;
                speak(client, wire, commits).await
            }
        }
    }
}

async fn speak<S, T>(
    client: Client,
    mut wire: tokio_postgres::Connection<S, T>,
    commits: &Arc<CommitSignal>,
) -> Result<(), Failure>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send,
    T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send,
{
    let heard = commits.clone();
    let listening = async move {
        let mut messages = stream::poll_fn(|context| wire.poll_message(context));
        while let Some(message) = messages.next().await {
            if let AsyncMessage::Notification(said) = message.map_err(|error| failure(&error))? {
                for tenant in said.payload().split(',').filter_map(|id| Uuid::try_parse(id).ok()) {
                    heard.note(TenantId(tenant));
                }
            }
        }
        Ok(())
    };
    let telling = async {
        // What is told is not worth waiting for a disk, and less worth making the writers wait for it.
        let listen = format!("set synchronous_commit = off; listen {CHANNEL}");
        client.batch_execute(&listen).await.map_err(|error| failure(&error))?;
        loop {
            commits.to_tell.notified().await;
            tokio::time::sleep(GATHERED_FOR).await;
            for some in commits.take_untold().chunks(TENANTS_AT_ONCE) {
                let ids: Vec<String> = some.iter().map(|id| id.uuid().simple().to_string()).collect();
                let tell = format!("notify {CHANNEL}, '{}'", ids.join(","));
                client.batch_execute(&tell).await.map_err(|error| failure(&error))?;
            }
        }
    };
    tokio::select! { result = listening => result, result = telling => result }
}
