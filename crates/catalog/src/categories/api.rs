//! The routes of categories.

use std::collections::HashMap;

use axum::extract::Path;
use edge::{Answer, AsOf, Command, Filter, Id, NoBody, Page, Routes, Shop, routes};
use kernel::{Problem, args};
use serde::Serialize;
use store::problems::CHANGED_MEANWHILE;
use store::{Desk, Failure, PastScope, Reply, Row, Tenant, Work};
use utoipa::ToSchema;
use uuid::Uuid;

use super::category::{Category, Change, Make, Remove, TREE, Tree};
use crate::{CategoryId, Refusal};

pub fn routes() -> Routes {
    Routes::new().routes(routes!(list_categories, create_category)).routes(routes!(
        read_category,
        change_category,
        remove_category
    ))
}

/// A category, with those that are in it.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct CategoryView {
    #[schema(value_type = Uuid)]
    id: CategoryId,
    #[serde(flatten)]
    category: Category,
    version: i64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(no_recursion)]
    children: Vec<Self>,
}

/// Lists the categories as a tree: those of the first level, each with those that are in it.
#[utoipa::path(get, path = "/api/v1/categories", tag = "categories", params(AsOf),
    responses((status = 200, description = "The whole tree.", body = Page<CategoryView>)),
    extensions(("x-public" = json!(true))),
    security((), ("staff" = ["catalog:read"])))]
async fn list_categories(shop: Shop, Filter(asked): Filter<AsOf>) -> Answer {
    let tenant = shop.as_of(asked.as_of.as_deref(), PastScope::Kinds(&["categories"])).await?;
    let sql = "select id, content, version from categories order by position, title, id";
    let categories = tenant.rows(sql, args![], view).await?;
    let mut below: HashMap<Option<CategoryId>, Vec<CategoryView>> = HashMap::new();
    for category in categories {
        below.entry(category.category.parent).or_default().push(category);
    }
    shop.list(&Page { items: grown(&mut below, None), next_cursor: None })
}

fn grown(
    below: &mut HashMap<Option<CategoryId>, Vec<CategoryView>>,
    parent: Option<CategoryId>,
) -> Vec<CategoryView> {
    let mut children = below.remove(&parent).unwrap_or_default();
    for child in &mut children {
        child.children = grown(below, Some(child.id));
    }
    children
}

/// Reads a category by its id or its handle, with those that are right in it.
#[utoipa::path(get, path = "/api/v1/categories/{id}", tag = "categories", params(("id" = String, Path, description = "An id or a handle.")),
    responses((status = 200, description = "The category.", body = CategoryView)),
    extensions(("x-public" = json!(true))),
    security((), ("staff" = ["catalog:read"])))]
async fn read_category(shop: Shop, Path(named): Path<String>) -> Answer {
    let (sql, arg) = match named.parse::<Uuid>() {
        Ok(id) => ("select id, content, version from categories where id = $1", args![id]),
        Err(_) => ("select id, content, version from categories where handle = $1", args![named]),
    };
    let found = shop.tenant.row(sql, arg, view).await?;
    let mut category = found.ok_or_else(|| Problem::not_found("category"))?;
    let sql = "select id, content, version from categories where parent_id = $1 order by position, title, id";
    category.children = shop.tenant.rows(sql, args![category.id], view).await?;
    shop.one_among(&category, category.version)
}

/// Makes a category. Products that name its handle already are in it at once.
#[utoipa::path(post, path = "/api/v1/categories", tag = "categories", request_body = Category,
    responses((status = 201, description = "Made; Location says where.", body = CategoryView)),
    security(("staff" = ["catalog:write"])))]
async fn create_category(ask: Command<Category>) -> Answer {
    ask.body.check()?;
    ask.run(make_category(CategoryId::new(), ask.body.clone())).await
}

pub fn make_category(id: CategoryId, category: Category) -> Work {
    Work::over::<Tree>([TREE]).decide(move |desk| {
        desk.ask::<Tree, _>(TREE, &Make { id, category: category.clone() })?;
        let view = CategoryView { id, category: category.clone(), version: 1, children: Vec::new() };
        Ok(Reply::json(201, &view).version(1).location(format!("/api/v1/categories/{id}")))
    })
}

