//! `POST /callbacks/{token}` and `/callbacks/{token}/{anything…}`: where platforms call.
//!
//! One address takes every kind of callback of an app. What follows the token is for people; it is kept
//! with the callback. Nobody must be able to find out whether a token exists except by using it: an
//! unknown token is answered 404 for everybody, and a browser sees the same text for both. While part of
//! the state cannot be read, an unknown token may be a real one: it is answered 503 then, so that
//! platforms push again. Cookies and passwords are never kept.

use std::sync::Arc;

use http::{HeaderMap, Method, StatusCode, header};
use warp::Filter;

use super::{HttpError, Response, Routes, respond};
use crate::domain::{App, AppId, Callback, TEST_HEADER, Text};
use crate::http::transport::body;
use crate::http::transport::budget::{Claim, Whose, claim};
use crate::http::transport::peer::{Peer, peer};
use crate::journal::{self, ContentError};
use crate::limits;
use crate::service::{BodyError, Context, Missed, ServerInfo};

/// The answer to a GET; the same for known and unknown tokens.
const FRIENDLY: &str =
    "这是电话平台的回调地址，只接受 POST。 This address is for phone platforms and takes only POST.\n";
const UNKNOWN: &str = "unknown callback address\n";
const TEXT: &str = "text/plain; charset=utf-8";

/// The headers kept with a callback: those that signatures use, and those that support asks for.
/// `authorization` is kept only where it holds no secret: see [`kept_headers`].
const KEPT: [&str; 18] = [
    "host",
    "content-type",
    "content-encoding",
    "content-language",
    "user-agent",
    "accept",
    "authorization",
    "x-aksk",
    "x-wsse",
    "x-sdk-date",
    "x-request-id",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-real-ip",
    "forwarded",
    "via",
    TEST_HEADER,
];

/// Everything under `/callbacks/`.
#[must_use]
pub(super) fn routes(context: &Arc<Context>) -> Routes {
    let context = context.clone();
    not_a_page()
        .and(warp::path("callbacks"))
        .and(warp::path::tail())
        .and(request_head())
        .and(claim())
        .and(warp::body::stream())
        .then(move |tail: warp::path::Tail, head: Head, claim: Claim, stream| {
            let context = context.clone();
            async move {
                let (token, _) = split_token(tail.as_str());
                match admit(&context, &head, token) {
                    Ok(app) => {
                        claim.know(Whose::Platforms);
                        match body::read(&claim, &head.headers, stream, body::CALLBACK).await {
                            Ok(body) => keep(&context, app, head, (body, claim)).await,
                            Err(error) => refuse_body(&context, &app, error),
                        }
                    }
                    Err(refusal) => refusal.count(&context, &head),
                }
            }
        })
        .boxed()
}

/// Excludes the pages `/callbacks` and `/callbacks/{seq}/…`: a token has at least sixteen characters, and
/// no sequence number becomes so long.
fn not_a_page() -> impl Filter<Extract = (), Error = warp::Rejection> + Clone {
    warp::path::full()
        .and(warp::method())
        .and_then(|path: warp::path::FullPath, method: Method| async move {
            let (first, _) = split_token(path.as_str().strip_prefix("/callbacks/").unwrap_or_default());
            let page = first.len() < *limits::APP_TOKEN_LEN.start() && first.bytes().all(|b| b.is_ascii_digit());
            let looked_at = method == Method::GET || method == Method::HEAD;
            if page && looked_at { Err(warp::reject::not_found()) } else { Ok(()) }
        })
        .untuple_one()
}

/// A request without its body.
struct Head {
    method: Method,
    target: String,
    headers: HeaderMap,
    peer: Peer,
}

