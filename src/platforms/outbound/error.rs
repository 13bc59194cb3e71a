//! Why a platform did not do what it was asked, and what a person does about it.

use super::check::FieldProblem;
use crate::domain::Text;
use crate::outgoing::OutgoingError;
use crate::platforms::CodeDoc;

#[derive(Debug, thiserror::Error)]
pub enum PlatformError {
    /// The app has no base URL: it calls nothing.
    #[error("this app has no base URL of its platform")]
    Off,
    #[error("the base URL is not scheme and host, such as https://rtcpns.cn-north-1.myhuaweicloud.com")]
    Base,
    #[error("the host {0} is not in [platform] hosts of the configuration")]
    Host(String),
    /// Something that signing needs is not set.
    #[error("{0} is not set for this app")]
    Missing(&'static str),
    #[error("{}", joined(.0))]
    Fields(Vec<FieldProblem>),
    /// A key or an account has letters that no header or address takes.
    #[error("a key or an account of this app cannot be written into a request")]
    Unsendable,
    #[error(transparent)]
    Outgoing(#[from] OutgoingError),
    #[error("the platform answered {code}: {description}")]
    Refused { code: String, description: String, known: Option<&'static CodeDoc> },
    /// What came is not the interface's.
    #[error("the platform answered with status {status} and nothing that it documents")]
    NotAnAnswer { status: u16 },
}

impl PlatformError {
    #[must_use]
    pub fn advice(&self) -> Text {
        match self {
            Self::Off => Text::new(
                "在应用页的“平台接口”里填写 APP 接入地址。",
                "Set the base URL under “Platform” on the app's page.",
            ),
            Self::Base | Self::Fields(_) => Text::new("按提示修改后再试。", "Correct it and try again."),
            Self::Host(_) => Text::new(
                "请服务器管理员把它写进配置文件 [platform] 的 hosts。",
                "Whoever runs the server adds it to [platform] hosts of the configuration file.",
            ),
            Self::Missing(_) => Text::new("在应用页补全它。", "Set it on the app's page."),
            Self::Unsendable => Text::new(
                "检查 APP_Key 和 accountSid 是否含有空格或中文。",
                "Check APP_Key and accountSid for blanks and other letters than ASCII.",
            ),
            Self::Outgoing(error) => error.advice(),
            Self::Refused { known: Some(known), .. } if !known.advice.zh.is_empty() => known.advice,
            Self::Refused { .. } => Text::new(
                "文档没有列出这个结果码：把它和时间告诉平台支持。",
                "No document lists this code: tell the platform's support, with the time.",
            ),
            Self::NotAnAnswer { status: 404 } => Text::new(
                "接入地址不对：与控制台“应用管理”里的 APP 接入地址核对。",
                "The base URL is wrong: compare it with the one in the platform's console.",
            ),
            Self::NotAnAnswer { .. } => Text::new(
                "检查接入地址是否是平台的，中间是否有代理改写了回答。",
                "Check that the base URL is the platform's and that no proxy changes its answers.",
            ),
        }
    }

    /// The platform's code, where it gave one, or one word for the trail.
    #[must_use]
    pub fn outcome(&self) -> &str {
        match self {
            Self::Refused { code, .. } => code,
            Self::Outgoing(error) if error.may_have_arrived() => "unknown",
            Self::NotAnAnswer { .. } => "unknown",
            _ => "not sent",
        }
    }
}

fn joined(problems: &[FieldProblem]) -> String {
    let each: Vec<String> = problems.iter().map(|problem| format!("{}: {}", problem.field, problem.en)).collect();
    each.join("; ")
}
