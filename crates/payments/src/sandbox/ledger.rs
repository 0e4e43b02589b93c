//! The sandbox's ledger: every request that it took in, under its key, and what came of it.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use kernel::Timestamp;
use serde::{Deserialize, Serialize};

use crate::payment::card::Card;
use crate::payment::pending::Request;
use crate::payment::provider_port::Booked;
use crate::providers::rest::Answer;

#[derive(Default)]
pub struct Ledger {
    /// By account and key.
    lines: BTreeMap<(String, String), LedgerEntry>,
    /// Keys whose first arrival was lost, or failed.
    lost: HashSet<(String, String)>,
    file: Option<BookFile>,
    /// Whether it is the one of a process that asks itself. Then it lies beside the data of people who can be erased, and
    /// keeps nothing that a caller has made up. It remembers the last requests, for it must not grow with a shop that runs
    /// for years; and whoever names what it does not know, because it was forgotten, or asked for before a restart or at
    /// another node, is believed.
    within: bool,
    /// The oldest first.
    order: VecDeque<(String, String)>,
    /// Whether it has known more than it does.
    forgot: bool,
}

/// How many requests are remembered within a process; the file is written anew when it has so many lines four times.
const REMEMBERED: usize = 5_000;

struct BookFile {
    file: File,
    path: PathBuf,
    lines: usize,
}

/// The methods that mean something here.
const METHODS: [&str; 7] =
    ["tok_success", "tok_decline", "tok_challenge", "tok_timeout", "tok_lost", "tok_error", "tok_sluggish"];

/// What was asked, and what came of it. Its last writing counts.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LedgerEntry {
    pub account: String,
    pub key: String,
    pub request: Request,
    /// The authorisation that it is about.
    pub id: String,
    pub payment: String,
    pub amount: i64,
    pub currency: String,
    pub method: String,
    /// Where the payer comes back to who pays on the page.
    #[serde(default)]
    pub return_url: Option<String>,
    pub answer: Answer,
    /// Seconds since 1970.
    pub at: i64,
}

/// A request as it arrives.
#[derive(Debug, Clone, Deserialize)]
pub struct Asked {
    #[serde(default)]
    pub amount: i64,
    #[serde(default)]
    pub currency: String,
    #[serde(default)]
    pub method: String,
    #[serde(default)]
    pub return_url: Option<String>,
    #[serde(default)]
    pub capture: bool,
    #[serde(default)]
    pub payment: String,
}

/// What the one who asked gets to see of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    Answer(Box<Answer>),
    /// Nothing, for longer than anybody waits.
    Silence,
    Failure,
    /// There is no such authorisation.
    Nothing,
}

impl Ledger {
    pub fn open(path: Option<&Path>, within: bool) -> io::Result<Self> {
        let mut book = Self { within, ..Self::default() };
        let Some(path) = path else { return Ok(book) };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut lines = 0;
        if path.exists() {
            for line in BufReader::new(File::open(path)?).lines() {
                lines += 1;
                // The last line may have been cut off; whoever asked for it was never answered.
                if let Ok(line) = serde_json::from_str::<LedgerEntry>(&line?) {
                    book.remember(line);
                }
            }
        }
        // A full one may have been written anew before.
        book.forgot |= book.order.len() >= REMEMBERED;
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        book.file = Some(BookFile { file, path: path.to_owned(), lines });
        Ok(book)
    }

