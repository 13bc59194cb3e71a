//! What every page knows about its reader: language, theme, rights, address.
//!
//! The layout and the parts read it. [`View::masking`] alone decides whether phone numbers are shown
//! whole.

use jiff::Timestamp;

use super::parts::When;
use super::request::Request;
use super::theme::Theme;
use crate::domain::{Lang, Masking, Role, Text};
use crate::http::admin::csrf;
use crate::http::admin::parts::misdirected::MisdirectedNote;
use crate::http::transport::assets;
use crate::state::Login;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    Home,
    Calls,
    Live,
    Callbacks,
    Attention,
    Gaps,
    Recordings,
    Messages,
    Numbers,
    Statistics,
    Bindings,
    Rules,
    Lists,
    Decisions,
    Platform,
    Apps,
    Users,
    Tokens,
    System,
    Audit,
    Settings,
    Retention,
    Erasure,
    /// The user's own account.
    Account,
    Help,
    /// Before login.
    Outside,
}

struct Group {
    label: Text,
    pages: &'static [Place],
}

struct Place {
    section: Section,
    href: &'static str,
    label: Text,
    /// The key after `g`; unique.
    key: Option<char>,
    least: Role,
}

const fn page(section: Section, href: &'static str, label: Text, key: Option<char>) -> Place {
    Place { section, href, label, key, least: Role::Viewer }
}

/// A page that concerns the whole installation.
const fn manage(section: Section, href: &'static str, label: Text, key: Option<char>) -> Place {
    Place { section, href, label, key, least: Role::Admin }
}

/// The navigation: the one list of pages for header, footer, keys, the Help page and the test that visits
/// every page.
const NAVIGATION: &[Group] = &[
    Group {
        label: Text::new("概览", "Home"),
        pages: &[page(Section::Home, "/", Text::new("概览", "Home"), Some('h'))],
    },
    Group {
        label: Text::new("通话", "Calls"),
        pages: &[
            page(Section::Calls, "/calls", Text::new("通话", "Calls"), Some('c')),
            page(Section::Live, "/live", Text::new("实时", "Live"), Some('l')),
            page(Section::Recordings, "/recordings", Text::new("录音", "Recordings"), Some('r')),
            page(Section::Messages, "/messages", Text::new("短信", "Messages"), Some('m')),
            page(Section::Numbers, "/numbers", Text::new("号码", "Numbers"), Some('n')),
        ],
    },
    Group {
        label: Text::new("统计", "Statistics"),
        pages: &[page(Section::Statistics, "/statistics", Text::new("统计", "Statistics"), Some('i'))],
    },
    Group {
        label: Text::new("回调", "Callbacks"),
        pages: &[
            page(Section::Callbacks, "/callbacks", Text::new("回调", "Callbacks"), Some('b')),
            page(Section::Attention, "/attention", Text::new("待处理", "Attention"), Some('w')),
            page(Section::Gaps, "/gaps", Text::new("对账", "Gaps"), None),
        ],
    },
    Group {
        label: Text::new("路由", "Routing"),
        pages: &[
            page(Section::Bindings, "/bindings", Text::new("绑定", "Bindings"), Some('x')),
            page(Section::Rules, "/rules", Text::new("规则", "Rules"), None),
            page(Section::Lists, "/lists", Text::new("名单", "Lists"), None),
            page(Section::Decisions, "/decisions", Text::new("决策", "Decisions"), Some('d')),
            Place {
                least: Role::Operator,
                ..page(Section::Platform, "/platform", Text::new("平台接口", "Platform"), Some('p'))
            },
        ],
    },
    Group {
        label: Text::new("接入", "Connect"),
        pages: &[page(Section::Apps, "/apps", Text::new("应用", "Apps"), Some('a'))],
    },
    Group {
        label: Text::new("管理", "Manage"),
        pages: &[
            manage(Section::Users, "/users", Text::new("用户", "Users"), Some('u')),
            manage(Section::Tokens, "/tokens", Text::new("令牌", "Tokens"), Some('t')),
            manage(Section::Audit, "/audit", Text::new("审计", "Audit"), None),
            manage(Section::Settings, "/settings", Text::new("设置", "Settings"), None),
            manage(Section::Retention, "/retention", Text::new("保留", "Retention"), None),
            manage(Section::Erasure, "/erasure", Text::new("删除", "Erasure"), None),
            manage(Section::System, "/system", Text::new("系统", "System"), Some('s')),
        ],
    },
    Group {
        label: Text::new("帮助", "Help"), pages: &[page(Section::Help, "/help", Text::new("帮助", "Help"), None)]
    },
];

