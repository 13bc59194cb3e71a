//! A browser's request with its login.
//!
//! Checks against forged requests: [`Request::check_csrf`] for logged-in users, [`Request::check_origin`]
//! for everybody. Queries and forms are never logged: both hold phone numbers and passwords.

use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, header};
use jiff::Timestamp;

use super::multipart;
use super::origin::Sent;
use super::theme::Theme;
use crate::domain::{App, Lang, Role, Scope, Text};
use crate::http::HttpError;
use crate::http::admin::csrf;
use crate::http::admin::throttle::Throttle;
use crate::http::admission::Admission;
pub(super) use crate::http::admission::LOGIN_COOKIE;
use crate::http::transport::compress;
use crate::service::{Actor, Context};
use crate::state::{Login, Principal};

pub(super) const LANG_COOKIE: &str = "ringback_lang";
/// The cookie that remembers whether times are shown in UTC as well: `on`.
pub(super) const UTC_COOKIE: &str = "ringback_utc";
pub(super) const THEME_COOKIE: &str = "ringback_theme";

/// The cookie between the two steps of a login.
pub(super) const PASS_COOKIE: &str = "__Host-ringback_pass";

/// The cookie of a login that was begun at a provider.
pub(super) const OIDC_COOKIE: &str = "__Host-ringback_oidc";

/// The parameter that says how saving a search went.
pub(super) const SAVING: &str = "saving";

pub(super) type Pairs = Vec<(String, String)>;

#[derive(Debug)]
pub(super) struct Site {
    pub(super) ctx: Arc<Context>,
    pub(super) throttle: Throttle,
}

#[derive(Debug)]
pub(super) struct Request {
    pub(super) site: Arc<Site>,
    pub(super) path: String,
    pub(super) query: Pairs,
    /// The result of saving a search, shown by the list.
    pub(super) saving: Option<String>,
    pub(super) form: Pairs,
    /// The names in the form, for the audit trail.
    fields: Vec<String>,
    pub(super) upload: Option<Bytes>,
    headers: HeaderMap,
    pub(super) host: Option<String>,
    pub(super) peer: IpAddr,
    pub(super) login: Option<Login>,
    pub(super) lang: Lang,
    pub(super) theme: Theme,
    pub(super) utc: bool,
}

impl Request {
    pub(super) fn new(site: Arc<Site>, path: &str, query: &str, headers: HeaderMap, peer: IpAddr) -> Self {
        let login = cookie(&headers, LOGIN_COOKIE).and_then(|value| site.ctx.state.login(value));
        let lang = cookie(&headers, LANG_COOKIE).and_then(Lang::parse).unwrap_or_else(|| preferred_lang(&headers));
        let theme = cookie(&headers, THEME_COOKIE).and_then(Theme::parse).unwrap_or_default();
        let utc = cookie(&headers, UTC_COOKIE) == Some("on");
        // It is no filter of the list.
        let (saving, query): (Pairs, Pairs) =
            parse_pairs(query.as_bytes()).into_iter().partition(|(name, _)| name == SAVING);
        let saving = saving.into_iter().next().map(|(_, word)| word);
        let (path, form) = (path.to_owned(), Pairs::new());
        let (fields, upload, host) = (Vec::new(), None, None);
        Self { site, path, query, saving, form, fields, upload, headers, host, peer, login, lang, theme, utc }
    }

    pub(super) fn read_form(&mut self, body: Vec<u8>) {
        let body = Bytes::from(body);
        let kind = header_text(&self.headers, header::CONTENT_TYPE).unwrap_or_default();
        match multipart::parts(kind, &body) {
            None => self.form = parse_pairs(&body),
            Some(parts) => {
                for part in parts {
                    if part.is_file {
                        self.upload = Some(part.data);
                    } else {
                        self.form.push((part.name, String::from_utf8_lossy(&part.data).into_owned()));
                    }
                }
            }
        }
        self.fields = self.form.iter().map(|(name, _)| name.clone()).filter(|name| name != "csrf").collect();
        self.fields.dedup();
    }

    pub(super) fn ctx(&self) -> &Context {
        &self.site.ctx
    }

