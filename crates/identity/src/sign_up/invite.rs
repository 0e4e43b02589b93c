//! An account made from the command line: whoever can type there hands over the link, and no letter is needed.

use std::time::Duration;

use edge::{Audience, Permissions};
use kernel::{Actor, CorrelationId, Problem, boxed};
use store::{Asked, Tenant};

use crate::accounts::check::check_person;
use crate::accounts::use_cases::NewAccount;
use crate::sessions::ticket::{Good, Ticket};
use crate::{AccountId, accounts, roles};

const LASTS: Duration = Duration::from_secs(7 * 24 * 3600);

/// Somebody who is to have an account.
pub struct Invited<'a> {
    pub audience: Audience,
    pub name: &'a str,
    pub email: &'a str,
    pub roles: &'a [String],
}

/// Opens an account, or finds the one that is there; returns the ticket with which its owner chooses a password.
#[boxed]
pub async fn invite(
    tenant: &Tenant,
    permissions: &Permissions,
    invited: Invited<'_>,
) -> Result<(AccountId, String), Problem> {
    let Invited { audience, name, email, roles } = invited;
    check_person(name, email)?;
    let own = roles::queries::roles(tenant).await?;
    for role in roles {
        if permissions.role(audience, role).is_none() && !own.iter().any(|own| own.name == *role) {
            let detail =
                format!("there is no role {role:?}; the standard ones are {}", permissions.names(audience));
            return Err(Problem::invalid(vec![kernel::FieldProblem { pointer: "role".into(), detail }]));
        }
    }
    let (now, keys) = (tenant.cell().now(), tenant.keys().await?);
    let known = accounts::queries::account_of(tenant, audience.as_str(), email).await?;
    let (id, round) = match known {
        Some(account) => (account.id, account.password_round),
        None => {
            let id = AccountId::new();
            let new = NewAccount {
                id,
                audience: audience.as_str(),
                name: name.trim().to_owned(),
                email: email.trim().to_owned(),
                roles: roles.to_vec(),
                letter: None,
            };
            let asked = Asked::by(Actor::system(), CorrelationId::new(), now);
            tenant.run(asked, accounts::use_cases::open(new, keys.blind("email", email))).await?;
            (id, 0)
        }
    };
    let ticket = Ticket { good: Good::Password { round }, account: Some(id), until: now.plus(LASTS) };
    Ok((id, ticket.write(&keys)))
}
