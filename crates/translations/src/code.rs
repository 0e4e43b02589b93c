//! A folder as code: a method for each text, so that one which is misspelled does not compile, and one that no page says
//! is a method that nobody calls.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::file::{File, Text};
use crate::folder::Folder;
use crate::variables::Kind;

/// The code of a folder, or which texts would be called alike.
pub fn code(folder: &Folder, tables: &[&str]) -> Result<String, Vec<String>> {
    let mut methods: BTreeMap<String, String> = BTreeMap::new();
    let mut rows: BTreeMap<String, Vec<(&str, usize, &Text)>> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (n, text) in folder.english.texts.iter().enumerate() {
        match row(text, tables) {
            Some((table, key)) => rows.entry(table).or_default().push((key, n, text)),
            None => {
                let name = identifier(&text.name());
                if methods.insert(name.clone(), method(&name, n, text)).is_some() {
                    wrong.push(format!("en.ftl: {} is called like another text", text.name()));
                }
            }
        }
    }
    let mut statics = String::new();
    for (table, mut rows) in rows {
        rows.sort_unstable_by_key(|(key, ..)| *key);
        if methods.insert(table.clone(), looked_up(&table, &rows)).is_some() {
            wrong.push(format!("en.ftl: {table} is called like a table"));
        }
        statics.push_str(&table_of(&table, &rows));
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let methods: String = methods.into_values().collect();
    Ok(format!("{}{statics}{}impl Texts {{\n{methods}}}\n", languages(folder), list(&folder.english)))
}

/// The table in which a text stands, and its key there.
fn row<'a>(text: &'a Text, tables: &[&str]) -> Option<(String, &'a str)> {
    let key = |table: &&str| text.message.strip_prefix(*table).and_then(|rest| rest.strip_prefix('-'));
    let (table, key) =
        tables.iter().filter_map(|table| Some((table, key(table)?))).min_by_key(|(_, key)| key.len())?;
    let attribute = text.attribute.iter().map(|attribute| format!("_{}", identifier(attribute)));
    Some((identifier(table) + &attribute.collect::<String>(), key))
}

fn languages(folder: &Folder) -> String {
    let mut code = concat!(
        "/// All that is said in one language.\n",
        "pub struct Texts(::texts::Language);\n\n",
        "impl std::ops::Deref for Texts {\n    type Target = ::texts::Language;\n\n",
        "    fn deref(&self) -> &Self::Target {\n        &self.0\n    }\n}\n\n",
    )
    .to_owned();
    let name = |file: &File| identifier(&file.language).to_uppercase();
    for file in folder.files() {
        let (own, language) = (name(file), &file.language);
        let english = name(&folder.english);
        let otherwise = if own == english { "None".to_owned() } else { format!("Some(&{english}.0)") };
        let source =
            format!("include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/texts/{language}.ftl\"))");
        let made = format!("::texts::Language::new(\"{language}\", {source}, &LIST, {otherwise})");
        push(&mut code, format_args!("static {own}: Texts = Texts({made});\n"));
    }
    let all: Vec<String> = folder.files().map(|file| format!("&{}", name(file))).collect();
    push(
        &mut code,
        format_args!(
            "\n/// English, which stands in for what another one lacks, is the first.\npub static LANGUAGES: [&Texts; {}] = [{}];\n\n",
            all.len(),
            all.join(", ")
        ),
    );
    code
}

fn list(english: &File) -> String {
    let mut code = format!("static LIST: [::texts::Text; {}] = [\n", english.texts.len());
    for text in &english.texts {
        let variables: Vec<&String> = text.variables.keys().collect();
        push(
            &mut code,
            format_args!(
                "    ::texts::Text {{ message: {:?}, attribute: {:?}, variables: &{variables:?} }},\n",
                text.message, text.attribute
            ),
        );
    }
    code + "];\n\n"
}