fn request_head() -> impl Filter<Extract = (Head,), Error = warp::Rejection> + Clone {
    warp::method()
        .and(warp::path::full())
        .and(warp::query::raw().map(Some).or(warp::any().map(|| None)).unify())
        .and(warp::header::headers_cloned())
        .and(peer())
        .map(|method, path: warp::path::FullPath, query: Option<String>, headers, peer| {
            let query = query.map(|query| format!("?{query}")).unwrap_or_default();
            Head { method, target: format!("{}{query}", path.as_str()), headers, peer }
        })
}

/// Splits `abc/status` into `abc` and `/status`.
fn split_token(rest: &str) -> (&str, &str) {
    rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()))
}

/// Why a request is answered without being kept.
#[derive(Debug, Clone, Copy)]
enum Refusal {
    Method(Option<AppId>),
    Token,
    Peer(AppId),
}

fn admit(context: &Context, head: &Head, token: &str) -> Result<Arc<App>, Refusal> {
    let app = context.state.app_by_token(token);
    if head.method != Method::POST {
        return Err(Refusal::Method(app.map(|app| app.id)));
    }
    let app = app.ok_or(Refusal::Token)?;
    if !app.allow_from.allows(head.peer.ip()) {
        return Err(Refusal::Peer(app.id));
    }
    Ok(app)
}

impl Refusal {
    fn count(self, context: &Context, head: &Head) -> Response {
        let (app, response) = match self {
            Self::Method(app) => {
                let mut response = respond(StatusCode::METHOD_NOT_ALLOWED, TEXT, FRIENDLY);
                response.headers_mut().insert(header::ALLOW, http::HeaderValue::from_static("POST"));
                (app, response)
            }
            Self::Token if context.state.is_damaged() => (
                None,
                HttpError::Busy(Text::new(
                    "服务器的设置有损坏，现在不认得这个地址，请稍后再发",
                    "the server's settings are damaged and it does not know this address now; send it again later",
                ))
                .into_text_response(),
            ),
            Self::Token => {
                context.misdirected(head.peer.ip(), &head.target, Missed::Token);
                return respond(StatusCode::NOT_FOUND, TEXT, UNKNOWN);
            }
            Self::Peer(app) => (
                Some(app),
                HttpError::Forbidden(Text::new(
                    "不接受来自这个地址的回调",
                    "callbacks are not taken from this address",
                ))
                .into_text_response(),
            ),
        };
        log_refusal(context, app, response.status(), Some(head.peer));
        response
    }
}

fn refuse_body(context: &Context, app: &App, error: BodyError) -> Response {
    let response = HttpError::from(error).into_text_response();
    log_refusal(context, Some(app.id), response.status(), None);
    response
}

fn log_refusal(context: &Context, app: Option<AppId>, status: StatusCode, peer: Option<Peer>) {
    let so_far = context.ingest.refused(app);
    if so_far % limits::REFUSALS_LOGGED_EVERY == 1 {
        let peer = peer.map(|peer| tracing::field::display(peer.ip()));
        tracing::warn!(
            app = app.map(|app| app.0),
            status = status.as_u16(),
            peer,
            so_far,
            "refused a request to a callback address",
        );
    }
}

async fn keep(context: &Context, app: Arc<App>, head: Head, (body, claim): (Vec<u8>, Claim)) -> Response {
    let rest = head.target.strip_prefix("/callbacks/").unwrap_or_default();
    let headers = kept_headers(&head.headers);
    if journal::unpack(&headers, &body) == Err(ContentError::TooLarge) {
        return refuse_body(context, &app, BodyError::TooLarge);
    }
    let callback = Callback {
        app: app.id,
        provider: app.provider,
        received_at: context.clock.now(),
        peer: head.peer.ip(),
        tail: cut(split_token(rest).1, limits::TAIL_MAX).to_owned(),
        hosts: hosts(&context.server, &head.headers),
        headers,
        target: head.target,
        body,
    };
    // Still written when the platform hangs up: `receive` runs to its end.
    match context.ingest.receive_holding(app, callback, claim).await {
        Ok(ack) => {
            let status = StatusCode::from_u16(ack.status).unwrap_or(StatusCode::OK);
            respond(status, &ack.content_type, ack.body)
        }
        Err(error) => HttpError::from(error).into_text_response(),
    }
}

