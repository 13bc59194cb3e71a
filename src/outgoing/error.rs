//! Why there is no answer, by what a person would do about it. Names the host only: an address may hold
//! a signature.

use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

use http_body_util::LengthLimitError;
use hyper_util::client::legacy;

use crate::domain::Text;

type Cause = Box<dyn Error + Send + Sync>;

#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    #[error("reading certificates from {path}")]
    Roots {
        path: PathBuf,
        #[source]
        source: Cause,
    },
    #[error("{path} has no certificate in PEM")]
    NoRoots { path: PathBuf },
    #[error("preparing TLS")]
    Tls(#[source] Cause),
}

#[derive(Debug, thiserror::Error)]
pub enum OutgoingError {
    #[error("the address cannot be asked: {0}")]
    Address(&'static str),
    #[error("connecting to {host}")]
    Connect {
        host: String,
        #[source]
        source: Cause,
    },
    #[error("making TLS with {host}")]
    Tls {
        host: String,
        #[source]
        source: Cause,
    },
    #[error("{host} did not answer within {} ms", time.as_millis())]
    Late { host: String, time: Duration },
    #[error("the answer of {host} is longer than {max} bytes")]
    TooLong { host: String, max: usize },
    #[error("the exchange with {host} broke off")]
    Broken {
        host: String,
        #[source]
        source: Cause,
    },
}

impl OutgoingError {
    /// The request may have arrived: do not repeat one that counts only once.
    #[must_use]
    pub fn may_have_arrived(&self) -> bool {
        match self {
            Self::Address(_) | Self::Connect { .. } | Self::Tls { .. } => false,
            Self::Late { .. } | Self::TooLong { .. } | Self::Broken { .. } => true,
        }
    }

    #[must_use]
    pub fn advice(&self) -> Text {
        match self {
            Self::Address(_) => Text::new(
                "请检查地址：以 https:// 开头，有主机名；只有本机可以用 http://。",
                "Check the address: it begins with https:// and has a host; http:// is for this machine only.",
            ),
            Self::Connect { .. } => Text::new(
                "请检查主机名和端口、DNS，以及防火墙是否允许从这台服务器连出去。",
                "Check host and port, DNS, and whether a firewall lets this server connect outwards.",
            ),
            Self::Tls { .. } => Text::new(
                "对方的证书不被信任：请检查主机名和对方证书的有效期；若是公司自己的证书，请把它的根证书写进配置的 extra_roots。",
                "Its certificate is not trusted: check the host and the certificate's dates; for a company's own \
                 certificate put its root into extra_roots of the configuration.",
            ),
            Self::Late { .. } => Text::new(
                "对方没有及时回答：可能已经处理，请先查询再重试。",
                "It did not answer in time and may have done it all the same: query before trying again.",
            ),
            Self::TooLong { .. } => Text::new(
                "回答太长，不像是这个接口的：请检查地址。",
                "The answer is too long to be this interface's: check the address.",
            ),
            Self::Broken { .. } => Text::new(
                "连接中断或对方说的不是 HTTP：可能已经处理，请检查地址和端口，先查询再重试。",
                "The connection broke, or it does not speak HTTP; it may have been done all the same: check address \
                 and port, and query before trying again.",
            ),
        }
    }

    /// Before the head of an answer.
    pub(super) fn asking(host: &str, error: legacy::Error) -> Self {
        let host = host.to_owned();
        let (connecting, tls) = (error.is_connect(), is_of_tls(&error));
        let source = Box::new(error);
        match (connecting, tls) {
            (_, true) => Self::Tls { host, source },
            (true, false) => Self::Connect { host, source },
            (false, false) => Self::Broken { host, source },
        }
    }

    /// After the head of an answer.
    pub(super) fn reading(host: &str, source: Cause, max: usize) -> Self {
        let host = host.to_owned();
        if source.is::<LengthLimitError>() { Self::TooLong { host, max } } else { Self::Broken { host, source } }
    }
}

/// An I/O error hides its inner error from `source()`, so search that too.
fn is_of_tls(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.is::<rustls::Error>() {
            return true;
        }
        let wrapped = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        next = wrapped.map(|wrapped| wrapped as &(dyn Error + 'static)).or_else(|| error.source());
    }
    false
}
