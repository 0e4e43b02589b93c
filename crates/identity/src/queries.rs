//! SQL in, plain structs out.

use kernel::{TenantId, Timestamp, args};
use serde::Serialize;
use store::{Failure, Row, Select, Tenant};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::provider::Definition;
use crate::{AccountId, PasskeyId, ProviderId, ServiceKeyId, SessionId, service, session};

/// An account, as those who look after accounts see it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AccountView {
    #[schema(value_type = Uuid)]
    pub id: AccountId,
    /// staff, customer or operator.
    pub audience: String,
    pub name: String,
    pub email: String,
    pub roles: Vec<String>,
    /// Whether its address was shown to be theirs.
    pub verified: bool,
    pub has_password: bool,
    /// Whether signing in takes a code of the moment, too.
    pub has_app: bool,
    pub recovery_codes_left: i64,
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled_at: Option<Timestamp>,
    pub version: i64,
    #[serde(skip)]
    pub password: Option<String>,
    #[serde(skip)]
    pub password_round: i64,
}

/// A session.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SessionView {
    #[schema(value_type = Uuid)]
    pub id: SessionId,
    pub kind: session::Kind,
    /// What the browser or program calls itself.
    pub device: String,
    /// How its owner proved who they are: pwd, otp, hwk; outside, at a provider.
    pub methods: Vec<String>,
    /// The provider at which they signed in.
    #[schema(value_type = Option<Uuid>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<ProviderId>,
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub proven_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub seen_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// A passkey.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PasskeyView {
    #[schema(value_type = Uuid)]
    pub id: PasskeyId,
    pub name: String,
    #[schema(value_type = String, format = DateTime)]
    pub added_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub used_at: Option<Timestamp>,
    #[serde(skip)]
    pub record: String,
    #[serde(skip)]
    pub account: Option<AccountId>,
}

/// A provider. Its secret is never shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = SignInProviderView)]
pub struct ProviderView {
    #[schema(value_type = Uuid)]
    pub id: ProviderId,
    #[serde(flatten)]
    #[schema(inline)]
    pub definition: Definition,
    pub has_secret: bool,
    pub version: i64,
}

pub struct ProviderRow {
    pub view: ProviderView,
    pub secret: Option<String>,
}

/// An account at a provider with which one signs in here.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OutsiderView {
    pub id: Uuid,
    #[schema(value_type = Uuid)]
    pub provider: ProviderId,
    #[schema(value_type = String, format = DateTime)]
    pub linked_at: Timestamp,
}

/// A role, and what it may do.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RoleView {
    pub name: String,
    pub about: String,
    /// `orders:read`, `orders:*`, `*:read`.
    pub grants: Vec<String>,
    /// Whether every shop has it.
    pub standard: bool,
    /// 0 for a standard role.
    pub version: i64,
}

const ACCOUNT: &str = "select id, audience, name, email, roles, verified_at, app_since, recovery_left, opened_at, disabled_at, version, password, password_round from accounts";
const PASSKEY: &str = "select id, name, added_at, used_at, record, account_id from passkeys";

pub async fn account(tenant: &Tenant, id: AccountId) -> Result<Option<AccountView>, Failure> {
    let (sql, args) = Select::new(ACCOUNT).and("id = ?", id).statement();
    tenant.row(&sql, args, as_account).await
}

/// The account of an e-mail address among those of an audience.
pub async fn account_of(
    tenant: &Tenant,
    audience: &str,
    email: &str,
) -> Result<Option<AccountView>, Failure> {
    let index = tenant.keys().await?.blind("email", email);
    let select = Select::new(ACCOUNT).and("email_index = ?", index).and("audience = ?", audience.to_owned());
    let (sql, args) = select.statement();
    tenant.row(&sql, args, as_account).await
}

/// Accounts, newest first, from below an id.
pub async fn accounts(
    tenant: &Tenant,
    audience: &str,
    email: Option<&str>,
    below: Uuid,
    rows: usize,
) -> Result<Vec<AccountView>, Failure> {
    let keys = tenant.keys().await?;
    let (sql, args) = Select::new(ACCOUNT)
        .and("audience = ?", audience.to_owned())
        .and("id < ?", below)
        .maybe("email_index = ?", email.map(|email| keys.blind("email", email)))
        .page("id desc", rows)
        .statement();
    tenant.rows(&sql, args, as_account).await
}