    pub(super) fn now(&self) -> Timestamp {
        self.site.ctx.clock.now()
    }

    pub(super) fn segments(&self) -> Vec<&str> {
        self.path.split('/').filter(|s| !s.is_empty()).collect()
    }

    pub(super) fn segment(&self, n: usize) -> &str {
        self.path.split('/').filter(|s| !s.is_empty()).nth(n).unwrap_or("")
    }

    pub(super) fn raw_query(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.query).finish()
    }

    /// How much of the store and the bindings is rebuilt, in percent, while it is.
    pub(super) fn rebuilding(&self) -> Option<u8> {
        // Not shown before login.
        self.login.as_ref()?;
        let progress = self.ctx().rebuilding()?;
        Some((progress.clamp(0.0, 1.0) * 100.0) as u8)
    }

    pub(super) fn param(&self, name: &str) -> Option<&str> {
        find(&self.query, name)
    }

    /// A field of the form, without blanks around it; `None` when empty.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        find(&self.form, name).map(str::trim).filter(|v| !v.is_empty())
    }

    /// A field of the form exactly as entered: passwords.
    pub(super) fn raw_field(&self, name: &str) -> &str {
        find(&self.form, name).unwrap_or("")
    }

    pub(super) fn agent(&self) -> Option<&str> {
        header_text(&self.headers, header::USER_AGENT)
    }

    pub(super) fn principal(&self) -> Result<Principal, HttpError> {
        let login = self.login.as_ref().ok_or(HttpError::Unauthorised)?;
        Ok(login.user.principal())
    }

    pub(super) fn admission(&self, by: &Principal) -> Result<Admission, HttpError> {
        let login = self.login.as_ref().ok_or(HttpError::Unauthorised)?;
        Ok(Admission::new(&self.site.ctx, by.clone(), Some(login.id.clone()), Some(self.headers.clone())))
    }

    pub(super) fn actor<'a>(&'a self, by: &'a Principal) -> Actor<'a> {
        Actor { by, peer: Some(self.peer), fields: &self.fields }
    }

    /// The user, if they have the role. Pages that take an administrator concern the whole installation,
    /// so they take one who sees all apps.
    pub(super) fn require(&self, role: Role) -> Result<Principal, HttpError> {
        let principal = self.principal()?;
        if principal.role >= role && (role < Role::Admin || principal.is_full_admin()) {
            Ok(principal)
        } else {
            Err(HttpError::Forbidden(Text::new("权限不够：需要更高的角色", "this takes more rights")))
        }
    }

    /// Nothing before login.
    pub(super) fn scope(&self) -> Scope {
        self.login.as_ref().map_or_else(|| Scope::Apps(Default::default()), |login| login.user.scope.clone())
    }

    /// The app whose id is part `n` of the path, if it may be seen.
    pub(super) fn app(&self, n: usize) -> Result<Arc<App>, HttpError> {
        let id = self.segment(n).parse().map_err(|_| HttpError::NotFound)?;
        let app = self.ctx().state.app(crate::domain::AppId(id));
        app.filter(|app| self.scope().allows(app.id)).ok_or(HttpError::NotFound)
    }

    pub(super) fn apps(&self) -> Vec<Arc<App>> {
        let (scope, mut apps) = (self.scope(), self.ctx().state.apps());
        apps.retain(|app| scope.allows(app.id));
        apps
    }

    pub(super) fn app_names(&self) -> Vec<String> {
        self.apps().iter().map(|app| app.name.clone()).collect()
    }

    /// Of a removed app, its number.
    pub(super) fn app_name(&self, id: crate::domain::AppId) -> String {
        self.ctx().state.app(id).map_or_else(|| format!("#{}", id.0), |app| app.name.clone())
    }

    pub(super) fn cookie(&self, name: &str) -> Option<&str> {
        cookie(&self.headers, name)
    }

    pub(super) fn login_cookie(&self) -> Option<&str> {
        cookie(&self.headers, LOGIN_COOKIE)
    }

    pub(super) fn reads_gzip(&self) -> bool {
        compress::is_read_by(&self.headers)
    }

    pub(super) fn pass_cookie(&self) -> Option<&str> {
        cookie(&self.headers, PASS_COOKIE)
    }

    pub(super) fn check_csrf(&self) -> Result<(), HttpError> {
        let field = self.raw_field("csrf");
        match &self.login {
            Some(login) if csrf::carries(&login.csrf, field) => Ok(()),
            _ => Err(FORGED),
        }
    }

    /// Refuses a form that another site made the browser send.
    pub(super) fn check_origin(&self) -> Result<(), HttpError> {
        // An unreadable origin is not ours.
        let text = |name: &str| self.headers.get(name).map(|value| value.to_str().unwrap_or("?"));
        let sent = Sent {
            origin: text("origin"),
            fetch_site: text("sec-fetch-site"),
            host: self.host.as_deref(),
            public_url: self.ctx().server.public_url.as_deref(),
        };
        if sent.is_ours() { Ok(()) } else { Err(FORGED) }
    }
}

