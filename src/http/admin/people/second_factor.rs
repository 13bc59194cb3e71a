//! 两步验证 Second factor: set up with a code, kept with recovery codes, switched off with the
//! password.
//!
//! The secret of one that is being set up travels sealed in the form: until a code proves that an
//! authenticator has it, nothing is kept. Recovery codes stand on the page that made them and
//! nowhere else afterwards.

use askama::Template;
use http::StatusCode;
use qrcode::{Color, EcLevel, QrCode};

#[cfg(test)]
use crate::domain::Lang;
use crate::domain::Secret;
use crate::http::admin::parts::When;
use crate::http::admin::people::login_audit;
use crate::http::admin::reply;
use crate::http::admin::request::{Request, encoded};
#[cfg(test)]
use crate::http::admin::samples;
use crate::http::admin::throttle::{Try, What, Who};
use crate::http::admin::view::{Section, View};
use crate::http::{HttpError, Response};
use crate::service::{ServiceError, people};
use crate::state::Enrolment;

#[derive(Debug, Template)]
#[template(path = "admin/people/second_factor.html")]
pub(crate) struct SecondFactorPage {
    view: View,
    part: Part,
    /// It must be set up before anything else.
    owed: bool,
    problem: Option<String>,
}

#[derive(Debug)]
enum Part {
    SetUp(SetUp),
    /// Recovery codes, this once.
    Codes(Vec<String>),
    On {
        since: When,
        left: usize,
        few: bool,
    },
    /// Who logs in elsewhere has it there.
    Outside(String),
}

#[derive(Debug)]
struct SetUp {
    secret: String,
    sealed: String,
    qr: Qr,
}

#[derive(Debug)]
struct Qr {
    side: usize,
    path: String,
}

impl Qr {
    fn of(text: &str) -> Option<Self> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
        let width = code.width();
        let dark = code.to_colors().into_iter().enumerate().filter(|(_, colour)| *colour == Color::Dark);
        // Four squares of quiet around it, as readers ask for.
        let path = dark.map(|(i, _)| format!("M{} {}h1v1h-1z", i % width + 4, i / width + 4)).collect();
        Some(Self { side: width + 8, path })
    }
}

/// `GET /account/second-factor`
pub(crate) fn show(request: &Request) -> Result<Response, HttpError> {
    let name = request.principal()?.name;
    let part = match request.ctx().state.second_factor(&name) {
        Some(factor) => {
            Part::On { since: When::full(factor.since), left: factor.recovery_left, few: factor.recovery_left < 4 }
        }
        None => match request.login.as_ref().and_then(|login| login.user.outside.clone()) {
            Some(outside) => Part::Outside(outside.issuer),
            None => Part::set_up(request, &name, request.ctx().state.begin_second_factor(&name))?,
        },
    };
    reply::page(&SecondFactorPage::of(request, part, None))
}

/// `POST /account/second-factor`: switches it on with a first code.
pub(crate) async fn confirm(request: &Request) -> Result<Response, HttpError> {
    let by = request.principal()?;
    let (name, state, lang) = (by.name.clone(), &request.ctx().state, request.lang);
    let enrolment = state.enrolment(&name, request.raw_field("sealed")).ok_or_else(|| {
        HttpError::BadRequest(lang.t("这张表单已失效，请重新打开页面。", "Open the page again.").into())
    })?;
    let tried = count_try(request, &name).await?;
    match people::confirm_second_factor(
        request.ctx(),
        request.actor(&by),
        &enrolment,
        request.field("code").unwrap_or_default(),
    )
    .await
    {
        Ok(Some(codes)) => {
            request.site.throttle.succeeded(&tried);
            reply::page(&SecondFactorPage::of(request, Part::codes(&codes), None))
        }
        Ok(None) => {
            let problem = lang.t(
                "验证码不对。请检查手机时间是否自动校准，再输入当前的验证码。",
                "The code is wrong. See that the phone's clock sets itself, and enter the present code.",
            );
            let part = Part::set_up(request, &name, enrolment)?;
            let page = SecondFactorPage::of(request, part, Some(problem.to_owned()));
            reply::page_with(StatusCode::BAD_REQUEST, &page)
        }
        Err(ServiceError::Conflict(_)) => Ok(reply::see_other("/account/second-factor")),
        Err(error) => Err(error.into()),
    }
}

/// `POST /account/second-factor/codes`: new recovery codes, with the password.
pub(crate) async fn renew(request: &Request) -> Result<Response, HttpError> {
    let by = request.principal()?;
    let name = by.name.clone();
    let tried = count_try(request, &name).await?;
    let password = Secret::new(request.raw_field("password"));
    match people::renew_recovery_codes(request.ctx(), request.actor(&by), &password).await? {
        Some(codes) => {
            request.site.throttle.succeeded(&tried);
            reply::page(&SecondFactorPage::of(request, Part::codes(&codes), None))
        }
        None => wrong_password(request),
    }
}

