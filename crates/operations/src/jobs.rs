//! `galleria jobs …`

use std::time::Duration;

use clap::Subcommand;
use console::sentences::{encoded, failure_sentence, sentence};
use console::{Opened, Session, id};
use kernel::Word;
use store::Tenant;
use store::relay::NewJob;
use uuid::Uuid;

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

pub(crate) async fn jobs(
    cell: &Opened,
    session: &Session,
    slug: &str,
    command: JobsCommand,
) -> Result<(), String> {
    let looks = matches!(command, JobsCommand::List { .. });
    let tenant = match slug {
        "" if looks => cell.own_if_there().await.map_err(failure_sentence)?,
        "" => Some(cell.own().await.map_err(failure_sentence)?),
        slug => Some(cell.tenant_named(slug)?),
    };
    match tenant {
        Some(tenant) => obey(session, &tenant, command).await,
        None => {
            session.tell(NO_JOBS);
            Ok(())
        }
    }
}

async fn obey(session: &Session, tenant: &Tenant, command: JobsCommand) -> Result<(), String> {
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
            let mut job = NewJob::now(&name, args, tenant.cell().now());
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
