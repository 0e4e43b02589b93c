//! What an export writes is what an import reads.

use std::collections::{BTreeMap, HashMap};

use catalog::attribute::{Declaration, Type, Value};
use catalog::{Choice, Content, Media, MediaKind, Seo, Status, TaxClass, Variant, VariantId};
use kernel::{Currency, Money};
use proptest::prelude::*;

use crate::exports::export::lines;
use crate::exports::written::{Extent, rows};
use crate::imports::read::{Shop, Wanted};
use crate::imports::wrong::{Wrong, Wrongs};
use crate::sheet::column::Column;
use crate::sheet::mapping::Columns;
use crate::sheet::reader::{Group, Groups, Rows};

fn text(most: usize) -> impl Strategy<Value = String> {
    let letters = "[a-zäé0-9=+'\"@;,\\\\\n -]";
    proptest::string::string_regex(&format!("{letters}{{0,{most}}}x{letters}{{0,{most}}}")).unwrap()
}

fn handle() -> impl Strategy<Value = String> {
    "[a-z][a-z0-9-]{0,9}[a-z]"
}

fn variant(n: usize, currency: Currency, option: Option<(String, String)>) -> impl Strategy<Value = Variant> {
    let details =
        (prop::option::of(0..9_999_i64), prop::option::of(0..999_i64), prop::option::of("[0-9A-Z=-]{1,13}"));
    (text(5), 0..10_000_000_i64, details).prop_map(move |(title, price, (weight, more, barcode))| Variant {
        title,
        weight_grams: weight,
        compare_at: more.map(|more| price + more),
        barcode,
        options: option.iter().cloned().collect(),
        ..Variant::new(VariantId::new(), format!("-SKU{n}"), Money::new(price, currency))
    })
}

fn medium() -> impl Strategy<Value = Media> {
    let source = prop_oneof![
        any::<u128>().prop_map(|id| (Some(uuid::Uuid::from_u128(id)), None)),
        "[a-z]{3}".prop_map(|name| (None, Some(format!("https://cdn.example/{name}?a=b,c")))),
    ];
    (source, prop::option::of(text(5)), any::<bool>()).prop_map(|((file, url), alt, film)| Media {
        file,
        url,
        decorative: alt.is_none(),
        alt,
        kind: if film { MediaKind::Video } else { MediaKind::Image },
    })
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<bool>().prop_map(Value::Flag),
        (-99..99_i64).prop_map(|number| Value::Number(number.into())),
        text(5).prop_map(Value::Text),
    ]
}

fn product(currency: Currency) -> impl Strategy<Value = Content> {
    let words = (handle(), text(8), text(20), prop::option::of(text(5)));
    let lists = (
        prop::collection::btree_set(handle(), 0..3),
        prop::collection::btree_set(text(4), 0..3),
        prop::collection::btree_map("[A-Z][a-z =/~.]{0,8}", value(), 0..3),
        prop::collection::vec(medium(), 0..3),
        prop::option::of(text(5)),
    );
    // Options that are declared and used, declared and not used, and used without being declared.
    let options = (text(3), prop::collection::btree_set(text(3), 1..4), any::<bool>(), any::<bool>());
    (words, lists, options, 0..3_usize).prop_flat_map(move |(words, lists, options, status)| {
        let (name, values, has, declared) = options;
        let values: Vec<String> = values.into_iter().collect();
        let chosen = |n: usize| has.then(|| (name.clone(), values[n].clone()));
        let many: Vec<_> = (0..values.len()).map(|n| variant(n, currency, chosen(n))).collect();
        let options = if has && declared {
            let unused = ["never chosen".to_owned()];
            vec![Choice { name: name.clone(), values: values.iter().chain(&unused).cloned().collect() }]
        } else {
            Vec::new()
        };
        many.prop_map(move |variants| {
            let (handle, title, description, brand) = words.clone();
            let (categories, tags, attributes, media, seo) = lists.clone();
            Content {
                handle,
                title,
                description,
                brand,
                status: [Status::Draft, Status::Active, Status::Archived][status],
                categories: categories.into_iter().collect(),
                tags: tags.into_iter().collect(),
                attributes,
                variants,
                tax_class: TaxClass("reduced".into()),
                options: options.clone(),
                media,
                seo: Seo { title: seo.clone(), description: seo },
            }
        })
    })
}

