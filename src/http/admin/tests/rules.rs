//! Rules through the page: two people at once, questions tried, versions looked back at.

use http::Response;
use scraper::Html;

use super::super::samples::selector;
use super::{House, location, text};
use crate::domain::AppId;

/// A house with an app whose platform asks, and rules of these names that close calls.
async fn house(names: &[&str]) -> (House, String) {
    let house = House::with_admin().await;
    let csrf = house.csrf("/apps").await;
    house.post("/apps", &[("csrf", &csrf), ("provider", "huawei-private"), ("name", "courier")]).await;
    for name in names {
        let made = save(&house, &csrf, &[("name", name), ("do", "close")]).await;
        assert_eq!(made.status(), 303, "{}", text(&made));
    }
    (house, csrf)
}

/// Sends a rule from the present version.
async fn save(house: &House, csrf: &str, fields: &[(&str, &str)]) -> Response<bytes::Bytes> {
    let version = version(house);
    let fixed = [("csrf", csrf), ("version", version.as_str()), ("do_what", "save")];
    house.post("/rules/1", &[&fixed, fields].concat()).await
}

fn version(house: &House) -> String {
    house.context.control.rules(AppId(1)).version.to_string()
}

fn names(house: &House) -> Vec<String> {
    house.context.control.rules(AppId(1)).set.rules.into_iter().map(|rule| rule.name).collect()
}

/// What the form of the page holds in its boxes, as a browser would send it.
fn form(page: &Html) -> Vec<(String, String)> {
    let fields = selector("form.rule input:not([type=checkbox]), form.rule input[checked]");
    let value = |name: &str, value: Option<&str>| (name.to_owned(), value.unwrap_or_default().to_owned());
    let typed = page.select(&fields).map(|field| value(field.attr("name").unwrap(), field.attr("value")));
    let (lists, options) = (selector("form.rule select"), selector("option[selected]"));
    let chosen = page.select(&lists).map(|list| {
        let option = list.select(&options).next();
        value(list.attr("name").unwrap(), option.and_then(|option| option.attr("value")))
    });
    typed.chain(chosen).chain([("do_what".to_owned(), "save".to_owned())]).collect()
}

async fn send(house: &House, form: &[(String, String)]) -> Response<bytes::Bytes> {
    let fields: Vec<_> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    house.post("/rules/1", &fields).await
}

/// Opens a rule's form and changes its name there.
async fn renamed(house: &House, number: usize, name: &str) -> Vec<(String, String)> {
    let page = house.page(&format!("/rules?app=courier&edit={number}")).await;
    let mut form = form(&page);
    form.iter_mut().find(|(field, _)| field == "name").unwrap().1 = name.to_owned();
    form
}

