//! What was found before, for as long as the index is the same. Many ask for the same words, and whoever asks for what is being
//! looked for already waits for that.

use std::sync::Arc;

use moka::sync::Cache;
use serde_json::json;

use super::ask::{Ask, Found, Rank, Slice};
use super::find::find;
use crate::index::volume::Volume;
use crate::stopped::Stopped;

/// How many bytes of answers a node remembers, of all shops.
const REMEMBERED: u64 = 16 * 1024 * 1024;

/// The edition of an index, and what was asked of it.
type Asked = ((u64, u64), String);

pub(crate) struct Answers(Cache<Asked, Arc<Found>>);

impl Default for Answers {
    fn default() -> Self {
        let weight = |(_, asked): &Asked, found: &Arc<Found>| {
            u32::try_from(asked.len() + found.size() + 200).unwrap_or(u32::MAX)
        };
        Self(Cache::builder().max_capacity(REMEMBERED).weigher(weight).build())
    }
}

impl Answers {
    /// What is known already.
    pub(crate) fn known(&self, volume: &Volume, ask: &Ask, slice: &Slice) -> Option<Arc<Found>> {
        self.0.get(&asked(volume, ask, slice))
    }

    /// Finds it, or waits for whoever is finding the same.
    pub(crate) fn find(&self, volume: &Volume, ask: &Ask, slice: &Slice) -> Result<Arc<Found>, Stopped> {
        let found = self.0.try_get_with(asked(volume, ask, slice), || find(volume, ask, slice).map(Arc::new));
        found.map_err(|stopped: Arc<Stopped>| (*stopped).clone())
    }
}

fn asked(volume: &Volume, ask: &Ask, slice: &Slice) -> Asked {
    let Slice { after, most, facets, titles, until: _ } = slice;
    (volume.edition(), json!([ask, after, most, facets, titles]).to_string())
}

impl Found {
    /// About how many bytes it takes.
    fn size(&self) -> usize {
        let title = |rank: &Rank| if let Rank::Title(title) = rank { title.len() } else { 0 };
        let hits: usize = self.hits.iter().map(|(rank, _)| 48 + title(rank)).sum();
        let names = self.facets.categories.keys().map(|name| name.len() + 48).sum::<usize>();
        let values = self.facets.attributes.values().flat_map(|values| values.keys());
        hits + names + values.map(|value| value.len() + 48).sum::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use uuid::Uuid;

    use super::*;
    use crate::finding::ask::{Filters, Sort};
    use crate::index::entry::Entry;
    use crate::index::volume::Place;

    #[test]
    fn an_answer_is_remembered_until_something_else_may_be_found() {
        let folder = tempfile::tempdir().unwrap();
        let volume = Volume::begin(&folder.path().join("1"), Place::beginning(0, None)).unwrap();
        let add = || {
            let lamp = Entry { title: "Lamp".into(), status: "active".into(), ..Entry::default() };
            volume.write(vec![(Uuid::now_v7(), Some(lamp))], Place::beginning(0, None)).unwrap();
        };
        let ask = |q: &str| Ask {
            q: Some(q.into()),
            language: None,
            status: None,
            filters: Filters::default(),
            sort: Sort::Relevance,
        };
        let until = Instant::now() + Duration::from_secs(20);
        let slice = |most| Slice { after: None, most, facets: true, titles: false, until };
        let answers = Answers::default();
        add();
        let first = answers.find(&volume, &ask("lamp"), &slice(10)).unwrap();
        assert_eq!(first.total, 1);
        assert!(Arc::ptr_eq(&first, &answers.find(&volume, &ask("lamp"), &slice(10)).unwrap()));
        assert!(answers.known(&volume, &ask("lamp"), &slice(11)).is_none());
        assert_eq!(answers.find(&volume, &ask("table"), &slice(10)).unwrap().total, 0);
        add();
        assert!(answers.known(&volume, &ask("lamp"), &slice(10)).is_none());
        assert_eq!(answers.find(&volume, &ask("lamp"), &slice(10)).unwrap().total, 2);
    }
}
