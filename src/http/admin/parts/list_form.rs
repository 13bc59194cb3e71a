//! The boxes above a list: what the address asks for, as a form, and its filters one by one,
//! each with a link that takes it away.
//!
//! It only mirrors the address; what an address means is for the API's reader alone to say.
//! What an address asks and no box can show (two ranges of one amount, an app and not another)
//! goes along in hidden fields, so that pressing the button never forgets a filter.

use std::collections::BTreeSet;

use crate::domain::{Lang, Text};
use crate::http::admin::parts::filter_words;
use crate::http::admin::parts::local;
use crate::http::admin::query::{input, instant};
use crate::http::admin::request::{Pairs, find, link};
use crate::platforms;

/// A box for text.
#[derive(Debug)]
pub(crate) struct TextBox {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    pub(crate) hint: &'static str,
    pub(crate) value: String,
    pub(crate) not: bool,
    pub(crate) numeric: bool,
}

/// Two boxes for an amount, from and to.
#[derive(Debug)]
pub(crate) struct Amount {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    pub(crate) min: String,
    pub(crate) max: String,
    pub(crate) not: bool,
}

/// Yes, no, or no matter.
#[derive(Debug)]
pub(crate) struct Flag {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    pub(crate) value: Option<bool>,
}

/// A group of choices of which any may hold.
#[derive(Debug)]
pub(crate) struct Choices {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    pub(crate) not: bool,
    pub(crate) options: Vec<Choice>,
}

/// One choice.
#[derive(Debug)]
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) label: String,
    pub(crate) chosen: bool,
}

/// A filter that is set.
#[derive(Debug)]
pub(crate) struct Active {
    pub(crate) label: String,
    /// The same list without it.
    pub(crate) without: String,
}

/// The form of a list.
#[derive(Debug)]
pub(crate) struct Form {
    pub(crate) path: &'static str,
    /// What it finds, for those who hear it.
    pub(crate) title: &'static str,
    /// From and to, where the list has a time.
    pub(crate) span: Option<(String, String)>,
    pub(crate) main: Vec<TextBox>,
    pub(crate) more: Vec<TextBox>,
    pub(crate) amounts: Vec<Amount>,
    pub(crate) flags: Vec<Flag>,
    pub(crate) choices: Vec<Choices>,
    /// What no box shows.
    pub(crate) hidden: Pairs,
    /// Whether a filter below the first row is set.
    pub(crate) open: bool,
    pub(crate) active: Vec<Active>,
}

/// Makes the parts of a form for an address.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Maker<'a> {
    pub(crate) lang: Lang,
    pub(crate) pairs: &'a Pairs,
}

impl Maker<'_> {
    /// A box with the address's values in it.
    pub(crate) fn text(self, name: &'static str, label: Text, hint: Text) -> TextBox {
        let (not, wanted) = self.polarity(name);
        let values: Vec<&str> = self.values(&wanted).collect();
        // A text may hold a comma itself, so of several only the first is in the box.
        let value = if crate::http::admin::query::is_split(name) {
            values.join(", ")
        } else {
            values.first().copied().unwrap_or_default().to_owned()
        };
        let numeric = crate::http::admin::query::is_number(name);
        TextBox { name, label: label.get(self.lang), hint: hint.get(self.lang), value, not, numeric }
    }

    /// A group of choices with those of the address chosen.
    pub(crate) fn choices(
        self,
        name: &'static str,
        label: Text,
        options: impl IntoIterator<Item = (String, String)>,
    ) -> Choices {
        let (not, wanted) = self.polarity(name);
        let chosen = |value: &str| self.values(&wanted).any(|v| v == value);
        let options = options.into_iter().map(|(value, label)| Choice { chosen: chosen(&value), value, label });
        Choices { name, label: label.get(self.lang), not, options: options.collect() }
    }

    /// Boxes for an amount.
    pub(crate) fn amount(self, name: &'static str, label: Text) -> Amount {
        let bound = |side: &str| find(self.pairs, &format!("{side}_{name}")).unwrap_or_default().to_owned();
        let (mut min, mut max) = (bound("min"), bound("max"));
        let (not, wanted) = self.polarity(name);
        let mut shows_not = false;
        if min.is_empty()
            && max.is_empty()
            && let Some(range) = self.values(&wanted).next()
        {
            let (from, to) = range.split_once("..").unwrap_or((range, range));
            (min, max) = (from.to_owned(), to.to_owned());
            shows_not = not;
        }
        Amount { name, label: label.get(self.lang), min, max, not: shows_not }
    }

    /// A choice of yes and no.
    pub(crate) fn flag(self, name: &'static str, label: Text) -> Flag {
        let read = |name: &str| find(self.pairs, name).map(|value| matches!(value, "true" | "1"));
        let value = read(name).or_else(|| read(&format!("not_{name}")).map(|no| !no));
        Flag { name, label: label.get(self.lang), value }
    }

    /// Every app as a choice.
    pub(crate) fn apps(self, apps: &[String]) -> Choices {
        self.choices("app", Text::new("应用", "App"), apps.iter().map(|app| (app.clone(), app.clone())))
    }

    /// Every provider as a choice.
    pub(crate) fn providers(self) -> Choices {
        let options = platforms::ALL.iter().map(|p| (p.id().0.to_owned(), p.title(self.lang).to_owned()));
        self.choices("provider", Text::new("平台", "Platform"), options)
    }

    /// Whether the address negates `name`, and the parameter whose values a box shows.
    fn polarity(self, name: &str) -> (bool, String) {
        let negated = format!("not_{name}");
        let not = find(self.pairs, &negated).is_some() && find(self.pairs, name).is_none();
        (not, if not { negated } else { name.to_owned() })
    }

    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs.iter().filter(move |(n, _)| n == name).map(|(_, v)| v.as_str())
    }
}

