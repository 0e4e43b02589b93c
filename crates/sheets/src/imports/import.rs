//! An import: which file, how it is read, and how far it is.

use kernel::{Aggregate, Decide, Timestamp};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Refusal;
use crate::sheet::mapping::{Header, Mapping};
use crate::sheet::text::Encoding;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ImportState)]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum State {
    Checking,
    Running,
    Done,
    DryRunDone,
    Failed,
    Cancelled,
}

impl State {
    pub fn is_open(self) -> bool {
        matches!(self, Self::Checking | Self::Running)
    }
}

/// What was asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The file that holds the sheet.
    pub file: Uuid,
    pub mapping: Mapping,
    /// Whether it only says what would happen.
    pub dry_run: bool,
    /// Whether products that are there are changed.
    pub update: bool,
    /// What parts cells, where it is not found out.
    pub delimiter: Option<char>,
}

/// How the file turned out to be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    pub encoding: Encoding,
    pub delimiter: char,
    pub header: Header,
    pub rows: i64,
}

/// What became of rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub added: i64,
    pub changed: i64,
    pub unchanged: i64,
}

/// A row that was not taken, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reject {
    pub row: i64,
    pub line: i64,
    /// The file's own names of columns.
    pub column: String,
    pub problem: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    pub state: Option<State>,
    dry_run: bool,
    /// How many rows have had their effect.
    read: i64,
}

kernel::events! {
    pub enum ImportEvent {
        Began(Began) = ("import.began", 1),
        Checked(Checked) = ("import.checked", 1),
        Advanced(Advanced) = ("import.advanced", 1),
        Ended(Ended) = ("import.ended", 1),
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Began {
    /// The job that does it.
    pub job: Uuid,
    pub plan: Plan,
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    pub form: Form,
    pub state: State,
}

/// The rows after `from` and up to `to` have had their effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Advanced {
    pub from: i64,
    pub to: i64,
    pub counts: Counts,
    pub rejects: Vec<Reject>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    pub state: State,
    /// For people.
    pub told: String,
    pub at: Timestamp,
}

impl Aggregate for Import {
    const KIND: &'static str = "product_import";
    type Event = ImportEvent;

    fn apply(&mut self, event: &ImportEvent) {
        match event {
            ImportEvent::Began(began) => {
                (self.state, self.dry_run) = (Some(State::Checking), began.plan.dry_run);
            }
            ImportEvent::Checked(checked) => self.state = Some(checked.state),
            ImportEvent::Advanced(advanced) => self.read = advanced.to,
            ImportEvent::Ended(ended) => self.state = Some(ended.state),
        }
    }
}

impl Import {
    fn open(&self) -> Result<(), Refusal> {
        self.state.filter(|state| state.is_open()).map(|_| ()).ok_or(Refusal::Over)
    }
}

pub struct Begin {
    pub job: Uuid,
    pub plan: Plan,
}

impl Decide<Begin> for Import {
    type Refusal = Refusal;

    fn decide(&self, begin: &Begin, now: Timestamp) -> Result<Vec<ImportEvent>, Refusal> {
        match self.state {
            Some(_) => Ok(Vec::new()),
            None => Ok(vec![Began { job: begin.job, plan: begin.plan.clone(), at: now }.into()]),
        }
    }
}

/// How the file is read is written down before its first row is taken, and then it stays so.
pub struct NoteForm(pub Form);

impl Decide<NoteForm> for Import {
    type Refusal = Refusal;

    fn decide(&self, NoteForm(form): &NoteForm, _now: Timestamp) -> Result<Vec<ImportEvent>, Refusal> {
        self.open()?;
        let state = if self.dry_run { State::Checking } else { State::Running };
        Ok(vec![Checked { form: form.clone(), state }.into()])
    }
}

/// Rows with what became of them, in the same work as that.
pub struct Advance(pub Advanced);

impl Decide<Advance> for Import {
    type Refusal = Refusal;

    fn decide(&self, Advance(advanced): &Advance, _now: Timestamp) -> Result<Vec<ImportEvent>, Refusal> {
        self.open()?;
        if advanced.from != self.read {
            return Err(Refusal::RowsTaken);
        }
        Ok(vec![advanced.clone().into()])
    }
}

pub struct End {
    /// The state that it ends in; done or not is told apart by whether it only tried.
    pub state: State,
    pub told: String,
}

impl Decide<End> for Import {
    type Refusal = Refusal;

    fn decide(&self, end: &End, now: Timestamp) -> Result<Vec<ImportEvent>, Refusal> {
        if self.open().is_err() {
            return Ok(Vec::new());
        }
        let state = if self.dry_run && end.state == State::Done { State::DryRunDone } else { end.state };
        Ok(vec![Ended { state, told: end.told.clone(), at: now }.into()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::aggregate::given;

    const NOW: Timestamp = Timestamp::from_micros(0);

    fn began(dry_run: bool) -> ImportEvent {
        Began { job: Uuid::nil(), plan: Plan { dry_run, ..Plan::default() }, at: NOW }.into()
    }

    fn advance(from: i64, to: i64) -> Advance {
        Advance(Advanced { from, to, counts: Counts::default(), rejects: Vec::new() })
    }

    #[test]
    fn rows_have_their_effect_once_and_in_their_turn() {
        let fresh = given::<Import>([began(false)]);
        assert_eq!(fresh.when(&advance(5, 9), NOW), Err(Refusal::RowsTaken));
        let on = given::<Import>([vec![began(false)], fresh.when(&advance(0, 5), NOW).unwrap()].concat());
        assert_eq!(on.when(&advance(0, 5), NOW), Err(Refusal::RowsTaken));
        assert!(on.when(&advance(5, 9), NOW).is_ok());
    }

    #[test]
    fn what_is_over_takes_nothing_more_and_ends_once() {
        let cancel = End { state: State::Cancelled, told: String::new() };
        let ended = given::<Import>([began(false)]).when(&cancel, NOW).unwrap();
        let over = given::<Import>([vec![began(false)], ended].concat());
        assert_eq!(over.when(&advance(0, 1), NOW), Err(Refusal::Over));
        assert_eq!(over.when(&cancel, NOW), Ok(Vec::new()));
    }

    #[test]
    fn a_dry_run_never_says_that_it_is_done() {
        let done = End { state: State::Done, told: String::new() };
        let ended = given::<Import>([began(true)]).when(&done, NOW).unwrap();
        let ImportEvent::Ended(ended) = &ended[0] else { panic!("it ended") };
        assert_eq!(ended.state, State::DryRunDone);
    }
}
