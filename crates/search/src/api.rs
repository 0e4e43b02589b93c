//! The routes of the search.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Extension;
use catalog::{ProductId, ProductView, Status, queries};
use edge::{Answer, Cursor, Filter, Page, Routes, Shop, routes};
use kernel::Problem;
use kernel::boxed;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::finding::answers::Answers;
use crate::finding::ask::{Ask, Filters, Found, Slice, Sort};
use crate::finding::suggest::suggest;
use crate::index::Search;
use crate::index::tenant_index::Index;
use crate::request::{self, Request};
use crate::shown::{FacetsView, shown};
use crate::stopped::Stopped;

pub fn routes(search: Search) -> Routes {
    Routes::new().routes(routes!(search_products)).routes(routes!(suggest_products)).giving(search)
}

/// How long a search may take.
const WITHIN: Duration = Duration::from_secs(1);

/// How many products and categories are suggested.
const SUGGESTED: usize = 8;

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(
    dead_code,
    reason = "it describes what is read by hand, for an attribute's name is part of a parameter's"
)]
struct SearchProducts {
    /// Words, or beginnings of words, in any order; a SKU, or the beginning of one. Everything when left out.
    #[param(max_length = 200)]
    q: Option<String>,
    /// Whose forms of words are known: en, de, fr, es, it, nl, pt, da, fi, hu, no, ro, ru, sv, tr. Those of the first
    /// seven when left out.
    language: Option<String>,
    /// In one of these categories, or below one; may be given several times.
    category: Option<Vec<String>>,
    /// With one of these values of the attribute or option that stands in the place of `name`; may be given several times.
    #[param(rename = "attribute.name")]
    attribute: Option<Vec<String>>,
    /// With a variant that costs so much or more, in minor units.
    #[param(minimum = 0)]
    price_from: Option<i64>,
    /// With a variant that costs so much or less, in minor units.
    #[param(minimum = 0)]
    price_to: Option<i64>,
    /// Visitors see active ones only.
    #[param(inline)]
    status: Option<Status>,
    /// relevance, newest, price, -price or title; relevance when left out, and newest without words.
    sort: Option<String>,
    /// Whether to count what could be filtered by, which is done on a first page; true when left out.
    facets: Option<bool>,
    /// 1 to 100; 20 when left out.
    limit: Option<i64>,
    /// From `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A page of what was found.
#[derive(Serialize, ToSchema)]
pub(crate) struct FoundProducts {
    #[schema(value_type = Vec<ProductView>)]
    items: Vec<Box<RawValue>>,
    /// Where the next page begins; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
    /// How many there are on all pages.
    total: u64,
    /// Whether nothing has all of the words, and these have most of them.
    relaxed: bool,
    /// Whether everything that was done before is in it already.
    up_to_date: bool,
    /// What could be filtered by, and how many products that would leave; on a first page.
    #[serde(skip_serializing_if = "Option::is_none")]
    facets: Option<FacetsView>,
}

/// What somebody may be looking for.
#[derive(Serialize, ToSchema)]
struct Suggestions {
    products: Vec<SuggestedProduct>,
    categories: Vec<SuggestedCategory>,
}

#[derive(Serialize, ToSchema)]
struct SuggestedProduct {
    id: Uuid,
    handle: String,
    title: String,
}

#[derive(Serialize, ToSchema)]
struct SuggestedCategory {
    category: String,
    /// How many products are in it or below it.
    count: u64,
}

/// Finds products by words, and counts what they could be filtered by.
#[utoipa::path(get, path = "/api/v1/products/search", tag = "products", params(SearchProducts),
    responses((status = 200, description = "A page of products that have all the words, best first.", body = FoundProducts)),
    extensions(("x-public" = json!(true))),
    security((), ("staff" = ["catalog:read"])))]
async fn search_products(
    shop: Shop,
    Extension(search): Extension<Search>,
    Filter(typed): Filter<Vec<(String, String)>>,
) -> Answer {
    let Request { mut ask, facets, limit, cursor } = request::read(&typed)?;
    if !shop.permitted {
        ask.status = Some("active".into());
    }
    let after = cursor.map(|cursor| Cursor::decode("search", &ask, &cursor)).transpose()?;
    let counted = facets && after.is_none();
    let until = Instant::now() + WITHIN;
    let slice = Slice { after, most: limit + 1, facets: counted, titles: false, until };
    let (found, up_to_date) = found(&search, &shop, &ask, slice).await?;
    let page = Page::cut(found.hits.clone(), limit, |last| Cursor::encode("search", &ask, last));
    let ids: Vec<ProductId> = page.items.iter().map(|(_, id)| ProductId(*id)).collect();
    let facets = counted.then(|| shown(found.facets.clone()));
    shop.list_of(&FoundProducts {
        items: views(&shop, &ids).await?,
        next_cursor: page.next_cursor,
        total: found.total,
        relaxed: found.relaxed,
        up_to_date,
        facets,
    })
}

