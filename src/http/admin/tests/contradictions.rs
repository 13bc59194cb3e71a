//! Forms whose parts contradict each other: refused in words, what was entered is shown again, and
//! nothing is done that only one of the parts says.

use scraper::Html;

use super::super::samples::selector;
use super::{House, PASSWORD, location, text};
use crate::domain::{AppId, Scope, VerifyMode};

/// An administrator, and one app for each of the platforms whose secrets differ.
async fn house() -> (House, String) {
    let house = House::with_admin().await;
    let csrf = house.csrf("/apps").await;
    for (provider, name) in [("huawei-private", "courier"), ("jiuyun", "hotline")] {
        let form = [("csrf", csrf.as_str()), ("provider", provider), ("name", name), ("app_secret", "first-secret")];
        assert_eq!(house.post("/apps", &form).await.status(), 303);
    }
    (house, csrf)
}

async fn post(house: &House, csrf: &str, path: &str, fields: &[(&str, &str)]) -> http::Response<bytes::Bytes> {
    house.post(path, &[&[("csrf", csrf)], fields].concat()).await
}

/// Which boxes of a form that was refused are ticked.
fn ticked(page: &Html, name: &str) -> Vec<String> {
    let boxes = selector(&format!("input[name={name}][checked]"));
    page.select(&boxes).map(|b| b.attr("value").unwrap().to_owned()).collect()
}

