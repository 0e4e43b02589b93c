//! What was signed is taken once: the nonces that were used up, for all nodes of a cell.

use kernel::{Timestamp, Write, args, boxed};

use super::tenants::Registry;
use crate::Failure;

impl Registry {
    /// Uses up a nonce of a key, for all nodes; false when that was done before. It is forgotten after `until`, when what
    /// was signed with it is too old anyway.
    #[boxed]
    pub async fn spend(
        &self,
        key: &str,
        nonce: &str,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<bool, Failure> {
        let sql = "insert into nonces (key, nonce, until) values ($1, $2, $3)";
        let spend = Write::one(sql, args![key.to_owned(), nonce.to_owned(), until]);
        // One in so many also clears away what is over.
        let old = Write::any("delete from nonces where until < $1", args![now]);
        let writes = if nonce.as_bytes().last().is_some_and(|last| last % 16 == 0) {
            vec![old, spend]
        } else {
            vec![spend]
        };
        let Err(failure) = self.write(&writes).await else { return Ok(true) };
        let mut spent = false;
        let asked =
            ("select 1 from nonces where key = $1 and nonce = $2", args![key.to_owned(), nonce.to_owned()]);
        self.read(asked, &mut |_, _| {
            spent = true;
            Ok(())
        })
        .await?;
        if spent { Ok(false) } else { Err(failure) }
    }
}
