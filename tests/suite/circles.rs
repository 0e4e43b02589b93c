//! No circles inside a crate: of two files, or two folders beside each other, at most one needs the other.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};

/// A module by its path in its crate; the crate's root is the empty one.
type Module = Vec<String>;

/// Who needs whom.
type Needs = BTreeMap<Module, BTreeSet<Module>>;

#[test]
fn nothing_needs_what_needs_it() {
    let mut circles = Vec::new();
    for source in crate::architecture::crates_sources() {
        let name = source.parent().and_then(Path::file_name).unwrap().to_string_lossy().into_owned();
        let files = Files::read(&source);
        let needs = files.needs();
        let told = |circle: Vec<Module>| {
            let word =
                |module: &Module| if module.is_empty() { "lib.rs".to_owned() } else { module.join("::") };
            let words: Vec<String> = circle.iter().map(word).collect();
            format!("{name}: {}", words.join(" → "))
        };
        circles.extend(circle(&needs).map(told));
        let folders: BTreeSet<&[String]> =
            needs.keys().map(|module| &module[..module.len().saturating_sub(1)]).collect();
        circles.extend(folders.into_iter().filter_map(|folder| circle(&among(folder, &needs))).map(told));
    }
    circles.dedup();
    assert!(circles.is_empty(), "circles:\n{}", circles.join("\n"));
}

#[test]
fn a_circle_is_found_and_said() {
    let needs = |edges: &[(&str, &str)]| {
        let mut needs = Needs::new();
        for (from, to) in edges {
            let path = |text: &str| text.split("::").map(str::to_owned).collect::<Module>();
            needs.entry(path(from)).or_default().insert(path(to));
        }
        needs
    };
    assert_eq!(circle(&needs(&[("a", "b"), ("b", "c"), ("a", "c")])), None);
    let found = circle(&needs(&[("a", "b"), ("b", "c"), ("c", "b")])).unwrap();
    assert_eq!(found.concat(), ["b", "c", "b"]);
    let two = needs(&[("a::x", "b::x"), ("b::y", "a::y")]);
    assert_eq!((circle(&two), circle(&among(&[], &two)).is_some()), (None, true));
}

/// What the folders and files in a folder need of each other.
fn among(folder: &[String], needs: &Needs) -> Needs {
    let child = |module: &Module| {
        let inside = module.len() > folder.len() && module.starts_with(folder);
        inside.then(|| module[..=folder.len()].to_vec())
    };
    let mut found = Needs::new();
    for (from, to) in needs.iter().flat_map(|(from, all)| all.iter().map(move |to| (from, to))) {
        if let (Some(from), Some(to)) = (child(from), child(to))
            && from != to
        {
            found.entry(from).or_default().insert(to);
        }
    }
    found
}

/// One way back to where it began, if there is one.
fn circle(needs: &Needs) -> Option<Vec<Module>> {
    let mut left = needs.clone();
    loop {
        let before = left.len();
        let there: BTreeSet<Module> = left.keys().cloned().collect();
        left.retain(|_, all| {
            all.retain(|to| there.contains(to));
            !all.is_empty()
        });
        if left.len() == before {
            break;
        }
    }
    let mut way = vec![left.keys().next()?.clone()];
    loop {
        let next = left[way.last()?].first()?.clone();
        if let Some(begin) = way.iter().position(|module| *module == next) {
            way.drain(..begin);
            way.push(next);
            return Some(way);
        }
        way.push(next);
    }
}

/// The files of a crate, as modules.
struct Files {
    /// The paths that a module names, from the crate's root on.
    paths: BTreeMap<Module, Vec<Module>>,
    /// What a module has by `use`, and from where.
    brought: BTreeMap<Module, BTreeMap<String, Module>>,
}

impl Files {
    fn read(source: &Path) -> Self {
        let mut files = Self { paths: BTreeMap::new(), brought: BTreeMap::new() };
        let texts: BTreeMap<Module, String> = crate::architecture::rust_files(source)
            .into_iter()
            .map(|file| (module(source, &file), std::fs::read_to_string(&file).unwrap()))
            .collect();
        for (module, text) in &texts {
            let mut found = Paths {
                of: module,
                modules: texts.keys().collect(),
                needed: Vec::new(),
                brought: BTreeMap::new(),
            };
            found.visit_file(&syn::parse_file(text).unwrap());
            let Paths { needed, brought, .. } = found;
            files.paths.insert(module.clone(), needed);
            files.brought.insert(module.clone(), brought);
        }
        files
    }