const FORGED: HttpError = HttpError::Forbidden(Text::new(
    "表单已过期，或不是本系统的页面；请重新打开页面",
    "this form is too old or not ours; open the page again",
));

pub(super) fn find<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
}

pub(super) fn decoded(part: &str) -> String {
    percent_encoding::percent_decode_str(part).decode_utf8_lossy().into_owned()
}

pub(super) fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

pub(super) fn link<N: AsRef<str>, V: AsRef<str>>(path: &str, pairs: &[(N, V)]) -> String {
    if pairs.is_empty() {
        return path.to_owned();
    }
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    format!("{path}?{query}")
}

/// Whether `path` is a page of ours: allowed after `next=`.
pub(super) fn is_local(path: &str) -> bool {
    let mut chars = path.chars();
    chars.next() == Some('/')
        && !matches!(chars.next(), Some('/' | '\\'))
        && path.chars().all(|c| c.is_ascii_graphic() && c != '\\')
}

fn parse_pairs(text: &[u8]) -> Pairs {
    form_urlencoded::parse(text).into_owned().collect()
}

/// Chinese unless the browser prefers English.
fn preferred_lang(headers: &HeaderMap) -> Lang {
    let tags = header_text(headers, header::ACCEPT_LANGUAGE).unwrap_or_default();
    tags.split(',').find_map(|tag| Lang::parse(tag.trim())).unwrap_or_default()
}

fn header_text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies = headers.get_all(header::COOKIE).into_iter().filter_map(|v| v.to_str().ok());
    cookies.flat_map(|v| v.split(';')).find_map(|c| {
        let (n, value) = c.trim().split_once('=')?;
        (n == name && !value.is_empty()).then_some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_path_of_ours_may_follow_a_login() {
        for path in ["/", "/calls?number=0021&from=2026-11-21T00%3A00%3A00Z", "/apps/3"] {
            assert!(is_local(path), "{path}");
        }
        for path in ["", "calls", "//evil.example", "/\\evil.example", "https://evil.example", "/a\r\nb", "/a b", "/通"]
        {
            assert!(!is_local(path), "{path}");
        }
    }

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, format!("a=1; {LOGIN_COOKIE}=abc").parse().unwrap());
        headers.append(header::COOKIE, "ringback_lang=en;ringback_theme=".parse().unwrap());
        assert_eq!(cookie(&headers, LOGIN_COOKIE), Some("abc"));
        assert_eq!(cookie(&headers, LANG_COOKIE), Some("en"));
        assert_eq!(cookie(&headers, THEME_COOKIE), None);
    }

    #[test]
    fn a_new_reader_is_met_in_the_browsers_language_and_in_chinese_by_default() {
        let mut headers = HeaderMap::new();
        assert_eq!(preferred_lang(&headers), Lang::Zh);
        headers.insert(header::ACCEPT_LANGUAGE, "fr,en-GB;q=0.8,zh;q=0.5".parse().unwrap());
        assert_eq!(preferred_lang(&headers), Lang::En);
        headers.insert(header::ACCEPT_LANGUAGE, "zh-CN,en".parse().unwrap());
        assert_eq!(preferred_lang(&headers), Lang::Zh);
    }
}
