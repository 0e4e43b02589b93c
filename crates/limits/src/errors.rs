//! The sentences in which this crate says no.

use std::fmt;

/// What is wrong with one entry of a list of networks.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum NetworkMistake {
    /// Not an address at all.
    Unreadable { entry: String },
    /// An address, but not a length of its prefix.
    Prefix { entry: String, longest: u8 },
    /// Bits are set behind the prefix: one of the two is not what was meant.
    Bits { entry: String, meant: String },
}

impl fmt::Display for NetworkMistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { entry } => write!(
                f,
                "\"{entry}\" is not a network. Write an address, as 192.0.2.7 or 2001:db8::7, or one with a prefix, as 10.0.0.0/8."
            ),
            Self::Prefix { entry, longest } => write!(
                f,
                "\"{entry}\" has no usable length of its prefix. After the slash stands a number from 0 to {longest}."
            ),
            Self::Bits { entry, meant } => write!(
                f,
                "\"{entry}\" has bits set behind its prefix. Write {meant} for the whole network, or leave out the slash and what follows for the one address."
            ),
        }
    }
}

impl std::error::Error for NetworkMistake {}

#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum LimitsError {
    /// Each entry of a list that could not be read.
    Networks(Vec<NetworkMistake>),
    /// A proxy list with a network of everybody in it.
    TrustsEverybody,
    /// The address of Redis could not be read; it is not repeated, as it may hold a password.
    RedisAddress(String),
}

impl LimitsError {
    /// For machines; it stays the same when the sentence is reworded.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Networks(_) => "networks_malformed",
            Self::TrustsEverybody => "proxies_trust_everybody",
            Self::RedisAddress(_) => "redis_address_malformed",
        }
    }
}

impl fmt::Display for LimitsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Networks(mistakes) => {
                for (at, mistake) in mistakes.iter().enumerate() {
                    write!(f, "{}{mistake}", if at == 0 { "" } else { " " })?;
                }
                Ok(())
            }
            Self::TrustsEverybody => f.write_str(
                "A list of trusted proxies that has everybody in it lets everybody choose their address. List the networks of your own proxies.",
            ),
            Self::RedisAddress(why) => write!(
                f,
                "The address of Redis could not be read: {why}. Write it as redis://name:password@host:6379/0, or rediss:// to encrypt."
            ),
        }
    }
}

impl std::error::Error for LimitsError {}
