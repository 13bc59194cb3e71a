//! Bindings and rules through the pages: made, changed while masked, imported by a form, tried.

use bytes::Bytes;
use http::{Request, header};
use http_body_util::Full;
use scraper::Html;

use super::super::samples::selector;
use super::system::on_record;
use super::{House, location, text};
use crate::bindings::BindingQuery;
use crate::domain::{Binding, BindingId, Role};

async fn house() -> (House, String) {
    let house = House::with_admin().await;
    let csrf = house.csrf("/apps").await;
    house.post("/apps", &[("csrf", &csrf), ("provider", "huawei-private"), ("name", "courier")]).await;
    (house, csrf)
}

fn binding(house: &House, id: u64) -> Binding {
    house.context.bindings.get(BindingId(id)).unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_binding_is_made_changed_while_masked_and_ended_by_forms() {
    let (mut house, csrf) = house().await;
    house.post("/apps", &[("csrf", &csrf), ("provider", "huawei-voice"), ("name", "alarm")]).await;
    for page in ["/bindings/new", "/bindings/import"] {
        let html = Html::parse_document(&text(&house.get(page).await));
        let first = html.select(&selector("select[name=app] option")).next().unwrap().text().collect::<String>();
        assert_eq!(first.trim(), "courier", "{page}: one whose platform asks");
    }
    let fields = [
        ("csrf", csrf.as_str()),
        ("app", "courier"),
        ("a", "138 1234 5601"),
        ("x", "17012345602"),
        ("b", "13912345603"),
        ("valid_to", "2099-01-01T08:00"),
        ("record", "true"),
        ("hint_tone", "hint.wav"),
        ("user_data", "order=7"),
    ];
    let made = house.post("/bindings", &fields).await;
    assert_eq!(made.status(), 303, "{}", text(&made));
    let page = location(&made).split('?').next().unwrap().to_owned();
    let id: u64 = page.rsplit('/').next().unwrap().parse().unwrap();
    assert_eq!(binding(&house, id).terms.valid_to.unwrap().to_string(), "2099-01-01T00:00:00Z");
    let again = house.post("/bindings", &fields).await;
    assert_eq!(again.status(), 400);
    assert!(text(&again).contains("13912345603") && text(&again).contains(&id.to_string()), "what was typed is kept");

    let shown = text(&house.get(&page).await);
    assert!(!shown.contains("13812345601") && shown.contains("+86138****5601"), "{shown}");
    let changed = house.post(&page, &[("csrf", &csrf), ("max_minutes", "30"), ("valid_to", "")]).await;
    assert_eq!(changed.status(), 303, "{}", text(&changed));
    let terms = binding(&house, id).terms;
    assert_eq!((terms.max_minutes, terms.valid_to, terms.a.national()), (Some(30), None, "13812345601"));
    assert_eq!(terms.user_data.as_deref(), Some("order=7"), "what has no box stays");
    let wrong = house.post(&page, &[("csrf", &csrf), ("max_minutes", "soon")]).await;
    assert_eq!(wrong.status(), 400);

    house.become_user("wang", Role::Viewer).await;
    let viewers = house.csrf("/bindings").await;
    assert_eq!(house.post(&page, &[("csrf", &viewers), ("max_minutes", "1")]).await.status(), 403);
    assert_eq!(house.get("/bindings/new").await.status(), 403);
    house.become_user("zhao", Role::Operator).await;
    let csrf = house.csrf(&page).await;
    let end = format!("{page}/end");
    assert_eq!(house.post(&end, &[("csrf", &csrf)]).await.status(), 400, "it asks first");
    assert_eq!(house.post(&end, &[("csrf", &csrf), ("sure", "1")]).await.status(), 303);
    assert!(binding(&house, id).ended_at.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_csv_is_imported_by_a_form_with_a_file_and_only_with_the_token() {
    let (house, csrf) = house().await;
    let upload = async |csrf: &str| {
        let body = format!(
            "--b7\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n\
             --b7\r\nContent-Disposition: form-data; name=\"app\"\r\n\r\ncourier\r\n\
             --b7\r\nContent-Disposition: form-data; name=\"file\"; filename=\"b.csv\"\r\nContent-Type: text/csv\r\n\r\n\
             a,x\r\n13812345601,17012345602\r\n13812345603,soon\r\n\r\n--b7--\r\n"
        );
        let request = Request::post("/bindings/import")
            .header(header::HOST, "localhost")
            .header(header::COOKIE, &house.cookie)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=b7");
        house.client().await.send(request.body(Full::new(Bytes::from(body))).unwrap()).await.unwrap()
    };
    assert_eq!(upload("guessed").await.status(), 403);
    assert_eq!(house.context.bindings.count().unwrap(), 0);
    let done = upload(&csrf).await;
    assert_eq!(done.status(), 200, "{}", text(&done));
    let page = Html::parse_document(&text(&done));
    let refused: String = page.select(&selector("tbody tr")).next().unwrap().text().collect();
    assert!(refused.starts_with('3') && refused.contains("X 号码（隐私号）：应为 4 到 30 位的电话号码"), "{refused}");
    let listing = house.context.bindings.list(&BindingQuery::default(), &Default::default()).unwrap();
    assert_eq!(listing.items.len(), 1);
    let pasted = [("csrf", csrf.as_str()), ("app", "courier"), ("lines", "a,x\n13812345601,17012345602\n")];
    assert!(text(&house.post("/bindings/import", &pasted).await).contains("<b>1</b>"), "it is there already");
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_are_written_moved_tried_and_brought_back_by_forms() {
    let (house, csrf) = house().await;
    let save = async |fields: &[(&str, &str)]| {
        let version = house.context.control.rules(crate::domain::AppId(1)).version.to_string();
        let all = [&[("csrf", csrf.as_str()), ("version", version.as_str())], fields].concat();
        house.post("/rules/1", &all).await
    };
    let names = || {
        let set = house.context.control.rules(crate::domain::AppId(1)).set;
        set.rules.iter().map(|rule| format!("{}{}", rule.name, if rule.off { "-" } else { "" })).collect::<Vec<_>>()
    };
    let night =
        [("do_what", "save"), ("name", "night"), ("when_time", "22:00-07:00"), ("do", "close"), ("then_tone", "n.wav")];
    assert_eq!(save(&night).await.status(), 303);
    let boss = [
        ("do_what", "save"),
        ("name", "boss"),
        ("when_caller", "13812345601"),
        ("do", "connect"),
        ("then_to", "13912345603"),
    ];
    assert_eq!(save(&boss).await.status(), 303);
    let wrong = save(&[("do_what", "save"), ("name", "third"), ("do", "connect")]).await;
    assert!(wrong.status() == 400 && text(&wrong).contains("value=\"third\""), "{}", text(&wrong));
    assert!(text(&wrong).contains("规则 3（third）的“接到”：应为带国家码的号码"), "{}", text(&wrong));
    assert_eq!(save(&[("do_what", "up"), ("rule", "2")]).await.status(), 303);
    assert_eq!(save(&[("do_what", "switch"), ("rule", "2")]).await.status(), 303);
    assert_eq!(names(), ["boss", "night-"]);
    let stale =
        house.post("/rules/1", &[("csrf", &csrf), ("version", "1"), ("do_what", "remove"), ("rule", "1")]).await;
    assert_eq!((stale.status().as_u16(), names().len()), (400, 2), "somebody was faster");

    let page = text(&house.get("/rules?app=courier").await);
    assert!(!page.contains("13912345603"), "{page}");
    let question =
        [("csrf", csrf.as_str()), ("x", "17012345602"), ("caller", "13812345601"), ("at", "2026-11-21T10:00")];
    let tried = Html::parse_document(&text(&house.post("/rules/1/try", &question).await));
    let answer: String = tried.select(&selector("pre#answer")).next().unwrap().text().collect();
    assert!(answer.contains("connect") && !answer.contains("13912345603"), "{answer}");
    assert_eq!(save(&[("do_what", "restore"), ("restore", "2")]).await.status(), 303);
    assert_eq!(names(), ["night", "boss"]);
    assert_eq!(house.get("/decisions").await.status(), 200);
    assert_eq!(house.get("/rules?app=nobody").await.status(), 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_secret_of_questions_is_made_anew_and_shown_once_where_a_rule_asks() {
    let (mut house, csrf) = house().await;
    assert!(!text(&house.get("/rules").await).contains("/rules/1/secret"), "no rule asks");
    let ask = [
        ("csrf", csrf.as_str()),
        ("version", "0"),
        ("do_what", "save"),
        ("name", "crm"),
        ("do", "ask"),
        ("then_url", "https://crm.example/"),
    ];
    assert_eq!(house.post("/rules/1", &ask).await.status(), 303);
    let present = || house.context.control.ask_secret(crate::domain::AppId(1)).unwrap().reveal().to_owned();
    let first = present();
    assert!(!text(&house.get("/rules").await).contains(&first));
    let made = Html::parse_document(&text(&house.post("/rules/1/secret", &[("csrf", &csrf)]).await));
    let shown: String = made.select(&selector("code#ask-secret")).next().unwrap().text().collect();
    assert!(shown == present() && shown != first);
    house.become_user("zhao", Role::Operator).await;
    let csrf = house.csrf("/rules").await;
    assert_eq!(house.post("/rules/1/secret", &[("csrf", &csrf)]).await.status(), 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_made_edited_and_not_removed_while_a_rule_uses_it_and_no_mask_is_saved() {
    let (mut house, csrf) = house().await;
    let lists = |house: &House| house.context.control.lists();
    let new = |name: &'static str, kind: &'static str, entries: &'static str| {
        [("csrf", csrf.clone()), ("name", name.to_owned()), ("kind", kind.to_owned()), ("entries", entries.to_owned())]
    };
    let post = async |path: &str, fields: &[(&str, String)]| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        house.post(path, &fields).await
    };
    let wrong = post("/lists", &new("\u{5e38}\u{5ba2}", "numbers", "13812345601\r\n\r\n+86138****5603\r\n")).await;
    assert!(wrong.status() == 400 && text(&wrong).contains("\u{7b2c} 3 \u{884c}"), "{}", text(&wrong));
    assert!(text(&wrong).contains("13812345601"), "what was typed is kept");
    let made = post("/lists", &new("\u{5e38}\u{5ba2}", "numbers", "13812345601\r\n1380755*\r\n")).await;
    let page = location(&made).split('?').next().unwrap().to_owned();
    assert_eq!((made.status().as_u16(), page.as_str()), (303, "/lists/%E5%B8%B8%E5%AE%A2"));
    let again = post("/lists", &new("\u{5e38}\u{5ba2}", "days", "2026-10-01")).await;
    assert_eq!((again.status().as_u16(), lists(&house)[0].entries.len()), (400, 2), "another of its name is refused");

    let masked = text(&house.get(&page).await);
    assert!(!masked.contains("13812345601") && !masked.contains("<textarea"), "{masked}");
    assert_eq!(house.post("/reveal", &[("csrf", &csrf), ("page", &page)]).await.status(), 303);
    let shown = house.page(&format!("{page}?done=saved")).await;
    let seen = shown.select(&selector("input[name=seen]")).next().unwrap().attr("value").unwrap().to_owned();
    let entries: String = shown.select(&selector("textarea")).next().unwrap().text().collect();
    assert_eq!(entries, "13812345601\n1380755*");
    let edit = |seen: &str, entries: &str| {
        [("csrf", csrf.clone()), ("seen", seen.to_owned()), ("entries", entries.to_owned())]
    };
    assert_eq!(post(&page, &edit(&seen, "13812345601\r\n")).await.status(), 303);
    assert_eq!(lists(&house)[0].entries, ["13812345601"]);
    assert_eq!(post(&page, &edit(&seen, "13812345603")).await.status(), 400, "somebody was faster");

    let rule = [
        ("csrf", csrf.as_str()),
        ("version", "0"),
        ("do_what", "save"),
        ("name", "regulars"),
        ("when_region", "\u{5e38}\u{5ba2}"),
        ("do", "close"),
    ];
    assert_eq!(house.post("/rules/1", &rule).await.status(), 303);
    let remove = format!("{page}/remove");
    assert_eq!(house.post(&remove, &[("csrf", &csrf)]).await.status(), 409);
    let index = house.page("/lists").await;
    assert!(index.select(&selector("tbody a[href='/rules?app=courier']")).next().is_some());
    let none = [("csrf", csrf.as_str()), ("version", "1"), ("do_what", "remove"), ("rule", "1")];
    assert_eq!(house.post("/rules/1", &none).await.status(), 303);
    house.become_user("wang", Role::Viewer).await;
    let viewers = house.csrf("/lists").await;
    for path in ["/lists", &page, &remove] {
        assert_eq!(house.post(path, &[("csrf", &viewers), ("name", "x"), ("entries", "1")]).await.status(), 403);
    }
    house.become_user("zhao", Role::Operator).await;
    let csrf = house.csrf("/lists").await;
    assert_eq!(house.post(&remove, &[("csrf", &csrf)]).await.status(), 303);
    assert!(lists(&house).is_empty() && house.get(&page).await.status() == 404);
    for action in ["list.change", "list.remove", "reveal"] {
        on_record(&house, action).await;
    }
}
