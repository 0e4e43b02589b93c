//! What events and states say in clear: every text in one is a person's and sealed, or stands here with the reason why it is
//! nobody's. And whoever seals something says how a person is found in it, and how they are forgotten.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use syn::parse::{Parse, ParseStream};
use syn::{
    Attribute, Fields, FieldsNamed, GenericArgument, Ident, Item, LitInt, LitStr, PathArguments, Token, Type,
    UseTree, braced, parenthesized,
};

/// Texts in clear, by what makes them nobody's.
const NOBODYS: &[(&str, &[&str])] = &[
    (
        "what the shop sells, and how it is sorted and found",
        &[
            "catalog::Category.description catalog::Category.handle catalog::Category.title",
            "catalog::Choice.name catalog::Choice.values catalog::Content.attributes catalog::Content.brand",
            "catalog::Content.categories catalog::Content.description catalog::Content.handle catalog::Content.tags",
            "catalog::Content.title catalog::Declaration.choices catalog::Declaration.name catalog::Declaration.unit",
            "catalog::Left.handle catalog::Media.alt catalog::Media.url catalog::Node.handle catalog::Opened.sku catalog::Seo.description",
            "catalog::Seo.title catalog::TaxClass.0 catalog::Variant.barcode catalog::Variant.options",
            "catalog::Variant.sku catalog::Variant.title orders::Line.sku orders::Line.title",
        ],
    ),
    (
        "why there are more or fewer of a thing, and where the shop keeps it: about things and the shop's own places",
        &[
            "catalog::Adjusted.reason catalog::Transferred.reason catalog::Location.name catalog::Address.city",
            "catalog::Address.country catalog::Address.line1 catalog::Address.line2 catalog::Address.postal_code",
            "catalog::Address.region",
        ],
    ),
    (
        "the shop's rules for everybody, under names that the shop gives",
        &[
            "catalog::Terms.channel catalog::Terms.groups catalog::Terms.name customers::SegmentTerms.about",
            "customers::SegmentTerms.name orders::DeliveryTerms.carrier_service orders::DeliveryTerms.countries orders::DeliveryTerms.name",
            "orders::DeliveryTerms.postal_codes orders::DeliveryTerms.takes orders::DeliveryTerms.tax_class orders::Promo.code pricing::Conditions.countries",
            "pricing::Conditions.segments pricing::Pick::Category.0 pricing::Promotion.code pricing::Promotion.name",
            "pricing::Stacking::OneOf.0 pricing::TaxPart.name pricing::TaxRate.country pricing::TaxRate.name",
            "pricing::TaxRate.postal_prefix pricing::TaxRate.region pricing::TaxRate.tax_class",
            "pricing::TaxRules.prices_in",
        ],
    ),
    (
        "a way of delivery by the name that the shop gives it; one that was agreed on is \"Delivery\" here",
        &["orders::ChosenDelivery.name"],
    ),
    (
        "written by the till out of the shop's rules and numbers; what was agreed on with somebody is said without their words",
        &["pricing::Entry.text"],
    ),
    (
        "how the shop looks, and the names that it answers to",
        &[
            "domains::Claim.name domains::Claim.token domains::Claimed.name domains::Claimed.token domains::GivenUp.name",
            "domains::Lost.name domains::Lost.why domains::Missed.found domains::Proven.name",
            "storefront::Section::Categories.title storefront::Section::Hero.category storefront::Section::Hero.text",
            "storefront::Section::Hero.title storefront::Section::Products.category",
            "storefront::Section::Products.title storefront::Section::Text.text storefront::Section::Text.title",
            "storefront::Theme.tagline",
        ],
    ),
    (
        "with whom the shop works, as its contract with them says it, and secrets sealed under the shop's own key",
        &[
            "connect::Configured.secret connect::Definition.address connect::Definition.name",
            "connect::Options.from_country connect::Options.from_postal_code connect::Options.from_region",
            "connect::Options.soap_version connect::Options.username connect::Partner.secret identity::Configured.secret",
            "identity::Definition.about identity::Definition.allowed_domains identity::Definition.audience",
            "identity::Definition.bearer_audiences identity::Definition.client_id identity::Definition.domain_claim",
            "identity::Definition.entra_tenant identity::Definition.grants identity::Definition.groups_claim",
            "identity::Definition.issuer identity::Definition.name identity::Definition.scopes",
            "identity::GroupRole.group identity::GroupRole.role identity::Provider.secret identity::Turned.sealed",
            "payments::Definition.address payments::Definition.client_id payments::Definition.name",
            "payments::Definition.token_address payments::Secrets.key payments::Secrets.webhook",
        ],
    ),
    (
        "what an account or a program may do, and how it was proven, in the platform's own words",
        &[
            "identity::Account.audience identity::Account.roles identity::Began.methods identity::Made.name",
            "identity::Made.networks identity::Made.role identity::Made.sealed identity::Opened.audience",
            "identity::Opened.roles identity::Proven.methods identity::Removed.name identity::RolesSet.roles",
        ],
    ),
    ("in which of the platform's languages somebody is written to, by its tag", &["identity::Language.0"]),
    (
        "typed into a cart before it was whoever typed it's: the log has it in clear, and is not rewritten",
        &["orders::Typed::Anybodys.0"],
    ),
    (
        "drawn by lot",
        &["identity::Account.answered identity::PasskeyAdded.challenge identity::PasskeyUsed.challenge"],
    ),
    (
        "how an import or a sync went: about products",
        &[
            "connect::Began.since connect::Ended.since connect::Ended.told connect::Intake.since connect::Open.as_of",
            "connect::Reject.reason connect::Reject.sku connect::Taken.as_of sheets::Ended.told sheets::Header.ours",
            "sheets::Header.problem sheets::Header.proposals sheets::Header.theirs sheets::Plan.mapping",
            "sheets::Reject.column sheets::Reject.problem",
        ],
    ),
    (
        "a file that is about nobody, and what kind of file one is",
        &["files::Stored.media_type files::Words::Plain.0"],
    ),
    (
        "by what books are kept: numbers that a provider and we draw for a payment, and words of theirs for what became of it",
        &[
            "payments::Attempted.key payments::Authorised.key payments::Authorised.reference payments::Captured.key",
            "payments::Challenged.key payments::Challenged.reference payments::Declined.code payments::Declined.key",
            "payments::Declined.sentence payments::Difference.direction payments::Difference.payment",
            "payments::DisputeLost.reference payments::DisputeWon.reference payments::Disputed.reason",
            "payments::Disputed.reference payments::Found.currency payments::Found.problem payments::Made.day",
            "payments::Payment.disputes payments::Payment.reference payments::Pending.key payments::PutOff.key",
            "payments::PutOff.why payments::Received.event payments::Received.kind payments::Refunded.key",
            "payments::Refunded.reference payments::Refused.code payments::Refused.key payments::Refused.sentence",
            "payments::Requested.key payments::Voided.key",
        ],
    ),
    ("\"Order 1030\", as the provider's page says it", &["payments::Attempted.description"]),
];

