//! The tables and the streams of this context.

use store::{Context, People, Stream, migrations};

use crate::attributes::attribute::Attribute;
use crate::categories::Tree;
use crate::prices::{PriceList, Pricing};
use crate::products::{Claim, Product};
use crate::stock::{Hold, Place, Stock};

pub const CONTEXT: Context = Context {
    name: "products",
    migrations: migrations![
        "0001_catalog",
        "0002_content",
        "0003_categories",
        "0004_prices",
        "0005_locations",
        "0006_words_contract",
        "0007_former_handles"
    ],
    streams: &[
        Stream::of::<Product>(),
        Stream::of::<Stock>(),
        Stream::of::<Place>(),
        Stream::of::<Hold>(),
        Stream::of::<Claim>(),
        Stream::of::<Attribute>(),
        Stream::of::<Tree>(),
        Stream::of::<PriceList>(),
        Stream::of::<Pricing>(),
    ],
    people: People::NOBODY,
    form: 0,
};
