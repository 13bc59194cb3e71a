//! Errors of handlers, and what the client sees of them.
//!
//! Each error has two texts: one for the client and one for the log. The body of every 5xx is constant,
//! so nothing internal reaches the client. The API answers `{"error":{"code":"…","message":"…"}}`; pages
//! make their own page from [`HttpError::status`] and [`HttpError::message`].

use std::time::Duration;

use http::{HeaderValue, StatusCode, header};

use super::{Response, respond};
use crate::bindings::BindingError;
use crate::control::ControlError;
use crate::domain::{Text, Wording};
use crate::erasure::ErasureError;
use crate::error_chain::Chain;
use crate::ingest::NotKept;
use crate::journal::{AppendError, ReadError};
use crate::limits;
use crate::retention::RetentionError;
use crate::service::{ServiceError, keeping::NotDone, platform::Failure};
use crate::state::{NotRecorded, StateError};
use crate::store::QueryError;

#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// Shown to the client.
    #[error("{}", .0.en)]
    BadRequest(Wording),
    /// Neither a login nor a token.
    #[error("log in, or send a token")]
    Unauthorised,
    /// Shown to the client: which right is needed.
    #[error("{}", .0.en)]
    Forbidden(Text),
    #[error("there is nothing at this address")]
    NotFound,
    #[error("this address takes only {allow}")]
    MethodNotAllowed {
        /// For the `Allow` header.
        allow: &'static str,
    },
    /// The body took longer than [`limits::BODY_TIME`].
    #[error("the body took too long")]
    BodyTimeout,
    #[error("the body ended early")]
    BodyBroken,
    /// Shown to the client.
    #[error("{}", .0.en)]
    Conflict(Wording),
    /// Such an object exists already. Shown to the client.
    #[error("{}", .0.en)]
    Exists(Wording),
    #[error("the body is too large")]
    BodyTooLarge,
    #[error("this address does not read that content type")]
    UnsupportedMediaType,
    #[error("too many tries; wait")]
    TooManyRequests { retry_after: Duration },
    /// Too many do this at once. Shown to the client.
    #[error("{}", .0.en)]
    Busy(Text),
    /// The platform refused or did not answer. Shown to the client.
    #[error("{message}")]
    Platform {
        /// `platform_refused`, `platform_unreachable`.
        code: &'static str,
        message: String,
    },
    /// The journal refused the callback, so it was not acknowledged.
    #[error("the callback could not be kept")]
    NotKept(#[source] NotKept),
    /// The audit trail refused the entry, so nothing was shown or changed.
    #[error("the audit trail could not be written")]
    NotRecorded(#[source] AppendError),
    /// The source is logged, never shown.
    #[error("answering a request")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl HttpError {
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::BadRequest(_) | Self::BodyBroken => StatusCode::BAD_REQUEST,
            Self::Unauthorised => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::BodyTimeout => StatusCode::REQUEST_TIMEOUT,
            Self::Conflict(_) | Self::Exists(_) => StatusCode::CONFLICT,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooManyRequests { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Platform { .. } => StatusCode::BAD_GATEWAY,
            Self::NotKept(_) | Self::NotRecorded(_) | Self::Busy(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The code for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadRequest(_) => "bad_request",
            Self::Unauthorised => "unauthorised",
            Self::Forbidden(_) => "forbidden",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed { .. } => "method_not_allowed",
            Self::BodyTimeout => "body_timeout",
            Self::BodyBroken => "body_broken",
            Self::Conflict(_) => "conflict",
            Self::Exists(_) => "exists",
            Self::BodyTooLarge => "body_too_large",
            Self::UnsupportedMediaType => "unsupported_media_type",
            Self::TooManyRequests { .. } => "too_many_requests",
            Self::Busy(_) => "busy",
            Self::Platform { code, .. } => code,
            Self::NotKept(_) => "not_kept",
            Self::NotRecorded(_) => "not_recorded",
            Self::Internal(_) => "internal",
        }
    }

    /// The text for programs; constant for 5xx.
    #[must_use]
    pub fn message(&self) -> String {
        self.wording().en
    }

    /// The text for people.
    #[must_use]
    pub fn wording(&self) -> Wording {
        match self {
            Self::BadRequest(wording) | Self::Conflict(wording) | Self::Exists(wording) => wording.clone(),
            Self::Forbidden(text) | Self::Busy(text) => (*text).into(),
            Self::Platform { message, .. } => message.as_str().into(),
            Self::Unauthorised => Wording::new("请先登录，或发送令牌", self.to_string()),
            Self::NotFound => Wording::new("这个地址没有内容", self.to_string()),
            Self::MethodNotAllowed { allow } => Wording::new(format!("这个地址只接受 {allow}"), self.to_string()),
            Self::BodyTimeout => Wording::new("正文发送得太慢", self.to_string()),
            Self::BodyBroken => Wording::new("正文没有发完", self.to_string()),
            Self::BodyTooLarge => Wording::new("正文太大", self.to_string()),
            Self::UnsupportedMediaType => Wording::new("这个地址不读这种内容类型", self.to_string()),
            Self::TooManyRequests { .. } => Wording::new("尝试次数太多，请稍候", self.to_string()),
            Self::NotKept(_) => {
                Wording::new("服务器现在不能保存，请稍后再发", "the server cannot keep this now; send it again later")
            }
            Self::NotRecorded(_) => Wording::new(
                "服务器现在不能写入审计，所以没有做任何改动，也不显示；请稍后再试",
                "the server cannot put this on record now, so nothing was changed or shown; try again later",
            ),
            Self::Internal(_) => Wording::new("服务器出错了，原因在日志里", "the server failed; its log says why"),
        }
    }

    /// The answer in JSON.
    #[must_use]
    pub fn into_response(self) -> Response {
        let body = serde_json::json!({"error": {"code": self.code(), "message": self.message()}});
        self.finish("application/json", body.to_string())
    }

    /// The answer as one line of text.
    #[must_use]
    pub fn into_text_response(self) -> Response {
        let body = format!("{}\n", self.message());
        self.finish("text/plain; charset=utf-8", body)
    }

    /// Logs errors of ours and adds the headers of the status. Every answer to an error is made here, so
    /// each failure is logged once.
    fn finish(self, content_type: &str, body: String) -> Response {
        match &self {
            Self::Internal(source) => tracing::error!(error = %Chain(source.as_ref()), "a request failed"),
            Self::NotRecorded(source) => tracing::error!(error = %Chain(source), "the audit trail was not written"),
            _ => {}
        }
        let mut response = respond(self.status(), content_type, body);
        let headers = response.headers_mut();
        match &self {
            Self::MethodNotAllowed { allow } => {
                headers.insert(header::ALLOW, HeaderValue::from_static(allow));
            }
            Self::Unauthorised => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            Self::TooManyRequests { retry_after } => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(retry_after.as_secs().max(1)));
            }
            Self::NotKept(_) | Self::NotRecorded(_) | Self::Busy(_) => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(limits::RETRY_AFTER.as_secs()));
            }
            _ => {}
        }
        response
    }
}

