//! What can be typed with every command.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Parser;
use serde::Serialize;

use crate::settings::listening::ListenFlags;

/// One roof for many businesses: a multi-tenant commerce platform.
#[derive(Debug, Parser)]
#[command(
    name = "galleria",
    version,
    after_help = "\
Examples:
  galleria demo --data ./data             fill a folder with two demo shops
  galleria serve --data ./data            serve it on http://localhost:8080
  galleria tenant create oak --name \"Oak & Linen\" --currency EUR --data ./data
  galleria verify --data ./data           prove that the tables are what the log says

Settings come from galleria.toml, then from GALLERIA_* (GALLERIA_LISTEN=0.0.0.0:80), then from the
command line; later ones win."
)]
pub struct Options {
    /// A file of settings, instead of galleria.toml in this folder.
    #[arg(long, global = true, value_name = "FILE", env = "GALLERIA_CONFIG")]
    pub config: Option<PathBuf>,

    /// The folder that the shops live in [default: ./data].
    #[arg(long, global = true, value_name = "DIR", conflicts_with = "database_url")]
    pub data: Option<PathBuf>,

    /// A database server to use instead of a folder: postgres://user:password@host:5432/name.
    #[arg(long, global = true, value_name = "URL")]
    pub database_url: Option<String>,

    /// The file of keys that personal data is locked with [default: galleria.keys in the data folder].
    #[arg(long, global = true, value_name = "FILE")]
    pub key_file: Option<PathBuf>,

    /// Where to listen; port 0 takes a free one [default: 127.0.0.1:8080].
    #[arg(long, global = true, value_name = "ADDR")]
    pub listen: Option<SocketAddr>,

    /// Shops answer at <slug>.<base domain> [default: localhost].
    #[arg(long, global = true, value_name = "HOST")]
    pub base_domain: Option<String>,

    #[command(flatten, next_help_heading = "How it is reached")]
    pub listening: ListenFlags,
}

/// The settings that were typed.
#[derive(Debug, Serialize)]
pub struct Typed {
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    database_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_file: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    listen: Option<SocketAddr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    base_domain: Option<String>,
    #[serde(flatten)]
    listening: ListenFlags,
}

impl Options {
    pub fn settings(&self) -> Typed {
        Typed {
            data: self.data.clone(),
            database_url: self.database_url.clone(),
            key_file: self.key_file.clone(),
            listen: self.listen,
            base_domain: self.base_domain.clone(),
            listening: self.listening.clone(),
        }
    }
}
