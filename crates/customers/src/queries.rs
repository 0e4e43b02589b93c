//! Queries on the tables of organisations and segments.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};
use std::hash::Hash;

use kernel::{Arg, Currency, Personal, Problem, SubjectId, Timestamp, args, boxed};
use serde::Serialize;
use store::{Failure, Reading, Row, Select, Tenant, marks};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::membership::Kind;
use crate::organisation::{Member, Role, Status, Terms, VatChecked};
use crate::views::OrganisationView;
use crate::{OrganisationId, SegmentId};

/// What a customer belongs to at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    pub organisation: Option<Affiliation>,
    /// Their own segments and their organisation's, each with its name.
    pub segments: Vec<(SegmentId, String)>,
    pub seen: Seen,
}

/// The open organisation that a customer buys for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Affiliation {
    pub id: OrganisationId,
    pub name: String,
    pub purchase_order_required: bool,
    pub member: Member,
    /// Of the organisation, for members without one of their own.
    pub approval_limit: Option<i64>,
    /// Whether the register said that its VAT number is in use.
    pub vat_registered: bool,
}

/// The versions that a standing was read from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// By their members.
    pub memberships: Vec<(Uuid, i64)>,
    pub organisations: Vec<(OrganisationId, i64)>,
    pub segments: Vec<(SegmentId, i64)>,
}

/// Reads everything that a price and a checkout need to know of a customer. The versions come first: what is read after
/// them can only be newer, and is found out.
pub struct StandingReading {
    customer: Uuid,
    standing: Standing,
    /// Whose each segment is: theirs, or their organisation's.
    segments: Vec<(SegmentId, i64, String, Uuid)>,
}

impl StandingReading {
    pub fn new(customer: Uuid) -> Self {
        let seen = Seen { memberships: vec![(customer, 0)], ..Seen::default() };
        Self { customer, standing: Standing { seen, ..Standing::default() }, segments: Vec::new() }
    }

    pub fn standing(self) -> Standing {
        let Self { customer, mut standing, mut segments } = self;
        let organisation = standing.organisation.as_ref().map(|known| known.id.uuid());
        // What a closed organisation is in does its members no good.
        segments.retain(|(.., member)| *member == customer || organisation == Some(*member));
        for (id, version, name, _) in segments {
            if !standing.segments.iter().any(|(known, _)| *known == id) {
                standing.seen.segments.push((id, version));
                standing.segments.push((id, name));
            }
        }
        standing
    }
}

impl Reading for StandingReading {
    fn statements(&self) -> Vec<(Cow<'static, str>, Vec<Arg>)> {
        let of = |sql: &'static str| (Cow::Borrowed(sql), args![self.customer]);
        vec![
            of("select version from memberships where member_id = $1"),
            of(
                "select o.id, o.version, o.name, o.status, o.purchase_order_required, o.approval_limit, m.role, m.approval_limit, (select b.version from memberships b where b.member_id = o.id), o.vat_registered from organisation_members m join organisations o on o.id = m.organisation_id where m.customer_id = $1",
            ),
            of(
                "select s.id, s.version, s.name, b.member_id from segment_members b join segments s on s.id = b.segment_id where b.member_id = $1 or b.member_id in (select m.organisation_id from organisation_members m where m.customer_id = $1) order by s.name, s.id",
            ),
        ]
    }

    fn take(&mut self, statement: usize, row: &Row<'_>) -> Result<(), Failure> {
        match statement {
            0 => self.standing.seen.memberships[0].1 = row.get(0)?,
            1 => affiliate(&mut self.standing, row)?,
            _ => self.segments.push((SegmentId(row.get(0)?), row.get(1)?, row.get(2)?, row.get(3)?)),
        }
        Ok(())
    }
}

