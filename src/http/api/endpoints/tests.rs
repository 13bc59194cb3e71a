//! What holds for every row.

use super::*;

/// A request's path to a row, with something in the place of each name.
fn path(endpoint: &Endpoint) -> Vec<String> {
    endpoint.path.split('/').skip(1).map(|part| part.trim_matches(['{', '}']).to_owned()).collect()
}

#[test]
fn every_row_is_reached_by_its_method_and_path_and_no_other_row_is() {
    for endpoint in ENDPOINTS.iter() {
        let method = Method::from_bytes(endpoint.method.as_bytes()).unwrap();
        let found = find(&method, &path(endpoint)).unwrap();
        assert_eq!((found.id, found.path), (endpoint.id, endpoint.path));
        let shape = |of: &Endpoint| -> Vec<&str> {
            of.path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part }).collect()
        };
        let same = |other: &&Endpoint| {
            other.id == endpoint.id || (other.method == endpoint.method && shape(other) == shape(endpoint))
        };
        assert_eq!(ENDPOINTS.iter().filter(same).count(), 1, "{} {}", endpoint.method, endpoint.path);
    }
}

#[test]
fn every_name_in_a_path_is_taken_by_its_handler() {
    for endpoint in ENDPOINTS.iter() {
        let parts = endpoint.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
        assert_eq!(parts.collect::<Vec<_>>(), endpoint.names(), "{}", endpoint.path);
    }
}

#[test]
fn every_row_says_what_it_does_in_both_languages() {
    for endpoint in ENDPOINTS.iter() {
        assert!(!endpoint.title.zh.is_empty() && !endpoint.title.en.is_empty(), "{}", endpoint.id);
        assert_ne!(endpoint.title.zh, endpoint.title.en, "{}", endpoint.id);
    }
}

#[test]
fn another_method_is_told_what_the_address_takes_and_nothing_is_nowhere() {
    let refusal = |method: Method, path: &str| {
        let path: Vec<String> = path.split('/').map(str::to_owned).collect();
        find(&method, &path).map(|endpoint| endpoint.id).unwrap_err().message()
    };
    for (method, path, allow) in [
        (Method::DELETE, "apps", "GET, POST"),
        (Method::POST, "apps/3", "GET, PATCH, DELETE"),
        (Method::GET, "platform/3/compare", "POST"),
        // The nearest row: a binding would be changed by its number.
        (Method::POST, "bindings/count", "GET"),
        (Method::HEAD, "calls", "GET"),
    ] {
        assert_eq!(refusal(method, path), format!("this address takes only {allow}"), "{path}");
    }
    for path in ["", "apps/3/4", "calls/1/2/3", "apps/3/rotate/now", "openapi.json"] {
        assert_eq!(refusal(Method::GET, path), HttpError::NotFound.message(), "{path}");
    }
}