/// What the walk need not look into: numbers, moments, and ids, which all end so.
const LEAVES: [&str; 16] = [
    "Currency",
    "Duration",
    "Money",
    "Percent",
    "Timestamp",
    "Uuid",
    "bool",
    "char",
    "f64",
    "i32",
    "i64",
    "u16",
    "u32",
    "u64",
    "u8",
    "usize",
];
const CONTAINERS: [&str; 8] = ["Arc", "BTreeMap", "BTreeSet", "Box", "Cow", "HashMap", "Option", "Vec"];
/// `step!` makes each of these with a reason, which is sealed, and nothing else.
const STEPS: [&str; 6] = ["Confirmed", "Delivered", "Packed", "PartlyShipped", "Returned", "Shipped"];

#[test]
fn every_text_of_every_event_and_state_is_sealed_or_listed_as_nobodys() {
    let sources = Sources::read();
    let walked = Walk::through(&sources);
    let words =
        |lines: &&'static [&'static str]| lines.iter().flat_map(|line| line.split(' ')).collect::<Vec<_>>();
    let listed: Vec<&str> = NOBODYS.iter().flat_map(|(_, fields)| words(fields)).collect();
    let clear: BTreeSet<&str> = walked.clear.iter().map(String::as_str).collect();
    let known: BTreeSet<&str> = listed.iter().copied().collect();
    assert_eq!(listed.len(), known.len(), "one is listed twice");
    let new: Vec<_> = clear.difference(&known).collect();
    assert!(
        new.is_empty(),
        "make them Personal, or list them with the reason why they are nobody's: {new:#?}"
    );
    let gone: Vec<_> = known.difference(&clear).collect();
    assert!(gone.is_empty(), "these are no texts in clear any more, so list them no longer: {gone:#?}");
    assert!(walked.sealed.contains("orders") && walked.by_email.contains("identity"), "the walk saw nothing");
}

