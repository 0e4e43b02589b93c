//! Where a page of a list ends and the next begins.
//!
//! To a caller it is opaque. It holds the sort key of the last row, and a checksum over list, filters and key: not
//! against attackers, who would only see other rows of their own tenant, but against mistakes, such as a cursor that
//! is used with other filters and would silently skip rows.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::{Check, Problem};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::problems::CURSOR_INVALID;

pub struct Cursor;

const CHECKSUM: usize = 8;

impl Cursor {
    /// `filters` is whatever must stay the same from page to page.
    pub fn encode(list: &str, filters: &impl Serialize, key: &impl Serialize) -> String {
        let key = serde_json::to_vec(key).expect("a sort key has no failing serializers");
        let mut bytes = checksum(list, filters, &key).to_vec();
        bytes.extend(key);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    pub fn decode<K: DeserializeOwned>(
        list: &str,
        filters: &impl Serialize,
        text: &str,
    ) -> Result<K, Problem> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| invalid())?;
        let (sum, key) = bytes.split_at_checked(CHECKSUM).ok_or_else(invalid)?;
        if sum != checksum(list, filters, key) {
            return Err(invalid());
        }
        serde_json::from_slice(key).map_err(|_| invalid())
    }

    /// The size of a page: 20 unless the caller says otherwise, 100 at the most.
    pub fn limit(asked: Option<i64>) -> Result<usize, Problem> {
        let limit = asked.unwrap_or(20);
        let mut check = Check::default();
        check.that((1..=100).contains(&limit), "limit", "a page has 1 to 100 items");
        check.done()?;
        Ok(usize::try_from(limit).unwrap_or(20))
    }
}

fn checksum(list: &str, filters: &impl Serialize, key: &[u8]) -> [u8; CHECKSUM] {
    let filters = serde_json::to_vec(filters).expect("filters have no failing serializers");
    let digest = Sha256::new()
        .chain_update(list)
        .chain_update([0])
        .chain_update(filters)
        .chain_update([0])
        .chain_update(key)
        .finalize();
    let mut sum = [0; CHECKSUM];
    sum.copy_from_slice(&digest[..CHECKSUM]);
    sum
}

fn invalid() -> Problem {
    CURSOR_INVALID
        .says("This cursor does not belong to this list with these filters. Start again without a cursor.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_cursor_leads_back_to_its_row(list in "[a-z]{1,9}", filter: Option<String>, key: (i64, String)) {
            let text = Cursor::encode(&list, &filter, &key);
            prop_assert_eq!(Cursor::decode::<(i64, String)>(&list, &filter, &text).unwrap(), key);
        }

        #[test]
        fn an_edited_cursor_is_refused(key: i64, at in 0usize..10, letter in "[A-Za-z0-9_-]") {
            let text = Cursor::encode("orders", &(), &key);
            let mut edited = text.clone();
            let at = at.min(edited.len() - 1);
            edited.replace_range(at..=at, &letter);
            prop_assume!(edited != text);
            prop_assert!(Cursor::decode::<i64>("orders", &(), &edited).is_err());
        }

        #[test]
        fn any_text_is_refused_without_a_panic(text in ".{0,40}") {
            prop_assert!(Cursor::decode::<i64>("orders", &(), &text).is_err());
        }
    }

    #[test]
    fn a_cursor_of_other_filters_or_another_list_is_refused() {
        let text = Cursor::encode("orders", &"placed", &7);
        assert!(Cursor::decode::<i64>("orders", &"shipped", &text).is_err());
        assert!(Cursor::decode::<i64>("products", &"placed", &text).is_err());
    }
}