/// The file that an export makes of a product, read as groups of rows.
fn sheet(content: &Content) -> (Columns, Vec<Group>) {
    let mut extent = Extent::default();
    extent.grow(content);
    let columns = extent.columns();
    let header: Vec<String> = columns.iter().map(ToString::to_string).collect();
    let stock = content.variants.iter().map(|variant| (variant.id, 7)).collect();
    let records = std::iter::once(header).chain(rows(&columns, content, &stock));
    let bytes = lines(records, ',').unwrap();
    let rows = Rows::new(&*bytes, ',').map_err(|_| "the header").unwrap();
    assert!(rows.header.iter().all(|name| Column::named(name).is_some()), "{:?}", rows.header);
    let columns = Columns::named(&rows.header);
    let mut groups = Groups::new(rows, &columns);
    (columns, std::iter::from_fn(|| groups.next().map_err(|_| "a row").unwrap()).collect())
}

fn read(content: &Content, before: Option<&Content>, currency: Currency) -> Result<Wanted, Wrongs> {
    let declared = content.attributes.iter().map(|(name, value)| {
        let kind = match value {
            Value::Flag(_) => Type::Boolean,
            Value::Number(_) => Type::Number,
            Value::Text(_) => Type::Text,
        };
        (name.clone(), Declaration { name: name.clone(), kind, ..Declaration::default() })
    });
    let (columns, groups) = sheet(content);
    assert_eq!(groups.len(), 1, "one product is one group");
    let declared: HashMap<String, Declaration> = declared.collect();
    Shop { columns: &columns, declared: &declared, currency }.read(&groups[0], before)
}

/// Without what a sheet does not carry: ids, and values that nothing is of.
fn bare(mut content: Content) -> Content {
    let id = VariantId::new();
    content.variants.iter_mut().for_each(|variant| variant.id = id);
    content.options.iter_mut().for_each(|choice| choice.values.retain(|value| value != "never chosen"));
    content
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn an_export_that_is_imported_again_changes_nothing(
        (currency, content) in prop::sample::select(vec!["EUR", "JPY", "KWD"])
            .prop_map(|code| code.parse::<Currency>().unwrap())
            .prop_flat_map(|currency| (Just(currency), product(currency)))
    ) {
        content.check(currency).unwrap();
        let again = read(&content, Some(&content), currency).unwrap();
        prop_assert_eq!(&again.content, &content);
        // In another shop it makes the same product; there options are declared.
        let mut there = bare(read(&content, None, currency).unwrap().content);
        if content.options.is_empty() {
            there.options = Vec::new();
        }
        let id = there.variants[0].id;
        let mut here = bare(content);
        here.variants.iter_mut().for_each(|variant| variant.id = id);
        prop_assert_eq!(there, here);
    }
}

proptest! {
    /// Whatever somebody sends as a sheet is read or refused: no row is lost, and nothing that holds is made of nonsense.
    #[test]
    fn every_row_of_any_sheet_comes_once_and_in_its_order(
        body in "([a-c\"',;=\n0-9.é-]|\\PC){0,300}",
        delimiter in prop::sample::select(vec![',', ';']),
    ) {
        let text = format!("handle{delimiter}sku{delimiter}price{delimiter}title{delimiter}media1{delimiter}option1_value\n{body}");
        let rows = || Rows::new(text.as_bytes(), delimiter).map_err(|_| "the header").unwrap();
        let columns = Columns::named(&rows().header);
        let (declared, currency) = (HashMap::new(), "EUR".parse().unwrap());
        let shop = Shop { columns: &columns, declared: &declared, currency };
        let (mut groups, mut numbers) = (Groups::new(rows(), &columns), Vec::new());
        while let Some(group) = groups.next().map_err(|_| "a row").unwrap() {
            numbers.extend(group.rows.iter().map(|row| row.number));
            match shop.read(&group, None) {
                Ok(wanted) => prop_assert!(wanted.content.check(currency).is_ok()),
                Err(wrong) => prop_assert!(!wrong.is_empty() && wrong.told.iter().all(|wrong| wrong.row < group.rows.len())),
            }
        }
        let (mut all, mut count) = (rows(), 0);
        while all.next().map_err(|_| "a row").unwrap().is_some() {
            count += 1;
        }
        prop_assert_eq!(numbers, (1..=count).collect::<Vec<i64>>());
    }
}

