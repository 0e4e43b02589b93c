//! What a tenant configured: an issuer, who we are to it, and whom of its people we take.

use url::Url;

use crate::{FederationError, Secret};

const GOOGLE: &str = "https://accounts.google.com";

/// Where Microsoft runs Entra ID, in its clouds.
const ENTRA: [&str; 6] = [
    "login.microsoftonline.com",
    "login.microsoftonline.us",
    "login.partner.microsoftonline.cn",
    "login.windows.net",
    "sts.windows.net",
    "login.microsoft.com",
];

/// The names under which Entra signs in people of every organisation.
const EVERYBODY: [&str; 3] = ["common", "organizations", "consumers"];

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// For people: “Sign in with …”.
    pub name: String,
    /// As the issuer writes itself, to the letter: a text, because `https://a` and `https://a/` are two issuers.
    pub issuer: String,
    pub client_id: String,
    /// Nothing for a client that has none: then the code is protected by PKCE alone.
    pub client_secret: Option<Secret>,
    /// Beside `openid`.
    pub scopes: Vec<String>,
    /// The audiences of access tokens that are meant for us. The client id is not one unless it is listed here.
    pub bearer_audiences: Vec<String>,
    /// `groups`; `roles` for the app roles of Entra.
    pub groups_claim: String,
    /// Only people whose confirmed e-mail address is in one of these; everybody when there is none.
    pub allowed_domains: Vec<String>,
    /// The claim in which the issuer itself says to which domain an account belongs (`hd` of Google). It then stands
    /// for the domain of the e-mail address.
    pub domain_claim: Option<String>,
    /// The id of the one organisation whose accounts are let in (the claim `tid`).
    pub entra_tenant: Option<String>,
    /// A group, and the role that its members get.
    pub group_roles: Vec<(String, String)>,
}

impl Provider {
    /// Any issuer. Its people are let in whatever their e-mail address is.
    pub fn new(name: &str, issuer: &str, client_id: &str, client_secret: Option<Secret>) -> Self {
        Self {
            name: name.into(),
            issuer: issuer.into(),
            client_id: client_id.into(),
            client_secret,
            scopes: vec!["email".into(), "profile".into()],
            bearer_audiences: Vec::new(),
            groups_claim: "groups".into(),
            allowed_domains: Vec::new(),
            domain_claim: None,
            entra_tenant: None,
            group_roles: Vec::new(),
        }
    }

    /// Google Workspace: whoever belongs to one of these domains. Without domains it would be everybody in the world
    /// who has a Google account.
    pub fn google(client_id: &str, client_secret: Secret, domains: &[&str]) -> Self {
        Self {
            allowed_domains: domains.iter().map(|domain| (*domain).to_owned()).collect(),
            domain_claim: Some("hd".into()),
            ..Self::new("Google", GOOGLE, client_id, Some(client_secret))
        }
    }

    /// Entra ID of one organisation, by the id of its tenant.
    pub fn entra(tenant: &str, client_id: &str, client_secret: Secret) -> Self {
        let issuer = format!("https://{}/{tenant}/v2.0", ENTRA[0]);
        Self {
            entra_tenant: Some(tenant.into()),
            ..Self::new("Microsoft Entra ID", &issuer, client_id, Some(client_secret))
        }
    }

    /// Entra External ID: the customers in one external tenant, by its id.
    pub fn entra_external(tenant: &str, client_id: &str, client_secret: Secret) -> Self {
        let issuer = format!("https://{tenant}.ciamlogin.com/{tenant}/v2.0");
        Self {
            entra_tenant: Some(tenant.into()),
            ..Self::new("Microsoft Entra External ID", &issuer, client_id, Some(client_secret))
        }
    }

    /// Whether this can be used, without asking anybody.
    pub fn check(&self) -> Result<(), FederationError> {
        self.flaw().map_or(Ok(()), |sentence| {
            Err(FederationError::Provider {
                name: self.name.chars().take(100).collect(),
                sentence: sentence.into(),
            })
        })
    }

    /// The issuer that signs the tokens. `common` of Entra with a pinned tenant is that tenant's own issuer.
    pub(crate) fn issuer(&self) -> String {
        let tenant = self.entra_tenant.as_deref().unwrap_or_default();
        let everybody = Url::parse(&self.issuer).ok().and_then(|url| everybody(&url));
        match everybody {
            Some(name) if !tenant.is_empty() => {
                self.issuer.replacen(&format!("/{name}/"), &format!("/{tenant}/"), 1)
            }
            _ => self.issuer.clone(),
        }
    }