    fn needs(&self) -> Needs {
        let of = |(module, paths): (&Module, &Vec<Module>)| {
            let others = paths.iter().map(|path| self.home(path, 0)).filter(|home| home != module);
            (module.clone(), others.collect())
        };
        self.paths.iter().map(of).collect()
    }

    /// The module in which that stands which a path names, whoever passes it on.
    fn home(&self, path: &[String], hops: usize) -> Module {
        let depth =
            (0..=path.len()).rev().find(|depth| self.paths.contains_key(&path[..*depth])).unwrap_or(0);
        let (module, rest) = path.split_at(depth);
        match rest.first().and_then(|name| self.brought[module].get(name)) {
            Some(from) if hops < 8 && from != path => {
                self.home(&[from.as_slice(), &rest[1..]].concat(), hops + 1)
            }
            _ => module.to_vec(),
        }
    }
}

fn module(source: &Path, file: &Path) -> Module {
    let path = file.strip_prefix(source).unwrap().with_extension("");
    let mut words: Module = path.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    if matches!(words.last().map(String::as_str), Some("mod" | "lib")) {
        words.pop();
    }
    words
}

/// What one file names of its own crate.
struct Paths<'a> {
    of: &'a Module,
    modules: BTreeSet<&'a Module>,
    needed: Vec<Module>,
    brought: BTreeMap<String, Module>,
}

impl Paths<'_> {
    /// A path from the crate's root on, if it leads into this crate.
    fn absolute(&self, path: &[String]) -> Option<Module> {
        let up = path.iter().take_while(|word| *word == "super").count();
        let base = &self.of[..self.of.len().saturating_sub(up)];
        match path.first()?.as_str() {
            "crate" => Some(path[1..].to_vec()),
            "self" => Some([self.of, &path[1..]].concat()),
            "super" => Some([base, &path[up..]].concat()),
            child => {
                let there = self.modules.contains(&[self.of.as_slice(), &[child.to_owned()]].concat());
                there.then(|| [self.of, path].concat())
            }
        }
    }

    fn used(&mut self, tree: &syn::UseTree, mut path: Module, passed_on: bool) {
        let name = match tree {
            syn::UseTree::Path(more) => {
                path.push(more.ident.to_string());
                return self.used(&more.tree, path, passed_on);
            }
            syn::UseTree::Group(group) => {
                return group.items.iter().for_each(|tree| self.used(tree, path.clone(), passed_on));
            }
            syn::UseTree::Name(name) if name.ident == "self" => path.last().cloned(),
            syn::UseTree::Name(name) => {
                path.push(name.ident.to_string());
                path.last().cloned()
            }
            syn::UseTree::Rename(name) => {
                path.push(name.ident.to_string());
                Some(name.rename.to_string())
            }
            syn::UseTree::Glob(_) => None,
        };
        let Some(path) = self.absolute(&path) else { return };
        if let Some(name) = name {
            self.brought.insert(name, path.clone());
        }
        if !passed_on {
            self.needed.push(path);
        }
    }

    /// A macro's words are read as they stand.
    fn words(&mut self, tokens: TokenStream) {
        let mut path: Module = Vec::new();
        for token in tokens {
            match token {
                TokenTree::Ident(word) => path.push(word.to_string()),
                TokenTree::Punct(mark) if mark.as_char() == ':' => {}
                other => {
                    self.named(&std::mem::take(&mut path));
                    if let TokenTree::Group(group) = other {
                        self.words(group.stream());
                    }
                }
            }
        }
        self.named(&path);
    }

    fn named(&mut self, path: &[String]) {
        if path.len() > 1 {
            self.needed.extend(self.absolute(path));
        }
    }
}

impl<'ast> Visit<'ast> for Paths<'_> {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !of_tests(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let passed_on = !matches!(item.vis, syn::Visibility::Inherited);
        if !of_tests(&item.attrs) {
            self.used(&item.tree, Vec::new(), passed_on);
        }
    }

    /// Who may see something is not who it needs.
    fn visit_vis_restricted(&mut self, _: &'ast syn::VisRestricted) {}

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let words: Module = path.segments.iter().map(|word| word.ident.to_string()).collect();
        self.named(&words);
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        self.words(item.tokens.clone());
        visit::visit_macro(self, item);
    }
}

/// Whether something is only there for tests.
fn of_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.meta.require_list().is_ok_and(|list| list.tokens.to_string() == "test")
    })
}
