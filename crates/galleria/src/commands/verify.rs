//! `galleria verify`

use console::{CellAccess, Session};
use serde_json::json;
use store::TenantRecord;
use store::verify::Report;

pub async fn verify(
    session: &Session,
    only: Option<&str>,
    verbose: bool,
    as_json: bool,
) -> Result<u8, String> {
    let cell = session.cell(CellAccess::Look).await?;
    let tenants = cell.registry().tenants();
    if let Some(slug) = only
        && !tenants.iter().any(|tenant| tenant.slug == slug)
    {
        cell.close().await;
        return Err(format!("There is no tenant {slug:?}. `galleria tenant list` shows them."));
    }
    let (mut reports, mut verified, mut wrong) = (Vec::new(), 0, 0);
    for tenant in tenants.iter().filter(|tenant| only.is_none_or(|slug| tenant.slug == slug)) {
        // It is not here yet, or not any more: nothing is promised of it.
        if !tenant.status.is_here() {
            session.tell(&absent(tenant));
            continue;
        }
        verified += 1;
        let report = store::verify::verify(&cell.tenant(tenant.id)).await.map_err(|found| found.to_string());
        let clean = report.as_ref().is_ok_and(Report::is_clean);
        wrong += usize::from(!clean);
        if as_json {
            let (report, problem) = (report.as_ref().ok(), report.as_ref().err());
            reports
                .push(json!({ "tenant": tenant.slug, "clean": clean, "report": report, "problem": problem }));
        }
        match report {
            Ok(report) if !as_json => show(session, &tenant.slug, &report, verbose),
            Ok(_) => {}
            Err(sentence) => session.tell(&format!("{}: CANNOT BE VERIFIED. {sentence}", tenant.slug)),
        }
    }
    cell.close().await;
    if as_json {
        session.print(&json!({ "clean": wrong == 0, "tenants": reports }).to_string());
    } else {
        session.print(&verdict(verified, wrong));
    }
    Ok(u8::from(wrong > 0))
}

fn show(session: &Session, slug: &str, report: &Report, verbose: bool) {
    let rows: u64 = report.tables.iter().map(|(_, rows)| rows).sum();
    let found = match report.differences.len() {
        0 => "clean".to_owned(),
        1 => "DIFFERENT in 1 place".to_owned(),
        more => format!("DIFFERENT in {more} places"),
    };
    session.print(&format!("{slug}: {found} ({} events, {rows} rows)", report.events));
    for difference in &report.differences {
        session.print(&format!("  ! {difference}"));
    }
    if verbose {
        for (table, rows) in &report.tables {
            session.print(&format!("  {table:<24}{rows:>10} rows"));
        }
        session.print(&format!("  digest {}", report.digest));
    }
}

fn absent(tenant: &TenantRecord) -> String {
    let slug = &tenant.slug;
    match tenant.status {
        store::TenantStatus::Departed => format!(
            "{slug}: not here any more. Its move was not brought to its end: ask for the same `galleria tenant move {slug}` again."
        ),
        _ => format!(
            "{slug} ({}): not here yet. If whoever brings it died, `galleria serve` or `galleria tenant sweep` removes what is left.",
            tenant.name
        ),
    }
}

fn verdict(verified: usize, wrong: usize) -> String {
    match (verified, wrong) {
        (0, _) => "There is no tenant to verify.".to_owned(),
        (1, 0) => "Clean: the tables of 1 tenant are what its log says.".to_owned(),
        (_, 0) => format!("Clean: the tables of all {verified} tenants are what their logs say."),
        (_, wrong) => format!("NOT CLEAN: {wrong} of {verified} tenants are not what their logs say."),
    }
}
