//! What somebody may be looking for, while they type.

use std::collections::BTreeMap;

use tantivy::SegmentReader;
use tantivy::schema::IndexRecordOption;
use uuid::Uuid;

use super::ask::{Ask, Patience, Slice};
use super::find::{Columns, find};
use crate::index::entry::Fields;
use crate::index::volume::Volume;
use crate::stopped::Stopped;
use crate::words;

/// Products by their titles, and categories by their names with how many products they have; the best first.
pub(crate) struct Suggested {
    pub(crate) products: Vec<Uuid>,
    pub(crate) categories: Vec<(String, u64)>,
}

pub(crate) fn suggest(volume: &Volume, ask: &Ask, slice: &Slice) -> Result<Suggested, Stopped> {
    let products = find(volume, ask, slice)?.hits.into_iter().map(|(_, id)| id).collect();
    let parts = ask.q.as_deref().map(words::asked).unwrap_or_default();
    let typed: Vec<&str> = parts.iter().flat_map(|part| &part.words).map(|word| word.text.as_str()).collect();
    let mut patience = Patience::until(slice.until);
    let mut counts = BTreeMap::new();
    for segment in volume.searcher().segment_readers() {
        count_categories(segment, &volume.fields, ask, &typed, &mut counts, &mut patience)?;
    }
    let mut categories: Vec<(String, u64)> = counts.into_iter().collect();
    categories.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    categories.truncate(slice.most);
    Ok(Suggested { products, categories })
}

fn count_categories(
    segment: &SegmentReader,
    fields: &Fields,
    ask: &Ask,
    typed: &[&str],
    counts: &mut BTreeMap<String, u64>,
    patience: &mut Patience,
) -> Result<(), Stopped> {
    let columns = Columns::of(segment, ask)?;
    let index = segment.inverted_index(fields.category)?;
    let mut stream = index.terms().stream()?;
    while stream.advance() {
        patience.step()?;
        let Ok(category) = std::str::from_utf8(stream.key()) else { continue };
        let words = words::kept(category);
        let meant = typed.iter().all(|begun| words.iter().any(|word| word.starts_with(begun)));
        if !meant {
            continue;
        }
        let mut shown = 0;
        let mut postings =
            index.read_block_postings_from_terminfo(stream.value(), IndexRecordOption::Basic)?;
        while !postings.docs().is_empty() {
            shown +=
                postings.docs().iter().filter(|document| columns.shows(segment, **document)).count() as u64;
            postings.advance();
        }
        if shown > 0 {
            *counts.entry(category.to_owned()).or_default() += shown;
        }
    }
    Ok(())
}
