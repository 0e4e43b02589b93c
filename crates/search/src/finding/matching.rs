//! Which documents have which words, and how well: whole numbers, so that an index that was made again, in other parts,
//! answers the same.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use tantivy::index::InvertedIndexReader;
use tantivy::postings::{BlockSegmentPostings, TermInfo};
use tantivy::query::FuzzyTermQuery;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{SegmentReader, Term};

use super::ask::Patience;
use crate::index::entry::Fields;
use crate::language::{Forms, Stems};
use crate::stopped::Stopped;
use crate::words::{Part, Word};

/// How well a word is met, by where it stands.
const TITLE: u32 = 100;
const SKU: u32 = 90;
const CATEGORY: u32 = 60;
const ATTRIBUTE: u32 = 45;
const DESCRIPTION: u32 = 25;

/// And by how like it is: the same, a form of it, one that begins with it, one that is a letter or two off.
const SAME: u32 = 100;
const FORM: u32 = 80;
const BEGINNING: u32 = 60;
const TYPO: u32 = 40;
const TYPOS: u32 = 25;

/// So many of the words that a mistyped one may have been are tried.
const GUESSES: usize = 200;

/// A word that may be the beginning of another, though more words follow it, has so many letters.
const BEGINS: usize = 3;

/// The scores of one part of a question, by document; 0 for those that do not have it.
pub(crate) type Scores = Vec<u32>;

/// One part of an index, as words are looked for in it.
pub(crate) struct Reader<'a> {
    places: Vec<(u32, Arc<InvertedIndexReader>, Field)>,
    sku: Arc<InvertedIndexReader>,
    documents: usize,
    patience: &'a mut Patience,
}

/// A word with what is known of its forms.
pub(crate) struct Asked<'a> {
    word: &'a Word,
    stems: Stems,
    forms: HashMap<String, bool>,
}

impl<'a> Asked<'a> {
    pub(crate) fn new(word: &'a Word, forms: &mut Forms) -> Self {
        Self { word, stems: forms.stems(&word.text), forms: HashMap::new() }
    }

    /// How like the word a kept one is, typos aside.
    fn likeness(&mut self, kept: &str, forms: &mut Forms) -> u32 {
        let word = self.word;
        if kept == word.text {
            return SAME;
        }
        if word.letters > BEGINS {
            let stems = &self.stems;
            let known = self.forms.get(kept).copied();
            let same = known.unwrap_or_else(|| forms.same(stems, kept));
            if known.is_none() {
                self.forms.insert(kept.to_owned(), same);
            }
            if same {
                return FORM;
            }
        }
        let begins = (word.last || word.letters >= BEGINS) && kept.starts_with(&word.text);
        if begins { BEGINNING } else { 0 }
    }
}

impl<'a> Reader<'a> {
    pub(crate) fn new(
        segment: &SegmentReader,
        fields: &Fields,
        titles: bool,
        patience: &'a mut Patience,
    ) -> Result<Self, Stopped> {
        let all = [
            (TITLE, fields.title),
            (CATEGORY, fields.categories),
            (ATTRIBUTE, fields.attributes),
            (DESCRIPTION, fields.description),
        ];
        let mut places = Vec::with_capacity(all.len());
        for (weight, field) in all.into_iter().take(if titles { 1 } else { 4 }) {
            places.push((weight, segment.inverted_index(field)?, field));
        }
        let documents = usize::try_from(segment.max_doc()).unwrap_or(usize::MAX);
        Ok(Self { places, sku: segment.inverted_index(fields.sku)?, documents, patience })
    }

