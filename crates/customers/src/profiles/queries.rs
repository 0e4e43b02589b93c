//! Queries on the tables of customers' records.

use std::collections::BTreeSet;

use kernel::{Arg, args, boxed};
use serde::Serialize;
use store::{Failure, Row, Select, Tenant};
use uuid::Uuid;

use super::events::Origin;
use super::held_address;
use super::person::{telling_digits, words};
use super::views::{Around, BookEntry, CustomerSummary, CustomerView, MergedView, NoteView, Sight};
use crate::{BookEntryId, CustomerId, NoteId};

const RECORD: &str = "select origin, person, merged_into, merged_because, opened_at, changed_at, version from customers where id = $1";

/// The record of a customer, whole.
#[boxed]
pub async fn customer(
    tenant: &Tenant,
    id: CustomerId,
    sight: Sight,
) -> Result<Option<CustomerView>, Failure> {
    let queries = [
        (RECORD, args![id]),
        (
            "select id, address, delivery, billing from customer_addresses where customer_id = $1 order by id",
            args![id],
        ),
        ("select id from customers where merged_into = $1 order by id", args![id]),
    ];
    let (mut found, mut addresses, mut absorbed) = (None, Vec::new(), Vec::new());
    tenant
        .read(&queries, &mut |query, row| {
            match query {
                0 => found = Some((around(id, row)?, row.get::<Option<String>>(1)?)),
                1 => addresses.push(address(row)?),
                _ => absorbed.push(CustomerId(row.get(0)?)),
            }
            Ok::<(), Failure>(())
        })
        .await?;
    Ok(found.map(|(around, person)| {
        let person = person.and_then(|text| serde_json::from_str(&text).ok());
        CustomerView::of(around, person, addresses, absorbed, sight)
    }))
}

fn around(id: CustomerId, row: &Row<'_>) -> Result<Around, Failure> {
    let into: Option<Uuid> = row.get(2)?;
    let because = row.maybe_word(3)?;
    let merged = into.zip(because).map(|(into, because)| MergedView { into: CustomerId(into), because });
    Ok(Around {
        id,
        origin: row.word(0)?,
        merged,
        opened_at: row.get(4)?,
        changed_at: row.get(5)?,
        version: row.get(6)?,
    })
}

fn address(row: &Row<'_>) -> Result<BookEntry, Failure> {
    let text: String = row.get(1)?;
    let address = serde_json::from_str(&text)
        .map_err(|wrong| Failure::Unusable(format!("an address in a book cannot be read: {wrong}")))?;
    Ok(BookEntry {
        id: BookEntryId(row.get(0)?),
        address,
        default_delivery: row.get::<i64>(2)? == 1,
        default_billing: row.get::<i64>(3)? == 1,
    })
}

/// The customer whom a guest turned out to be.
pub(crate) const WHOSE_GUEST: &str = "select customer_id from customer_guests where guest_id = $1";

/// The records that went into that of a customer, however far, and the guests that any of these were.
pub(crate) const RECORDS: &str = "with recursive theirs (id) as (select c.id from customers c where c.id = $1 union select c.id from customers c join theirs t on c.merged_into = t.id) select id from theirs union select g.guest_id from customer_guests g join theirs t on g.customer_id = t.id";

#[boxed]
pub async fn whose_guest(tenant: &Tenant, guest: CustomerId) -> Result<Option<CustomerId>, Failure> {
    tenant.row(WHOSE_GUEST, args![guest], |row| row.get(0).map(CustomerId)).await
}

/// Everybody whom orders may name when they mean this customer: their own id, those of the records that went into theirs,
/// and the guests that any of these were.
#[boxed]
pub async fn records_of(tenant: &Tenant, id: Uuid) -> Result<BTreeSet<Uuid>, Failure> {
    let found: Vec<Uuid> = tenant.rows(RECORDS, args![id], |row| row.get(0)).await?;
    Ok(found.into_iter().chain([id]).collect())
}

/// The record that is kept for those who do not sign in under an e-mail address.
#[boxed]
pub async fn held_by(tenant: &Tenant, email: &str) -> Result<Option<CustomerId>, Failure> {
    let index = tenant.keys().await?.blind("email", email);
    let sql = "select customer_id from held_addresses where id = $1";
    tenant.row(sql, args![held_address::id(index)], |row| row.get(0).map(CustomerId)).await
}

/// The addresses that a record holds.
#[boxed]
pub async fn held(tenant: &Tenant, id: CustomerId) -> Result<Vec<Uuid>, Failure> {
    tenant.rows("select id from held_addresses where customer_id = $1", args![id], |row| row.get(0)).await
}

