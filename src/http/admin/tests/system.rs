//! The system page, its actions and the tail of the log, by a browser's ways through them.

use std::time::Instant;

use tokio::sync::broadcast::Receiver;
use tracing::Level;

use super::super::samples::selector;
use super::{House, PASSWORD, location, text};
use crate::domain::{AppId, Role, Scope, Secret};
use crate::http::testing::SOON;
use crate::state::{Author, NewUser, Visit};
use crate::store::{AuditQuery, Change, Filter, Page};

/// Every address of this room that is read.
const READ: [&str; 4] = ["/system", "/system/log", "/system/backup?dest=/srv/copy", "/system/reindex"];

async fn receive_callback(house: &House) {
    let csrf = house.csrf("/apps").await;
    house.post("/apps", &[("csrf", &csrf), ("provider", "huawei-private"), ("name", "courier")]).await;
    house.receive_samples(AppId(1), |name| name == "fee-axb").await;
    house.settled(1).await;
}

/// Waits until the projector tells of a callback.
async fn projected(changes: &mut Receiver<Change>) {
    let told = async { while !matches!(changes.recv().await, Ok(Change::Callback(_))) {} };
    tokio::time::timeout(SOON, told).await.expect("the projector comes to the callback");
}

/// Waits for an entry in the trail.
pub(super) async fn on_record(house: &House, action: &str) {
    let query = AuditQuery { action: Filter::any(vec![action.to_owned()]), ..AuditQuery::default() };
    let deadline = Instant::now() + SOON;
    while house.context.store.audit(&query, &Page { limit: 1, cursor: None }).unwrap().items.is_empty() {
        assert!(Instant::now() < deadline, "{action} is not on record");
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_shows_what_was_logged_by_level_and_without_numbers() {
    let house = House::with_admin().await;
    let (log, now) = (&house.context.server.log, house.context.clock.now());
    log.push(now, Level::INFO, "ringback::run", "listening");
    log.push(now, Level::WARN, "ringback::http", "refused from=13812340021");
    let rows = async |path: &str| -> Vec<String> {
        let page = house.page(path).await;
        page.select(&selector("table.log tbody tr")).map(|row| row.text().collect()).collect()
    };
    let all = rows("/system/log").await;
    assert_eq!(all.len(), 2);
    assert!(all[0].contains("refused from=138****0021") && all[1].contains("listening"), "{all:?}");
    let dropped = async || house.page("/system/log").await.select(&selector("p.notice.bad")).count();
    assert_eq!(dropped().await, 0);
    log.count_dropped(|| 7);
    assert_eq!(dropped().await, 1);
    assert_eq!(rows("/system/log?level=warn").await.len(), 1);
    assert_eq!(rows("/system/log?cursor=2").await.len(), 1);
    assert_eq!(rows("/system/log?level=error").await.len(), 0);
    for wrong in ["/system/log?level=loud", "/system/log?cursor=x"] {
        assert_eq!(house.get(wrong).await.status(), 400, "{wrong}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_and_an_administrator_of_some_apps_see_nothing_of_the_system() {
    let mut house = House::with_admin().await;
    receive_callback(&house).await;
    house.context.server.log.push(house.context.clock.now(), Level::WARN, "ringback", "a line of the log");
    let person =
        |name: &str, role, scope| NewUser { name: name.to_owned(), role, scope, password: Secret::new(PASSWORD) };
    for new in [
        person("wang", Role::Viewer, Scope::All),
        person("zhao", Role::Operator, Scope::All),
        person("li", Role::Admin, Scope::Apps([AppId(1)].into())),
    ] {
        let name = new.name.clone();
        house.context.state.add_user_within(&Author::of_tests(), new).await.unwrap();
        let (cookie, _) =
            house.context.state.log_in(&Visit::of_tests(), &name, &Secret::new(PASSWORD)).await.unwrap().unwrap();
        house.cookie = format!("__Host-ringback_login={}", cookie.reveal());
        let csrf = house.csrf("/").await;
        for path in READ.into_iter().chain(["/api/v1/system", "/api/v1/system/log"]) {
            let refused = house.get(path).await;
            assert_eq!(refused.status(), 403, "{name}: {path}");
            assert!(!text(&refused).contains("a line of the log"));
        }
        for path in ["/system/backup", "/system/reindex"] {
            let refused = house.post(path, &[("csrf", &csrf), ("dest", "/srv/copy")]).await;
            assert_eq!(refused.status(), 403, "{name}: {path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_asked_for_confirmed_and_on_record() {
    let house = House::with_admin().await;
    let outside = tempfile::tempdir().unwrap();
    let dest = outside.path().join("copy");
    let path = dest.to_str().unwrap();
    let asked = house.page(&format!("/system/backup?dest={path}")).await;
    assert_eq!(asked.select(&selector("input#dest")).next().unwrap().attr("value"), Some(path));
    assert!(!dest.exists(), "asking copies nothing");
    let csrf = house.csrf("/system").await;
    let made = house.post("/system/backup", &[("csrf", &csrf), ("dest", path)]).await;
    assert_eq!(made.status(), 200, "{}", text(&made));
    assert!(dest.join("journal").is_dir() && !dest.join("store").exists());
    on_record(&house, "system.backup").await;
    for (wrong, said) in [(path, "不是空的"), ("copy", "完整路径"), ("", "完整路径")] {
        let refused = house.post("/system/backup", &[("csrf", &csrf), ("dest", wrong)]).await;
        assert_eq!(refused.status(), 400, "{wrong}");
        assert!(text(&refused).contains(said), "{wrong}");
    }
    assert_eq!(house.get("/system/backup?dest=copy").await.status(), 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_is_asked_for_confirmed_and_on_record() {
    let house = House::with_admin().await;
    let mut changes = house.context.store.changes();
    receive_callback(&house).await;
    projected(&mut changes).await;
    let asked = house.page("/system/reindex").await;
    assert!(asked.select(&selector("form[method=post][action='/system/reindex']")).next().is_some());
    while let Ok(change) = changes.try_recv() {
        assert!(!matches!(change, Change::Callback(_)), "asking rebuilds nothing");
    }
    let csrf = house.csrf("/system").await;
    let done = house.post("/system/reindex", &[("csrf", &csrf)]).await;
    assert_eq!((done.status().as_u16(), location(&done)), (303, "/system?done=reindex"));
    projected(&mut changes).await;
    on_record(&house, "system.reindex").await;
    house.page("/system?done=reindex").await;
}
