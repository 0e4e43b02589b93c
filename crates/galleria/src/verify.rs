//! `galleria verify`

use serde_json::json;
use store::verify::Report;

use crate::session::Session;

pub async fn verify(session: &Session, only: Option<&str>, as_json: bool) -> Result<u8, String> {
    let cell = session.cell(false).await?;
    let tenants = cell.registry().tenants();
    if let Some(slug) = only
        && !tenants.iter().any(|tenant| tenant.slug == slug)
    {
        return Err(format!("There is no tenant {slug:?}. `galleria tenant list` shows them."));
    }
    let (mut reports, mut clean) = (Vec::new(), true);
    for tenant in tenants.iter().filter(|tenant| only.is_none_or(|slug| tenant.slug == slug)) {
        let report = store::verify::verify(&cell.tenant(tenant.id))
            .await
            .map_err(|failure| format!("{}: {failure}", tenant.slug))?;
        clean &= report.is_clean();
        if as_json {
            reports.push(json!({ "tenant": tenant.slug, "clean": report.is_clean(), "report": report }));
        } else {
            show(session, &tenant.slug, &report);
        }
    }
    cell.close().await;
    if as_json {
        session.print(&json!({ "clean": clean, "tenants": reports }).to_string());
    } else if tenants.is_empty() {
        session.tell("There is no tenant to verify.");
    }
    Ok(u8::from(!clean))
}

fn show(session: &Session, slug: &str, report: &Report) {
    session.print(&format!(
        "{slug}: {} events, {}",
        report.events,
        if report.is_clean() { "clean" } else { "DIFFERENT" }
    ));
    for (table, rows) in &report.tables {
        session.print(&format!("  {table:<24}{rows:>10} rows"));
    }
    for difference in &report.differences {
        session.print(&format!("  ! {difference}"));
    }
    session.print(&format!("  digest {}", report.digest));
}
