//! What the owner of an account is to be told, because it may not have been them: how they sign in is another.

use edge::published::{About, Example, Theirs};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::{Uuid, uuid};

use crate::accounts::event::AccountEvent;
use crate::providers::linked_identity::LinkedIdentityEvent;
use crate::public::examples::{ADA, PROVIDER};

edge::published! {
    /// Another way into an account, or one less.
    pub enum AccountNotice of AccountEvent, on NotificationEvents {
        /// An account's password was set.
        PasswordSet(AccountSecured) = ("account.password_set", 1),
        /// Signing in now also asks for a code from an app.
        AppConfirmed(AccountSecured) = ("account.app_confirmed", 1),
        /// Signing in no longer asks for a code from an app.
        AppRemoved(AccountSecured) = ("account.app_removed", 1),
        /// New recovery codes were made for an account; the old ones no longer work.
        RecoveryCodesMade(AccountSecured) = ("account.recovery_codes_made", 1),
        /// Somebody signed in with a recovery code.
        RecoveryCodeUsed(AccountRecoveryCodeUsed) = ("account.recovery_code_used", 1),
        /// A passkey was added to an account.
        PasskeyAdded(AccountPasskeyAdded) = ("account.passkey_added", 1),
        /// A passkey was removed from an account.
        PasskeyRemoved(AccountPasskeyRemoved) = ("account.passkey_removed", 1),
    } = of_account;
}

edge::published! {
    /// Whether somebody signs in from outside.
    pub enum OutsiderNotice of LinkedIdentityEvent, on NotificationEvents {
        /// Somebody can sign in with an account at a provider.
        Linked(OutsiderLinked) = ("outsider.linked", 1),
        /// Somebody cannot sign in with an account at a provider any more.
        Unlinked(OutsiderUnlinked) = ("outsider.unlinked", 1),
    } = of_outsider;
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AccountSecured {
    pub account_id: Uuid,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AccountRecoveryCodeUsed {
    pub account_id: Uuid,
    /// How many there are still.
    pub left: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AccountPasskeyAdded {
    pub account_id: Uuid,
    pub passkey_id: Uuid,
    /// As its owner calls it.
    pub name: Theirs<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AccountPasskeyRemoved {
    pub account_id: Uuid,
    pub passkey_id: Uuid,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OutsiderLinked {
    /// Somebody as a provider names them.
    pub outsider_id: Uuid,
    pub account_id: Uuid,
    pub provider_id: Uuid,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OutsiderUnlinked {
    pub outsider_id: Uuid,
}

fn of_account(event: &AccountEvent, about: &About) -> Option<AccountNotice> {
    let account_id = about.id;
    let secured = AccountSecured { account_id };
    match event {
        AccountEvent::PasswordSet(_) => Some(AccountNotice::PasswordSet(secured)),
        AccountEvent::AppConfirmed(_) => Some(AccountNotice::AppConfirmed(secured)),
        AccountEvent::AppRemoved(_) => Some(AccountNotice::AppRemoved(secured)),
        AccountEvent::RecoveryCodesMade(_) => Some(AccountNotice::RecoveryCodesMade(secured)),
        AccountEvent::RecoveryCodeUsed(used) => {
            Some(AccountNotice::RecoveryCodeUsed(AccountRecoveryCodeUsed { account_id, left: used.left }))
        }
        AccountEvent::PasskeyAdded(added) => Some(AccountNotice::PasskeyAdded(AccountPasskeyAdded {
            account_id,
            passkey_id: added.id.uuid(),
            name: Theirs::from(&added.name),
        })),
        AccountEvent::PasskeyRemoved(removed) => {
            let passkey_id = removed.id.uuid();
            Some(AccountNotice::PasskeyRemoved(AccountPasskeyRemoved { account_id, passkey_id }))
        }
        _ => None,
    }
}

fn of_outsider(event: &LinkedIdentityEvent, about: &About) -> Option<OutsiderNotice> {
    let outsider_id = about.id;
    Some(match event {
        LinkedIdentityEvent::Linked(linked) => OutsiderNotice::Linked(OutsiderLinked {
            outsider_id,
            account_id: linked.account.uuid(),
            provider_id: linked.provider.uuid(),
        }),
        LinkedIdentityEvent::Unlinked(_) => OutsiderNotice::Unlinked(OutsiderUnlinked { outsider_id }),
    })
}

const PASSKEY: Uuid = uuid!("01934a20-4f50-7162-b7c8-d9e0f1a2b331");
const OUTSIDER: Uuid = uuid!("7d1e9a2b-5061-4273-88d9-e0f1a2b3c442");

impl Example for AccountSecured {
    fn example() -> Self {
        Self { account_id: ADA }
    }
}

impl Example for AccountRecoveryCodeUsed {
    fn example() -> Self {
        Self { account_id: ADA, left: 9 }
    }
}

impl Example for AccountPasskeyAdded {
    fn example() -> Self {
        Self { account_id: ADA, passkey_id: PASSKEY, name: Theirs(Some("Phone".into())) }
    }
}

impl Example for AccountPasskeyRemoved {
    fn example() -> Self {
        Self { account_id: ADA, passkey_id: PASSKEY }
    }
}

impl Example for OutsiderLinked {
    fn example() -> Self {
        Self { outsider_id: OUTSIDER, account_id: ADA, provider_id: PROVIDER }
    }
}

impl Example for OutsiderUnlinked {
    fn example() -> Self {
        Self { outsider_id: OUTSIDER }
    }
}
