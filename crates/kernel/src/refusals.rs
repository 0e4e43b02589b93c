//! Every way a part of the system says no, in one table: what a variant is called, its code, its title, its status, the
//! sentence that a person reads, the page of the code, and the document all come from one row, so they cannot disagree.

use crate::problem::{Fault, ProblemDoc};

/// A context's refusals. A row reads: variant, fault, code, title, and the sentence for a person, which may show the
/// variant's fields. What follows is left out where it does not apply: `given` computes what the row shows, `with` names
/// further members for a program, `at` a field with what to do about it, `after` says in how many seconds to ask again, and
/// `page` is what to do in general, when that is another sentence. A variant that is another problem says `=` and which.
/// `also` names the tables of what is said elsewhere than by a variant; all of it is `PROBLEMS`.
///
/// ```
/// kernel::refusals! {
///     /// Every way a jar says no.
///     #[derive(Debug, Clone, PartialEq, Eq)]
///     pub enum Refusal {
///         Sealed => Conflict "jar_sealed" "Sealed": "This jar is sealed. Open another.",
///         NotSoMany { left: i64 } => Conflict "not_so_many" "Not so many": "There are {left} coins in it."
///             with { left: left } page "\"left\" says how many there are.",
///         Gone(what: &'static str) = kernel::Problem::not_found(what),
///     }
///     also { kernel::problem::PROBLEMS }
/// }
/// let problem = kernel::Problem::from(Refusal::NotSoMany { left: 3 });
/// assert_eq!((problem.code.as_str(), problem.detail.as_str()), ("not_so_many", "There are 3 coins in it."));
/// assert_eq!((PROBLEMS[0].what_to_do, PROBLEMS[1].status()), ("This jar is sealed. Open another.", 409));
/// assert!(PROBLEMS.ends_with(kernel::problem::PROBLEMS));
/// ```
#[macro_export]
macro_rules! refusals {
    (
        $(#[$about:meta])*
        $visible:vis enum $Refusal:ident {
            $(
                $(#[$of:meta])*
                $Variant:ident $({ $($field:ident: $Type:ty),* $(,)? })? $(( $($place:ident: $Kind:ty),* ))?
                $(=> $fault:ident $code:literal $title:literal: $detail:literal
                    $(given { $($given:ident: $value:expr),* $(,)? })?
                    $(with { $($member:ident: $told:expr),* $(,)? })?
                    $(at $pointer:literal: $mend:literal)?
                    $(after $seconds:literal)?
                    $(page $page:literal)?)?
                $(= $other:expr)?
            ),* $(,)?
        }
        $(also { $($table:expr),* $(,)? })?
    ) => {
        $(#[$about])*
        $visible enum $Refusal {
            $($(#[$of])* $Variant $({ $($field: $Type),* })? $(( $($Kind),* ))?),*
        }

        /// What each of them is called, and what to do about it.
        pub const PROBLEMS: &[$crate::ProblemDoc] = $crate::tables![
            &[$($($crate::ProblemDoc {
                fault: $crate::Fault::$fault,
                code: $code,
                title: $title,
                what_to_do: $crate::page!($detail $($page)?),
            },)?)*],
            $($($table),*)?
        ];

        impl From<$Refusal> for $crate::Problem {
            fn from(refusal: $Refusal) -> Self {
                match refusal {
                    $($Refusal::$Variant $({ $($field),* })? $(( $($place),* ))? => {
                        $(
                            $($(let $given = $value;)*)?
                            Self::new($crate::Fault::$fault, $code, $title, format!($detail))
                                $($(.with(stringify!($member), $told))*)?
                                $(.at($pointer, $mend))?
                                $(.after($seconds))?
                        )?
                        $($other)?
                    })*
                }
            }
        }
    };
}

/// Several tables, as one.
#[macro_export]
macro_rules! tables {
    ($($table:expr),* $(,)?) => {{
        const TABLES: &[&[$crate::ProblemDoc]] = &[$($table),*];
        const ALL: [$crate::ProblemDoc; $crate::refusals::count(TABLES)] = $crate::refusals::joined(TABLES);
        &ALL
    }};
}

/// For `refusals!`: what is said in general, or what is always said.
#[doc(hidden)]
#[macro_export]
macro_rules! page {
    ($detail:literal) => {
        $crate::refusals::plain($detail)
    };
    ($detail:literal $page:literal) => {
        $page
    };
}

/// A sentence that is the same each time. One that shows fields keeps the table from compiling.
#[doc(hidden)]
pub const fn plain(sentence: &'static str) -> &'static str {
    let (bytes, mut at) = (sentence.as_bytes(), 0);
    while at < bytes.len() {
        assert!(bytes[at] != b'{', "a sentence that shows fields needs a page beside it");
        at += 1;
    }
    sentence
}

#[doc(hidden)]
pub const fn count(tables: &[&[ProblemDoc]]) -> usize {
    let (mut table, mut rows) = (0, 0);
    while table < tables.len() {
        rows += tables[table].len();
        table += 1;
    }
    rows
}

#[doc(hidden)]
pub const fn joined<const ROWS: usize>(tables: &[&[ProblemDoc]]) -> [ProblemDoc; ROWS] {
    let mut all = [ProblemDoc { fault: Fault::Bug, code: "", title: "", what_to_do: "" }; ROWS];
    let (mut table, mut row, mut rows) = (0, 0, 0);
    while rows < ROWS {
        if row < tables[table].len() {
            all[rows] = tables[table][row];
            (row, rows) = (row + 1, rows + 1);
        } else {
            (table, row) = (table + 1, 0);
        }
    }
    all
}
