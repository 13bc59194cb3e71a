//! The rules, tried on sources that break them.

use crate::rules::*;
use crate::source::*;

fn complaints(rule: fn(&File) -> Vec<Complaint>, path: &str, text: &str) -> Vec<String> {
    rule(&File { path: path.into(), text: text.into() }).iter().map(ToString::to_string).collect()
}

#[test]
fn the_room_rule_sees_plain_grouped_and_upward_names() {
    for text in ["use crate::store::Store;", "use crate::{limits, store};", "fn f() { crate::store::x() }"] {
        assert_eq!(complaints(room_rule, "src/platforms/a.rs", text).len(), 1, "{text}");
    }
    assert_eq!(complaints(room_rule, "src/journal/mod.rs", "use super::http::Context;").len(), 1);
    assert_eq!(complaints(room_rule, "src/domain/call.rs", "use crate::limits;").len(), 1);
    for text in ["//! [`crate::store`]", "use crate::domain::App;", "#[cfg(test)]\nmod tests { use crate::store; }"] {
        assert!(complaints(room_rule, "src/platforms/a.rs", text).is_empty(), "{text}");
    }
    assert!(complaints(room_rule, "src/store/keys.rs", "use super::rows;").is_empty());
}

#[test]
fn the_home_rule_sees_a_crate_that_left_home() {
    assert_eq!(
        complaints(home_rule, "src/http/mod.rs", "\nfn f(db: &sled::Db) {}"),
        ["src/http/mod.rs:2: `sled` lives in store/kv.rs only: the store is derived and must stay replaceable"]
    );
    assert_eq!(complaints(home_rule, "src/domain/app.rs", "use serde::Serialize;").len(), 1);
    assert_eq!(complaints(home_rule, "src/store/mod.rs", "use sled::Db;").len(), 1);
    assert!(complaints(home_rule, "src/store/kv.rs", "use sled::Db;").is_empty());
    assert!(complaints(home_rule, "src/store/mod.rs", "use roaring::RoaringBitmap;").is_empty());
    for text in ["use crate::journal::{Body, FileJournal};", "fn f(log: &crate::journal::CompactJournal) {}"] {
        assert_eq!(complaints(home_rule, "src/retention/mod.rs", text).len(), 1, "{text}");
        assert!(complaints(home_rule, "src/run/data.rs", text).is_empty(), "{text}");
    }
    assert!(complaints(home_rule, "src/http/a.rs", "let x = self.sled::<u8>(); // sled::Db").is_empty());
}

#[test]
fn the_face_rule_sees_a_page_that_asks_the_api() {
    for text in ["use crate::http::api::lists;", "let x = api::stats::asked();"] {
        assert_eq!(complaints(face_rule, "src/http/admin/home/page.rs", text).len(), 1, "{text}");
    }
    assert!(complaints(face_rule, "src/http/admin/home/page.rs", "use crate::service::lists; // api::x").is_empty());
    assert_eq!(complaints(face_rule, "src/service/rules.rs", "use crate::http::HttpError;").len(), 1);
}

#[test]
fn the_platform_rule_sees_shared_code_that_names_one() {
    for text in ["if provider == \"jiuyun\" {}", "let x = HuaweiX;", "lang.t(\"玖云\", \"it\")"] {
        assert_eq!(complaints(platform_rule, "src/store/calls.rs", text).len(), 1, "{text}");
        assert!(complaints(platform_rule, "src/platforms/jiuyun/mod.rs", text).is_empty(), "{text}");
    }
    for text in
        ["/// 华为 sends it late.", "f(); // as Huawei does", "#[cfg(test)]\nmod tests { const A: &str = \"jiuyun\"; }"]
    {
        assert!(complaints(platform_rule, "src/store/calls.rs", text).is_empty(), "{text}");
    }
}

#[test]
fn the_other_rules_see_what_they_forbid() {
    assert_eq!(complaints(name_rule, "src/utils.rs", "use b;").len(), 1);
    assert_eq!(complaints(word_rule, "src/a.rs", "x.unwrap();").len(), 1);
    assert!(complaints(word_rule, "src/a.rs", "#[cfg(test)]\nmod tests { fn f() { x.unwrap(); } }").is_empty());
    assert_eq!(complaints(word_rule, "src/a.rs", "#[cfg(test)]\nmod tests {\n#[ignore] fn f() {} }").len(), 1);
    assert_eq!(complaints(word_rule, "src/a.rs", "// TODO: later").len(), 1);
    assert!(complaints(word_rule, "src/a.rs", "// TODO(#7): later").is_empty());
    assert_eq!(complaints(word_rule, "src/a.rs", "use b;\n<<<<<<< HEAD\n=======\n>>>>>>> x").len(), 2);
    assert_eq!(complaints(sleep_rule, "tests/it/a.rs", "std::thread::sleep(x);").len(), 1);
    assert!(complaints(sleep_rule, "src/http/a.rs", "tokio::time::sleep(x).await;").is_empty());
    assert_eq!(complaints(place_rule, "src/a.rs", "\"8.8.8.8:53\"").len(), 1);
    assert!(complaints(place_rule, "src/a.rs", "\"127.0.0.1:0\" 203.0.113.7").is_empty());
}

#[test]
fn strings_and_comments_are_not_code() {
    let text = "let a = \"crate::x // \\\" y\"; let b = r#\"todo!\"#; /* a /* b */ c */ let c = '\"'; 'l: loop {}";
    let seen = code(text);
    assert_eq!(seen.len(), text.len());
    for gone in ["crate", "todo", "/*", "\""] {
        assert!(!seen.contains(gone), "{gone} in {seen}");
    }
    for kept in ["let a =", "let b =", "let c =", "'l: loop {}"] {
        assert!(seen.contains(kept), "{kept} not in {seen}");
    }
}
