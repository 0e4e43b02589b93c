//! Every way a sheet is refused as a whole.

use kernel::{FieldProblem, Problem};

use crate::problems;

kernel::refusals! {
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Refusal {
        Unknown = Problem::not_found("import"),
        NoFile = Problem::invalid(vec![FieldProblem {
            pointer: "/file".into(),
            detail: "there is no such file, or it was removed".into(),
        }]),
        Over => Conflict "import_over" "The import is over":
            "This import has ended."
            page "Begin another one.",
        RowsTaken => Conflict "rows_taken" "The rows were taken":
            "These rows had their effect before."
            page "Nothing to do: they had their effect before.",
        NotReadYet => Conflict "import_unread" "Not read yet":
            "Nobody has looked at the file yet, or it could not be read; the import says which."
            page "Wait until the import has looked at its file, or see why it could not.",
    }
    also { problems::PROBLEMS }
}
