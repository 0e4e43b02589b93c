//! `galleria verify`

use std::process::ExitCode;

use serde_json::json;
use store::verify::Report;

use crate::config::Config;
use crate::{app, print, tell};

pub async fn verify(config: &Config, only: Option<&str>, as_json: bool) -> Result<ExitCode, String> {
    let cell = app::open_cell(config, false).await?;
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
            show(&tenant.slug, &report);
        }
    }
    cell.close().await;
    if as_json {
        print(&json!({ "clean": clean, "tenants": reports }).to_string());
    } else if tenants.is_empty() {
        tell("There is no tenant to verify.");
    }
    Ok(if clean { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn show(slug: &str, report: &Report) {
    print(&format!(
        "{slug}: {} events, {}",
        report.events,
        if report.is_clean() { "clean" } else { "DIFFERENT" }
    ));
    for (table, rows) in &report.tables {
        print(&format!("  {table:<24}{rows:>10} rows"));
    }
    for difference in &report.differences {
        print(&format!("  ! {difference}"));
    }
    print(&format!("  digest {}", report.digest));
}