fn method(name: &str, n: usize, text: &Text) -> String {
    if text.variables.is_empty() {
        return format!("    pub fn {name}(&self) -> &str {{\n        self.0.plain({n})\n    }}\n\n");
    }
    let kind = |kind: &Kind| match kind {
        Kind::Text => "&str",
        Kind::Number => "i64",
    };
    let wanted = text.variables.iter().map(|(name, own)| format!(", {}: {}", identifier(name), kind(own)));
    let given = text.variables.keys().map(|name| format!("({name:?}, {}.into())", identifier(name)));
    format!(
        "    pub fn {name}(&self{}) -> String {{\n        self.0.filled({n}, [{}])\n    }}\n\n",
        wanted.collect::<String>(),
        given.collect::<Vec<_>>().join(", ")
    )
}

/// The method of a table. One whose texts leave nothing open is one of plain words.
fn looked_up(table: &str, rows: &[(&str, usize, &Text)]) -> String {
    let kind = if rows.iter().all(|(.., text)| text.variables.is_empty()) { "Words" } else { "Phrases" };
    let rows = table.to_uppercase();
    format!(
        "    pub fn {table}(&self) -> ::texts::{kind}<'_> {{\n        ::texts::{kind}::new(&self.0, &{rows})\n    }}\n\n"
    )
}

fn table_of(table: &str, rows: &[(&str, usize, &Text)]) -> String {
    let mut code = format!("static {}: [(&str, usize); {}] = [\n", table.to_uppercase(), rows.len());
    rows.iter().for_each(|(key, n, _)| push(&mut code, format_args!("    ({key:?}, {n}),\n")));
    code + "];\n\n"
}

fn identifier(name: &str) -> String {
    name.replace(['-', '.'], "_").to_lowercase()
}

fn push(code: &mut String, more: std::fmt::Arguments<'_>) {
    code.write_fmt(more).expect("a text takes whatever is written to it");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(english: &str, others: &[(&str, &str)]) -> Result<String, Vec<String>> {
        let files: Vec<(&str, &str)> =
            std::iter::once(("en", english)).chain(others.iter().copied()).collect();
        code(&Folder::of(&files).ok().unwrap(), &["refusal", "word"])
    }

    #[test]
    fn each_text_is_a_method_that_takes_what_it_leaves_open() {
        let code = made(
            "in-stock = In stock\nleft = { NUMBER($left) } of { $all }\nrow = Row\n    .title = Title",
            &[],
        );
        let code = code.unwrap();
        for line in [
            "pub fn in_stock(&self) -> &str {",
            "self.0.plain(0)",
            "pub fn left(&self, all: &str, left: i64) -> String {",
            "self.0.filled(1, [(\"all\", all.into()), (\"left\", left.into())])",
            "pub fn row_title(&self) -> &str {",
        ] {
            assert!(code.contains(line), "{line}: {code}");
        }
    }

    #[test]
    fn tables_are_looked_up_by_what_follows_their_name() {
        let code = made("refusal-b = { $detail }\n    .title = Title\nrefusal-a = A", &[]).unwrap();
        for line in [
            "static REFUSAL: [(&str, usize); 2] = [\n    (\"a\", 2),\n    (\"b\", 0),\n];",
            "pub fn refusal(&self) -> ::texts::Phrases<'_> {",
            "pub fn refusal_title(&self) -> ::texts::Words<'_> {",
        ] {
            assert!(code.contains(line), "{line}: {code}");
        }
    }

    #[test]
    fn a_file_more_is_a_language_more() {
        let code = made("skip = Skip", &[("de", "skip = Weiter"), ("pt-BR", "")]).unwrap();
        assert!(code.contains("pub static LANGUAGES: [&Texts; 3] = [&EN, &DE, &PT_BR];"), "{code}");
        assert!(code.contains("\"/texts/pt-BR.ftl\")), &LIST, Some(&EN.0)));"), "{code}");
    }

    #[test]
    fn two_texts_of_one_method_are_refused() {
        for english in ["in-stock = a\nin_stock = b", "refusal = a\nrefusal-a = b"] {
            assert!(made(english, &[]).unwrap_err()[0].starts_with("en.ftl: "), "{english}");
        }
    }
}
