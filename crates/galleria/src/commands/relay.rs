//! `galleria dead …` and `galleria jobs …`

use std::time::Duration;

use clap::Subcommand;
use kernel::Word;
use store::Tenant;
use store::relay::NewJob;
use uuid::Uuid;

use crate::cell_access::CellAccess;
use crate::clock;
use crate::commands::lookup::id;
use crate::commands::sentences::{encoded, sentence};
use crate::consent::Consent;
use crate::session::Session;

#[derive(Debug, Subcommand)]
pub enum DeadCommand {
    /// List dead letters, oldest first.
    List {
        #[arg(long)]
        json: bool,
    },
    /// Hand an event over once more; when it is handled, the letter is gone. `all` replays every letter.
    #[command(after_help = "Example:\n  galleria dead replay --tenant oak all")]
    Replay { letter: String },
    /// Drop a letter: nobody needs it handled any more.
    Drop {
        letter: String,
        #[command(flatten)]
        consent: Consent,
    },
}

#[derive(Debug, Subcommand)]
pub enum JobsCommand {
    /// List jobs, newest first.
    List {
        #[arg(long)]
        json: bool,
    },
    /// Start a job; a process that serves does it.
    #[command(after_help = "Example:\n  galleria jobs start --tenant oak verify --every 86400")]
    Start {
        /// The kind of job.
        name: String,
        /// Its arguments, as JSON.
        #[arg(long, default_value = "{}")]
        args: String,
        /// Again and again, with so many seconds between.
        #[arg(long, value_name = "SECONDS")]
        every: Option<u64>,
    },
    /// Begin a job again that was given up
    Retry { job: String },
    /// Cancel a job. What it does from then on does not count.
    Cancel { job: String },
}

/// How many are listed.
const LISTED: usize = 200;

const NO_JOBS: &str = "There are no jobs.";

pub async fn dead(session: &Session, slug: &str, command: DeadCommand) -> Result<(), String> {
    let looks = matches!(command, DeadCommand::List { .. });
    let cell = session.cell(if looks { CellAccess::Look } else { CellAccess::Change }).await?;
    let result = match cell.tenant_named(slug) {
        Ok(tenant) => obey_dead(session, &tenant, command).await,
        Err(sentence) => Err(sentence),
    };
    cell.close().await;
    result
}

async fn obey_dead(session: &Session, tenant: &Tenant, command: DeadCommand) -> Result<(), String> {
    let letters = async || {
        let letters = tenant.dead_letters(None, Uuid::nil(), LISTED).await;
        letters.map_err(|failure| failure.to_string())
    };
    match command {
        DeadCommand::List { json: true } => session.print(&encoded(&letters().await?)?),
        DeadCommand::List { json: false } => {
            let letters = letters().await?;
            for letter in &letters {
                let line = format!(
                    "{} {} {} at {}, {} times: {}",
                    letter.id,
                    letter.subscriber,
                    letter.kind,
                    letter.position,
                    letter.attempts,
                    letter.problem
                );
                session.print(&line);
            }
            if letters.is_empty() {
                session.tell("There are no dead letters: everything was delivered.");
            }
        }
        DeadCommand::Replay { letter } if letter == "all" => {
            let (mut well, mut badly) = (0, 0);
            for letter in letters().await? {
                match tenant.replay(letter.id, &session.workers(tenant.cell())?.subscribers).await {
                    Ok(()) => well += 1,
                    Err(problem) => {
                        badly += 1;
                        session.tell(&format!("{}: {}", letter.id, problem.detail));
                    }
                }
            }
            session.tell(&format!("{well} were handled, {badly} were not."));
            if badly > 0 {
                return Err("What was not handled stays a dead letter, with its reason.".into());
            }
        }
        DeadCommand::Replay { letter } => {
            tenant
                .replay(id(&letter)?, &session.workers(tenant.cell())?.subscribers)
                .await
                .map_err(sentence)?;
            session.tell(&format!("{letter} was handled, and is gone."));
        }
        DeadCommand::Drop { letter, .. } => {
            tenant.drop_letter(id(&letter)?).await.map_err(sentence)?;
            session.tell(&format!("{letter} is dropped."));
        }
    }
    Ok(())
}

pub async fn jobs(session: &Session, slug: &str, command: JobsCommand) -> Result<(), String> {
    let looks = matches!(command, JobsCommand::List { .. });
    let cell = session.cell(if looks { CellAccess::Look } else { CellAccess::Change }).await?;
    let sentence = |failure: store::Failure| failure.to_string();
    let tenant = match slug {
        "" if looks => cell.own_if_there().await.map_err(sentence),
        "" => cell.own().await.map(Some).map_err(sentence),
        slug => cell.tenant_named(slug).map(Some),
    };
    let result = match tenant {
        Ok(Some(tenant)) => obey_jobs(session, &tenant, command).await,
        Ok(None) => {
            session.tell(NO_JOBS);
            Ok(())
        }
        Err(sentence) => Err(sentence),
    };
    cell.close().await;
    result
}

async fn obey_jobs(session: &Session, tenant: &Tenant, command: JobsCommand) -> Result<(), String> {
    match command {
        JobsCommand::List { json } => {
            let jobs = tenant.jobs(None, Uuid::max(), LISTED).await.map_err(|failure| failure.to_string())?;
            if json {
                session.print(&encoded(&jobs)?);
                return Ok(());
            }
            for job in &jobs {
                let about =
                    job.problem.as_ref().or(job.note.as_ref()).map(String::as_str).unwrap_or_default();
                session.print(&format!(
                    "{} {:<10} {:<9} {} {about}",
                    job.id,
                    job.name,
                    job.state.as_str(),
                    job.due
                ));
            }
            if jobs.is_empty() {
                session.tell(NO_JOBS);
            }
        }
        JobsCommand::Start { name, args, every } => {
            let jobs = session.workers(tenant.cell())?.jobs;
            let known: Vec<&str> = jobs.iter().map(|kind| kind.name()).collect();
            if !known.contains(&name.as_str()) {
                return Err(format!("There is no kind of job {name:?}. There are: {}.", known.join(", ")));
            }
            let args = serde_json::from_str(&args).map_err(|error| format!("--args is not JSON: {error}"))?;
            let mut job = NewJob::now(&name, args, clock::now());
            job.every = every.map(Duration::from_secs);
            if let Some(kind) = jobs.iter().find(|kind| kind.name() == job.name) {
                job.destination = kind.destination(&job.args);
            }
            let job = tenant.schedule(job).await.map_err(sentence)?;
            session.print(&job.id.to_string());
        }
        JobsCommand::Retry { job } => {
            let job = tenant.retry_job(id(&job)?).await.map_err(sentence)?;
            session.tell(&format!("{} is {}.", job.id, job.state.as_str()));
        }
        JobsCommand::Cancel { job } => {
            let job = tenant.cancel_job(id(&job)?).await.map_err(sentence)?;
            session.tell(&format!("{} is {}.", job.id, job.state.as_str()));
        }
    }
    Ok(())
}