/// `POST /account/second-factor/off`: with the password.
pub(crate) async fn switch_off(request: &Request) -> Result<Response, HttpError> {
    let by = request.principal()?;
    let name = by.name.clone();
    let tried = count_try(request, &name).await?;
    let password = Secret::new(request.raw_field("password"));
    if !people::switch_off_second_factor(request.ctx(), request.actor(&by), &password).await? {
        return wrong_password(request);
    }
    request.site.throttle.succeeded(&tried);
    Ok(reply::see_other("/account/second-factor"))
}

/// Whoever found an open browser must not find a password or a code by trying.
async fn count_try(request: &Request, name: &str) -> Result<Try, HttpError> {
    let tried = request.site.throttle.a_try(What::Code, name, &Who::Inside);
    match login_audit::count_try(request, &tried, name).await? {
        Some(retry_after) => Err(HttpError::TooManyRequests { retry_after }),
        None => Ok(tried),
    }
}

fn wrong_password(request: &Request) -> Result<Response, HttpError> {
    let problem = request.lang.t("密码不对。", "The password is wrong.");
    let name = request.principal()?.name;
    let factor = request.ctx().state.second_factor(&name).ok_or(HttpError::NotFound)?;
    let left = factor.recovery_left;
    let part = Part::On { since: When::full(factor.since), left, few: left < 4 };
    reply::page_with(StatusCode::BAD_REQUEST, &SecondFactorPage::of(request, part, Some(problem.to_owned())))
}

impl Part {
    fn set_up(request: &Request, name: &str, enrolment: Enrolment) -> Result<Self, HttpError> {
        let host = request.ctx().server.public_url.as_deref().and_then(|url| url.split_once("://"));
        let issuer = host.map_or_else(|| "Ringback".to_owned(), |(_, host)| format!("Ringback {host}"));
        SetUp::new(&issuer, name, enrolment).map(Self::SetUp)
    }

    fn codes(codes: &[Secret]) -> Self {
        Self::Codes(codes.iter().map(|code| code.reveal().to_owned()).collect())
    }
}

impl SetUp {
    /// The address that authenticators read is the one that Google's made usual.
    fn new(issuer: &str, name: &str, enrolment: Enrolment) -> Result<Self, HttpError> {
        let (issuer, name) = (encoded(issuer), encoded(name));
        let secret = enrolment.secret.reveal();
        let uri = format!("otpauth://totp/{issuer}:{name}?secret={secret}&issuer={issuer}");
        let qr = Qr::of(&uri).ok_or_else(|| HttpError::Internal("the name does not fit a QR code".into()))?;
        let letters: Vec<char> = secret.chars().collect();
        let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
        Ok(Self { secret: groups.join(" "), sealed: enrolment.sealed, qr })
    }
}

impl SecondFactorPage {
    fn of(request: &Request, part: Part, problem: Option<String>) -> Self {
        let user = request.login.as_ref().map(|login| &login.user);
        let owed =
            matches!(part, Part::SetUp(_)) && user.is_some_and(|user| request.ctx().state.owes_second_factor(user));
        Self { view: View::of(request, Section::Account), part, owed, problem }
    }
}

#[cfg(test)]
impl SecondFactorPage {
    fn sample_with(lang: Lang, part: Part) -> Self {
        let view = View { here: "/account/second-factor".to_owned(), ..View::sample(lang, Section::Account) };
        Self { view, part, owed: false, problem: None }
    }

    pub(crate) fn sample(lang: Lang) -> Self {
        let enrolment =
            Enrolment { secret: Secret::new("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"), sealed: "sample-sealed".to_owned() };
        let part = Part::SetUp(SetUp::new("Ringback calls.example.com", "林晓", enrolment).unwrap());
        Self { owed: true, ..Self::sample_with(lang, part) }
    }

    pub(crate) fn sample_codes(lang: Lang) -> Self {
        let codes = (0..10).map(|i| format!("abcd-efgh-jkm{i}-npqr")).collect();
        Self::sample_with(lang, Part::Codes(codes))
    }

    pub(crate) fn sample_on(lang: Lang) -> Self {
        let since = When::full(samples::now());
        Self::sample_with(lang, Part::On { since, left: 3, few: true })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::admin::samples::selector;

    #[test]
    fn the_code_to_scan_is_drawn_without_scripts_and_the_secret_can_be_typed() {
        let html = scraper::Html::parse_document(&SecondFactorPage::sample(Lang::En).render().unwrap());
        let path = html.select(&selector("svg.qr path")).next_back().unwrap().attr("d").unwrap();
        assert!(path.matches('M').count() > 200);
        let secret: String = html.select(&selector("code#secret")).next().unwrap().text().collect();
        assert_eq!(secret.replace(' ', ""), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert!(html.select(&selector("input[name=code][autocomplete=one-time-code]")).next().is_some());
    }
}