impl Form {
    /// A form with nothing in it yet but the span.
    pub(crate) fn new(make: Maker<'_>, path: &'static str, title: Text) -> Self {
        let time = |name| input(find(make.pairs, name).and_then(instant));
        Self {
            path,
            title: title.get(make.lang),
            span: Some((time("from"), time("to"))),
            main: Vec::new(),
            more: Vec::new(),
            amounts: Vec::new(),
            flags: Vec::new(),
            choices: Vec::new(),
            hidden: Pairs::new(),
            open: false,
            active: active(make.lang, path, make.pairs),
        }
    }

    /// The finished form: groups without a choice go, and what no box shows is carried along.
    pub(crate) fn finish(mut self, make: Maker<'_>) -> Self {
        self.choices.retain(|c| !c.options.is_empty());
        let shown = self.shown(make);
        let first: BTreeSet<&str> = self.main.iter().map(|b| b.name).chain(["from", "to"]).collect();
        let rest = make.pairs.iter().filter(|(name, _)| !matches!(name.as_str(), "cursor" | "limit"));
        self.open = rest.clone().any(|(name, _)| !first.contains(name.strip_prefix("not_").unwrap_or(name)));
        let kept = make.pairs.iter().filter(|pair| pair.0 != "cursor" && !shown.contains(*pair));
        self.hidden = kept.cloned().collect();
        self
    }

    /// The parameters of the address that boxes show.
    fn shown(&self, make: Maker<'_>) -> BTreeSet<(String, String)> {
        let all = |name: &str| make.pairs.iter().filter(move |(n, _)| n == name).cloned().collect::<Pairs>();
        let mut shown = BTreeSet::new();
        if self.span.is_some() {
            shown.extend(["from", "to"].iter().flat_map(|name| all(name)));
        }
        for flag in &self.flags {
            shown.extend(all(flag.name));
            shown.extend(all(&format!("not_{}", flag.name)));
        }
        for b in self.main.iter().chain(&self.more) {
            let name = if b.not { format!("not_{}", b.name) } else { b.name.to_owned() };
            let most = if crate::http::admin::query::is_split(b.name) { usize::MAX } else { 1 };
            shown.extend(all(&name).into_iter().take(most));
        }
        for amount in &self.amounts {
            let bounds = [format!("min_{}", amount.name), format!("max_{}", amount.name)];
            let given: Vec<_> = make.pairs.iter().filter(|(n, _)| bounds.contains(n)).cloned().collect();
            let name = if amount.not { format!("not_{}", amount.name) } else { amount.name.to_owned() };
            let range = make.pairs.iter().find(|(n, _)| *n == name).cloned();
            shown.extend(if given.is_empty() { Vec::from_iter(range) } else { given });
        }
        for group in &self.choices {
            let name = if group.not { format!("not_{}", group.name) } else { group.name.to_owned() };
            shown.extend(group.options.iter().filter(|o| o.chosen).map(|o| (name.clone(), o.value.clone())));
        }
        shown
    }
}

/// The filters that are set, each with the list without it.
pub(crate) fn active(lang: Lang, path: &str, pairs: &Pairs) -> Vec<Active> {
    let shown = |name: &str| !matches!(name, "cursor" | "limit");
    let set = pairs.iter().enumerate().filter(|(_, (name, _))| shown(name));
    set.map(|(i, (name, value))| {
        let rest = pairs.iter().enumerate().filter(|(n, (name, _))| *n != i && name != "cursor");
        let rest: Vec<(&str, &str)> = rest.map(|(_, (n, v))| (n.as_str(), v.as_str())).collect();
        Active { label: label(lang, name, value), without: link(path, &rest) }
    })
    .collect()
}

fn label(lang: Lang, name: &str, value: &str) -> String {
    let (bare, not) = name.strip_prefix("not_").map_or((name, ""), |bare| (bare, lang.t("非 ", "not ")));
    let title = filter_words::filter(bare).map_or(bare, |text| text.get(lang));
    let value = match bare {
        "from" | "to" | "expires_before" => {
            instant(value).map_or_else(|| value.to_owned(), |t| local(t, "%Y-%m-%d %H:%M"))
        }
        _ => filter_words::filter_value(lang, bare, value).unwrap_or_else(|| value.to_owned()),
    };
    format!("{not}{title} {value}")
}