fn as_account(row: &Row<'_>) -> Result<AccountView, Failure> {
    let password: Option<String> = row.get(11)?;
    Ok(AccountView {
        id: AccountId(row.get(0)?),
        audience: row.get(1)?,
        name: row.get(2)?,
        email: row.get(3)?,
        roles: words(&row.get::<String>(4)?),
        verified: row.get::<Option<Timestamp>>(5)?.is_some(),
        has_password: password.is_some(),
        has_app: row.get::<Option<Timestamp>>(6)?.is_some(),
        recovery_codes_left: row.get(7)?,
        opened_at: row.get(8)?,
        disabled_at: row.get(9)?,
        version: row.get(10)?,
        password,
        password_round: row.get(12)?,
    })
}

/// The newest two hundred sessions of an account that go on.
pub async fn sessions(
    tenant: &Tenant,
    account: AccountId,
    current: Option<Uuid>,
    now: Timestamp,
) -> Result<Vec<SessionView>, Failure> {
    let sql = "select id, kind, device, methods, opened_at, proven_at, seen_at, expires_at, provider_id from sessions where account_id = $1 and ended_at is null and expires_at > $2 order by id desc limit 200";
    tenant
        .rows(sql, args![account, now], |row| {
            let id: Uuid = row.get(0)?;
            Ok(SessionView {
                id: SessionId(id),
                kind: row.word(1)?,
                device: row.get(2)?,
                methods: words(&row.get::<String>(3)?),
                opened_at: row.get(4)?,
                proven_at: row.get(5)?,
                seen_at: row.get(6)?,
                expires_at: row.get(7)?,
                provider: row.get::<Option<Uuid>>(8)?.map(ProviderId),
                current: current == Some(id),
            })
        })
        .await
}

/// All of them by their ids, for whoever ends them: one that was left out would go on.
pub async fn session_ids(
    tenant: &Tenant,
    account: AccountId,
    now: Timestamp,
) -> Result<Vec<SessionId>, Failure> {
    let sql = "select id from sessions where account_id = $1 and ended_at is null and expires_at > $2";
    tenant.rows(sql, args![account, now], |row| row.get(0).map(SessionId)).await
}

/// Who a session lets in, while it goes on and its account is open.
pub struct Holder {
    pub account: AccountId,
    pub audience: String,
    pub roles: Vec<String>,
    pub proven_at: Timestamp,
}

pub async fn holder(tenant: &Tenant, session: SessionId, now: Timestamp) -> Result<Option<Holder>, Failure> {
    let sql = "select a.id, a.audience, a.roles, s.proven_at from sessions s join accounts a on a.id = s.account_id where s.id = $1 and s.ended_at is null and s.expires_at > $2 and a.disabled_at is null";
    tenant
        .row(sql, args![session, now], |row| {
            Ok(Holder {
                account: AccountId(row.get(0)?),
                audience: row.get(1)?,
                roles: words(&row.get::<String>(2)?),
                proven_at: row.get(3)?,
            })
        })
        .await
}

pub async fn passkeys(tenant: &Tenant, account: AccountId) -> Result<Vec<PasskeyView>, Failure> {
    let select = Select::new(PASSKEY).and("account_id = ?", account).page("id", 20);
    let (sql, args) = select.statement();
    tenant.rows(&sql, args, as_passkey).await
}

pub async fn passkey_of(tenant: &Tenant, credential: &[u8]) -> Result<Option<PasskeyView>, Failure> {
    let (sql, args) = Select::new(PASSKEY).and("credential = ?", credential.to_vec()).statement();
    tenant.row(&sql, args, as_passkey).await
}

fn as_passkey(row: &Row<'_>) -> Result<PasskeyView, Failure> {
    Ok(PasskeyView {
        id: PasskeyId(row.get(0)?),
        name: row.get(1)?,
        added_at: row.get(2)?,
        used_at: row.get(3)?,
        record: row.get(4)?,
        account: Some(AccountId(row.get(5)?)),
    })
}

