//! `galleria migrate`

use console::CellAccess;

use crate::modules;
use crate::own_session::OwnSession;

pub async fn migrate(session: &OwnSession, app_role: Option<&str>) -> Result<(), String> {
    if let Some(url) = &session.config.database_url {
        let role =
            app_role.ok_or("Say which role the application will sign in with: --app-role galleria_app.")?;
        let password = std::env::var("GALLERIA_APP_PASSWORD").ok();
        store::prepare_server(url, role, password.as_deref(), &modules::CONTEXTS)
            .await
            .map_err(|failure| failure.to_string())?;
        session.tell(&format!("The database is up to date. Serve it as {role}."));
        return Ok(());
    }
    let cell = session.cell(CellAccess::Change).await?;
    let mut told = 0;
    let progress = &mut |done: usize, all: usize| {
        if done == all || done >= told + 100 {
            told = done;
            session.tell(&format!("{done} of {all} tenants are up to date."));
        }
    };
    let result = cell.migrate(progress).await.map_err(|failure| failure.to_string());
    cell.close().await;
    result
}