#[test]
fn whoever_seals_something_of_a_person_says_how_they_are_found_and_forgotten() {
    let sources = Sources::read();
    let walked = Walk::through(&sources);
    let context = |owner: &String| {
        let files = std::fs::read_dir(root().join("crates").join(owner).join("src")).unwrap();
        let files = files.map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
        let mut texts = files.map(|path| std::fs::read_to_string(path).unwrap());
        texts.find(|text| text.contains("pub const CONTEXT")).unwrap()
    };
    for owner in &walked.sealed {
        assert!(!context(owner).contains("People::NOBODY"), "{owner} seals something and forgets nobody");
    }
    for owner in &walked.by_email {
        assert!(
            context(owner).contains("by_email: &[(") || context(owner).contains("by_email: &[\n"),
            "{owner} keeps e-mail addresses, and finds nobody by them"
        );
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// A type, where it is declared, and what is in it.
struct Declared {
    file: PathBuf,
    fields: Vec<(String, Type)>,
}

/// What the crates declare.
#[derive(Default)]
struct Sources {
    /// By crate and name.
    types: BTreeMap<(String, String), Vec<Declared>>,
    aliases: BTreeMap<(String, String), Type>,
    /// By file and name: from which crate it is.
    imported: BTreeMap<(PathBuf, String), String>,
    /// The data of events, and states.
    roots: Vec<(String, PathBuf, Type)>,
}

impl Sources {
    fn read() -> Self {
        let mut sources = Self::default();
        for entry in std::fs::read_dir(root().join("crates")).unwrap() {
            let folder = entry.unwrap().path();
            let owner = folder.file_name().unwrap().to_str().unwrap().to_owned();
            sources.folder(&owner, &folder.join("src"));
        }
        assert!(sources.roots.len() > 150, "{} events and states", sources.roots.len());
        sources
    }

    fn folder(&mut self, owner: &str, folder: &Path) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                self.folder(owner, &path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let file = syn::parse_file(&std::fs::read_to_string(&path).unwrap()).unwrap();
                file.items.iter().for_each(|item| self.item(owner, &path, item));
            }
        }
    }

    fn item(&mut self, owner: &str, path: &Path, item: &Item) {
        match item {
            Item::Struct(one) => self.declare(owner, path, &one.ident, fields(None, &one.fields)),
            Item::Enum(one) => {
                let variants = one.variants.iter();
                let all = variants.flat_map(|variant| fields(Some(&variant.ident), &variant.fields));
                self.declare(owner, path, &one.ident, all.collect());
            }
            Item::Type(one) => {
                self.aliases.insert((owner.to_owned(), one.ident.to_string()), (*one.ty).clone());
            }
            Item::Impl(one) if one.trait_.as_ref().is_some_and(|(_, of, _)| of.is_ident("Aggregate")) => {
                self.roots.push((owner.to_owned(), path.to_owned(), (*one.self_ty).clone()));
            }
            Item::Macro(one) => self.expand(owner, path, &one.mac),
            Item::Use(one) => {
                if let UseTree::Path(from) = &one.tree {
                    self.import(path, &from.ident.to_string(), &from.tree);
                }
            }
            _ => {}
        }
    }

    fn import(&mut self, path: &Path, from: &str, tree: &UseTree) {
        match tree {
            UseTree::Path(inner) => self.import(path, from, &inner.tree),
            UseTree::Group(group) => group.items.iter().for_each(|inner| self.import(path, from, inner)),
            UseTree::Name(name) => {
                self.imported.insert((path.to_owned(), name.ident.to_string()), from.to_owned());
            }
            UseTree::Rename(_) | UseTree::Glob(_) => {}
        }
    }

    fn expand(&mut self, owner: &str, path: &Path, called: &syn::Macro) {
        if called.path.segments.last().is_some_and(|last| last.ident == "events") {
            let Events(types) = syn::parse2(called.tokens.clone()).expect("events! is written as it was");
            self.roots.extend(types.into_iter().map(|data| (owner.to_owned(), path.to_owned(), data)));
        } else if let Ok(Structs(structs)) = syn::parse2(called.tokens.clone()) {
            for (ident, named) in structs {
                self.declare(owner, path, &ident, fields(None, &Fields::Named(named)));
            }
        }
    }

    fn declare(&mut self, owner: &str, path: &Path, ident: &Ident, fields: Vec<(String, Type)>) {
        let declared = Declared { file: path.to_owned(), fields };
        self.types.entry((owner.to_owned(), ident.to_string())).or_default().push(declared);
    }

    /// Of several types with one name those in the module that is named, in the same file, in the crate that it is from.
    fn find(&self, owner: &str, file: &Path, ident: &str, module: Option<&str>) -> Vec<(&str, &Declared)> {
        let named = self.types.iter().filter(|((_, known), _)| known == ident);
        let all: Vec<(&str, &Declared)> =
            named.flat_map(|((owner, _), all)| all.iter().map(|one| (owner.as_str(), one))).collect();
        let some = |keep: &dyn Fn(&str, &Declared) -> bool| {
            all.iter().copied().filter(|(by, one)| keep(by, one)).collect::<Vec<_>>()
        };
        let stem = |one: &Declared| one.file.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned);
        let near = |by: &str, one: &Declared| by == owner && stem(one).as_deref() == module;
        let named = some(&|by, one| module.is_some() && (Some(by) == module || near(by, one)));
        let here = some(&|_, one| one.file == file);
        let same = some(&|by, _| by == owner);
        let from = self.imported.get(&(file.to_owned(), ident.to_owned())).map(String::as_str);
        let imported = some(&|by, _| Some(by) == from);
        [named, here, imported, same, all.clone()]
            .into_iter()
            .find(|found| !found.is_empty())
            .unwrap_or_default()
    }
}