#[derive(Debug)]
pub(super) struct NavLink {
    pub(super) href: &'static str,
    pub(super) label: &'static str,
    pub(super) current: bool,
    pub(super) key: Option<char>,
}

#[derive(Debug)]
pub(super) struct NavGroup {
    pub(super) label: &'static str,
    pub(super) current: bool,
    /// Not empty; the group's title links to the first.
    pub(super) pages: Vec<NavLink>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Who {
    pub(super) name: String,
    pub(super) role: Role,
    pub(super) sees_all: bool,
}

impl Who {
    pub(super) fn of(login: &Login) -> Self {
        let user = &login.user;
        Self { name: user.name.clone(), role: user.role, sees_all: user.scope.is_all() }
    }
}

#[derive(Debug, Clone)]
pub(super) struct View {
    pub(super) lang: Lang,
    pub(super) theme: Theme,
    /// Whether times are shown in UTC as well.
    pub(super) utc: bool,
    pub(super) section: Section,
    pub(super) who: Option<Who>,
    /// The CSRF token; empty before login.
    pub(super) csrf: String,
    /// This page's path and query, for the way back from a change of language or theme.
    pub(super) here: String,
    /// Whether the page answers a form: it cannot be opened again, so no switch of language or theme may
    /// lead away from it.
    pub(super) once: bool,
    /// Progress of a rebuild in percent, during one.
    pub(super) rebuilding: Option<u8>,
    /// Misdirected requests, on pages where people look for missing callbacks.
    pub(super) misdirected: Option<MisdirectedNote>,
    /// Until when this page is revealed to this login.
    pub(super) revealed: Option<Timestamp>,
}

impl View {
    pub(super) fn of(request: &Request, section: Section) -> Self {
        let login = request.login.as_ref();
        Self {
            lang: request.lang,
            theme: request.theme,
            utc: request.utc,
            section,
            who: login.map(Who::of),
            csrf: login.map(|login| csrf::field(&login.csrf)).unwrap_or_default(),
            here: request.here(),
            once: login.is_some() && !request.form.is_empty(),
            rebuilding: request.rebuilding(),
            misdirected: matches!(section, Section::Apps | Section::Attention)
                .then(|| MisdirectedNote::of(request))
                .flatten(),
            revealed: request.revealed(),
        }
    }

    /// Numbers are masked until the page is revealed, which leaves an audit entry.
    pub(super) fn masking(&self) -> Masking {
        if self.revealed.is_some() && self.may(Role::Operator) { Masking::Whole } else { Masking::Masked }
    }

    pub(super) fn may_reveal(&self) -> bool {
        use Section::{Attention, Audit, Callbacks, Calls, Live, Messages, Numbers, Recordings, Statistics};
        use Section::{Bindings, Decisions, Lists, Rules};
        let is_form = self.here.split('?').next() == Some("/bindings/new");
        self.revealed.is_none()
            && !self.once
            && !is_form
            && self.may(Role::Operator)
            && (matches!(self.section, Calls | Callbacks | Attention | Live | Messages | Numbers | Recordings)
                || matches!(self.section, Statistics | Audit | Bindings | Rules | Lists | Decisions))
    }

    pub(super) fn revealed_until(&self) -> Option<When> {
        self.revealed.filter(|_| self.may(Role::Operator)).map(When::clock)
    }

    pub(super) fn may(&self, role: Role) -> bool {
        self.who.as_ref().is_some_and(|w| w.role >= role)
    }

