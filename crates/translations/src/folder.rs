//! A folder: all languages of a crate, English first.

use std::path::Path;

use crate::check::differences;
use crate::file::File;

pub struct Folder {
    pub(crate) english: File,
    pub(crate) others: Vec<File>,
}

impl Folder {
    /// Reads all files of a folder, or says what is wrong with which.
    pub fn read(folder: &Path) -> Result<Self, Vec<String>> {
        let entries =
            std::fs::read_dir(folder).map_err(|error| vec![format!("{}: {error}", folder.display())])?;
        let mut files = Vec::new();
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.extension().is_some_and(|ending| ending == "ftl") {
                let language = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                let content = std::fs::read_to_string(&path);
                files
                    .push((language, content.map_err(|error| vec![format!("{}: {error}", path.display())])?));
            }
        }
        files.sort();
        let files: Vec<(&str, &str)> =
            files.iter().map(|(language, content)| (language.as_str(), content.as_str())).collect();
        Self::of(&files)
    }

    /// The languages of these names, with what their files hold.
    pub fn of(files: &[(&str, &str)]) -> Result<Self, Vec<String>> {
        let (mut english, mut others, mut wrong) = (None, Vec::new(), Vec::new());
        let told = |language: &str, mistakes: Vec<String>| {
            mistakes.into_iter().map(|mistake| format!("{language}.ftl: {mistake}")).collect::<Vec<_>>()
        };
        for (language, content) in files {
            match File::read(language, content) {
                Ok(file) if *language == "en" => english = Some(file),
                Ok(file) => others.push(file),
                Err(mistakes) => wrong.extend(told(language, mistakes)),
            }
        }
        if let Some(english) = &english {
            for file in &others {
                wrong.extend(told(&file.language, differences(english, file)));
            }
        }
        match english {
            Some(english) if wrong.is_empty() => Ok(Self { english, others }),
            None if wrong.is_empty() => {
                Err(vec!["en.ftl is missing: it is the list of all texts".to_owned()])
            }
            _ => Err(wrong),
        }
    }

    /// All of them, English first.
    pub(crate) fn files(&self) -> impl Iterator<Item = &File> {
        std::iter::once(&self.english).chain(&self.others)
    }
}