/// What can be reached from events and states.
struct Walk<'a> {
    sources: &'a Sources,
    seen: BTreeSet<(String, PathBuf, String, bool)>,
    /// Texts that no seal is around.
    clear: BTreeSet<String>,
    /// The crates that seal something, and those of them that seal an e-mail address.
    sealed: BTreeSet<String>,
    by_email: BTreeSet<String>,
}

/// Where a walk is.
#[derive(Clone, Copy)]
struct Place<'a> {
    owner: &'a str,
    file: &'a Path,
    field: &'a str,
    /// The crate whose seal is around it.
    sealed: Option<&'a str>,
}

impl<'a> Walk<'a> {
    fn through(sources: &'a Sources) -> Self {
        let (clear, sealed, by_email) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        let mut walk = Self { sources, seen: BTreeSet::new(), clear, sealed, by_email };
        for (owner, file, of) in &sources.roots {
            walk.visit(Place { owner, file, field: "", sealed: None }, of);
        }
        walk
    }

    fn visit(&mut self, place: Place<'_>, of: &Type) {
        let path = match of {
            Type::Tuple(parts) => return parts.elems.iter().for_each(|part| self.visit(place, part)),
            Type::Array(array) => return self.visit(place, &array.elem),
            Type::Path(path) => &path.path,
            _ => panic!("{} is of a type that this walk does not know", place.field),
        };
        let last = path.segments.last().unwrap();
        let ident = last.ident.to_string();
        let step = place.owner == "orders" && STEPS.contains(&&*ident);
        if ["String", "str", "Value"].contains(&&*ident) {
            self.text(place);
        } else if ident == "Personal" {
            self.sealed.insert(place.owner.to_owned());
            self.within(Place { sealed: Some(place.owner), ..place }, &last.arguments);
        } else if CONTAINERS.contains(&&*ident) {
            self.within(place, &last.arguments);
        } else if let Some(alias) = self.sources.aliases.get(&(place.owner.to_owned(), ident.clone())) {
            self.visit(place, alias);
        } else if ident.len() == 1 {
            // A parameter: what it stands for is among the arguments.
        } else if !step && !LEAVES.contains(&&*ident) && !ident.ends_with("Id") {
            self.within(place, &last.arguments);
            let module = path.segments.iter().rev().nth(1).map(|segment| segment.ident.to_string());
            self.look_into(place, &ident, module.as_deref());
        }
    }

