//! Who is shown whole numbers.

use super::*;

/// Every number that an administrator is shown, without country code.
fn numbers_in(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let is_number =
                    ["caller", "callee", "x_number", "y_number", "from", "to", "number", "a", "b", "x", "y"]
                        .contains(&name.as_str());
                match value.as_str() {
                    Some(text) if is_number && !text.contains('*') => {
                        let digits = text.strip_prefix("+86").unwrap_or(text.trim_start_matches('+'));
                        if digits.len() >= 7 {
                            found.insert(digits.to_owned());
                        }
                    }
                    _ => numbers_in(value, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| numbers_in(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

const LISTS: [&str; 9] = [
    "/calls?limit=1000",
    "/callbacks?limit=1000",
    "/sms",
    "/numbers",
    "/recordings",
    "/stats?group=x",
    "/apps",
    "/bindings",
    "/decisions",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_is_shown_no_whole_number_anywhere() {
    let house = House::with_samples().await;
    let (mut numbers, mut paths) = (BTreeSet::new(), LISTS.map(str::to_owned).to_vec());
    for path in LISTS {
        for item in house.list(Role::Admin, path).await {
            numbers_in(&item, &mut numbers);
        }
    }
    for call in house.list(Role::Admin, "/calls?limit=1000").await {
        paths.push(format!("/calls/{}", call["id"].as_str().unwrap()));
    }
    for callback in house.list(Role::Admin, "/callbacks?limit=1000").await {
        paths.push(format!("/callbacks/{}", callback["seq"]));
        house.get(Role::Viewer, &format!("/callbacks/{}/raw", callback["seq"])).await.refused(
            403,
            "forbidden",
            "operator",
        );
    }
    for binding in house.list(Role::Admin, "/bindings").await {
        paths.push(format!("/bindings/{}", binding["id"]));
    }
    assert!(numbers.contains("17012345602") && numbers.contains("13912345603"));
    assert!(numbers.len() >= 5, "the samples name numbers: {numbers:?}");
    for path in &paths {
        let answer = house.get(Role::Viewer, path).await;
        assert_eq!(answer.status, 200, "{path}");
        for number in &numbers {
            assert!(!answer.text().contains(number.as_str()), "{path} shows a whole number: {}", answer.text());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_for_masks_gets_them() {
    let house = House::with_samples().await;
    let routes = routes_as(house.context.clone(), Principal::command_line());
    let request = Request::get("/api/v1/calls").header(MASKED, "1").body(Full::default()).unwrap();
    let masked = house.call(routes, request).await;
    assert_eq!(masked.body, house.get(Role::Viewer, "/calls").await.body);
    assert_ne!(masked.body, house.get(Role::Admin, "/calls").await.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_raw_body_comes_back_byte_for_byte_and_as_harmless_text() {
    let house = House::open();
    let app = house.app("a", "jiuyun").await;
    let body = "<script>alert('没有')</script>\u{0}";
    house.receive(&app, "text/html", body).await;
    let raw = house.get(Role::Operator, "/callbacks/1/raw").await;
    assert_eq!((raw.status.as_u16(), raw.text()), (200, body));
    assert_eq!(raw.headers[header::CONTENT_TYPE], "text/plain; charset=utf-8");
    assert_eq!(raw.headers["x-ringback-content-type"], "text/html");
    assert_eq!(raw.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
}