fn group(text: &str) -> (Columns, Group) {
    let rows = Rows::new(text.as_bytes(), ',').map_err(|_| "the header").unwrap();
    let columns = Columns::named(&rows.header);
    let group = Groups::new(rows, &columns).next().map_err(|_| "a row").unwrap().unwrap();
    (columns, group)
}

fn told(text: &str, before: Option<&Content>) -> Result<Wanted, Vec<(usize, String)>> {
    let (columns, group) = group(text);
    let shop = Shop { columns: &columns, declared: &HashMap::new(), currency: "EUR".parse().unwrap() };
    let named = |wrong: Wrong| (wrong.row, wrong.column.map(|column| column.to_string()).unwrap_or_default());
    shop.read(&group, before).map_err(|wrong| wrong.told.into_iter().map(named).collect())
}

#[test]
fn what_a_sheet_has_no_column_for_stays_and_an_empty_cell_empties() {
    let lamp =
        told("handle,title,brand,description,sku,price\nlamp,Lamp,Halo,Bright,L,19.99\n", None).unwrap();
    assert_eq!(lamp.content.variants[0].price.amount, 1999);
    let dearer = told("sku,price,brand\nL,25,\n", Some(&lamp.content)).unwrap().content;
    let expected = Content { brand: None, ..lamp.content.clone() };
    assert_eq!(dearer.variants[0].price.amount, 2500);
    assert_eq!(Content { variants: expected.variants.clone(), ..dearer }, expected);
}

#[test]
fn a_variant_that_no_row_names_stays() {
    let before = told("handle,title,sku,price\nlamp,Lamp,L,1\nlamp,,M,2\n", None).unwrap().content;
    let after = told("handle,title,sku,price\nlamp,Lamp,M,3\nlamp,,N,4\n", Some(&before)).unwrap().content;
    let prices: Vec<(&str, i64)> =
        after.variants.iter().map(|variant| (variant.sku.as_str(), variant.price.amount)).collect();
    assert_eq!(prices, [("L", 100), ("M", 300), ("N", 400)]);
}

#[test]
fn everything_that_is_wrong_is_told_by_row_and_column() {
    let text =
        "handle,title,status,sku,price,weight_grams,stock\nlamp,Lamp,on,L,\"1,5\",heavy,-1\nlamp,Rug,,M,,,\n";
    let expected =
        [(1, "title"), (0, "status"), (0, "price"), (0, "weight_grams"), (0, "stock"), (1, "price")];
    let expected: Vec<(usize, String)> = expected.map(|(row, name)| (row, name.to_owned())).into();
    assert_eq!(told(text, None), Err(expected));
    // What the catalog refuses is told in the same way.
    let text = "handle,title,sku,price,compare_at\nlamp,,L,2,\nlamp,,M M,2,1\n";
    let wrong = told(text, None).unwrap_err();
    assert_eq!(wrong, [(0, "title".into()), (1, "sku".into()), (1, "compare_at".into())]);
}

#[test]
fn a_row_of_another_shop_may_be_one_more_picture() {
    let text = "handle,title,sku,price,media1,media1_alt\nlamp,Lamp,L,2,https://a.example/1,Front\nlamp,,,,https://a.example/2,Back\n";
    let lamp = told(text, None).unwrap().content;
    assert_eq!((lamp.variants.len(), lamp.media.len()), (1, 2));
}

#[test]
fn options_are_declared_in_the_order_in_which_they_stand() {
    let text =
        "handle,title,sku,price,option1_name,option1_value\nlamp,Lamp,L,2,Size,large\nlamp,,S,1,,small\n";
    let lamp = told(text, None).unwrap().content;
    let size = Choice { name: "Size".into(), values: vec!["large".into(), "small".into()] };
    assert_eq!(lamp.options, [size]);
    assert_eq!(lamp.variants[1].options, BTreeMap::from([("Size".into(), "small".into())]));
}
