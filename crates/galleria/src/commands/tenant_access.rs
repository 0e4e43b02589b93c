//! `galleria tenant networks` and `galleria tenant origins`: from where a tenant is asked.

use clap::Subcommand;
use console::Session;
use limits::Networks;
use store::{Cell, Origin, TenantRecord};

#[derive(Debug, Subcommand)]
pub enum TenantAccessCommand {
    /// Say from which networks the tenant's staff and its programs may come, in the place of what was said before;
    /// without any, list them.
    #[command(
        after_help = "Examples:\n  galleria tenant networks oak \"10.0.0.0/8, 2001:db8::/32\"\n  galleria tenant networks oak\n  galleria tenant networks oak --clear"
    )]
    Networks {
        slug: String,
        #[arg(conflicts_with = "clear")]
        networks: Option<String>,
        /// Let them come from everywhere.
        #[arg(long)]
        clear: bool,
    },
    /// Say which pages of other sites may ask the tenant from a browser, in the place of what was said before; without
    /// any, list them. Those after --credentials may also read what a signed-in browser sees; changes take a token all
    /// the same.
    #[command(
        after_help = "Examples:\n  galleria tenant origins oak https://shop.example https://www.shop.example\n  galleria tenant origins oak https://shop.example --credentials https://my.shop.example\n  galleria tenant origins oak\n  galleria tenant origins oak --clear"
    )]
    Origins {
        slug: String,
        #[arg(conflicts_with = "clear")]
        origins: Vec<String>,
        #[arg(long, value_name = "ORIGIN", num_args = 1.., conflicts_with = "clear")]
        credentials: Vec<String>,
        /// Let no page of another site ask it.
        #[arg(long)]
        clear: bool,
    },
}

impl TenantAccessCommand {
    pub fn slug(&self) -> &str {
        match self {
            Self::Networks { slug, .. } | Self::Origins { slug, .. } => slug,
        }
    }

    pub fn only_looks(&self) -> bool {
        match self {
            Self::Networks { networks, clear, .. } => networks.is_none() && !clear,
            Self::Origins { origins, credentials, clear, .. } => {
                origins.is_empty() && credentials.is_empty() && !clear
            }
        }
    }
}

pub async fn access(
    cell: &Cell,
    session: &Session,
    tenant: &TenantRecord,
    command: TenantAccessCommand,
) -> Result<(), String> {
    if command.only_looks() {
        show(session, tenant, &command);
        return Ok(());
    }
    let (registry, slug) = (cell.registry(), &tenant.slug);
    match command {
        TenantAccessCommand::Networks { networks, .. } => {
            let networks: Networks = networks
                .unwrap_or_default()
                .parse()
                .map_err(|error: limits::LimitsError| error.to_string())?;
            let text = networks.to_string();
            let list: Vec<String> =
                text.split(", ").filter(|network| !network.is_empty()).map(str::to_owned).collect();
            registry.set_networks(tenant.id, &list).await.map_err(|failure| failure.to_string())?;
            session.tell(&match list.is_empty() {
                true => format!("The staff of {slug} may come from everywhere now."),
                false => format!("The staff of {slug} may come from {text} only."),
            });
        }
        TenantAccessCommand::Origins { origins, credentials, .. } => {
            let plain = origins.into_iter().map(|origin| (origin, false));
            let listed = credentials.into_iter().map(|origin| (origin, true)).chain(plain);
            let list = listed
                .map(|(text, credentials)| Ok(Origin { origin: checked(&text)?, credentials }))
                .collect::<Result<Vec<_>, String>>()?;
            registry.set_origins(tenant.id, &list).await.map_err(|failure| failure.to_string())?;
            session.tell(&match list.is_empty() {
                true => format!("No page of another site may ask {slug} now."),
                false => format!("Pages of {} other sites may ask {slug} now.", list.len()),
            });
        }
    }
    Ok(())
}

fn show(session: &Session, tenant: &TenantRecord, command: &TenantAccessCommand) {
    let slug = &tenant.slug;
    let (list, none): (Vec<String>, String) = match command {
        TenantAccessCommand::Networks { .. } => {
            (tenant.networks.clone(), format!("The staff of {slug} may come from everywhere."))
        }
        TenantAccessCommand::Origins { .. } => (
            tenant.origins.iter().map(Origin::to_string).collect(),
            format!("No page of another site may ask {slug}."),
        ),
    };
    list.iter().for_each(|line| session.print(line));
    if list.is_empty() {
        session.tell(&none);
    }
}

/// An origin as browsers write it, for they compare it letter by letter.
fn checked(text: &str) -> Result<String, String> {
    let uri: Option<axum::http::Uri> = text.parse().ok();
    let named = uri.as_ref().and_then(|uri| Some((uri.scheme_str()?, uri.authority()?)));
    let plain = named.is_some_and(|(scheme, authority)| {
        ["http", "https"].contains(&scheme)
            && !authority.as_str().contains('@')
            && text == format!("{scheme}://{authority}")
            && text == text.to_ascii_lowercase()
    });
    if plain {
        return Ok(text.to_owned());
    }
    Err(format!(
        "{text:?} is not an origin. Write scheme, host and, if it is not the usual one, the port: https://shop.example or http://localhost:5173."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_a_scheme_and_a_host_and_nothing_else() {
        for good in ["https://shop.example", "http://localhost:5173", "https://[::1]:8443"] {
            assert_eq!(checked(good).unwrap(), good);
        }
        for bad in [
            "*",
            "null",
            "shop.example",
            "https://Shop.example",
            "https://a.example/",
            "ftp://a",
            "https://a@b",
            "",
        ] {
            assert!(checked(bad).is_err(), "{bad}");
        }
    }
}
