//! Finding: which products have the words and pass the filters, in which order, and how many there are of each kind.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use tantivy::SegmentReader;
use tantivy::columnar::{Column, ColumnValues};
use uuid::Uuid;

use super::ask::{Ask, Found, Patience, Rank, Slice, Sort};
use super::facets::{Counting, Groups};
use super::matching::{Asked, Reader, Scores};
use crate::index::entry::{Fields, column, status_number, title_key};
use crate::index::volume::Volume;
use crate::language::Forms;
use crate::stopped::Stopped;
use crate::words::{self, Part};

/// What whoever asks for a whole title gets on top for it, and what a short title has over a long one.
const WHOLE_TITLE: u64 = 5000;
const SHORT_TITLE: u64 = 10;

/// Finds a slice of what is asked for.
pub(crate) fn find(volume: &Volume, ask: &Ask, slice: &Slice) -> Result<Found, Stopped> {
    let (searcher, fields) = (volume.searcher(), &volume.fields);
    let mut patience = Patience::until(slice.until);
    let parts = ask.q.as_deref().map(words::asked).unwrap_or_default();
    let segments = searcher.segment_readers();
    let columns = segments.iter().map(|segment| Columns::of(segment, ask)).collect::<Result<Vec<_>, _>>()?;
    let matched = Matched::find(segments, &columns, fields, (ask, slice), &parts, &mut patience)?;
    let mut found = Found::default();
    let mut hits = Hits::new(ask, slice);
    for (number, segment) in segments.iter().enumerate() {
        let groups = Groups::of(segment, fields, &ask.filters)?;
        let mut counting = if slice.facets { Some(Counting::of(segment, &groups)?) } else { None };
        let mut gathered = hits.within(segment)?;
        for document in 0..segment.max_doc() {
            patience.step()?;
            let Some(score) = matched.score(number, document) else { continue };
            if !columns[number].shows(segment, document) {
                continue;
            }
            let missed = groups.missed(document);
            if let Some(counting) = &mut counting {
                counting.count(document, missed);
            }
            if missed == 0 {
                found.total += 1;
                gathered.take(&columns[number], document, score);
            }
        }
        hits.add(gathered)?;
        if let Some(counting) = counting {
            counting.add_to(&mut found.facets)?;
        }
    }
    found.hits = hits.first();
    found.relaxed = found.total > 0 && matched.needed < matched.required();
    Ok(found)
}

/// The scores of each part, by segment.
struct Matched<'a> {
    scores: Vec<Vec<Scores>>,
    /// Words that only fill a sentence count when they are there, and are not missed.
    fillers: Vec<bool>,
    parts: &'a [Part],
    titles: bool,
    needed: usize,
    titled: Vec<Option<Titled>>,
}

impl<'a> Matched<'a> {
    /// First as the words were typed. Those that nothing has may be mistyped; then all may be; and then most of them are
    /// enough.
    fn find(
        segments: &[SegmentReader],
        columns: &[Columns],
        fields: &Fields,
        (ask, slice): (&Ask, &Slice),
        parts: &'a [Part],
        patience: &mut Patience,
    ) -> Result<Self, Stopped> {
        let mut forms = Forms::of(ask.language);
        let fills = |part: &Part, forms: &mut Forms| part.words.iter().all(|word| forms.fills(&word.text));
        let mut fillers: Vec<bool> = parts.iter().map(|part| fills(part, &mut forms)).collect();
        if fillers.iter().all(|filler| *filler) {
            fillers.fill(false);
        }
        let mut matched = Self {
            scores: vec![vec![Scores::new(); parts.len()]; segments.len()],
            titles: slice.titles,
            needed: fillers.iter().filter(|filler| !**filler).count(),
            fillers,
            parts,
            titled: Vec::new(),
        };
        let key = ask.q.as_deref().map(title_key);
        for segment in segments {
            let titled = key.as_ref().map(|key| Titled::of(segment, key)).transpose()?;
            matched.titled.push(titled.flatten());
        }
        for number in 0..parts.len() {
            matched.score_part(segments, fields, number, &mut forms, false, patience)?;
        }
        let unknown: Vec<usize> =
            (0..parts.len()).filter(|number| !matched.is_known(segments, columns, *number)).collect();
        for number in &unknown {
            matched.score_part(segments, fields, *number, &mut forms, true, patience)?;
        }
        if !matched.any(segments, columns) {
            for number in (0..parts.len()).filter(|number| !unknown.contains(number)) {
                matched.score_part(segments, fields, number, &mut forms, true, patience)?;
            }
        }
        if !matched.any(segments, columns) {
            matched.needed = matched.needed.div_ceil(2);
        }
        Ok(matched)
    }

    fn score_part(
        &mut self,
        segments: &[SegmentReader],
        fields: &Fields,
        number: usize,
        forms: &mut Forms,
        typos: bool,
        patience: &mut Patience,
    ) -> Result<(), Stopped> {
        let part = &self.parts[number];
        let mut asked: Vec<Asked<'_>> = part.words.iter().map(|word| Asked::new(word, forms)).collect();
        for (segment, scores) in segments.iter().zip(&mut self.scores) {
            let mut reader = Reader::new(segment, fields, self.titles, patience)?;
            reader.score(part, &mut asked, forms, typos, &mut scores[number])?;
        }
        Ok(())
    }