/// What the page says is wrong, and over which form.
fn problem(refused: &Response<bytes::Bytes>) -> (String, String, Html) {
    let page = Html::parse_document(&text(refused));
    let said = |css: &str| page.select(&selector(css)).next().map(|e| e.text().collect()).unwrap_or_default();
    (said(".notice.bad"), said("h2#rule"), page)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_that_was_being_edited_while_others_moved_is_saved_in_its_own_place() {
    let (house, csrf) = house(&["a", "b", "c"]).await;
    let edit = renamed(&house, 2, "bravo").await;
    let version = version(&house);
    let removed =
        house.post("/rules/1", &[("csrf", &csrf), ("version", &version), ("do_what", "remove"), ("rule", "1")]).await;
    assert_eq!(removed.status(), 303);
    let (said, heading, page) = problem(&send(&house, &edit).await);
    assert!(said.contains("替换“b”") && heading.contains("编辑规则 1 · b"), "{said} {heading}");
    assert_eq!(names(&house), ["b", "c"], "nothing is saved yet");
    let again = send(&house, &form(&page)).await;
    assert_eq!(again.status(), 303, "{}", text(&again));
    assert_eq!(names(&house), ["bravo", "c"], "and not the rule that stands at its former place");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_that_was_removed_while_it_was_edited_takes_no_others_place_and_may_be_added_anew() {
    let (house, csrf) = house(&["a", "b", "c"]).await;
    let edit = renamed(&house, 2, "bravo").await;
    let version = version(&house);
    house.post("/rules/1", &[("csrf", &csrf), ("version", &version), ("do_what", "remove"), ("rule", "2")]).await;
    let (said, heading, page) = problem(&send(&house, &edit).await);
    assert!(said.contains("“b”") && said.contains("新规则") && heading == "添加规则", "{said} {heading}");
    assert_eq!(send(&house, &form(&page)).await.status(), 303);
    assert_eq!(names(&house), ["a", "c", "bravo"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_on_a_rule_of_an_older_version_does_nothing_and_says_so() {
    let (house, csrf) = house(&["a", "b", "c"]).await;
    for what in ["up", "down", "switch", "remove"] {
        let old = house.post("/rules/1", &[("csrf", &csrf), ("version", "2"), ("do_what", what), ("rule", "9")]).await;
        let (said, ..) = problem(&old);
        assert!(old.status() == 400 && said.contains("没有做"), "{what}: {said}");
    }
    assert_eq!((names(&house), version(&house)), (vec!["a".into(), "b".into(), "c".into()], "3".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_move_the_page_opens_at_the_button_that_moves_the_rule_on() {
    let (house, csrf) = house(&["a", "b", "c"]).await;
    let mut moved = Vec::new();
    for (what, rule) in [("down", "1"), ("down", "2"), ("up", "3"), ("up", "2"), ("switch", "2")] {
        let version = version(&house);
        let done =
            house.post("/rules/1", &[("csrf", &csrf), ("version", &version), ("do_what", what), ("rule", rule)]).await;
        let focus = location(&done).split_once('#').unwrap().1.to_owned();
        let page = house.page("/rules?app=courier").await;
        assert!(page.select(&selector(&format!("button#{focus}"))).next().is_some(), "{focus}");
        moved.push(focus);
    }
    assert_eq!(moved, ["down-2", "up-3", "up-2", "down-1", "switch-2"]);
}

const X: &str = "17012345602";
const CALLER: &str = "13812345601";

/// The rules of a house in which calls are connected to a number.
async fn connecting() -> (House, String) {
    let (house, csrf) = house(&[]).await;
    let made = save(&house, &csrf, &[("name", "boss"), ("do", "connect"), ("then_to", "13912345603")]).await;
    assert_eq!(made.status(), 303, "{}", text(&made));
    (house, csrf)
}

fn answer(page: &Html) -> String {
    page.select(&selector("pre#answer")).next().map(|pre| pre.text().collect()).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_exact_answer_to_a_question_that_was_tried_is_shown_once_that_is_on_record() {
    let (house, csrf) = connecting().await;
    let question = [("csrf", csrf.as_str()), ("x", X), ("caller", CALLER), ("at", "2026-11-21T10:00")];
    let masked = Html::parse_document(&text(&house.post("/rules/1/try", &question).await));
    assert!(answer(&masked).contains("connect") && !answer(&masked).contains("13912345603"), "{}", answer(&masked));
    let here = masked.select(&selector("form.reveal input[name=page]")).next().unwrap().attr("value").unwrap();
    let shown = house.post("/reveal", &[("csrf", &csrf), ("page", here)]).await;
    assert_eq!((shown.status().as_u16(), location(&shown)), (303, here));
    let again = house.page(here.split('#').next().unwrap()).await;
    assert!(answer(&again).contains("\"calleeNum\":\"+8613912345603\""), "{}", answer(&again));
    let typed = again.select(&selector("input#q-caller")).next().unwrap().attr("value");
    assert_eq!(typed, Some(CALLER), "what was typed is there still");
    let by_form = Html::parse_document(&text(&house.post("/rules/1/try", &question).await));
    assert!(answer(&by_form).contains("+8613912345603"), "the same page, the same reveal");
    super::system::on_record(&house, "reveal").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_with_no_number_in_it_is_refused_and_not_answered() {
    let (house, csrf) = connecting().await;
    for (x, caller, at) in [("abc", CALLER, ""), ("", "", ""), (X, "12", ""), (X, "abc", ""), (X, CALLER, "soon")] {
        let question = [("csrf", csrf.as_str()), ("x", x), ("caller", caller), ("at", at)];
        let refused = house.post("/rules/1/try", &question).await;
        let page = Html::parse_document(&text(&refused));
        assert_eq!((refused.status().as_u16(), answer(&page).as_str()), (400, ""), "{x} {caller} {at}");
        assert!(page.select(&selector("section .notice.bad")).next().is_some());
    }
    let hidden = [("csrf", csrf.as_str()), ("x", X)];
    assert_eq!(house.post("/rules/1/try", &hidden).await.status(), 200, "a caller may hide their number");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_answers_a_form_has_nothing_that_would_lose_it() {
    let (house, csrf) = house(&[]).await;
    let ask = [("name", "crm"), ("do", "ask"), ("then_url", "https://crm.example/")];
    assert_eq!(save(&house, &csrf, &ask).await.status(), 303);
    let leads_away = "form[action='/preferences'], form.reveal";
    assert!(house.page("/rules").await.select(&selector(leads_away)).next().is_some());
    let wrong = [("csrf", csrf.as_str()), ("version", "1"), ("do_what", "save"), ("name", ""), ("do", "close")];
    for (path, fields) in [("/rules/1/secret", &wrong[..1]), ("/rules/1", &wrong), ("/bindings", &wrong[..1])] {
        let page = Html::parse_document(&text(&house.post(path, fields).await));
        assert!(page.select(&selector("main form")).next().is_some(), "{path}");
        assert!(page.select(&selector(leads_away)).next().is_none(), "{path}");
    }
    let secret = Html::parse_document(&text(&house.post("/rules/1/secret", &wrong[..1]).await));
    assert!(secret.select(&selector("button[data-copy=ask-secret]")).next().is_some());
    assert!(house.page("/bindings/new").await.select(&selector("form.reveal")).next().is_none(), "nothing to show");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_only_takes_forms_leads_to_the_nearest_page() {
    let (house, csrf) = house(&["a"]).await;
    for (address, page) in [
        ("/rules/1", "/rules?app=courier"),
        ("/rules/1/try", "/rules?app=courier"),
        ("/rules/1/secret", "/rules?app=courier"),
        ("/rules/99/try", "/rules"),
        ("/lists/days/remove", "/lists/days"),
        ("/bindings/1/end", "/bindings/1"),
        ("/platform/1/compare", "/platform?app=1"),
        ("/account/password", "/account"),
        ("/account/logins", "/account"),
        ("/account/second-factor/codes", "/account/second-factor"),
        ("/retention/holds/1", "/retention"),
        ("/users/lin/password", "/users/lin"),
        ("/second-factor", "/users"),
        ("/tokens/1/revoke", "/tokens"),
        ("/apps/1/rotate", "/apps/1"),
        ("/searches", "/"),
        ("/reveal/end", "/"),
    ] {
        let led = house.get(address).await;
        assert_eq!((led.status().as_u16(), location(&led)), (303, page), "{address}");
    }
    for page in ["/bindings/import", "/rules", "/rules?app=courier&edit=1&done=saved"] {
        let shown = house.post("/reveal", &[("csrf", &csrf), ("page", page)]).await;
        assert_eq!((shown.status().as_u16(), location(&shown)), (303, page), "{page}");
        assert!(house.page(page).await.select(&selector("form.reveal.open")).next().is_some(), "{page}");
    }
    assert_eq!(house.post("/reveal", &[("csrf", &csrf), ("page", "/rules?app=nobody")]).await.status(), 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_is_not_kept_is_not_taken_for_the_present_one() {
    let (house, _) = house(&["a", "b"]).await;
    let notice = async |version: &str| -> String {
        let page = house.page(&format!("/rules?app=courier&version={version}")).await;
        page.select(&selector("p.notice")).map(|notice| notice.text().collect::<String>()).collect()
    };
    for missing in ["99", "soon"] {
        let said = notice(missing).await;
        assert!(said.contains(&format!("版本 {missing} 不存在")), "{said}");
    }
    assert!(notice("1").await.contains("旧版本") && notice("2").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_that_is_never_come_to_says_which_one_decides_before_it() {
    let (house, csrf) = house(&["all", "late"]).await;
    let bound = save(&house, &csrf, &[("name", "bound"), ("do", "follow_binding")]).await;
    assert_eq!(bound.status(), 303);
    let page = house.page("/rules").await;
    let said: Vec<String> = page.select(&selector("ol.rules .covered")).map(|said| said.text().collect()).collect();
    assert!(said.len() == 2 && said[0].contains("轮不到这条：前面的规则 1"), "{said:?}");
    assert!(said[1].contains("只对短信有用"), "{said:?}");
}