    /// A payment is asked for. `challenges` is where its challenge would be met.
    pub fn authorise(
        &mut self,
        account: &str,
        key: &str,
        asked: Asked,
        challenges: &str,
        now: Timestamp,
    ) -> Seen {
        if let Some(line) = self.entry(account, key) {
            return Seen::Answer(Box::new(line.answer.clone()));
        }
        let name = (account.to_owned(), key.to_owned());
        if self.within && self.lost.len() >= REMEMBERED {
            self.lost.clear();
        }
        match asked.method.as_str() {
            "tok_lost" if self.lost.insert(name.clone()) => return Seen::Silence,
            "tok_error" if self.lost.insert(name) => return Seen::Failure,
            _ => {}
        }
        let id = format!("sb_{key}");
        let status = if asked.capture { "captured" } else { "authorised" };
        let taken = Answer {
            id: id.clone(),
            status: status.into(),
            amount: asked.amount,
            last: asked.capture,
            card: Some(Card { brand: "visa".into(), last4: "4242".into(), expires: "2031-12".into() }),
            ..Answer::default()
        };
        let on_page = asked.method.is_empty() && asked.return_url.is_some();
        let answer = match asked.method.as_str() {
            "tok_success" | "tok_timeout" | "tok_lost" | "tok_error" | "tok_sluggish" => taken,
            method if method == "tok_challenge" || on_page => Answer {
                id: id.clone(),
                status: "challenged".into(),
                amount: asked.amount,
                challenge_url: Some(format!("{challenges}{id}")),
                last: asked.capture,
                ..Answer::default()
            },
            "tok_decline" => no(&id, "card_declined", "The card was declined."),
            _ => no(
                &id,
                "method_unknown",
                "The sandbox knows tok_success, tok_decline, tok_challenge, tok_timeout, tok_lost, tok_error and tok_sluggish.",
            ),
        };
        let silent = asked.method == "tok_timeout";
        self.write(LedgerEntry {
            account: account.to_owned(),
            key: key.to_owned(),
            request: Request::Authorise,
            id,
            payment: asked.payment,
            amount: asked.amount,
            currency: asked.currency,
            method: asked.method,
            return_url: asked.return_url,
            answer: answer.clone(),
            at: now.seconds(),
        });
        if silent { Seen::Silence } else { Seen::Answer(Box::new(answer)) }
    }

    /// A capture, a refund or a void of an authorisation.
    pub fn follow(
        &mut self,
        account: &str,
        key: &str,
        id: &str,
        request: Request,
        amount: i64,
        now: Timestamp,
    ) -> Seen {
        if let Some(line) = self.entry(account, key) {
            return Seen::Answer(Box::new(line.answer.clone()));
        }
        let whole = Answer { id: id.to_owned(), amount, ..Answer::default() };
        let Some(first) = self.first(account, id).cloned() else {
            let believed = match request {
                Request::Capture => Answer { status: "captured".into(), last: true, ..whole },
                Request::Refund => Answer { status: "refunded".into(), ..whole },
                Request::Void | Request::Authorise => Answer { status: "voided".into(), ..whole },
            };
            let believes = self.within && (self.file.is_none() || self.forgot);
            return if believes { Seen::Answer(Box::new(believed)) } else { Seen::Nothing };
        };
        let (taken, back) = self.sums(account, id);
        let status = first.answer.status.as_str();
        let answer = match request {
            Request::Capture if status == "authorised" && amount <= first.amount - taken => {
                Answer { status: "captured".into(), last: amount == first.amount - taken, ..whole }
            }
            Request::Refund if amount <= taken - back => Answer { status: "refunded".into(), ..whole },
            Request::Void if ["authorised", "challenged", "voided"].contains(&status) => {
                Answer { status: "voided".into(), ..whole }
            }
            _ => no(id, "not_possible", "There is not so much of it, or it is too late."),
        };
        let silent = first.method == "tok_sluggish" && request != Request::Void;
        let (account, key, at) = (account.to_owned(), key.to_owned(), now.seconds());
        if answer.status == "voided" {
            let voided = Answer { status: "voided".into(), ..first.answer.clone() };
            self.write(LedgerEntry { answer: voided, ..first.clone() });
        }
        self.write(LedgerEntry { account, key, request, amount, answer: answer.clone(), at, ..first });
        if silent { Seen::Silence } else { Seen::Answer(Box::new(answer)) }
    }

    /// The person met their challenge, or did not: where they come back to, if anywhere; nothing when there is none.
    pub fn meet(&mut self, id: &str, passed: bool) -> Option<Option<String>> {
        let found = self.lines.values().find(|line| line.id == id && line.request == Request::Authorise);
        let line = found.filter(|line| line.answer.status == "challenged").cloned()?;
        let status = if line.answer.last { "captured" } else { "authorised" };
        let answer = match passed {
            true => Answer { status: status.into(), challenge_url: None, ..line.answer.clone() },
            false => no(id, "challenge_failed", "The person did not show who they are."),
        };
        let back = line.return_url.clone();
        self.write(LedgerEntry { answer, ..line });
        Some(back)
    }

    pub fn entry(&self, account: &str, key: &str) -> Option<&LedgerEntry> {
        self.lines.get(&(account.to_owned(), key.to_owned()))
    }

    /// Whether some of what it took in since a moment, in seconds, may be forgotten.
    pub fn forgot_since(&self, from: i64) -> bool {
        let oldest = self.order.front().and_then(|name| self.lines.get(name));
        self.forgot && oldest.is_some_and(|line| from <= line.at)
    }