/// What is on sale and these words find, the best first; for pages that show products in their own way.
#[boxed]
pub async fn matching(
    search: &Search,
    shop: &Shop,
    words: &str,
    most: usize,
) -> Result<Vec<ProductId>, Problem> {
    let Request { mut ask, .. } = request::read(&[("q".to_owned(), words.to_owned())])?;
    ask.status = Some("active".into());
    let until = Instant::now() + WITHIN;
    let slice = Slice { after: None, most, facets: false, titles: false, until };
    let (found, _) = found(search, shop, &ask, slice).await?;
    Ok(found.hits.iter().map(|(_, id)| ProductId(*id)).collect())
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes what is read by hand, as for a search")]
struct SuggestProducts {
    /// What was typed so far.
    #[param(max_length = 200)]
    q: String,
    /// Whose forms of words are known, as for a search.
    language: Option<String>,
}

/// Suggests products and categories while somebody types.
#[utoipa::path(get, path = "/api/v1/products/suggest", tag = "products", params(SuggestProducts),
    responses((status = 200, description = "Products by their titles, and categories by their names.", body = Suggestions)),
    extensions(("x-public" = json!(true))),
    security((), ("staff" = ["catalog:read"])))]
async fn suggest_products(
    shop: Shop,
    Extension(search): Extension<Search>,
    Filter(typed): Filter<Vec<(String, String)>>,
) -> Answer {
    let (q, language) = request::suggest(&typed)?;
    let ask = Ask {
        q: Some(q),
        language,
        status: Some("active".into()),
        filters: Filters::default(),
        sort: Sort::Relevance,
    };
    let slice =
        Slice { after: None, most: SUGGESTED, facets: false, titles: true, until: Instant::now() + WITHIN };
    let index = search.of(&shop.tenant);
    let (volume, _) = index.ready().await?;
    let suggested = searched(&index, &shop, move || suggest(&volume, &ask, &slice)).await?;
    let ids: Vec<ProductId> = suggested.products.iter().map(|id| ProductId(*id)).collect();
    let titles = queries::titles_by_id(&shop.tenant, &ids).await?;
    let mut titles: HashMap<Uuid, _> = titles.into_iter().map(|title| (title.0.uuid(), title)).collect();
    let products = ids.iter().filter_map(|id| {
        let (id, handle, title) = titles.remove(&id.uuid())?;
        Some(SuggestedProduct { id: id.uuid(), handle, title })
    });
    let categories = suggested.categories.into_iter();
    shop.list_of(&Suggestions {
        products: products.collect(),
        categories: categories.map(|(category, count)| SuggestedCategory { category, count }).collect(),
    })
}

/// What is found now, or was before in the same index; and whether that holds everything that was committed.
async fn found(search: &Search, shop: &Shop, ask: &Ask, slice: Slice) -> Result<(Arc<Found>, bool), Problem> {
    let index = search.of(&shop.tenant);
    let (volume, up_to_date) = index.ready().await?;
    let answers = shop.tenant.cell().cache::<Answers>();
    if let Some(known) = answers.known(&volume, ask, &slice) {
        return Ok((known, up_to_date));
    }
    let ask = ask.clone();
    let found = searched(&index, shop, move || answers.find(&volume, &ask, &slice)).await?;
    Ok((found, up_to_date))
}

/// Searches on a thread where it holds up nobody. An index that cannot be searched in is made again.
async fn searched<T: Send + 'static>(
    index: &Index,
    shop: &Shop,
    work: impl FnOnce() -> Result<T, Stopped> + Send + 'static,
) -> Result<T, Problem> {
    let found = match tokio::task::spawn_blocking(work).await {
        Ok(found) => found,
        Err(_) => Err(Stopped::Broken("it panicked".into())),
    };
    if let Err(Stopped::Broken(why)) = &found {
        tracing::warn!(why, tenant = %shop.tenant.id(), "A search index is broken, and is made again");
        index.wear_out();
    }
    Ok(found?)
}

/// Products as they are shown, in this order. One that is gone since is left out.
async fn views(shop: &Shop, ids: &[ProductId]) -> Result<Vec<Box<RawValue>>, Problem> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let found = queries::products_by_id(&shop.tenant, ids, shop.permitted).await?;
    let mut views: HashMap<ProductId, String> =
        found.into_iter().map(|product| (product.id, product.view)).collect();
    let texts = ids.iter().filter_map(|id| views.remove(id));
    texts.map(|text| RawValue::from_string(text).map_err(|_| Problem::bug())).collect()
}
