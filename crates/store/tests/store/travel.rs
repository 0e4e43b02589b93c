//! Backups, and what is restored from them.

use std::path::{Path, PathBuf};

use kernel::SubjectId;
use store::travel::{ArchiveWanted, Restoring, Summary, check, pack, restore};
use store::{Failure, KeyFile, Moment, Tenant};
use uuid::Uuid;

use crate::jars::{CONTEXTS, asked, asked_once, drop_coins, open_jar, open_owned};
use crate::over_both_engines;
use crate::world::{World, coins, keeper};

over_both_engines!(
    a_restored_tenant_is_what_it_was,
    a_tenant_is_restored_as_it_was_at_a_moment,
    a_restored_tenant_takes_the_place_and_the_old_one_stays_beside_it,
    an_older_backup_does_not_bring_an_erased_person_back,
    a_backup_that_was_cut_off_or_edited_changes_nothing,
    an_export_opens_with_the_key_of_the_journey_and_no_other,
);

pub async fn filled(world: &World) -> (Tenant, Uuid, SubjectId) {
    let tenant = world.tenant().await;
    let (jar, ada) = (Uuid::now_v7(), SubjectId::new());
    tenant.run(asked_once("first", "x"), open_owned(jar, ada, "Ada Lovelace")).await.unwrap();
    for _ in 0..30 {
        tenant.run(asked(), drop_coins(jar, 2)).await.unwrap();
    }
    (tenant, jar, ada)
}

pub async fn packed(world: &World, tenant: &Tenant, sealed: bool) -> (PathBuf, Summary) {
    let path = world.folder.path().join(format!("{}.parcel", Uuid::now_v7()));
    let tenants = vec![world.cell.registry().tenant(tenant.id()).unwrap()];
    let wanted = ArchiveWanted { tenants, sealed, keeper: None };
    let summary = pack(&world.cell, &path, wanted, &mut |_, _, _| {}).await.unwrap();
    (path, summary)
}

async fn restored(world: &World, path: &Path, restoring: Restoring<'_>) -> Result<Tenant, Failure> {
    let restored = restore(&world.cell, path, &restoring, &mut |_, _, _| {}).await?;
    assert_eq!(restored.len(), 1);
    Ok(world.cell.tenant(restored[0].id))
}

async fn digest(tenant: &Tenant) -> String {
    let report = store::verify::verify(tenant).await.unwrap();
    assert!(report.is_clean(), "{:?}", report.differences);
    report.digest
}

async fn a_restored_tenant_is_what_it_was(world: World) {
    for sealed in [false, true] {
        let (tenant, jar, _) = filled(&world).await;
        let (path, summary) = packed(&world, &tenant, sealed).await;
        assert_eq!((summary.tenants[0].events, summary.sealed), (31, sealed));
        let bytes = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        assert!(!bytes.contains("Lovelace"));
        // What is written afterwards is not in it.
        let before = digest(&tenant).await;
        tenant.run(asked(), drop_coins(jar, 1)).await.unwrap();
        let name = format!("again-{sealed}");
        let again =
            restored(&world, &path, Restoring { named: Some(&name), ..Restoring::default() }).await.unwrap();
        assert_eq!(digest(&again).await, before);
        assert_eq!(coins(&again, jar).await, Some(60));
        let owner =
            again.row("select owner from jars where id = $1", kernel::args![jar], |row| row.get::<String>(0));
        assert_eq!(owner.await.unwrap().as_deref(), Some("Ada Lovelace"));
        assert!(again.events(0, 1).await.unwrap()[0].event.data.contains("Ada Lovelace"));
        let repeated =
            again.run(asked_once("first", "x"), open_owned(jar, SubjectId::new(), "Eve")).await.unwrap();
        assert!(repeated.replayed && repeated.reply.body.contains("Ada"), "{repeated:?}");
        again.run(asked(), drop_coins(jar, 5)).await.unwrap();
        assert_eq!(again.stream(jar, 0, 100).await.unwrap().len(), 32);
        digest(&again).await;
    }
}

async fn a_tenant_is_restored_as_it_was_at_a_moment(world: World) {
    let (tenant, jar, _) = filled(&world).await;
    let (path, _) = packed(&world, &tenant, false).await;
    let then = Restoring { named: Some("then"), until: Some(Moment::Position(11)), ..Restoring::default() };
    let then = restored(&world, &path, then).await.unwrap();
    assert_eq!((then.head().await.unwrap(), coins(&then, jar).await), (11, Some(20)));
    digest(&then).await;
    let time = tenant.events(4, 1).await.unwrap()[0].event.recorded;
    let then = Restoring { named: Some("earlier"), until: Some(Moment::Time(time)), ..Restoring::default() };
    assert!((5..=31).contains(&restored(&world, &path, then).await.unwrap().head().await.unwrap()));
}

