//! Every way a sheet is refused as a whole.

use edge::ProblemDoc;
use kernel::{Fault, FieldProblem, Problem};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    Unknown,
    NoFile,
    Over,
    RowsTaken,
    NotReadYet,
}

pub const PROBLEMS: &[ProblemDoc] = &[
    ProblemDoc {
        code: "import_over",
        status: 409,
        title: "The import is over",
        what_to_do: "Begin another one.",
    },
    ProblemDoc {
        code: "rows_taken",
        status: 409,
        title: "The rows were taken",
        what_to_do: "Nothing to do: they had their effect before.",
    },
    ProblemDoc {
        code: "import_unread",
        status: 409,
        title: "Not read yet",
        what_to_do: "Wait until the import has looked at its file, or see why it could not.",
    },
    ProblemDoc {
        code: "would_do",
        status: 409,
        title: "It would be done",
        what_to_do: "Nothing to do: a dry run found that this product would be taken.",
    },
];

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let conflict = |code, title, detail: &str| Self::new(Fault::Conflict, code, title, detail);
        match refusal {
            Refusal::Unknown => Self::not_found("import"),
            Refusal::NoFile => Self::invalid(vec![FieldProblem {
                pointer: "/file".into(),
                detail: "there is no such file, or it was removed".into(),
            }]),
            Refusal::Over => conflict("import_over", "The import is over", "This import has ended."),
            Refusal::RowsTaken => {
                conflict("rows_taken", "The rows were taken", "These rows had their effect before.")
            }
            Refusal::NotReadYet => conflict(
                "import_unread",
                "Not read yet",
                "Nobody has looked at the file yet, or it could not be read; the import says which.",
            ),
        }
    }
}