/// The roles that the shop made itself.
pub async fn roles(tenant: &Tenant) -> Result<Vec<RoleView>, Failure> {
    let sql =
        "select name, about, grants, version from roles where removed_at is null order by name limit 200";
    tenant
        .rows(sql, Vec::new(), |row| {
            Ok(RoleView {
                name: row.get(0)?,
                about: row.get(1)?,
                grants: words(&row.get::<String>(2)?),
                standard: false,
                version: row.get(3)?,
            })
        })
        .await
}

/// A service's key, as it is kept.
#[derive(Debug, Clone)]
pub struct ServiceKeyRow {
    pub id: ServiceKeyId,
    pub name: String,
    pub sealed: String,
    pub tenants: Vec<TenantId>,
    pub role: String,
    pub networks: String,
    pub legacy: bool,
    pub status: service::Status,
    pub made_at: Timestamp,
    pub good_until: Option<Timestamp>,
    pub limit: Option<u32>,
}

const SERVICE_KEY: &str = "select id, name, sealed, tenants, role, networks, legacy, status, made_at, good_until, requests from service_keys";

pub async fn service_key(house: &Tenant, id: ServiceKeyId) -> Result<Option<ServiceKeyRow>, Failure> {
    let (sql, args) = Select::new(SERVICE_KEY).and("id = ?", id).statement();
    house.row(&sql, args, as_service_key).await
}

pub async fn service_keys(house: &Tenant) -> Result<Vec<ServiceKeyRow>, Failure> {
    let (sql, args) = Select::new(SERVICE_KEY).page("made_at desc, id", 500).statement();
    house.rows(&sql, args, as_service_key).await
}

fn as_service_key(row: &Row<'_>) -> Result<ServiceKeyRow, Failure> {
    let tenants = words(&row.get::<String>(3)?);
    Ok(ServiceKeyRow {
        id: ServiceKeyId(row.get(0)?),
        name: row.get(1)?,
        sealed: row.get(2)?,
        tenants: tenants.iter().filter_map(|id| id.parse().ok()).collect(),
        role: row.get(4)?,
        networks: row.get(5)?,
        legacy: row.get::<i64>(6)? != 0,
        status: row.word(7)?,
        made_at: row.get(8)?,
        good_until: row.get(9)?,
        limit: row.get::<Option<i64>>(10)?.and_then(|requests| u32::try_from(requests).ok()),
    })
}

const PROVIDERS: &str = "select id, version, definition, secret from providers";

/// A shop has a handful.
pub async fn providers(tenant: &Tenant) -> Result<Vec<ProviderRow>, Failure> {
    let sql = format!("{PROVIDERS} where removed_at is null order by id limit 50");
    tenant.rows(&sql, Vec::new(), as_provider).await
}

pub async fn provider(tenant: &Tenant, id: ProviderId) -> Result<Option<ProviderRow>, Failure> {
    let sql = format!("{PROVIDERS} where id = $1 and removed_at is null");
    tenant.row(&sql, args![id], as_provider).await
}

fn as_provider(row: &Row<'_>) -> Result<ProviderRow, Failure> {
    let secret: Option<String> = row.get(3)?;
    let definition: String = row.get(2)?;
    let definition = serde_json::from_str(&definition)
        .map_err(|error| Failure::Bug(format!("a provider cannot be read: {error}")))?;
    let (id, version) = (ProviderId(row.get(0)?), row.get(1)?);
    Ok(ProviderRow { view: ProviderView { id, definition, has_secret: secret.is_some(), version }, secret })
}

pub async fn account_of_outsider(tenant: &Tenant, outsider: Uuid) -> Result<Option<AccountId>, Failure> {
    let sql = "select account_id from outsiders where id = $1";
    tenant.row(sql, args![outsider], |row| Ok(AccountId(row.get(0)?))).await
}

pub async fn outsiders(tenant: &Tenant, account: Uuid) -> Result<Vec<OutsiderView>, Failure> {
    let sql = "select id, provider_id, linked_at from outsiders where account_id = $1 order by id limit 50";
    tenant
        .rows(sql, args![account], |row| {
            Ok(OutsiderView { id: row.get(0)?, provider: ProviderId(row.get(1)?), linked_at: row.get(2)? })
        })
        .await
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}