fn affiliate(standing: &mut Standing, row: &Row<'_>) -> Result<(), Failure> {
    let id = OrganisationId(row.get(0)?);
    standing.seen.organisations.push((id, row.get(1)?));
    standing.seen.memberships.push((id.uuid(), row.get::<Option<i64>>(8)?.unwrap_or(0)));
    if row.word::<Status>(3)? == Status::Open {
        standing.organisation = Some(Affiliation {
            id,
            name: row.get(2)?,
            purchase_order_required: row.get::<i64>(4)? == 1,
            approval_limit: row.get(5)?,
            member: Member { role: row.word(6)?, approval_limit: row.get(7)? },
            vat_registered: row.get::<Option<i64>>(9)? == Some(1),
        });
    }
    Ok(())
}

/// Who may say yes to an order for the organisation, by their ids.
#[boxed]
pub async fn approvers(tenant: &Tenant, id: OrganisationId) -> Result<Vec<Uuid>, Failure> {
    let sql = "select customer_id from organisation_members where organisation_id = $1 and role in ('approver', 'admin') order by customer_id";
    tenant.rows(sql, args![id], |row| row.get(0)).await
}

/// An organisation in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrganisationSummary {
    #[schema(value_type = Uuid)]
    pub id: OrganisationId,
    pub name: String,
    pub status: Status,
    pub purchase_order_required: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(extensions(("x-money" = json!("currency"))))]
    pub approval_limit: Option<i64>,
    pub currency: String,
    /// What the customer who asks is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    pub version: i64,
}

/// Organisations, newest first from below an id: all, or those that a customer is a member of.
#[boxed]
pub async fn organisations(
    tenant: &Tenant,
    own: Option<Uuid>,
    status: Option<&'static str>,
    below: Uuid,
    rows: usize,
    currency: Currency,
) -> Result<Vec<OrganisationSummary>, Failure> {
    let select = match own {
        None => Select::new(
            "select o.id, o.name, o.status, o.purchase_order_required, o.approval_limit, o.version, null from organisations o",
        ),
        Some(own) => Select::new(
            "select o.id, o.name, o.status, o.purchase_order_required, o.approval_limit, o.version, m.role from organisation_members m join organisations o on o.id = m.organisation_id",
        )
        .and("m.customer_id = ?", own),
    };
    let (sql, args) =
        select.and("o.id < ?", below).maybe("o.status = ?", status).page("o.id desc", rows).statement();
    let summary = |row: &Row<'_>| {
        Ok(OrganisationSummary {
            id: OrganisationId(row.get(0)?),
            name: row.get(1)?,
            status: row.word(2)?,
            purchase_order_required: row.get::<i64>(3)? == 1,
            approval_limit: row.get(4)?,
            version: row.get(5)?,
            role: row.maybe_word(6)?,
            currency: currency.code().to_owned(),
        })
    };
    tenant.rows(&sql, args, summary).await
}

/// An organisation with its members, if whoever asks arranges things for it.
#[boxed]
pub async fn organisation(
    tenant: &Tenant,
    id: OrganisationId,
    own: Option<Uuid>,
    currency: Currency,
) -> Result<OrganisationView, Problem> {
    let queries = [
        (
            "select version, status, purchase_order_required, approval_limit, details, vat_registered, vat_checked_at from organisations where id = $1",
            args![id],
        ),
        (
            "select customer_id, role, approval_limit from organisation_members where organisation_id = $1 order by customer_id",
            args![id],
        ),
    ];
    let (mut found, mut members) = (None, Vec::new());
    tenant
        .read(&queries, &mut |query, row| {
            match query {
                0 => found = Some((row.get::<i64>(0)?, terms(id, row)?, vat(row)?)),
                _ => members.push((row.get::<Uuid>(0)?, member(row)?)),
            }
            Ok::<(), Failure>(())
        })
        .await?;
    let runs = |own: Uuid| members.iter().any(|(id, member)| *id == own && member.role == Role::Admin);
    let found = found.filter(|_| own.is_none_or(runs));
    let (version, terms, vat) = found.ok_or_else(|| Problem::not_found("organisation"))?;
    Ok(OrganisationView::of(id, version, (&terms, vat), members.into_iter(), currency))
}