/// The names of this server that the request was sent to.
fn hosts(server: &ServerInfo, headers: &HeaderMap) -> Vec<String> {
    let named = headers.get_all(header::HOST).iter().filter_map(|host| host.to_str().ok());
    named.map(str::trim).filter(|host| server.is_called(host)).map(str::to_owned).collect()
}

/// The headers worth keeping, in lower case, in the order of [`KEPT`].
fn kept_headers(headers: &HeaderMap) -> Vec<(String, String)> {
    KEPT.iter()
        .flat_map(|name| headers.get_all(*name).iter().map(move |value| (*name, value)))
        .map(|(name, value)| (name, String::from_utf8_lossy(value.as_bytes())))
        .filter(|(name, value)| *name != "authorization" || names_only_a_scheme(value))
        .take(limits::KEPT_HEADERS_MAX)
        .map(|(name, value)| (name.to_owned(), cut(&value, limits::KEPT_HEADER_VALUE_MAX).to_owned()))
        .collect()
}

/// Whether an `Authorization` only names the scheme that another header is signed with: `AKSK
/// realm="SDP",profile="UsernameToken",type="Appkey"`. Anything else may be a password from the address.
fn names_only_a_scheme(authorization: &str) -> bool {
    let Some((scheme, parameters)) = authorization.split_once(' ') else { return false };
    let known = ["AKSK", "WSSE"].iter().any(|name| scheme.eq_ignore_ascii_case(name));
    known
        && parameters.split(',').all(|parameter| {
            let name = parameter.split('=').next().unwrap_or_default().trim();
            ["realm", "profile", "type"].iter().any(|known| name.eq_ignore_ascii_case(known))
        })
}

/// At most the first `max` bytes of a text, cut between characters.
fn cut(text: &str, max: usize) -> &str {
    let mut end = max.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_ends_at_the_slash_or_the_query() {
        assert_eq!(split_token("abc"), ("abc", ""));
        assert_eq!(split_token("abc/status/1?x=2"), ("abc", "/status/1?x=2"));
        assert_eq!(split_token("abc?x=/2"), ("abc", "?x=/2"));
        assert_eq!(split_token(""), ("", ""));
    }

    #[test]
    fn the_platforms_headers_are_kept_and_passwords_are_not() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("content-type", "application/json;charset=UTF-8"),
            ("cookie", "id=1"),
            ("authorization", r#"AKSK realm="SDP",profile="UsernameToken",type="Appkey""#),
            ("x-aksk", r#"UsernameToken Username="k", PasswordDigest="d", Nonce="n", Created="c""#),
            ("x-secret", "s"),
        ] {
            headers.append(http::HeaderName::from_static(name), value.parse().unwrap());
        }
        let names: Vec<_> = kept_headers(&headers).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["content-type", "authorization", "x-aksk"]);

        for secret in ["Basic dXNlcjpwYXNz", "Bearer abc", r#"WSSE realm="SDP",password="p""#, "AKSK"] {
            headers.insert("authorization", secret.parse().unwrap());
            assert!(kept_headers(&headers).iter().all(|(name, _)| name != "authorization"), "{secret}");
        }
    }

    #[test]
    fn long_values_and_many_headers_are_cut() {
        let mut headers = HeaderMap::new();
        headers.insert("user-agent", "é".repeat(2_000).parse().unwrap());
        for _ in 0..100 {
            headers.append("via", "1.1 proxy".parse().unwrap());
        }
        let kept = kept_headers(&headers);
        assert_eq!(kept.len(), limits::KEPT_HEADERS_MAX);
        assert_eq!(kept[0].1.len(), limits::KEPT_HEADER_VALUE_MAX);
    }
}
