//! Why a search ended without a result.

/// Why nothing was found out.
#[derive(Debug, Clone)]
pub(crate) enum Stopped {
    TooLate,
    Broken(String),
}

impl From<tantivy::TantivyError> for Stopped {
    fn from(error: tantivy::TantivyError) -> Self {
        Self::Broken(error.to_string())
    }
}

impl From<std::io::Error> for Stopped {
    fn from(error: std::io::Error) -> Self {
        Self::Broken(error.to_string())
    }
}