/// Somebody ticked an app, left "all" chosen, and made a user of every app without a word.
#[tokio::test(flavor = "multi_thread")]
async fn an_app_that_is_ticked_while_all_stays_chosen_makes_nobody_and_is_said_beside_the_boxes() {
    let (house, csrf) = house().await;
    let state = &house.context.state;
    let role = ("role", "viewer");
    let (password, again) = (("password", PASSWORD), ("again", PASSWORD));
    for path in ["/users", "/tokens"] {
        let name = ("name", "li");
        let clash = [name, role, ("scope", "all"), ("app", "2"), password, again, ("expires", "90")];
        let refused = post(&house, &csrf, path, &clash).await;
        assert_eq!(refused.status(), 400, "{path}: {}", text(&refused));
        let page = Html::parse_document(&text(&refused));
        let said: String = page.select(&selector("#wrong-scope")).next().unwrap().text().collect();
        assert!(said.contains("你勾选了应用，但范围是全部"), "{path}: {said}");
        let boxes = page.select(&selector("fieldset.scope")).next().unwrap();
        assert_eq!(boxes.attr("aria-describedby"), Some("wrong-scope"), "{path}");
        assert_eq!((ticked(&page, "scope"), ticked(&page, "app")), (vec!["all".to_owned()], vec!["2".to_owned()]));
        let typed = page.select(&selector("form.stack input[name=name]")).next().unwrap().attr("value");
        assert_eq!(typed, Some("li"), "{path}: what was typed is there again");
        for (wrong, why) in [
            (&[name, role, ("scope", "some"), password, again][..], "only some, and none ticked"),
            (&[name, role, ("app", "2"), password, again], "neither all nor some"),
            (&[name, role, password, again], "nothing said"),
            (&[name, role, ("scope", "few"), ("app", "2"), password, again], "a word that is none"),
            (&[name, role, ("scope", "some"), ("app", "two"), password, again], "an app that is none"),
            (&[name, role, ("scope", "some"), ("app", "2"), ("app", "77"), password, again], "one of them is none"),
            (&[name, ("scope", "all"), password, again], "no role"),
        ] {
            let fields = [wrong, &[("expires", "90")]].concat();
            assert_eq!(post(&house, &csrf, path, &fields).await.status(), 400, "{path}: {why}");
        }
        let right = [name, role, ("scope", "some"), ("app", "2"), password, again, ("expires", "90")];
        assert!(post(&house, &csrf, path, &right).await.status().as_u16() < 400, "{path}");
    }
    let only = Scope::Apps([AppId(2)].into());
    assert_eq!((state.user("li").unwrap().scope, state.tokens().remove(0).scope), (only.clone(), only.clone()));
    assert_eq!(state.tokens().len(), 1);

    let clash = [role, ("scope", "all"), ("app", "1")];
    let refused = post(&house, &csrf, "/users/li", &clash).await;
    assert_eq!(refused.status(), 400);
    let page = Html::parse_document(&text(&refused));
    assert!(page.select(&selector("#wrong-scope")).next().is_some());
    assert_eq!((ticked(&page, "scope"), ticked(&page, "app")), (vec!["all".to_owned()], vec!["1".to_owned()]));
    assert_eq!(state.user("li").unwrap().scope, only, "nothing has changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_with_a_time_that_is_not_chosen_is_refused_and_never_one_without_an_end() {
    let (house, csrf) = house().await;
    let at = ("expires_at", "2099-01-01T10:00");
    let token = [("name", "crm"), ("role", "viewer"), ("scope", "all")];
    for expires in [
        &[("expires", "never"), at][..],
        &[("expires", "90"), at],
        &[at],
        &[],
        &[("expires", "at")],
        &[("expires", "at"), ("expires_at", "soon")],
        &[("expires", "-5")],
        &[("expires", "0")],
        &[("expires", "later")],
        &[("expires", "99999999999")],
    ] {
        let refused = post(&house, &csrf, "/tokens", &[&token[..], expires].concat()).await;
        assert_eq!(refused.status(), 400, "{expires:?}");
        let page = Html::parse_document(&text(&refused));
        let shown = page.select(&selector("#expires_at")).next().unwrap().attr("value").unwrap().to_owned();
        let typed = expires.iter().find(|(name, _)| *name == "expires_at").map_or("", |(_, value)| value);
        assert_eq!(shown, typed, "what was typed is there again");
    }
    assert!(house.context.state.tokens().is_empty());
    let made = post(&house, &csrf, "/tokens", &[&token[..], &[("expires", "at"), at]].concat()).await;
    assert_eq!(made.status(), 201, "{}", text(&made));
    let end = house.context.state.tokens()[0].expires_at.unwrap();
    assert_eq!(end.to_string(), "2099-01-01T02:00:00Z");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_not_replaced_and_forgotten_at_once_and_a_choice_that_is_none_changes_nothing() {
    let (house, csrf) = house().await;
    let secret = |id| house.context.state.app(AppId(id)).unwrap().app_secret.clone();
    let settings = [("name", "courier"), ("verify", "log"), ("answer_form", "array")];
    for wrong in [
        &[("app_secret", "second-secret"), ("forget_secret", "1")][..],
        &[("verify", "maybe")],
        &[("answer_form", "list")],
        &[("allow_from", "10.0.0.0/8\nmoon")],
    ] {
        let kept = settings.iter().filter(|(name, _)| wrong.iter().all(|(other, _)| other != name));
        let fields: Vec<_> = kept.chain(wrong).copied().collect();
        let refused = post(&house, &csrf, "/apps/1", &fields).await;
        assert_eq!(refused.status(), 400, "{wrong:?}");
        assert!(!text(&refused).contains("second-secret"), "a secret is not repeated");
    }
    let app = house.context.state.app(AppId(1)).unwrap();
    assert_eq!((secret(1).unwrap().reveal(), app.verify), ("first-secret", VerifyMode::Log));
    let forgotten = [&settings[..], &[("forget_secret", "1")]].concat();
    assert_eq!(post(&house, &csrf, "/apps/1", &forgotten).await.status(), 303);
    assert!(secret(1).is_none());

    let platform = [("base_url", ""), ("account_sid", "sid"), ("auth_token", "new-token"), ("forget_token", "1")];
    let refused = post(&house, &csrf, "/apps/2/platform", &platform).await;
    assert_eq!(refused.status(), 400, "{}", text(&refused));
    assert!(!crate::service::platform::has_token(&house.context, AppId(2)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_for_how_long_is_read_whole_or_not_at_all() {
    let (house, csrf) = house().await;
    let before = house.context.retention.policy();
    for wrong in [
        // Once a panic: it does not fit sixteen bits of minutes.
        &[("at", "65535:00")][..],
        &[("at", "24:00")],
        &[("at", "night")],
        &[("raw_days", "for ever")],
        &[("raw_days", "1")],
        &[("raw_days", "-30")],
    ] {
        let fields = [wrong, &[("call_days", "730")]].concat();
        let refused = post(&house, &csrf, "/retention", &fields).await;
        assert_eq!(refused.status(), 400, "{wrong:?}");
        let page = Html::parse_document(&text(&refused));
        assert!(page.select(&selector("[role=alert]")).next().is_some(), "{wrong:?}");
        let value = |name: &str| page.select(&selector(&format!("#{name}"))).next().unwrap().attr("value").unwrap();
        assert_eq!((value(wrong[0].0), value("call_days")), (wrong[0].1, "730"), "what was typed is there again");
    }
    assert_eq!(house.context.retention.policy(), before);
    let right = [("raw_days", "90"), ("at", "03:30:00")];
    assert_eq!(location(&post(&house, &csrf, "/retention", &right).await), "/retention?done=saved");
    let policy = house.context.retention.policy();
    assert_eq!((policy.raw_days, policy.call_days, policy.at_minute), (Some(90), None, 210));

    // An app that is none must not become a hold of every app.
    let hold = [("name", "2026-118"), ("reason", "court"), ("number", "0021"), ("app", "77")];
    let refused = post(&house, &csrf, "/retention/holds", &hold).await;
    assert_eq!(refused.status(), 400);
    let page = Html::parse_document(&text(&refused));
    let typed = page.select(&selector("#hold-reason")).next().unwrap().attr("value");
    assert_eq!((typed, house.context.retention.holds().len()), (Some("court"), 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_of_a_kind_that_is_not_known_is_not_taken_for_one_that_leaves_nothing() {
    let (house, csrf) = house().await;
    let erasure = &house.context.erasure;
    let over = async || {
        let deadline = std::time::Instant::now() + crate::http::testing::SOON;
        while erasure.standing().running.is_some() {
            assert!(std::time::Instant::now() < deadline, "the search did not come to its end");
            tokio::task::yield_now().await;
        }
    };
    house.settled(0).await;
    let searched = post(&house, &csrf, "/erasure", &[("number", "13800000021")]).await;
    assert_eq!(searched.status(), 303, "{}", text(&searched));
    over().await;
    let erase = [("confirm", "13800000021"), ("reason", "asked")];
    for mode in [&[][..], &[("mode", "pseudonymize")], &[("mode", "dry-run")]] {
        let refused = post(&house, &csrf, "/erasure", &[&erase[..], mode].concat()).await;
        assert_eq!(refused.status(), 400, "{mode:?}");
    }
    assert!(erasure.standing().last.is_some_and(|job| job.asked.dry_run), "only the search was done");
    let lists = [("name", "regulars"), ("kind", "words"), ("entries", "13800000021")];
    assert_eq!(post(&house, &csrf, "/lists", &lists).await.status(), 400);
    assert!(house.context.control.lists().is_empty());
}