/// Replaces what a category says; another parent moves it with all that is in it. A handle that products name stays.
#[utoipa::path(put, path = "/api/v1/categories/{id}", tag = "categories", params(("id" = Uuid, Path)), request_body = Category,
    responses((status = 200, description = "Changed.", body = CategoryView)),
    security(("staff" = ["catalog:write"])))]
async fn change_category(Id(id): Id<CategoryId>, ask: Command<Category>) -> Answer {
    ask.body.check()?;
    let work = change(&ask.shop.tenant, id, ask.if_match, ask.body.clone()).await;
    ask.run(Work::or_refuse(work)).await
}

async fn change(
    tenant: &Tenant,
    id: CategoryId,
    seen: Option<i64>,
    category: Category,
) -> Result<Work, Problem> {
    let before = found(tenant, id).await?;
    if before.category.handle != category.handle && has_products(tenant, &before.category.handle).await? {
        return Err(Refusal::CategoryInUse.into());
    }
    Ok(Work::over::<Tree>([TREE]).decide(move |desk| {
        expect(desk, id, seen)?;
        // What was read to know what it said must still hold.
        expect(desk, id, Some(before.version))?;
        let change = Change { id, category: category.clone(), before: before.category.clone() };
        desk.ask::<Tree, _>(TREE, &change)?;
        let version = desk.get::<Tree>(TREE)?.node(id).map_or(1, |node| node.version);
        let view = CategoryView { id, category: category.clone(), version, children: Vec::new() };
        Ok(Reply::json(200, &view).version(version))
    }))
}

/// Removes a category that nothing is in: neither other categories nor products.
#[utoipa::path(delete, path = "/api/v1/categories/{id}", tag = "categories", params(("id" = Uuid, Path)),
    responses((status = 204, description = "It is gone.")),
    security(("staff" = ["catalog:write"])))]
async fn remove_category(Id(id): Id<CategoryId>, ask: Command<NoBody>) -> Answer {
    let work = remove(&ask.shop.tenant, id, ask.if_match).await;
    ask.run(Work::or_refuse(work)).await
}

/// A product that names the handle at this very moment keeps it, for a handle without a category is no mistake.
async fn remove(tenant: &Tenant, id: CategoryId, seen: Option<i64>) -> Result<Work, Problem> {
    let before = found(tenant, id).await?;
    if has_products(tenant, &before.category.handle).await? {
        return Err(Refusal::CategoryInUse.into());
    }
    Ok(Work::over::<Tree>([TREE]).decide(move |desk| {
        expect(desk, id, seen)?;
        desk.ask::<Tree, _>(TREE, &Remove { id })?;
        Ok(Reply::nothing())
    }))
}

async fn found(tenant: &Tenant, id: CategoryId) -> Result<CategoryView, Problem> {
    let sql = "select id, content, version from categories where id = $1";
    tenant.row(sql, args![id], view).await?.ok_or_else(|| Problem::not_found("category"))
}

async fn has_products(tenant: &Tenant, handle: &str) -> Result<bool, Failure> {
    let sql = "select product_id from product_categories where category = $1 limit 1";
    Ok(tenant.row(sql, args![handle.to_owned()], |row| row.get::<Uuid>(0)).await?.is_some())
}

/// A category has a version of its own, for the tree's would tell of changes to all others.
fn expect(desk: &mut Desk<'_>, id: CategoryId, seen: Option<i64>) -> Result<(), Problem> {
    let node = desk.find::<Tree>(TREE).and_then(|tree| tree.node(id));
    let version = node.ok_or_else(|| Problem::not_found("category"))?.version;
    if seen.is_none_or(|seen| seen == version) {
        return Ok(());
    }
    let detail = "This category has changed since you read it. Read it again, and apply your change to what you see then.";
    Err(CHANGED_MEANWHILE.says(detail).with("version", version))
}

fn view(row: &Row<'_>) -> Result<CategoryView, Failure> {
    let category = serde_json::from_str(&row.get::<String>(1)?)
        .map_err(|error| Failure::Bug(format!("a category cannot be read: {error}")))?;
    Ok(CategoryView { id: CategoryId(row.get(0)?), category, version: row.get(2)?, children: Vec::new() })
}
