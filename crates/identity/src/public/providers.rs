//! What is published about the providers at which people sign in.

use edge::published::{About, Example};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::providers::provider::{Definition, Preset, ProviderEvent};
use crate::public::examples::PROVIDER;

edge::published! {
    /// Where else people sign in.
    pub enum ProviderTold of ProviderEvent, on PlatformEvents {
        /// A sign-in provider was set up or changed.
        Configured(SignInProviderConfigured) = ("provider.configured", 1),
        /// A sign-in provider was removed.
        Removed(SignInProviderRemoved) = ("provider.removed", 1),
    } = of_provider;
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SignInProviderConfigured {
    pub provider_id: Uuid,
    /// staff, customer or operator.
    pub audience: String,
    /// For people: “Sign in with …”.
    pub name: String,
    #[schema(inline)]
    pub preset: Preset,
    /// The preset's own when nothing is said.
    pub issuer: Option<String>,
    /// Every role that its groups can give.
    pub roles: Vec<String>,
    /// Whether people who are not known yet get an account.
    pub open_accounts: bool,
    pub enabled: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SignInProviderRemoved {
    pub provider_id: Uuid,
}

fn of_provider(event: &ProviderEvent, about: &About) -> Option<ProviderTold> {
    let provider_id = about.id;
    Some(match event {
        ProviderEvent::Configured(configured) => {
            ProviderTold::Configured(SignInProviderConfigured::of(provider_id, &configured.definition))
        }
        ProviderEvent::Removed(_) => ProviderTold::Removed(SignInProviderRemoved { provider_id }),
    })
}

impl SignInProviderConfigured {
    fn of(provider_id: Uuid, definition: &Definition) -> Self {
        Self {
            provider_id,
            audience: definition.audience.clone(),
            name: definition.name.clone(),
            preset: definition.preset,
            issuer: definition.issuer.clone(),
            roles: definition.roles(),
            open_accounts: definition.open_accounts,
            enabled: definition.enabled,
        }
    }
}

impl Example for SignInProviderConfigured {
    fn example() -> Self {
        Self {
            provider_id: PROVIDER,
            audience: "staff".into(),
            name: "Google".into(),
            preset: Preset::Google,
            issuer: None,
            roles: vec!["order-manager".into()],
            open_accounts: false,
            enabled: true,
        }
    }
}

impl Example for SignInProviderRemoved {
    fn example() -> Self {
        Self { provider_id: PROVIDER }
    }
}
