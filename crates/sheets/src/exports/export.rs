//! All products of a shop as one sheet, written while it is read.

use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use catalog::queries::Listed;
use catalog::{ProductId, Status, VariantId, records};
use edge::{Answer, Filter, Routes, Shop, routes};
use futures_util::stream::{self, Stream};
use kernel::formula::guarded;
use kernel::{Problem, Word, boxed};
use serde::Deserialize;
use store::Tenant;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::exports::written::{Extent, rows};
use crate::sheet::column::Column;

pub fn routes() -> Routes {
    Routes::new().routes(routes!(export_products))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ExportProducts {
    #[param(inline)]
    status: Option<Status>,
    /// Only products in this category.
    category: Option<String>,
    /// Only the product that has this SKU.
    sku: Option<String>,
}

/// Downloads products as CSV, one row a variant, oldest first; an import reads it again.
#[utoipa::path(get, path = "/api/v1/products/export.csv", tag = "products", params(ExportProducts),
    responses((status = 200, description = "The sheet.", content_type = "text/csv", body = String)),
    security(("staff" = ["catalog:read"])))]
async fn export_products(shop: Shop, Filter(asked): Filter<ExportProducts>) -> Answer {
    let ExportProducts { status, category, sku } = asked;
    let status = status.map(|status| status.as_str().to_owned());
    let listed = Listed { status, category, sku, as_of: None };
    let pieces = stream::try_unfold(export(shop.tenant.clone(), listed), |mut export| async move {
        Ok(export.next().await?.map(|piece| (piece, export)))
    });
    Ok(sent(pieces, "products.csv"))
}

/// A sheet on its way to whoever keeps it.
pub fn sent(pieces: impl Stream<Item = Result<Bytes, Problem>> + Send + 'static, name: &str) -> Response {
    let mut answer = Body::from_stream(pieces).into_response();
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    if let Ok(disposition) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(CONTENT_DISPOSITION, disposition);
    }
    answer
}

/// How many products are read at a time.
const TOGETHER: usize = 200;

/// Products that are being written, piece by piece.
pub struct Export {
    tenant: Tenant,
    listed: Listed,
    columns: Vec<Column>,
    above: ProductId,
    over: bool,
}

pub fn export(tenant: Tenant, listed: Listed) -> Export {
    Export { tenant, listed, columns: Vec::new(), above: ProductId(Uuid::nil()), over: false }
}

impl Export {
    /// The next piece of the sheet. The first is the header: it takes all products to know which columns there are.
    #[boxed]
    pub async fn next(&mut self) -> Result<Option<Bytes>, Problem> {
        if self.over {
            return Ok(None);
        }
        if self.columns.is_empty() {
            self.columns = self.extent().await?.columns();
            return lines([self.columns.iter().map(ToString::to_string)], ',').map(Some);
        }
        let page = self.page(self.above).await?;
        self.over = page.len() < TOGETHER;
        let Some(last) = page.last() else { return Ok(None) };
        self.above = last.id;
        let variants = page.iter().flat_map(|kept| &kept.content.variants);
        let variants: Vec<VariantId> = variants.map(|variant| variant.id).collect();
        let stock = records::on_hand(&self.tenant, &variants).await?;
        lines(page.iter().flat_map(|kept| rows(&self.columns, &kept.content, &stock)), ',').map(Some)
    }

    async fn extent(&self) -> Result<Extent, Problem> {
        let (mut extent, mut above) = (Extent::default(), self.above);
        loop {
            let page = self.page(above).await?;
            page.iter().for_each(|kept| extent.grow(&kept.content));
            match page.last() {
                Some(last) if page.len() == TOGETHER => above = last.id,
                _ => return Ok(extent),
            }
        }
    }

    async fn page(&self, above: ProductId) -> Result<Vec<records::ProductRecord>, Problem> {
        Ok(records::page(&self.tenant, &self.listed, above, TOGETHER).await?)
    }
}

/// Records as the lines of a sheet, in which no cell is a formula.
pub fn lines<R>(records: impl IntoIterator<Item = R>, delimiter: char) -> Result<Bytes, Problem>
where
    R: IntoIterator<Item: AsRef<str>>,
{
    let mut builder = csv::WriterBuilder::new();
    builder.delimiter(u8::try_from(delimiter).unwrap_or(b',')).terminator(csv::Terminator::CRLF);
    let mut writer = builder.from_writer(Vec::new());
    let bug = |error: &dyn std::error::Error| {
        tracing::error!(%error, "A sheet could not be written");
        Problem::bug()
    };
    for record in records {
        for cell in record {
            writer.write_field(guarded(cell.as_ref()).as_bytes()).map_err(|error| bug(&error))?;
        }
        writer.write_record(None::<&[u8]>).map_err(|error| bug(&error))?;
    }
    let written = writer.into_inner().map_err(|error| bug(error.error()))?;
    Ok(Bytes::from(written))
}
