//! Where the events of one stream lie in the log.
//!
//! An index over all streams is written at as many places as there are streams with news, and so it ages with the log.
//! Therefore an event says itself where the one before it lies, and now and then where one far before it does: its version
//! without the lowest bit. Any version is reached by few steps from the newest (150 in a stream of 100,000), which the stream's state knows. What
//! was written before there were trails, and a log that travelled here, stays in the index, where a trail leads to it.

/// The places of a stream's newest event, of that one's version without its lowest bit, of that one's again, …, the
/// newest last. Of a stream whose older events are in the index the oldest of them are missing.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Trail(Vec<i64>);

/// What an event says of those before it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Link {
    /// 0 for a stream's first.
    pub(super) previous: i64,
    /// The version without its lowest bit, unless that is the previous one, or is not known.
    pub(super) jump: Option<i64>,
}

impl Trail {
    /// Of a stream of whose events only the newest is known.
    pub(super) fn from(position: i64) -> Self {
        Self(vec![position])
    }

    pub(super) fn decode(text: &str) -> Self {
        Self(text.split(' ').rev().filter_map(|place| place.parse().ok()).collect())
    }

    /// The newest first, because that is what a number is read from.
    pub(super) fn encode(&self) -> String {
        let places: Vec<String> = self.0.iter().rev().map(ToString::to_string).collect();
        places.join(" ")
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The event with this version, which is the next one, lies at a position.
    pub(super) fn goes_on(&mut self, version: i64, position: i64) -> Link {
        let previous = self.0.last().copied().unwrap_or(0);
        // As in counting: the ones at the end of the number before became zeros.
        let passed = version.trailing_zeros() as usize;
        self.0.truncate(self.0.len().saturating_sub(passed));
        let jump = if passed == 0 { None } else { self.0.last().copied() };
        self.0.push(position);
        Link { previous, jump }
    }
}

/// Of a stream, `$1`, columns of the events after a version, `$2`, in order, `$3` of them at the most.
pub(in crate::engine) fn of_stream(columns: &str) -> String {
    format!(
        "with recursive trail (position, version, previous, jump) as (
            select e.position, e.version, e.previous, e.jump
            from states s join events e on e.position = cast(s.trail as integer) where s.id = $1
            union all
            select e.position, e.version, e.previous, e.jump from trail t join events e on e.position = case
                when t.jump is not null and (t.version & (t.version - 1)) >= $2 + $3 then t.jump
                else t.previous end
            where t.version > $2 + 1 and t.previous is not null
         )
         select {columns} from events where position in
            (select position from trail where version > $2 and version <= $2 + $3 and previous is not null)
         union all
         select {columns} from events where stream_id = $1 and version > $2 and previous is null
         order by version limit $3"
    )
}

/// The positions of events, and of the newest events of streams, from which a trail leads astray.
pub(in crate::engine) const ASTRAY: &str = "
    select e.position from events e where e.previous = 0 and e.version > 1
    union all
    select e.position from events e where e.previous is null and e.version > 1 and not exists
        (select 1 from events i where i.stream_id = e.stream_id and i.version = e.version - 1 and i.previous is null)
    union all
    select e.position from events e left join events p on p.position = e.previous
    where e.previous > 0 and (p.stream_id, p.version) is not (e.stream_id, e.version - 1)
    union all
    select e.position from events e left join events p on p.position = e.jump
    where e.jump is not null and (p.stream_id, p.version) is not (e.stream_id, e.version & (e.version - 1))
    union all
    select coalesce(cast(s.trail as integer), 0) from states s left join events e on e.position = cast(s.trail as integer)
    where (e.stream_id, e.version) is not (s.id, s.version) and not exists
        (select 1 from events i where i.stream_id = s.id and i.version = s.version and i.previous is null)";

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;

    /// A log of one stream among others; the first `indexed` of its events are in the index.
    fn log(versions: i64, indexed: i64) -> Connection {
        let file = Connection::open_in_memory().unwrap();
        file.execute_batch("begin").unwrap();
        file.execute_batch(include_str!("log.sql")).unwrap();
        file.execute_batch(include_str!("log-5.sql")).unwrap();
        let mut trail = Trail::default();
        for version in 1..=versions {
            let position = version * 3;
            if version == indexed + 1 && indexed > 0 {
                trail = Trail::from(indexed * 3);
            }
            let link = (version > indexed).then(|| trail.goes_on(version, position));
            let (previous, jump) = link.map_or((None, None), |link| (Some(link.previous), link.jump));
            file.execute(
                "insert into events values (?1, x'', 'jar', x'01', ?2, '', 1, '', x'', x'', null, 0, 0, '', ?3, ?4)",
                (position, version, previous, jump),
            )
            .unwrap();
        }
        let trail = (!trail.is_empty()).then(|| trail.encode());
        file.execute("insert into states values (x'01', 'jar', ?1, '', ?2)", (versions, trail)).unwrap();
        file
    }

    fn found(file: &Connection, after: i64, limit: i64) -> Vec<i64> {
        let mut statement = file.prepare_cached(&of_stream("version, position")).unwrap();
        let rows = statement.query_map(([1_u8], after, limit), |row| row.get("version")).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    }

    #[test]
    fn every_part_of_a_stream_is_found_wherever_the_index_ends() {
        for versions in 0..=40 {
            for indexed in [0, 1, 2, 7, 8, 13, versions].into_iter().filter(|indexed| *indexed <= versions) {
                let file = log(versions, indexed);
                for after in 0..=versions {
                    for limit in [1, 2, 5, 100, i64::MAX] {
                        let last = versions.min(after.saturating_add(limit));
                        let expected: Vec<i64> = (after + 1..=last).collect();
                        assert_eq!(
                            found(&file, after, limit),
                            expected,
                            "{limit} after {after} of {versions}, {indexed} of them in the index"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn a_trail_that_leads_astray_is_told() {
        let file = log(12, 5);
        let astray = |file: &Connection| -> Vec<i64> {
            let mut statement = file.prepare(ASTRAY).unwrap();
            let rows = statement.query_map([], |row| row.get(0)).unwrap();
            rows.collect::<Result<_, _>>().unwrap()
        };
        assert_eq!(astray(&file), [0; 0]);
        file.execute_batch("update events set previous = 0 where version = 9").unwrap();
        assert_eq!(astray(&file), [27]);
        file.execute_batch("update events set previous = 3 where version = 9").unwrap();
        assert_eq!(astray(&file), [27]);
        file.execute_batch(
            "update events set previous = 24 where version = 9; update states set trail = null",
        )
        .unwrap();
        assert_eq!(astray(&file), [0]);
    }

    #[test]
    fn few_steps_lead_from_the_newest_event_of_a_long_stream_to_any_other() {
        /// Of the longest stream's last version, written in zeros and ones.
        const DIGITS: i32 = 17;
        let (mut trail, mut links) = (Trail::default(), vec![]);
        for version in 1..=100_000 {
            links.push(trail.goes_on(version, version));
        }
        for wanted in (1..=100_000).step_by(97) {
            let (mut at, mut steps) = (100_000_i64, 0);
            while at > wanted {
                let Link { previous, jump } = &links[at as usize - 1];
                at = jump.filter(|jump| *jump >= wanted).unwrap_or(*previous);
                steps += 1;
            }
            assert!(steps <= DIGITS * (DIGITS + 1) / 2, "{steps} steps to {wanted}");
        }
        assert_eq!(Trail::decode(&trail.encode()), trail);
    }
}
