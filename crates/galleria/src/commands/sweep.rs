//! `galleria tenant sweep`

use console::CellAccess;
use store::travel::Swept;

use crate::leftovers::{swept, told};
use crate::own_session::OwnSession;

/// `galleria tenant sweep`
pub async fn sweep(session: &OwnSession) -> Result<(), String> {
    let cell = session.cell_as_it_is(CellAccess::Change).await?;
    let result = swept(&session.config, &cell).await;
    cell.close().await;
    let swept = result?;
    swept.removed.iter().for_each(|removed| session.tell(&told(removed)));
    for name in &swept.under_way {
        session.tell(&format!("{name} is being brought in, or taken away, at this moment: left alone. (When a process dies, that is known within half a minute.)"));
    }
    for slug in &swept.departed {
        session.tell(&format!("{slug} has departed from here, and its move was not brought to its end: ask for the same `galleria tenant move {slug}` again."));
    }
    if swept == Swept::default() {
        session.tell("Nothing was left behind.");
    }
    Ok(())
}
