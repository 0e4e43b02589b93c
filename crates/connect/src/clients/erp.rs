//! An ERP that speaks `erp.wsdl`: its products and its inventory, page by page.

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder};
use kernel::Word;
use kernel::boxed;
use serde::{Deserialize, Serialize};
use store::Cell;
use strum::{EnumString, IntoStaticStr, VariantArray};
use utoipa::ToSchema;

use crate::PartnerError;
use crate::clients::soap::Endpoint;
use crate::clients::xml::Element;
use crate::error::shown;

pub const NAMESPACE: &str = "urn:galleria:erp:1";

/// Between the forty times that a ticket is asked for.
const POLLS: ExponentialBuilder = ExponentialBuilder::new()
    .with_min_delay(Duration::from_millis(100))
    .with_max_delay(Duration::from_secs(3))
    .with_max_times(40)
    .with_jitter();

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SyncStage)]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Stage {
    #[default]
    Products,
    Inventory,
}

/// Which page is asked for.
#[derive(Debug, Clone)]
pub struct Wanted<'a> {
    pub stage: Stage,
    /// Only what changed since then, by the ERP's own clock.
    pub since: Option<&'a str>,
    pub page: i64,
    pub size: i64,
}

/// A page as it came: what is in it is checked by whoever takes it.
#[derive(Debug, Clone)]
pub struct Page {
    /// The moment that it shows, as the ERP writes it.
    pub as_of: String,
    pub more: bool,
    pub rows: Vec<Row>,
}

/// A row, by its fields.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    pub sku: String,
    pub quantity: Option<String>,
    pub name: Option<String>,
    pub description: Option<String>,
    pub price: Option<String>,
    pub currency: Option<String>,
    pub weight_grams: Option<String>,
    pub barcode: Option<String>,
}

pub struct Erp {
    pub endpoint: Endpoint,
    /// Whether pages are ordered and fetched later.
    pub tickets: bool,
    /// Whose clock stamps what is signed.
    pub cell: Cell,
}

impl Erp {
    /// Whether it answers, and takes our name and password.
    #[boxed]
    pub async fn check(&self) -> Result<(), PartnerError> {
        let wanted = Wanted { stage: Stage::Inventory, since: None, page: 1, size: 1 };
        self.page(&wanted).await.map(|_| ())
    }

    #[boxed]
    pub async fn page(&self, wanted: &Wanted<'_>) -> Result<Page, PartnerError> {
        if self.tickets {
            return self.ordered(wanted).await;
        }
        let operation = match wanted.stage {
            Stage::Products => "GetProducts",
            Stage::Inventory => "GetInventory",
        };
        page(&self.call(operation, &fields(wanted)).await?, wanted)
    }

    /// Orders the page and asks for it until it is ready. After a crash it is ordered anew.
    async fn ordered(&self, wanted: &Wanted<'_>) -> Result<Page, PartnerError> {
        let mut asked = vec![("what", wanted.stage.as_str().to_owned())];
        asked.extend(fields(wanted));
        let ordered = self.call("RequestExport", &asked).await?;
        let ticket = ordered.field("ticket").filter(|ticket| !ticket.is_empty());
        let ticket = ticket.ok_or_else(|| PartnerError::Unreadable("it has no ticket".into()))?;
        for pause in POLLS.build() {
            let answer = self.call("GetExport", &[("ticket", ticket.to_owned())]).await?;
            match answer.field("state") {
                Some("ready") => return page(&answer, wanted),
                Some("pending") => tokio::time::sleep(pause).await,
                _ => return Err(PartnerError::Unreadable("a ticket is neither pending nor ready".into())),
            }
        }
        Err(PartnerError::NotReady)
    }

    async fn call(&self, operation: &str, fields: &[(&str, String)]) -> Result<Element, PartnerError> {
        self.endpoint.call(operation, fields, || self.cell.now()).await
    }
}

fn fields(wanted: &Wanted<'_>) -> Vec<(&'static str, String)> {
    let since = wanted.since.map(|since| ("since", since.to_owned()));
    let rest = [("page", wanted.page.to_string()), ("pageSize", wanted.size.to_string())];
    since.into_iter().chain(rest).collect()
}

fn page(answer: &Element, wanted: &Wanted<'_>) -> Result<Page, PartnerError> {
    let missing = |what: &str| PartnerError::Unreadable(format!("{what} is missing"));
    let as_of = answer.field("asOf").filter(|at| !at.is_empty() && at.len() <= 100);
    let more = match answer.field("more") {
        Some("true" | "1") => true,
        Some("false" | "0") => false,
        _ => return Err(missing("more")),
    };
    let items: Vec<&Element> = answer.children.iter().filter(|child| child.name == "item").collect();
    // A page of twice the size that was asked for is no page of ours, and an empty one has nothing behind it.
    if i64::try_from(items.len()).is_ok_and(|many| many > wanted.size.saturating_mul(2)) {
        return Err(PartnerError::Hostile("a page has far more items than were asked for"));
    }
    if more && items.is_empty() {
        return Err(PartnerError::Unreadable("a page is empty and says that there are more".into()));
    }
    Ok(Page {
        as_of: shown(as_of.ok_or_else(|| missing("asOf"))?),
        more,
        rows: items.into_iter().map(row).collect(),
    })
}

fn row(item: &Element) -> Row {
    let field = |name| item.field(name).filter(|text| !text.is_empty()).map(str::to_owned);
    Row {
        sku: item.field("sku").unwrap_or_default().to_owned(),
        quantity: field("quantity"),
        name: field("name"),
        description: field("description"),
        price: field("price"),
        currency: field("currency"),
        weight_grams: field("weightGrams"),
        barcode: field("barcode"),
    }
}