    fn within(&mut self, place: Place<'_>, arguments: &PathArguments) {
        let PathArguments::AngleBracketed(arguments) = arguments else { return };
        for argument in &arguments.args {
            if let GenericArgument::Type(inner) = argument {
                self.visit(place, inner);
            }
        }
    }

    fn look_into(&mut self, place: Place<'_>, ident: &str, module: Option<&str>) {
        let found = self.sources.find(place.owner, place.file, ident, module);
        assert!(!found.is_empty(), "{} holds a {ident}, which this walk finds nowhere", place.field);
        for (owner, declared) in found {
            let seen = (owner.to_owned(), declared.file.clone(), ident.to_owned(), place.sealed.is_some());
            if !self.seen.insert(seen) {
                continue;
            }
            for (field, inner) in &declared.fields {
                let field = format!("{owner}::{ident}{field}");
                self.visit(Place { owner, file: &declared.file, field: &field, ..place }, inner);
            }
        }
    }

    fn text(&mut self, place: Place<'_>) {
        match place.sealed {
            None => {
                self.clear.insert(place.field.to_owned());
            }
            Some(by) if place.field.ends_with(".email") => {
                self.by_email.insert(by.to_owned());
            }
            Some(_) => {}
        }
    }
}

fn fields(variant: Option<&Ident>, fields: &Fields) -> Vec<(String, Type)> {
    let within = variant.map(|variant| format!("::{variant}")).unwrap_or_default();
    let named = |(n, field): (usize, &syn::Field)| {
        let name = field.ident.as_ref().map_or_else(|| n.to_string(), Ident::to_string);
        (format!("{within}.{name}"), field.ty.clone())
    };
    fields.iter().enumerate().map(named).collect()
}

/// What `kernel::events!` declares: the types of what events hold.
struct Events(Vec<Type>);

impl Parse for Events {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        input.call(Attribute::parse_outer)?;
        input.parse::<Token![pub]>()?;
        input.parse::<Token![enum]>()?;
        input.parse::<Ident>()?;
        let (body, mut types);
        braced!(body in input);
        types = Vec::new();
        while !body.is_empty() {
            let (data, kind);
            body.parse::<Ident>()?;
            parenthesized!(data in body);
            types.push(data.parse()?);
            body.parse::<Token![=]>()?;
            parenthesized!(kind in body);
            kind.parse::<LitStr>()?;
            kind.parse::<Token![,]>()?;
            kind.parse::<LitInt>()?;
            body.parse::<Token![,]>()?;
        }
        // How older events are brought up.
        while !input.is_empty() {
            input.step(|cursor| Ok(((), cursor.token_tree().map_or(*cursor, |(_, rest)| rest))))?;
        }
        Ok(Self(types))
    }
}

/// Structs by their names and fields alone, as `told!` of payments takes them.
struct Structs(Vec<(Ident, FieldsNamed)>);

impl Parse for Structs {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut structs = Vec::new();
        while !input.is_empty() {
            input.call(Attribute::parse_outer)?;
            structs.push((input.parse()?, input.parse()?));
        }
        Ok(Self(structs))
    }
}