impl warp::Reply for HttpError {
    fn into_response(self) -> Response {
        Self::into_response(self)
    }
}

impl From<ServiceError> for HttpError {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::BadRequest(wording) => Self::BadRequest(wording),
            ServiceError::Unauthorised => Self::Unauthorised,
            ServiceError::Forbidden(text) => Self::Forbidden(text),
            ServiceError::NotFound => Self::NotFound,
            ServiceError::Conflict(wording) => Self::Conflict(wording),
            ServiceError::Exists(wording) => Self::Exists(wording),
            ServiceError::Busy(text) => Self::Busy(text),
            ServiceError::Platform { code, message } => Self::Platform { code, message },
            ServiceError::Body(error) => error.into(),
            ServiceError::NotKept(error) => Self::NotKept(error),
            ServiceError::NotRecorded(error) => Self::NotRecorded(error),
            ServiceError::Internal(error) => Self::Internal(error),
        }
    }
}

/// Errors of services become [`ServiceError`]s first.
macro_rules! as_services_have_it {
    ($($error:ty),+ $(,)?) => {
        $(impl From<$error> for HttpError {
            fn from(error: $error) -> Self {
                ServiceError::from(error).into()
            }
        })+
    };
}

impl<E> From<NotDone<E>> for HttpError
where
    ServiceError: From<NotDone<E>>,
{
    fn from(error: NotDone<E>) -> Self {
        ServiceError::from(error).into()
    }
}

as_services_have_it!(
    AppendError,
    BindingError,
    ControlError,
    ErasureError,
    Failure,
    NotKept,
    NotRecorded,
    QueryError,
    ReadError,
    RetentionError,
    StateError,
    Wording,
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_has_its_status_and_code() {
        let table = [
            (HttpError::BadRequest("limit is not a number".into()), 400, "bad_request"),
            (HttpError::Unauthorised, 401, "unauthorised"),
            (HttpError::Forbidden(Text::new("需要操作员权限", "operators only")), 403, "forbidden"),
            (HttpError::NotFound, 404, "not_found"),
            (HttpError::MethodNotAllowed { allow: "POST" }, 405, "method_not_allowed"),
            (HttpError::BodyTimeout, 408, "body_timeout"),
            (HttpError::BodyBroken, 400, "body_broken"),
            (HttpError::Conflict("there is already one".into()), 409, "conflict"),
            (HttpError::Exists("bound already".into()), 409, "exists"),
            (HttpError::BodyTooLarge, 413, "body_too_large"),
            (HttpError::UnsupportedMediaType, 415, "unsupported_media_type"),
            (HttpError::Busy(Text::new("已满", "enough")), 503, "busy"),
            (HttpError::Platform { code: "platform_refused", message: "no".into() }, 502, "platform_refused"),
            (HttpError::TooManyRequests { retry_after: Duration::from_secs(9) }, 429, "too_many_requests"),
            (HttpError::NotKept(NotKept(AppendError::QueueFull)), 503, "not_kept"),
            (HttpError::NotRecorded(AppendError::Closed), 503, "not_recorded"),
            (HttpError::Internal("the pipe at /var/x".into()), 500, "internal"),
        ];
        for (error, status, code) in table {
            assert_eq!((error.status().as_u16(), error.code()), (status, code));
        }
    }

    #[test]
    fn a_fault_of_ours_is_answered_without_its_text() {
        let error = HttpError::Internal("/var/lib/secret is missing".into());
        assert!(!error.message().contains("secret"), "{}", error.message());
    }

    #[test]
    fn a_callback_that_was_not_kept_is_told_when_to_come_back() {
        let response = HttpError::from(NotKept(AppendError::Closed)).into_response();
        assert_eq!(response.headers()[header::RETRY_AFTER], "5");
    }
}
