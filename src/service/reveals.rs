//! Which page a reveal is for: the same words on the pages and in the API.
//!
//! A list is named by its address with its query: another query is another reveal. A call, a
//! callback, a binding or a list of rules is named by its own address, whatever follows it: the
//! tabs of a body, its download and the evidence of a call belong to it. The rules of an app are one
//! page, whichever rule is edited and whatever question is tried.

pub(crate) fn page(path: &str, query: &[(String, String)]) -> String {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    if let [kind @ ("calls" | "callbacks" | "bindings"), id, ..] = parts.as_slice()
        && id.starts_with(|c: char| c.is_ascii_hexdigit())
        && id.chars().all(|c| c.is_ascii_hexdigit())
    {
        return format!("/{kind}/{id}");
    }
    let path = format!("/{}", parts.join("/"));
    let told: Vec<_> = match parts.as_slice() {
        ["lists", _] | ["bindings", "import"] => Vec::new(),
        ["rules"] => query.iter().filter(|(name, _)| name == "app").take(1).collect(),
        _ => query.iter().collect(),
    };
    if told.is_empty() {
        return path;
    }
    format!("{path}?{}", form_urlencoded::Serializer::new(String::new()).extend_pairs(told).finish())
}

pub(crate) fn page_of(address: &str) -> String {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let query: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    page(path, &query)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_belongs_to_a_call_or_a_callback_is_one_page_and_every_query_of_a_list_is_its_own() {
        for (address, expected) in [
            ("/callbacks/121?view=hex", "/callbacks/121"),
            ("/callbacks/121/raw", "/callbacks/121"),
            ("/calls/8f0c/evidence", "/calls/8f0c"),
            ("/bindings/17?done=changed", "/bindings/17"),
            ("/bindings/new?app=a", "/bindings/new?app=a"),
            ("/lists/%E5%B8%B8%E5%AE%A2?done=saved", "/lists/%E5%B8%B8%E5%AE%A2"),
            ("/calls?number=0021&from=", "/calls?number=0021&from="),
            ("/rules?app=a&edit=2#rule", "/rules?app=a"),
            ("/bindings/import?app=a", "/bindings/import"),
            ("/calls", "/calls"),
            ("/", "/"),
        ] {
            assert_eq!(page_of(address), expected);
        }
    }
}
