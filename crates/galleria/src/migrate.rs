//! `galleria migrate`

use crate::config::Config;
use crate::{app, tell};

pub async fn migrate(config: &Config, app_role: Option<&str>) -> Result<(), String> {
    if let Some(url) = &config.database_url {
        let role =
            app_role.ok_or("Say which role the application will sign in with: --app-role galleria_app.")?;
        let password = std::env::var("GALLERIA_APP_PASSWORD").ok();
        store::migrate::prepare_server(url, role, password.as_deref(), app::CONTEXTS)
            .await
            .map_err(|failure| failure.to_string())?;
        tell(&format!("The database is up to date. Serve it as {role}."));
        return Ok(());
    }
    let cell = app::open_cell(config, true).await?;
    let mut told = 0;
    let progress = &mut |done: usize, all: usize| {
        if done == all || done >= told + 100 {
            told = done;
            tell(&format!("{done} of {all} tenants are up to date."));
        }
    };
    let result = cell.migrate(progress).await.map_err(|failure| failure.to_string());
    cell.close().await;
    result
}