async fn a_restored_tenant_takes_the_place_and_the_old_one_stays_beside_it(world: World) {
    let (tenant, jar, _) = filled(&world).await;
    let registry = world.cell.registry();
    registry.create_key(tenant.id(), "till", "admin", "gal_secret", crate::jars::now(), None).await.unwrap();
    let (path, _) = packed(&world, &tenant, false).await;
    tenant.run(asked(), drop_coins(jar, 1)).await.unwrap();
    let slug = registry.tenant(tenant.id()).unwrap().slug.clone();
    let refused = restored(&world, &path, Restoring::default()).await.err();
    assert!(matches!(&refused, Some(Failure::Refused(why)) if why.contains("already")), "{refused:?}");
    let again = restored(&world, &path, Restoring { replace: true, ..Restoring::default() }).await.unwrap();
    assert_eq!(registry.by_slug(&slug).unwrap().id, again.id());
    assert_eq!(registry.key("gal_secret", crate::jars::now()).unwrap().tenant, again.id());
    let beside = registry.tenant(tenant.id()).unwrap();
    assert!(beside.slug.starts_with("replaced-") && beside.status == store::TenantStatus::Suspended);
    assert_eq!((coins(&again, jar).await, coins(&tenant, jar).await), (Some(60), Some(61)));
}

async fn an_older_backup_does_not_bring_an_erased_person_back(world: World) {
    let (tenant, jar, ada) = filled(&world).await;
    let (path, _) = packed(&world, &tenant, false).await;
    tenant.erase(ada, asked()).await.unwrap();
    let (younger, _) = packed(&world, &tenant, false).await;
    for (name, path) in [("older", path), ("younger", younger)] {
        let again =
            restored(&world, &path, Restoring { named: Some(name), ..Restoring::default() }).await.unwrap();
        let owner =
            again.row("select owner from jars where id = $1", kernel::args![jar], |row| row.get::<String>(0));
        assert_eq!(owner.await.unwrap().as_deref(), Some(""), "{name}");
        let events = again.events(0, 100).await.unwrap();
        assert!(events.iter().all(|recorded| !recorded.event.data.contains("Ada")), "{name}");
        assert_eq!(events.iter().filter(|recorded| recorded.event.kind == "subject.erased").count(), 1);
        let key =
            again.row("select wrapped from subject_keys where subject = $1", kernel::args![ada], |row| {
                row.get::<Option<Vec<u8>>>(0)
            });
        assert_eq!(key.await.unwrap(), Some(None), "{name}: a destroyed key is there again");
        digest(&again).await;
    }
}

async fn a_backup_that_was_cut_off_or_edited_changes_nothing(world: World) {
    let (tenant, _, _) = filled(&world).await;
    for sealed in [false, true] {
        let (path, _) = packed(&world, &tenant, sealed).await;
        let whole = std::fs::read(&path).unwrap();
        let before = world.cell.registry().tenants().len();
        let header = whole.iter().enumerate().filter(|(_, byte)| **byte == b'\n').nth(1).unwrap().0;
        let mut damaged = vec![
            b"".to_vec(),
            b"hello\n".to_vec(),
            whole[..whole.len() - 1].to_vec(),
            whole[..header + 1].to_vec(),
            [whole.clone(), b"more".to_vec()].concat(),
            [b"galleria-parcel 2\n".to_vec(), whole[18..].to_vec()].concat(),
        ];
        let step = whole.len() / 60;
        for at in (0..whole.len()).step_by(step.max(1)) {
            let mut edited = whole.clone();
            edited[at] ^= 1;
            damaged.push(edited);
        }
        for bytes in damaged {
            std::fs::write(&path, &bytes).unwrap();
            let refused =
                restored(&world, &path, Restoring { named: Some("x"), ..Restoring::default() }).await.err();
            assert!(matches!(refused, Some(Failure::Unusable(_))), "{refused:?}");
            assert_eq!(world.cell.registry().tenants().len(), before);
        }
    }
}

async fn an_export_opens_with_the_key_of_the_journey_and_no_other(world: World) {
    let (tenant, jar, _) = filled(&world).await;
    let at = |name: &str| world.folder.path().join(name);
    let (journey, other) = (KeyFile::make(&at("journey")).unwrap(), KeyFile::make(&at("other")).unwrap());
    let tenants = vec![world.cell.registry().tenant(tenant.id()).unwrap()];
    let wanted = ArchiveWanted { tenants, sealed: true, keeper: Some(&journey) };
    pack(&world.cell, &at("export"), wanted, &mut |_, _, _| {}).await.unwrap();
    let refused = check(CONTEXTS, &at("export"), &other).await.unwrap_err();
    assert!(refused.to_string().contains("--key-file"), "{refused}");
    assert!(check(CONTEXTS, &at("export"), &*keeper().unwrap()).await.is_err());
    let elsewhere = World::embedded().await;
    let restoring = Restoring { keeper: Some(&journey), ..Restoring::default() };
    let again = restored(&elsewhere, &at("export"), restoring).await.unwrap();
    assert_eq!(coins(&again, jar).await, Some(60));
    assert_eq!(again.id(), tenant.id());
    again.run(asked(), open_jar(Uuid::now_v7())).await.unwrap();
    digest(&again).await;
}
