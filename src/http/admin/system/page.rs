//! 系统 System: this server and its disk, journal, store and certificate.
//!
//! Shows the object that the API answers, [`System`], and nothing else. Each part has a verdict
//! in a word before its facts, so that the page can be read from across the room; what
//! `/readyz` reports is judged there, not here. What can be done from here stands in
//! [`crate::http::admin::system::actions`], each behind a page that says what will happen.

use askama::Template;
use jiff::Timestamp;

use crate::domain::{Lang, Role};
use crate::http::admin::parts::{count, size};
use crate::http::admin::reply;
use crate::http::admin::request::Request;
use crate::http::admin::system::groups::{Group, bindings, certificate, disk, journal, own_systems, program, store};
use crate::http::admin::view::{Section, View};
use crate::http::{HttpError, Response};
use crate::service::system::{DamageObject, System};

#[derive(Debug, Template)]
#[template(path = "admin/system/page.html")]
pub(crate) struct SystemPage {
    view: View,
    rebuild_asked: bool,
    problems: Vec<String>,
    groups: Vec<Group>,
    rooms: Vec<Room>,
    /// Whether there were more files than were looked at.
    rooms_cut: bool,
    damage: Vec<DamageRow>,
    /// All of the damaged lines, where not all are shown.
    damaged_in_all: Option<String>,
}

#[derive(Debug)]
struct Room {
    name: &'static str,
    what: &'static str,
    files: String,
    bytes: String,
}

#[derive(Debug)]
struct DamageRow {
    segment: String,
    line: u64,
    seq: u64,
    meaning: &'static str,
    reason: &'static str,
}

/// `GET /system`
pub(crate) fn show(request: &Request) -> Result<Response, HttpError> {
    request.require(Role::Admin)?;
    let mut view = View::of(request, Section::System);
    // A changed language must not say again that something was done.
    view.here = "/system".to_owned();
    let page = SystemPage::new(view, System::of(request.ctx()), request.now());
    reply::page(&SystemPage { rebuild_asked: request.param("done") == Some("reindex"), ..page })
}

impl SystemPage {
    fn new(view: View, system: System, now: Timestamp) -> Self {
        let lang = view.lang;
        let mut groups = vec![
            disk(lang, &system),
            journal(lang, &system.journal),
            store(lang, &system.store),
            bindings(lang, &system.bindings),
            certificate(lang, &system, now),
            program(lang, &system),
        ];
        groups.splice(0..0, own_systems(lang, &system.own_systems));
        let room = |room: &crate::service::system::Room| Room {
            name: room.name,
            what: what(lang, room.name),
            files: count(room.files),
            bytes: size(room.bytes),
        };
        let (shown, all) = (system.journal.damage.len(), system.journal.damaged);
        Self {
            view,
            rebuild_asked: false,
            problems: system.problems.iter().map(|problem| problem.text.get(lang).to_owned()).collect(),
            groups,
            rooms: system.rooms.iter().map(room).collect(),
            rooms_cut: !system.rooms_whole,
            damage: system.journal.damage.into_iter().map(|damage| DamageRow::of(lang, damage)).collect(),
            damaged_in_all: (all > shown).then(|| count(all as u64)),
        }
    }
}

impl DamageRow {
    fn of(lang: Lang, damage: DamageObject) -> Self {
        let meaning = match damage.loss {
            "nothing" => lang.t("没有记录丢失", "No record is lost"),
            "unread" => lang.t(
                "记录完整，由另一版本写入，那个版本可以读",
                "The record is whole; another version wrote it and can read it",
            ),
            "records" => lang.t("从这里起的多条记录读不出来", "Several records from here on cannot be read"),
            _ => lang.t("这一条记录读不出来", "This one record cannot be read"),
        };
        let DamageObject { segment, line, seq, reason, .. } = damage;
        Self { segment, line, seq, meaning, reason }
    }
}

fn what(lang: Lang, room: &str) -> &'static str {
    match room {
        "journal" => lang.t("收到的回调，逐字节", "what was received, byte for byte"),
        "bindings" => lang.t("绑定：谁经哪个号码找到谁", "bindings: who reaches whom through which number"),
        "state" => lang.t("应用、用户、令牌、设置", "apps, users, tokens, settings"),
        "marks" => lang.t("每个日志写到了哪里，用来发现缺失", "how far each log came: tells what is missing"),
        "store" => lang.t("索引；可以从日志重建", "what is known; can be rebuilt"),
        "recordings" => lang.t("录音文件", "archived recordings"),
        "certs" => lang.t("自签名证书", "self-signed certificates"),
        "keys" => lang.t("保护密码与密钥的密钥", "what seals secrets"),
        "torn" => lang.t("启动时移开的残尾", "torn tails set aside"),
        "tmp" => lang.t("写了一半的文件", "files being written"),
        _ => lang.t("磁盘写满时让给日志的空间", "given to the journal when the disk is full"),
    }
}

#[cfg(test)]
impl SystemPage {
    pub(crate) fn sample(lang: Lang) -> Self {
        use crate::http::admin::samples;
        use crate::service::system::ProblemObject;
        let view = View { here: "/system".to_owned(), ..View::sample(lang, Section::System) };
        let mut system = samples::system();
        let damage =
            |line, seq, reason, loss| DamageObject { segment: "000000000001".to_owned(), line, seq, reason, loss };
        system.journal.damage = vec![
            damage(88, 88, "the checksum does not match", "record"),
            damage(0, 1, "the table of frames is damaged; the records are whole", "nothing"),
        ];
        system.journal.damaged = 2;
        system.problems = vec![ProblemObject {
            code: "journal_missing",
            severity: "warning",
            message: "records 45–64 of the journal were acknowledged and are missing".to_owned(),
            text: crate::domain::Wording::new(
                "日志缺少已确认的记录，编号 45–64",
                "records 45–64 of the journal were acknowledged and are missing",
            ),
        }];
        Self::new(view, system, samples::now())
    }

    pub(crate) fn sample_empty(lang: Lang) -> Self {
        use crate::http::admin::samples;
        let view = View { here: "/system".to_owned(), ..View::sample(lang, Section::System) };
        let system = System { plain_listen: None, public_url: None, disk: None, ..samples::system() };
        Self { rebuild_asked: true, ..Self::new(view, system, samples::now()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::admin::samples::selector;

    #[test]
    fn what_a_damage_means_stands_beside_it() {
        let html = scraper::Html::parse_document(&SystemPage::sample(Lang::En).render().unwrap());
        let rows: Vec<String> = html.select(&selector("table.damage tbody tr")).map(|tr| tr.text().collect()).collect();
        assert_eq!(rows.len(), 2);
        assert!(rows[0].contains("This one record cannot be read") && rows[0].contains("checksum"), "{rows:?}");
        assert!(rows[1].contains("No record is lost"), "{rows:?}");
    }

    #[test]
    fn what_is_wrong_stands_first() {
        let html = scraper::Html::parse_document(&SystemPage::sample(Lang::Zh).render().unwrap());
        let told: Vec<String> = html.select(&selector(".notice.bad li")).map(|li| li.text().collect()).collect();
        assert_eq!(told, ["日志缺少已确认的记录，编号 45–64"]);
    }

    #[test]
    fn every_part_of_a_data_directory_is_explained() {
        let html = scraper::Html::parse_document(&SystemPage::sample(Lang::Zh).render().unwrap());
        let names: Vec<String> = html.select(&selector("table.rooms tbody code")).map(|c| c.text().collect()).collect();
        assert_eq!(names, crate::service::disk::ROOMS);
    }
}
