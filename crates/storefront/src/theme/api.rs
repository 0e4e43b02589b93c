//! The routes of the theme.

use edge::{Answer, Command, Routes, Shop, routes};
use kernel::args;
use kernel::boxed;
use serde::Serialize;
use store::{Failure, Reply, Tenant, Work};
use utoipa::ToSchema;

use super::settings::{Dressed, Set, THEME, Theme};

pub fn routes() -> Routes {
    Routes::new().routes(routes!(read_theme, set_theme))
}

#[derive(Serialize, ToSchema)]
struct ThemeView {
    #[serde(flatten)]
    theme: Theme,
    /// 0 while it is the one that every shop begins with.
    version: i64,
}

/// Reads how the shop's pages look.
#[utoipa::path(get, path = "/api/v1/theme", tag = "theme",
    responses((status = 200, description = "The theme.", body = ThemeView)),
    security(("staff" = ["theme:read"])))]
async fn read_theme(shop: Shop) -> Answer {
    let (theme, version) = theme(&shop.tenant).await?;
    shop.one(&ThemeView { theme, version }, version)
}

/// Sets how the shop's pages look; send its ETag as If-Match. Colours that not everybody could read are refused.
#[utoipa::path(put, path = "/api/v1/theme", tag = "theme", request_body = Theme,
    responses((status = 200, description = "The shop looks so now.", body = ThemeView)),
    security(("staff" = ["theme:write"])))]
async fn set_theme(ask: Command<Theme>) -> Answer {
    let seen = ask.version_required()?;
    ask.body.check()?;
    ask.run(dress(seen, ask.body.clone())).await
}

/// Has the shop look so, if it still looks as it was seen.
pub fn dress(seen: i64, theme: Theme) -> Work {
    Work::over::<Dressed>([THEME]).decide(move |desk| {
        desk.expect_version::<Dressed>(THEME, Some(seen))?;
        desk.ask::<Dressed, _>(THEME, &Set { theme: theme.clone() })?;
        let version = desk.version::<Dressed>(THEME);
        Ok(Reply::json(200, &ThemeView { theme: theme.clone(), version }).version(version))
    })
}

/// Today's theme and its version.
#[boxed]
pub async fn theme(tenant: &Tenant) -> Result<(Theme, i64), Failure> {
    let sql = "select theme, version from themes where id = $1";
    let read = tenant.row(sql, args![THEME], |row| Ok((row.get::<String>(0)?, row.get(1)?))).await?;
    let Some((text, version)) = read else { return Ok((Theme::default(), 0)) };
    let theme = serde_json::from_str(&text)
        .map_err(|error| Failure::Bug(format!("a theme that was kept cannot be read: {error}")))?;
    Ok((theme, version))
}
