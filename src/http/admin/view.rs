//! What every page knows about who looks at it: language, theme, rights, where they are.
//!
//! A page's struct holds a [`View`]; the layout and the parts read it. Whether a phone number
//! is shown whole is decided by [`View::eyes`] and nowhere else.

use jiff::Timestamp;

use super::parts::When;
use super::request::Request;
use crate::domain::{Lang, Role, Text};
use crate::http::assets;

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Theme {
    /// As the reader's system.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    pub(super) const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// `system`, `light`, `dark`: the cookie's value and the page's `data-theme`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    pub(super) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|t| t.name() == name)
    }
}

/// How much of a phone number may be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Eyes {
    /// All of it.
    Whole,
    /// Not its middle.
    Masked,
}

/// The part of the dashboard a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    Home,
    Calls,
    Callbacks,
    Attention,
    Messages,
    Numbers,
    Apps,
    System,
    Audit,
    Retention,
    Erasure,
    /// One's own, behind one's name.
    Account,
    Help,
    /// Before login.
    Outside,
}

/// Sections in the order of the navigation.
const NAVIGATION: [(Section, &str, Text); 12] = [
    (Section::Home, "/", Text::new("概览", "Home")),
    (Section::Calls, "/calls", Text::new("通话", "Calls")),
    (Section::Callbacks, "/callbacks", Text::new("回调", "Callbacks")),
    (Section::Attention, "/attention", Text::new("待处理", "Attention")),
    (Section::Messages, "/messages", Text::new("短信", "Messages")),
    (Section::Numbers, "/numbers", Text::new("号码", "Numbers")),
    (Section::Apps, "/apps", Text::new("应用", "Apps")),
    (Section::Audit, "/audit", Text::new("审计", "Audit")),
    (Section::Retention, "/retention", Text::new("保留", "Retention")),
    (Section::Erasure, "/erasure", Text::new("删除", "Erasure")),
    (Section::System, "/system", Text::new("系统", "System")),
    (Section::Help, "/help", Text::new("帮助", "Help")),
];

/// One link of the navigation.
#[derive(Debug)]
pub(super) struct NavLink {
    pub(super) href: &'static str,
    pub(super) label: &'static str,
    pub(super) current: bool,
}

/// Who is logged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Who {
    pub(super) name: String,
    pub(super) role: Role,
}

/// What the layout needs.
#[derive(Debug, Clone)]
pub(super) struct View {
    pub(super) lang: Lang,
    pub(super) theme: Theme,
    pub(super) section: Section,
    pub(super) who: Option<Who>,
    /// The token that forms carry against forged requests; empty before login.
    pub(super) csrf: String,
    /// This page's path and query: where a changed language or theme comes back to.
    pub(super) here: String,
    /// While the store is rebuilt: how much of it is, in percent.
    pub(super) rebuilding: Option<u8>,
    /// Until when this page is shown whole to this login, once that was asked for.
    pub(super) revealed: Option<Timestamp>,
}

impl View {
    /// The view of this request.
    pub(super) fn of(request: &Request, section: Section) -> Self {
        let login = request.login.as_ref();
        Self {
            lang: request.lang,
            theme: request.theme,
            section,
            who: login.map(|l| Who { name: l.user.name.clone(), role: l.user.role }),
            csrf: login.map(|l| l.csrf.reveal().to_owned()).unwrap_or_default(),
            here: request.here(),
            rebuilding: request.rebuilding(),
            revealed: request.revealed(),
        }
    }

    /// How much of a number this reader may see: nobody sees one whole who has not asked for
    /// it, which is on record then.
    pub(super) fn eyes(&self) -> Eyes {
        if self.revealed.is_some() && self.may(Role::Operator) { Eyes::Whole } else { Eyes::Masked }
    }

    /// Whether the page offers to show its numbers.
    pub(super) fn may_reveal(&self) -> bool {
        use Section::{Attention, Audit, Callbacks, Calls, Messages, Numbers};
        self.revealed.is_none()
            && self.may(Role::Operator)
            && matches!(self.section, Calls | Callbacks | Attention | Messages | Numbers | Audit)
    }

    /// Until when it shows them.
    pub(super) fn revealed_until(&self) -> Option<When> {
        self.revealed.filter(|_| self.may(Role::Operator)).map(When::clock)
    }

    /// Whether this reader has at least the rights of `role`.
    pub(super) fn may(&self, role: Role) -> bool {
        self.who.as_ref().is_some_and(|w| w.role >= role)
    }

    /// Whether this reader may see raw bodies, and links that hold whole numbers.
    pub(super) fn may_read_bodies(&self) -> bool {
        self.eyes() == Eyes::Whole
    }

    /// Whether this reader may change apps.
    pub(super) fn may_administer(&self) -> bool {
        self.may(Role::Admin)
    }

    /// The navigation.
    pub(super) fn nav(&self) -> Vec<NavLink> {
        let link = |&(section, href, label): &(Section, &'static str, Text)| NavLink {
            href,
            label: label.get(self.lang),
            current: section == self.section,
        };
        let shown = |(section, ..): &&(Section, _, _)| *section != Section::Audit || self.may_administer();
        NAVIGATION.iter().filter(shown).map(link).collect()
    }

    /// The languages beside the present one.
    pub(super) fn other_lang(&self) -> (&'static str, &'static str) {
        match self.lang {
            Lang::Zh => ("en", "English"),
            Lang::En => ("zh", "中文"),
        }
    }

    /// The theme that the switch leads to, and what the switch says.
    pub(super) fn next_theme(&self) -> (&'static str, &'static str) {
        match self.theme {
            Theme::System => ("dark", self.lang.t("外观：跟随系统", "Theme: system")),
            Theme::Dark => ("light", self.lang.t("外观：深色", "Theme: dark")),
            Theme::Light => ("system", self.lang.t("外观：浅色", "Theme: light")),
        }
    }

    /// The role in words.
    pub(super) fn role(&self) -> &'static str {
        match self.who.as_ref().map(|w| w.role) {
            Some(Role::Admin) => self.lang.t("管理员", "administrator"),
            Some(Role::Operator) => self.lang.t("操作员", "operator"),
            Some(Role::Viewer) => self.lang.t("只读", "viewer"),
            None => "",
        }
    }

    /// The address of an asset.
    pub(super) fn asset(&self, path: &str) -> String {
        assets::asset_url(path)
    }
}

#[cfg(test)]
impl View {
    /// The view of an administrator who asked to see numbers, for samples.
    pub(super) fn sample(lang: Lang, section: Section) -> Self {
        Self {
            lang,
            theme: Theme::System,
            section,
            who: Some(Who { name: "lin".to_owned(), role: Role::Admin }),
            csrf: "sample-csrf".to_owned(),
            here: "/".to_owned(),
            rebuilding: None,
            revealed: Some("2026-11-21T02:35:00Z".parse().unwrap()),
        }
    }
}