fn vat(row: &Row<'_>) -> Result<Option<VatChecked>, Failure> {
    let (registered, at) = (row.get::<Option<i64>>(5)?, row.get::<Option<Timestamp>>(6)?);
    Ok(registered.zip(at).map(|(registered, at)| VatChecked { registered: registered == 1, at }))
}

fn terms(id: OrganisationId, row: &Row<'_>) -> Result<Terms, Failure> {
    let details: Option<String> = row.get(4)?;
    let details = details.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    Ok(Terms {
        status: row.word(1)?,
        purchase_order_required: row.get::<i64>(2)? == 1,
        approval_limit: row.get(3)?,
        details: Personal::new(SubjectId(id.uuid()), details),
    })
}

fn member(row: &Row<'_>) -> Result<Member, Failure> {
    Ok(Member { role: row.word(1)?, approval_limit: row.get(2)? })
}

/// Whoever is in a segment.
#[derive(Debug, Serialize, ToSchema)]
pub struct SegmentMember {
    pub id: Uuid,
    pub kind: Kind,
}

/// The segments that there still are of those that somebody is in, and the version of their membership.
#[derive(Debug, Clone, Default)]
pub struct InSegments {
    pub version: i64,
    pub segments: BTreeSet<SegmentId>,
}

#[boxed]
pub async fn in_segments(tenant: &Tenant, member: Uuid) -> Result<InSegments, Failure> {
    let queries = [
        ("select version from memberships where member_id = $1", args![member]),
        ("select segment_id from segment_members where member_id = $1", args![member]),
    ];
    let mut found = InSegments::default();
    tenant
        .read(&queries, &mut |query, row| {
            match query {
                0 => found.version = row.get(0)?,
                _ => {
                    found.segments.insert(SegmentId(row.get(0)?));
                }
            }
            Ok(())
        })
        .await?;
    Ok(found)
}

/// How many names one statement looks up.
const AT_ONCE: usize = 200;

/// Of these names those that segments have.
#[boxed]
pub async fn segments_named(tenant: &Tenant, names: &HashSet<String>) -> Result<HashSet<String>, Failure> {
    found(tenant, "select name from segments where name", names, |row| row.get(0)).await
}

/// Of these ids those that segments have.
#[boxed]
pub async fn segments_of(tenant: &Tenant, ids: &HashSet<Uuid>) -> Result<HashSet<Uuid>, Failure> {
    found(tenant, "select id from segments where id", ids, |row| row.get(0)).await
}

/// Of these ids those that organisations have.
#[boxed]
pub async fn organisations_of(tenant: &Tenant, ids: &HashSet<Uuid>) -> Result<HashSet<Uuid>, Failure> {
    found(tenant, "select id from organisations where id", ids, |row| row.get(0)).await
}

async fn found<T>(
    tenant: &Tenant,
    select: &str,
    named: &HashSet<T>,
    read: impl Fn(&Row<'_>) -> Result<T, Failure> + Send + Sync,
) -> Result<HashSet<T>, Failure>
where
    T: Clone + Eq + Hash + Into<Arg> + Send + Sync,
{
    let (named, mut found): (Vec<&T>, _) = (named.iter().collect(), HashSet::new());
    for some in named.chunks(AT_ONCE) {
        let sql = format!("{select} in ({})", marks(some.len()));
        let args = some.iter().map(|name| (*name).clone().into()).collect();
        found.extend(tenant.rows(&sql, args, &read).await?);
    }
    Ok(found)
}

/// The members of a segment by their ids, from above one.
#[boxed]
pub async fn segment_members(
    tenant: &Tenant,
    segment: SegmentId,
    above: Uuid,
    rows: usize,
) -> Result<Vec<SegmentMember>, Failure> {
    let (sql, args): (String, Vec<Arg>) = Select::new("select member_id, kind from segment_members")
        .and("segment_id = ?", segment)
        .and("member_id > ?", above)
        .page("member_id", rows)
        .statement();
    tenant.rows(&sql, args, |row| Ok(SegmentMember { id: row.get(0)?, kind: row.word(1)? })).await
}