    /// Whether the reader may see raw bodies and links with whole numbers.
    pub(super) fn may_read_bodies(&self) -> bool {
        self.masking() == Masking::Whole
    }

    pub(super) fn may_administer(&self) -> bool {
        self.may(Role::Admin) && self.sees_all()
    }

    pub(super) fn may_administer_app(&self) -> bool {
        self.may(Role::Admin)
    }

    pub(super) fn sees_all(&self) -> bool {
        self.who.as_ref().is_some_and(|w| w.sees_all)
    }

    /// Whether the reader may open a page. Administrators' pages take all apps in sight, except the audit
    /// trail, which is filtered.
    fn may_open(&self, page: &Place) -> bool {
        self.may(page.least) && (page.least < Role::Admin || self.sees_all() || page.section == Section::Audit)
    }

    pub(super) fn nav(&self) -> Vec<NavGroup> {
        let link = |page: &Place| NavLink {
            href: page.href,
            label: page.label.get(self.lang),
            current: page.section == self.section,
            key: page.key,
        };
        let group = |group: &Group| {
            let pages: Vec<_> = group.pages.iter().filter(|page| self.may_open(page)).map(link).collect();
            let current = pages.iter().any(|page| page.current);
            (!pages.is_empty()).then(|| NavGroup { label: group.label.get(self.lang), current, pages })
        };
        NAVIGATION.iter().filter_map(group).collect()
    }

    pub(super) fn beside(&self) -> Vec<NavLink> {
        let here = self.nav().into_iter().find(|group| group.current);
        here.map(|group| group.pages).filter(|pages| pages.len() > 1).unwrap_or_default()
    }

    pub(super) fn other_lang(&self) -> (&'static str, &'static str) {
        match self.lang {
            Lang::Zh => ("en", "English"),
            Lang::En => ("zh", "中文"),
        }
    }

    /// The next theme and the switch's label.
    pub(super) fn next_theme(&self) -> (&'static str, &'static str) {
        match self.theme {
            Theme::System => ("dark", self.lang.t("外观：跟随系统", "Theme: system")),
            Theme::Dark => ("light", self.lang.t("外观：深色", "Theme: dark")),
            Theme::Light => ("system", self.lang.t("外观：浅色", "Theme: light")),
        }
    }

    pub(super) fn role(&self) -> &'static str {
        match self.who.as_ref().map(|w| w.role) {
            Some(Role::Admin) => self.lang.t("管理员", "administrator"),
            Some(Role::Operator) => self.lang.t("操作员", "operator"),
            Some(Role::Viewer) => self.lang.t("只读", "viewer"),
            None => "",
        }
    }

    pub(super) fn asset(&self, path: &str) -> String {
        assets::asset_url(path)
    }
}

#[cfg(test)]
impl View {
    pub(super) fn sample(lang: Lang, section: Section) -> Self {
        Self {
            lang,
            theme: Theme::System,
            utc: false,
            section,
            who: Some(Who { name: "lin".to_owned(), role: Role::Admin, sees_all: true }),
            csrf: "sample-csrf".to_owned(),
            here: "/".to_owned(),
            once: false,
            rebuilding: None,
            misdirected: None,
            revealed: Some("2026-11-21T02:35:00Z".parse().unwrap()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_and_no_address_stands_twice_in_the_navigation() {
        let pages: Vec<_> = NAVIGATION.iter().flat_map(|group| group.pages).collect();
        for (n, page) in pages.iter().enumerate() {
            for other in &pages[n + 1..] {
                assert_ne!(page.href, other.href);
                assert!(page.key.is_none() || page.key != other.key, "{} and {}", page.href, other.href);
                assert_ne!(page.section, other.section);
            }
        }
    }

    #[test]
    fn a_page_is_current_in_its_own_group_only() {
        let nav = View::sample(Lang::Zh, Section::Messages).nav();
        let current: Vec<_> = nav.iter().filter(|group| group.current).collect();
        assert_eq!(current.len(), 1);
        assert!(current[0].pages.iter().any(|page| page.current && page.href == "/messages"));
    }
}