/// Which customers a list shows.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Listed {
    /// Words of names, companies and addresses, by what they begin with; or an e-mail address, a telephone number.
    pub q: Option<String>,
    /// Whoever placed the order with the number that `q` is, whatever else finds them.
    pub ordered: Option<CustomerId>,
    pub origin: Option<String>,
    pub mark: Option<String>,
    /// A system, and what it calls them.
    pub external_id: Option<(String, String)>,
}

/// So many words are looked for at the most.
const MOST_WORDS: usize = 8;

/// Customers, newest first from below an id. What went into another record is found with that one.
#[boxed]
pub async fn customers(
    tenant: &Tenant,
    listed: &Listed,
    below: Uuid,
    rows: usize,
) -> Result<Vec<CustomerSummary>, Failure> {
    let keys = tenant.keys().await?;
    let select =
        Select::new("select c.id, c.origin, c.name, c.email, c.opened_at, c.version from customers c")
            .and("c.id < ?", below)
            .maybe("c.origin = ?", listed.origin.clone())
            .maybe(
                "c.id in (select m.customer_id from customer_marks m where m.mark = ?)",
                listed.mark.clone(),
            );
    let select = match &listed.external_id {
        Some((system, value)) => select.between(
            "c.id in (select x.customer_id from customer_external_ids x where x.system = ? and x.value = ?)",
            system.clone(),
            value.clone(),
        ),
        None => select,
    };
    let (mut sql, mut args) = select.statement();
    // A record that went into another is listed when it is asked for by name alone.
    match &listed.q {
        Some(q) => sql.push_str(&format!(
            " and ({})",
            found_by(q, listed.ordered, &mut args, |field, text| keys.blind(field, text))
        )),
        None => sql.push_str(" and c.merged_into is null"),
    }
    args.push(Arg::Int(i64::try_from(rows).unwrap_or(i64::MAX)));
    sql.push_str(&format!(" order by c.id desc limit ${}", args.len()));
    tenant.rows(&sql, args, summary).await
}

/// What finds whom somebody looks for, whichever way they put it.
fn found_by(
    q: &str,
    ordered: Option<CustomerId>,
    args: &mut Vec<Arg>,
    blind: impl Fn(&str, &str) -> Uuid,
) -> String {
    let mut mark = |arg: Arg| {
        args.push(arg);
        format!("${}", args.len())
    };
    let mut ways = Vec::new();
    if kernel::is_email(q.trim()) {
        let index = mark(blind("email", q.trim()).into());
        ways.push(format!(
            "c.id in (select e.customer_id from customer_emails e where e.email_index = {index})"
        ));
    }
    let digits = telling_digits(q);
    if digits.len() >= 5 {
        let index = mark(blind("phone", &digits).into());
        ways.push(format!("c.phone_index = {index}"));
    }
    if let Some(ordered) = ordered {
        let ordered = mark(ordered.into());
        ways.push(format!("c.id = {ordered}"));
    }
    let words: Vec<String> = words(q).into_iter().take(MOST_WORDS).collect();
    let each = words.iter().map(|word| {
        let (from, below) = (mark(word.clone().into()), mark(format!("{word}\u{10ffff}").into()));
        format!(
            "c.id in (select w.customer_id from customer_words w where w.word >= {from} and w.word < {below})"
        )
    });
    let all: Vec<String> = each.collect();
    if !all.is_empty() {
        ways.push(format!("({})", all.join(" and ")));
    }
    if ways.is_empty() { "1 = 0".to_owned() } else { ways.join(" or ") }
}

fn summary(row: &Row<'_>) -> Result<CustomerSummary, Failure> {
    Ok(CustomerSummary {
        id: CustomerId(row.get(0)?),
        origin: row.word::<Origin>(1)?,
        name: row.get(2)?,
        email: row.get(3)?,
        opened_at: row.get(4)?,
        version: row.get(5)?,
    })
}

/// What the shop wrote down of a customer, newest first, from below an id.
#[boxed]
pub async fn notes(
    tenant: &Tenant,
    id: CustomerId,
    below: Uuid,
    rows: usize,
) -> Result<Vec<NoteView>, Failure> {
    let (sql, args) = Select::new("select id, text, author, written_at from customer_notes")
        .and("customer_id = ?", id)
        .and("id < ?", below)
        .page("id desc", rows)
        .statement();
    let note = |row: &Row<'_>| {
        Ok(NoteView {
            id: NoteId(row.get(0)?),
            text: row.get(1)?,
            author: row.get(2)?,
            written_at: row.get(3)?,
        })
    };
    tenant.rows(&sql, args, note).await
}
