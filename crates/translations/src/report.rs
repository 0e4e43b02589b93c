//! What is translated, for people to read.

use crate::folder::Folder;

impl Folder {
    /// In Markdown: how many texts each language has, and which of them stand in English.
    pub fn report(&self) -> String {
        let all = self.english.texts.len();
        let mut report = "| language | texts | in English |\n|---|---|---|\n".to_owned();
        let mut lists = String::new();
        for file in self.files() {
            let lacking = self.english.texts.iter().map(|text| text.name());
            let lacking: Vec<String> = lacking.filter(|name| file.text(name).is_none()).collect();
            let (language, own) = (&file.language, all - lacking.len());
            report.push_str(&format!("| {language} | {own} of {all} | {} |\n", lacking.len()));
            if !lacking.is_empty() {
                let lines: String = lacking.iter().map(|name| format!("- `{name}`\n")).collect();
                lists.push_str(&format!("\nIn {language} these stand in English:\n\n{lines}"));
            }
        }
        report + &lists
    }
}