    /// What moved money between two moments, in seconds.
    pub fn booked(&self, account: &str, from: i64, to: i64) -> Vec<Booked> {
        let moved =
            self.lines.values().filter(|line| line.account == account && (from..to).contains(&line.at));
        let moved = moved.filter_map(|line| {
            let amount = match line.answer.status.as_str() {
                "captured" => line.answer.amount,
                "refunded" => -line.answer.amount,
                _ => return None,
            };
            let (key, request, currency) = (line.key.clone(), line.request, line.currency.clone());
            Some(Booked { key, request, amount, currency, at: line.at })
        });
        moved.collect()
    }

    fn first(&self, account: &str, id: &str) -> Option<&LedgerEntry> {
        self.lines
            .values()
            .find(|line| line.account == account && line.id == id && line.request == Request::Authorise)
    }

    /// What came in by an authorisation, and what went back.
    fn sums(&self, account: &str, id: &str) -> (i64, i64) {
        let of = |status: &str| {
            let lines = self.lines.values().filter(|line| line.account == account && line.id == id);
            lines.filter(|line| line.answer.status == status).map(|line| line.answer.amount).sum()
        };
        (of("captured"), of("refunded"))
    }

    fn write(&mut self, line: LedgerEntry) {
        let kept = if self.within { without_what_was_made_up(&line) } else { line.clone() };
        if let (Some(book), Ok(text)) = (&mut self.file, serde_json::to_string(&kept)) {
            // A book that cannot be written is no reason to lose money that nobody has.
            let _ = writeln!(book.file, "{text}");
            book.lines += 1;
        }
        self.remember(line);
        if self.within && self.file.as_ref().is_some_and(|book| book.lines > 4 * REMEMBERED) {
            let _ = self.write_anew();
        }
    }

    fn remember(&mut self, line: LedgerEntry) {
        let name = (line.account.clone(), line.key.clone());
        if self.lines.insert(name.clone(), line).is_some() || !self.within {
            return;
        }
        self.order.push_back(name);
        while self.order.len() > REMEMBERED {
            self.forgot = true;
            self.order.pop_front().map(|oldest| self.lines.remove(&oldest));
        }
    }

    /// Leaves out of the file what is not remembered.
    fn write_anew(&mut self) -> io::Result<()> {
        let Some(book) = &mut self.file else { return Ok(()) };
        let beside = book.path.with_extension("anew");
        let mut file = BufWriter::new(File::create(&beside)?);
        for line in self.order.iter().filter_map(|name| self.lines.get(name)) {
            serde_json::to_writer(&mut file, &without_what_was_made_up(line))?;
            writeln!(file)?;
        }
        book.file = file.into_inner()?;
        book.lines = self.order.len();
        std::fs::rename(beside, &book.path)
    }
}

/// A line as it is kept beside people's data.
fn without_what_was_made_up(line: &LedgerEntry) -> LedgerEntry {
    let known = METHODS.iter().find(|known| **known == line.method);
    let method = known.map_or_else(String::new, |known| (*known).to_owned());
    LedgerEntry { return_url: None, method, ..line.clone() }
}