    /// Adds to the scores of a part: what its words, or a SKU that begins with it, are worth.
    pub(crate) fn score(
        &mut self,
        part: &Part,
        asked: &mut [Asked<'_>],
        forms: &mut Forms,
        typos: bool,
        scores: &mut Scores,
    ) -> Result<(), Stopped> {
        scores.resize(self.documents, 0);
        match asked {
            [only] => self.score_word(only, forms, typos, scores)?,
            several => {
                let (mut sums, mut met) = (vec![0_u32; self.documents], vec![0_usize; self.documents]);
                let count = several.len();
                for word in several {
                    let mut own = vec![0; self.documents];
                    self.score_word(word, forms, typos, &mut own)?;
                    for (document, score) in own.into_iter().enumerate().filter(|(_, score)| *score > 0) {
                        sums[document] += score;
                        met[document] += 1;
                    }
                }
                let all = met.iter().enumerate().filter(|(_, met)| **met == count);
                let weight = u32::try_from(count).unwrap_or(u32::MAX);
                all.for_each(|(document, _)| raise(scores, document, sums[document] / weight));
            }
        }
        if let Some(sku) = &part.sku {
            self.score_sku(sku, scores)?;
        }
        Ok(())
    }

    fn score_word(
        &mut self,
        asked: &mut Asked<'_>,
        forms: &mut Forms,
        typos: bool,
        scores: &mut Scores,
    ) -> Result<(), Stopped> {
        // Very short beginnings are everywhere; they are looked for where they tell something.
        let places = if asked.word.letters < BEGINS && !asked.word.pair { 2 } else { self.places.len() };
        for (weight, index, field) in self.places.clone().into_iter().take(places) {
            let found = match (asked.word.pair, typos) {
                (true, _) => same_only(&index, &asked.word.text)?,
                (false, false) => self.like(&index, asked, forms)?,
                (false, true) => self.mistyped(&index, field, asked.word)?,
            };
            self.raise_all(&index, &found, weight, scores)?;
        }
        Ok(())
    }

    fn score_sku(&mut self, sku: &str, scores: &mut Scores) -> Result<(), Stopped> {
        let index = self.sku.clone();
        let mut found = same_only(&index, sku)?;
        if sku.len() > 1 {
            let mut stream = index.terms().range().gt(sku).lt(behind(sku)).into_stream()?;
            while stream.advance() {
                self.patience.step()?;
                found.push((BEGINNING, stream.value().clone()));
            }
        }
        self.raise_all(&index, &found, SKU, scores)
    }

    /// The kept words that are like it, or begin like it.
    fn like(
        &mut self,
        index: &InvertedIndexReader,
        asked: &mut Asked<'_>,
        forms: &mut Forms,
    ) -> Result<Vec<(u32, TermInfo)>, Stopped> {
        let word = asked.word;
        let root = if word.letters > BEGINS { asked.stems.root(&word.text) } else { &word.text }.to_owned();
        let mut found = Vec::new();
        let mut stream = index.terms().range().ge(&root).lt(behind(&root)).into_stream()?;
        while stream.advance() {
            self.patience.step()?;
            let Ok(kept) = std::str::from_utf8(stream.key()) else { continue };
            let likeness = asked.likeness(kept, forms);
            if likeness > 0 {
                found.push((likeness, stream.value().clone()));
            }
        }
        Ok(found)
    }

    /// The kept words that it may have been meant to be: one letter off from four letters on, two from eight. A word with
    /// a digit in it is a number or a name, and meant as it is.
    fn mistyped(
        &mut self,
        index: &InvertedIndexReader,
        field: Field,
        word: &Word,
    ) -> Result<Vec<(u32, TermInfo)>, Stopped> {
        let mut found = Vec::new();
        if word.letters < 4 || word.text.contains(|letter: char| letter.is_ascii_digit()) {
            return Ok(found);
        }
        let mut seen = BTreeSet::new();
        for (off, likeness) in [(1, TYPO), (2, TYPOS)].into_iter().take(if word.letters < 8 { 1 } else { 2 })
        {
            let term = Term::from_field_text(field, &word.text);
            let query = match word.last {
                true => FuzzyTermQuery::new_prefix(term, off, true),
                false => FuzzyTermQuery::new(term, off, true),
            };
            let mut stream = index.terms().search(query.automaton()?).into_stream()?;
            while found.len() < GUESSES && stream.advance() {
                self.patience.step()?;
                if seen.insert(stream.term_ord()) {
                    found.push((likeness, stream.value().clone()));
                }
            }
        }
        Ok(found)
    }

    fn raise_all(
        &mut self,
        index: &InvertedIndexReader,
        found: &[(u32, TermInfo)],
        weight: u32,
        scores: &mut Scores,
    ) -> Result<(), Stopped> {
        let mut block: Option<BlockSegmentPostings> = None;
        for (likeness, term) in found {
            let mut postings = match block.take() {
                Some(mut block) => {
                    index.reset_block_postings_from_terminfo(term, &mut block)?;
                    block
                }
                None => index.read_block_postings_from_terminfo(term, IndexRecordOption::Basic)?,
            };
            while !postings.docs().is_empty() {
                self.patience.step()?;
                for document in postings.docs() {
                    raise(scores, usize::try_from(*document).unwrap_or(usize::MAX), weight * likeness);
                }
                postings.advance();
            }
            block = Some(postings);
        }
        Ok(())
    }
}

fn raise(scores: &mut Scores, document: usize, score: u32) {
    if let Some(best) = scores.get_mut(document) {
        *best = score.max(*best);
    }
}

fn same_only(index: &InvertedIndexReader, word: &str) -> Result<Vec<(u32, TermInfo)>, Stopped> {
    Ok(index.terms().get(word)?.map(|term| (SAME, term)).into_iter().collect())
}

/// The first text behind all that begin with this one.
pub(crate) fn behind(beginning: &str) -> Vec<u8> {
    let mut bytes = beginning.as_bytes().to_vec();
    // No text holds the byte 255, so all that begin with the text come before it and this.
    bytes.push(0xff);
    bytes
}
