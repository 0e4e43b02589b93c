//! The routes of attributes.

use axum::extract::Path;
use edge::{Answer, Command, NoBody, Page, Routes, Shop, routes};
use kernel::{Check, args};
use serde::Serialize;
use store::{Reply, Row, Work};
use utoipa::ToSchema;

use super::attribute::{self, Attribute, Declaration, Declare, Redeclare, Remove};

pub fn routes() -> Routes {
    Routes::new().routes(routes!(list_attributes, declare_attribute)).routes(routes!(
        read_attribute,
        change_attribute,
        remove_attribute
    ))
}

/// An attribute that the shop declared.
#[derive(Serialize, ToSchema)]
struct AttributeView {
    #[serde(flatten)]
    declaration: Declaration,
    version: i64,
}

/// Lists the attributes that the shop declared, by name.
#[utoipa::path(get, path = "/api/v1/attributes", tag = "products",
    responses((status = 200, description = "All of them.", body = Page<AttributeView>)),
    extensions(("x-public" = json!(true))),
    security((), ("staff" = ["catalog:read"])))]
async fn list_attributes(shop: Shop) -> Answer {
    let sql = "select view, version from attributes order by name";
    let rows = shop.tenant.rows(sql, args![], |row| Ok((row.get::<String>(0)?, row.get::<i64>(1)?)));
    let views = rows.await?.into_iter().filter_map(|(view, version)| {
        let declaration = serde_json::from_str(&view).ok()?;
        Some(AttributeView { declaration, version })
    });
    shop.list(&Page { items: views.collect(), next_cursor: None })
}

/// Reads what is declared of an attribute.
#[utoipa::path(get, path = "/api/v1/attributes/{name}", tag = "products", params(("name" = String, Path)),
    responses((status = 200, description = "The attribute.", body = AttributeView)),
    extensions(("x-public" = json!(true))),
    security((), ("staff" = ["catalog:read"])))]
async fn read_attribute(shop: Shop, Path(name): Path<String>) -> Answer {
    let sql = "select view, version from attributes where id = $1";
    let row = |row: &Row<'_>| Ok((row.get::<String>(0)?, row.get::<i64>(1)?));
    let (view, version) = shop
        .tenant
        .row(sql, args![attribute::id(&name)], row)
        .await?
        .ok_or_else(|| kernel::Problem::not_found("attribute"))?;
    let declaration = serde_json::from_str(&view).map_err(|_| kernel::Problem::bug())?;
    shop.one(&AttributeView { declaration, version }, version)
}

/// Declares an attribute: products give it values of its type from now on.
#[utoipa::path(post, path = "/api/v1/attributes", tag = "products", request_body = Declaration,
    responses((status = 201, description = "Declared.", body = AttributeView)),
    security(("staff" = ["catalog:write"])))]
async fn declare_attribute(ask: Command<Declaration>) -> Answer {
    ask.body.check()?;
    let (id, declaration) = (attribute::id(&ask.body.name), ask.body.clone());
    ask.run(Work::over::<Attribute>([id]).decide(move |desk| {
        desk.ask::<Attribute, _>(id, &Declare(declaration.clone()))?;
        let version = desk.version::<Attribute>(id);
        let view = AttributeView { declaration: declaration.clone(), version };
        Ok(Reply::json(201, &view).version(version))
    }))
    .await
}

/// Changes what is declared of an attribute, but not its type. What products say stays until they are changed.
#[utoipa::path(put, path = "/api/v1/attributes/{name}", tag = "products", params(("name" = String, Path)), request_body = Declaration,
    responses((status = 200, description = "Changed.", body = AttributeView)),
    security(("staff" = ["catalog:write"])))]
async fn change_attribute(Path(name): Path<String>, ask: Command<Declaration>) -> Answer {
    ask.body.check()?;
    let mut check = Check::default();
    check.that(ask.body.name == name, "/name", "an attribute keeps its name");
    check.done()?;
    let (id, seen, declaration) = (attribute::id(&name), ask.if_match, ask.body.clone());
    ask.run(Work::over::<Attribute>([id]).decide(move |desk| {
        declared(desk, id)?;
        desk.expect_version::<Attribute>(id, seen)?;
        desk.ask::<Attribute, _>(id, &Redeclare(declaration.clone()))?;
        let version = desk.version::<Attribute>(id);
        let view = AttributeView { declaration: declaration.clone(), version };
        Ok(Reply::json(200, &view).version(version))
    }))
    .await
}

/// Removes an attribute. Products keep what they say, and its name takes texts again.
#[utoipa::path(delete, path = "/api/v1/attributes/{name}", tag = "products", params(("name" = String, Path)),
    responses((status = 204, description = "It is gone.")),
    security(("staff" = ["catalog:write"])))]
async fn remove_attribute(Path(name): Path<String>, ask: Command<NoBody>) -> Answer {
    let (id, seen) = (attribute::id(&name), ask.if_match);
    ask.run(Work::over::<Attribute>([id]).decide(move |desk| {
        declared(desk, id)?;
        desk.expect_version::<Attribute>(id, seen)?;
        desk.ask::<Attribute, _>(id, &Remove)?;
        Ok(Reply::nothing())
    }))
    .await
}

fn declared(desk: &mut store::Desk<'_>, id: uuid::Uuid) -> Result<(), kernel::Problem> {
    let attribute = desk.get::<Attribute>(id)?;
    if attribute.declared.is_none() {
        return Err(kernel::Problem::not_found("attribute"));
    }
    Ok(())
}