fn no(id: &str, code: &str, message: &str) -> Answer {
    Answer {
        id: id.to_owned(),
        status: "declined".into(),
        code: Some(code.into()),
        message: Some(message.into()),
        ..Answer::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(0);

    fn asked(method: &str, capture: bool) -> Asked {
        let (currency, method, payment) = ("EUR".into(), method.into(), "p".into());
        Asked { amount: 1000, currency, method, return_url: None, capture, payment }
    }

    #[test]
    fn a_key_counts_once_however_often_it_arrives() {
        let mut book = Ledger::default();
        let first = book.authorise("a", "1", asked("tok_success", true), "", NOW);
        assert_eq!(book.authorise("a", "1", asked("tok_success", true), "", NOW), first);
        assert_eq!(book.booked("a", 0, 1).len(), 1);
        assert!(book.booked("b", 0, 1).is_empty());
    }

    #[test]
    fn what_was_not_answered_is_in_the_book_and_what_was_lost_is_not() {
        let mut book = Ledger::default();
        assert_eq!(book.authorise("a", "1", asked("tok_timeout", true), "", NOW), Seen::Silence);
        assert_eq!(book.authorise("a", "2", asked("tok_lost", true), "", NOW), Seen::Silence);
        assert_eq!(book.authorise("a", "3", asked("tok_error", true), "", NOW), Seen::Failure);
        assert_eq!(book.booked("a", 0, 1).len(), 1);
        assert!(matches!(book.authorise("a", "2", asked("tok_lost", true), "", NOW), Seen::Answer(_)));
    }

    #[test]
    fn whoever_comes_without_a_method_pays_on_the_page_and_is_sent_back() {
        let mut book = Ledger::default();
        let back = Some("http://shop/orders/1".to_owned());
        let on_page = Asked { return_url: back.clone(), ..asked("", true) };
        let Seen::Answer(answer) = book.authorise("a", "1", on_page, "http://pay/challenges/", NOW) else {
            panic!()
        };
        let page = Some("http://pay/challenges/sb_1".to_owned());
        assert_eq!((answer.status.as_str(), answer.challenge_url), ("challenged", page));
        assert_eq!((book.meet("sb_1", true), book.meet("sb_1", true)), (Some(back), None));
        assert_eq!(book.booked("a", 0, 1).len(), 1);
    }

    #[test]
    fn a_book_that_is_opened_again_knows_what_was_asked_and_nothing_that_was_made_up() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/book");
        let back = Some("http://shop/orders/secret".to_owned());
        let mut book = Ledger::open(Some(&path), true).unwrap();
        book.authorise("a", "1", Asked { return_url: back, ..asked("", true) }, "/challenges/", NOW);
        book.authorise("a", "2", asked("ada@example.com", true), "/challenges/", NOW);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(!text.contains("secret") && !text.contains("ada"), "{text}");
        let mut again = Ledger::open(Some(&path), true).unwrap();
        assert_eq!(again.meet("sb_1", true), Some(None));
        assert_eq!(again.booked("a", 0, 1).len(), 1);
    }

    #[test]
    fn within_a_process_the_last_requests_are_remembered_and_what_was_forgotten_is_believed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("book");
        let mut book = Ledger::open(Some(&path), true).unwrap();
        for key in 0..REMEMBERED + 3 {
            book.authorise("a", &format!("k{key}"), asked("tok_success", true), "", NOW);
        }
        drop(book);
        for turn in 0..3 {
            let mut book = Ledger::open(Some(&path), true).unwrap();
            // What was declined before took the place of one that was booked.
            assert_eq!(book.booked("a", 0, 1).len(), REMEMBERED - turn);
            assert!(book.forgot_since(0) && !book.forgot_since(1));
            let back = book.follow("a", &format!("r{turn}"), "sb_k1", Request::Refund, 600, NOW);
            assert!(matches!(back, Seen::Answer(answer) if answer.status == "refunded"));
            let back = book.follow("a", &format!("s{turn}"), "sb_k5001", Request::Refund, 1001, NOW);
            assert!(matches!(back, Seen::Answer(answer) if answer.status == "declined"));
            // What is forgotten leaves the file as well.
            book.write_anew().unwrap();
            let lines = std::fs::read_to_string(&path).unwrap().lines().count();
            assert_eq!(lines, REMEMBERED);
        }
    }

    #[test]
    fn a_book_within_a_process_does_not_grow() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("book");
        let mut book = Ledger::open(Some(&path), true).unwrap();
        for key in 0..4 * REMEMBERED + 10 {
            book.authorise("a", &format!("k{key}"), asked("tok_success", true), "", NOW);
        }
        let lines = std::fs::read_to_string(&path).unwrap().lines().count();
        assert_eq!(lines, REMEMBERED + 9);
        let again = Ledger::open(Some(&path), true).unwrap();
        assert!(again.entry("a", &format!("k{}", 4 * REMEMBERED + 9)).is_some());
    }

    #[test]
    fn no_more_goes_back_than_came_in() {
        let mut book = Ledger::default();
        book.authorise("a", "1", asked("tok_success", false), "", NOW);
        let status = |seen: Seen| match seen {
            Seen::Answer(answer) => answer.status,
            other => panic!("{other:?}"),
        };
        assert_eq!(status(book.follow("a", "c1", "sb_1", Request::Capture, 600, NOW)), "captured");
        assert_eq!(status(book.follow("a", "c2", "sb_1", Request::Capture, 500, NOW)), "declined");
        assert_eq!(status(book.follow("a", "r1", "sb_1", Request::Refund, 700, NOW)), "declined");
        assert_eq!(status(book.follow("a", "r2", "sb_1", Request::Refund, 600, NOW)), "refunded");
    }
}