    pub(crate) fn roles(&self, groups: &[String]) -> Vec<String> {
        let mut roles: Vec<String> = Vec::new();
        for (group, role) in &self.group_roles {
            if groups.contains(group) && !roles.contains(role) {
                roles.push(role.clone());
            }
        }
        roles
    }

    fn flaw(&self) -> Option<&'static str> {
        let says = |wrong: bool, sentence| wrong.then_some(sentence);
        says(!is_word(&self.name, ' '), "Its name has 1 to 100 characters.")
            .or_else(|| self.issuer_flaw())
            .or_else(|| {
                says(!is_word(&self.client_id, '!'), "Its client id has 1 to 500 characters and no spaces.")
            })
            .or_else(|| {
                let empty = self.client_secret.as_ref().is_some_and(|secret| secret.reveal().is_empty());
                says(empty, "Its client secret is empty. Enter it, or leave it out altogether.")
            })
            .or_else(|| {
                says(
                    !self.scopes.iter().all(|scope| is_word(scope, '!')),
                    "A scope is a word without spaces.",
                )
            })
            .or_else(|| {
                let good = self.bearer_audiences.iter().all(|audience| is_word(audience, '!'));
                says(!good, "An audience of bearer tokens is a text without spaces.")
            })
            .or_else(|| {
                says(!is_word(&self.groups_claim, '!'), "Name the claim that holds groups, such as groups.")
            })
            .or_else(|| {
                says(
                    !self.allowed_domains.iter().all(|domain| is_domain(domain)),
                    "A domain is written in lower case and without @, like example.com.",
                )
            })
            .or_else(|| {
                says(
                    self.domain_claim.is_some() && self.allowed_domains.is_empty(),
                    "Everybody who has an account there would be let in. Name the domains that are allowed.",
                )
            })
            .or_else(|| {
                let empty = |(group, role): &(String, String)| group.is_empty() || role.is_empty();
                says(self.group_roles.iter().any(empty), "A group and its role are both named.")
            })
            .or_else(|| self.tenant_flaw())
    }

    fn issuer_flaw(&self) -> Option<&'static str> {
        let Ok(url) = Url::parse(&self.issuer) else {
            return Some("Its issuer is an address that begins with https://.");
        };
        if !["https", "http"].contains(&url.scheme()) || url.host_str().is_none() {
            return Some("Its issuer is an address that begins with https://.");
        }
        if url.query().is_some()
            || url.fragment().is_some()
            || !url.username().is_empty()
            || url.password().is_some()
        {
            return Some(
                "The address of its issuer has no question mark, no # and no name or password in it.",
            );
        }
        if everybody(&url).is_some() && self.entra_tenant.is_none() {
            return Some(
                "Its issuer signs in accounts of every organisation. Name the one tenant that is meant, by its id.",
            );
        }
        None
    }

    fn tenant_flaw(&self) -> Option<&'static str> {
        let tenant = self.entra_tenant.as_deref()?;
        if !is_id(tenant) {
            return Some(
                "The tenant of Entra is its id, like 8f6e1c2a-0b1d-4c3e-9f5a-7b8c9d0e1f2a, in lower case.",
            );
        }
        if !self.allowed_domains.is_empty() {
            return Some(
                "Entra does not confirm e-mail addresses: the tenant says who is let in. Leave domains out.",
            );
        }
        None
    }
}

/// The name of everybody, when this is Entra and it is asked for accounts of every organisation.
fn everybody(url: &Url) -> Option<&'static str> {
    let host = url.host_str()?.trim_end_matches('.');
    if !ENTRA.contains(&host) && !host.ends_with(".ciamlogin.com") {
        return None;
    }
    let first = url.path_segments()?.next()?;
    EVERYBODY.into_iter().find(|name| first.eq_ignore_ascii_case(name))
}

fn is_word(text: &str, lowest: char) -> bool {
    let longest = if lowest == ' ' { 100 } else { 500 };
    !text.trim().is_empty()
        && text.chars().count() <= longest
        && text.chars().all(|c| c >= lowest && !c.is_control() && (lowest == ' ' || !c.is_whitespace()))
}

fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        (1..=63).contains(&label.len()) && label.chars().all(good)
    };
    text.len() <= 253 && text.contains('.') && text.split('.').all(label)
}

fn is_id(text: &str) -> bool {
    let lengths = text.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12]) && text.chars().all(|c| c == '-' || matches!(c, '0'..='9' | 'a'..='f'))
}