    fn required(&self) -> usize {
        self.fillers.iter().filter(|filler| !**filler).count()
    }

    /// Whether anything that is shown has this part.
    fn is_known(&self, segments: &[SegmentReader], columns: &[Columns], number: usize) -> bool {
        let mut each = segments.iter().zip(columns).zip(&self.scores);
        each.any(|((segment, columns), scores)| {
            let mut documents = (0..segment.max_doc()).zip(&scores[number]);
            documents.any(|(document, score)| *score > 0 && columns.shows(segment, document))
        })
    }

    /// Whether anything that is shown has enough parts.
    fn any(&self, segments: &[SegmentReader], columns: &[Columns]) -> bool {
        segments.iter().zip(columns).enumerate().any(|(number, (segment, columns))| {
            let mut documents = 0..segment.max_doc();
            documents
                .any(|document| self.score(number, document).is_some() && columns.shows(segment, document))
        })
    }

    /// How well a document answers; `None` when it does not.
    fn score(&self, segment: usize, document: u32) -> Option<u64> {
        let at = usize::try_from(document).ok()?;
        let (mut met, mut sum) = (0, 0_u64);
        for (scores, filler) in self.scores[segment].iter().zip(&self.fillers) {
            let score = scores.get(at).copied().unwrap_or(0);
            met += usize::from(score > 0 && !filler);
            sum += u64::from(score);
        }
        if met < self.needed {
            return None;
        }
        let extra = self.titled[segment].as_ref().map_or(0, |titled| titled.extra(document));
        // One more word met is worth more than all the rest.
        Some(met as u64 * 1_000_000 + sum + extra)
    }
}

/// The titles of one segment, for whoever asks for a whole one.
struct Titled {
    words: Arc<dyn ColumnValues<u64>>,
    titles: Column<u64>,
    asked: Option<u64>,
}

impl Titled {
    fn of(segment: &SegmentReader, key: &str) -> Result<Option<Self>, Stopped> {
        let Some(column) = segment.fast_fields().str(column::TITLE)? else { return Ok(None) };
        let words = segment.fast_fields().column_first_or_default(column::WORDS)?;
        Ok(Some(Self { words, titles: column.ords().clone(), asked: column.dictionary().term_ord(key)? }))
    }

    fn extra(&self, document: u32) -> u64 {
        let short = 40_u64.saturating_sub(self.words.get_val(document)) * SHORT_TITLE;
        let whole = self.asked.is_some() && self.titles.first(document) == self.asked;
        short + if whole { WHOLE_TITLE } else { 0 }
    }
}

/// What is known of the documents of one segment.
pub(crate) struct Columns {
    shown: Option<(Arc<dyn ColumnValues<u64>>, u64)>,
    high: Arc<dyn ColumnValues<u64>>,
    low: Arc<dyn ColumnValues<u64>>,
    rank: Option<Ranking>,
}

enum Ranking {
    Number(Arc<dyn ColumnValues<u64>>),
    /// The lowest or the highest of several.
    Least(Column<u64>),
    Most(Column<u64>),
}

impl Columns {
    pub(crate) fn of(segment: &SegmentReader, ask: &Ask) -> Result<Self, Stopped> {
        let fast = segment.fast_fields();
        let number = |name: &str| fast.column_first_or_default(name);
        let shown = match &ask.status {
            Some(status) => Some((number(column::STATUS)?, status_number(status))),
            None => None,
        };
        let rank = match ask.sort {
            Sort::Newest => Some(Ranking::Number(number(column::CREATED)?)),
            Sort::PriceUp => Some(Ranking::Least(fast.u64(column::PRICE)?)),
            Sort::PriceDown => Some(Ranking::Most(fast.u64(column::PRICE)?)),
            Sort::Relevance | Sort::Title => None,
        };
        Ok(Self { shown, high: number(column::HIGH)?, low: number(column::LOW)?, rank })
    }

    pub(crate) fn shows(&self, segment: &SegmentReader, document: u32) -> bool {
        !segment.is_deleted(document)
            && self.shown.as_ref().is_none_or(|(column, status)| column.get_val(document) == *status)
    }

    fn id(&self, document: u32) -> u128 {
        Uuid::from_u64_pair(self.high.get_val(document), self.low.get_val(document)).as_u128()
    }

    fn rank(&self, document: u32, score: u64) -> u64 {
        match &self.rank {
            None => score,
            Some(Ranking::Number(column)) => column.get_val(document),
            Some(Ranking::Least(column)) => u64::MAX - column.values_for_doc(document).min().unwrap_or(0),
            Some(Ranking::Most(column)) => column.values_for_doc(document).max().unwrap_or(0),
        }
    }
}

/// The first of what is found, behind a place.
enum Hits {
    Numbers { first: First<u64>, after: Option<(u64, u128)> },
    Titles { found: Vec<(String, u128)>, after: Option<(String, u128)>, most: usize },
}

/// What one segment adds to them.
enum Gathered {
    Numbers(First<u64>, Option<(u64, u128)>),
    Titles(Titles),
}

/// Titles are known by their number within a segment, and put in order by that.
struct Titles {
    column: Option<tantivy::columnar::StrColumn>,
    /// Those with a higher number come behind the place; of one with this very number, those with a lower id.
    after: Option<(u64, Option<u128>)>,
    first: First<Reverse<u64>>,
}

/// The first so many, larger before smaller.
struct First<K> {
    heap: BinaryHeap<Reverse<(K, u128)>>,
    most: usize,
}

impl<K: Ord> First<K> {
    fn new(most: usize) -> Self {
        Self { heap: BinaryHeap::with_capacity(most + 1), most }
    }

    fn take(&mut self, key: K, id: u128) {
        let entry = Reverse((key, id));
        if self.heap.len() < self.most {
            self.heap.push(entry);
        } else if self.heap.peek().is_some_and(|last| entry < *last) {
            self.heap.pop();
            self.heap.push(entry);
        }
    }

    fn sorted(self) -> impl Iterator<Item = (K, u128)> {
        self.heap.into_sorted_vec().into_iter().map(|Reverse(entry)| entry)
    }
}

impl Hits {
    fn new(ask: &Ask, slice: &Slice) -> Self {
        let most = slice.most;
        match (ask.sort, &slice.after) {
            (Sort::Title, Some((Rank::Title(title), id))) => {
                Self::Titles { found: Vec::new(), after: Some((title.clone(), id.as_u128())), most }
            }
            (Sort::Title, _) => Self::Titles { found: Vec::new(), after: None, most },
            (_, Some((Rank::Number(number), id))) => {
                Self::Numbers { first: First::new(most), after: Some((*number, id.as_u128())) }
            }
            (_, _) => Self::Numbers { first: First::new(most), after: None },
        }
    }

    fn within(&self, segment: &SegmentReader) -> Result<Gathered, Stopped> {
        let (after, most) = match self {
            Self::Numbers { first, after } => {
                return Ok(Gathered::Numbers(First::new(first.most), *after));
            }
            Self::Titles { after, most, .. } => (after, *most),
        };
        let column = segment.fast_fields().str(column::TITLE)?;
        let place = match (&column, after) {
            (Some(column), Some((title, id))) => Some(place_of(column, title, *id)?),
            _ => None,
        };
        Ok(Gathered::Titles(Titles { column, after: place, first: First::new(most) }))
    }

    fn add(&mut self, gathered: Gathered) -> Result<(), Stopped> {
        let (found, titles) = match (self, gathered) {
            (Self::Numbers { first, .. }, Gathered::Numbers(some, _)) => {
                some.sorted().for_each(|(number, id)| first.take(number, id));
                return Ok(());
            }
            (Self::Titles { found, .. }, Gathered::Titles(titles)) => (found, titles),
            _ => return Ok(()),
        };
        for (Reverse(ord), id) in titles.first.sorted() {
            let mut title = String::new();
            if let Some(column) = &titles.column {
                column.ord_to_str(ord, &mut title)?;
            }
            found.push((title, id));
        }
        Ok(())
    }

    fn first(self) -> Vec<(Rank, Uuid)> {
        match self {
            Self::Numbers { first, .. } => {
                first.sorted().map(|(number, id)| (Rank::Number(number), Uuid::from_u128(id))).collect()
            }
            Self::Titles { mut found, most, .. } => {
                found.sort_by(|(one, a), (other, b)| one.cmp(other).then(b.cmp(a)));
                found.truncate(most);
                found.into_iter().map(|(title, id)| (Rank::Title(title), Uuid::from_u128(id))).collect()
            }
        }
    }
}

impl Gathered {
    fn take(&mut self, columns: &Columns, document: u32, score: u64) {
        let id = columns.id(document);
        match self {
            Self::Numbers(first, after) => {
                let rank = columns.rank(document, score);
                if after.is_none_or(|after| (rank, id) < after) {
                    first.take(rank, id);
                }
            }
            Self::Titles(titles) => {
                let ord =
                    titles.column.as_ref().and_then(|column| column.ords().first(document)).unwrap_or(0);
                let behind = titles.after.is_none_or(|(place, of)| match of {
                    Some(last) if ord == place => id < last,
                    Some(_) => ord > place,
                    None => ord >= place,
                });
                if behind {
                    titles.first.take(Reverse(ord), id);
                }
            }
        }
    }
}

/// Where a title stands among those of a segment: its number, or that of the first one behind it.
fn place_of(
    column: &tantivy::columnar::StrColumn,
    title: &str,
    id: u128,
) -> Result<(u64, Option<u128>), Stopped> {
    if let Some(ord) = column.dictionary().term_ord(title)? {
        return Ok((ord, Some(id)));
    }
    let (mut low, mut high) = (0, column.num_terms() as u64);
    let mut text = String::new();
    while low < high {
        let middle = low.midpoint(high);
        text.clear();
        column.ord_to_str(middle, &mut text)?;
        if text.as_str() < title { low = middle + 1 } else { high = middle }
    }
    Ok((low, None))
}
