//! The boxes above a list: what the address asks for, as a form, and its filters one by one,
//! each with a link that takes it away.
//!
//! It only mirrors the address; what an address means is for the API's reader alone to say.
//! What an address asks and no box can show (two ranges of one amount, an app and not another)
//! goes along in hidden fields, so that pressing the button never forgets a filter.

use std::collections::BTreeSet;

use crate::domain::{Lang, Text};
use crate::http::admin::parts::local;
use crate::http::admin::query::{input, instant};
use crate::http::admin::request::{Pairs, find, link};
use crate::platforms;
use crate::store::{FilterDoc, FilterTable, FormBox, Names, Shape, Tests};

#[derive(Debug)]
pub(crate) struct TextBox {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    pub(crate) hint: &'static str,
    pub(crate) value: String,
    pub(crate) not: bool,
    pub(crate) numeric: bool,
    /// Whether it may hold several values.
    pub(crate) split: bool,
}

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

#[derive(Debug)]
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) label: String,
    pub(crate) chosen: bool,
}

#[derive(Debug)]
pub(crate) struct Active {
    pub(crate) label: String,
    pub(crate) without: String,
}

#[derive(Debug)]
pub(crate) struct Form {
    pub(crate) path: &'static str,
    /// What it finds, for those who hear it.
    pub(crate) title: &'static str,
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

#[derive(Debug, Clone, Copy)]
pub(crate) struct Maker<'a> {
    pub(crate) lang: Lang,
    pub(crate) pairs: &'a Pairs,
}

impl Maker<'_> {
    pub(crate) fn text(self, doc: &FilterDoc, form: &FormBox) -> TextBox {
        let name = doc.names.name;
        let (not, wanted) = self.polarity(name);
        let values: Vec<&str> = self.values(&wanted).collect();
        // A text may hold a comma itself, so of several only the first is in the box.
        let value =
            if doc.is_split() { values.join(", ") } else { values.first().copied().unwrap_or_default().to_owned() };
        let (label, hint) = (form.label.get(self.lang), form.hint.get(self.lang));
        TextBox { name, label, hint, value, not, numeric: matches!(doc.shape, Shape::Ending), split: doc.is_split() }
    }

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

    fn amount(self, names: &Names, label: Text) -> Amount {
        let bound = |name| find(self.pairs, name).unwrap_or_default().to_owned();
        let (mut min, mut max) = (bound(names.min), bound(names.max));
        let (not, wanted) = self.polarity(names.name);
        let mut shows_not = false;
        if min.is_empty()
            && max.is_empty()
            && let Some(range) = self.values(&wanted).next()
        {
            let (from, to) = range.split_once("..").unwrap_or((range, range));
            (min, max) = (from.to_owned(), to.to_owned());
            shows_not = not;
        }
        Amount { name: names.name, label: label.get(self.lang), min, max, not: shows_not }
    }

    fn flag(self, names: &Names, label: Text) -> Flag {
        let read = |name| find(self.pairs, name).map(|value| matches!(value, "true" | "1"));
        let value = read(names.name).or_else(|| read(names.not).map(|no| !no));
        Flag { name: names.name, label: label.get(self.lang), value }
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
    /// The form of a list for an address: a box for each filter that has one, in their order.
    /// `apps` are the names of all apps.
    pub(crate) fn of<T: FilterTable>(make: Maker<'_>, path: &'static str, title: Text, apps: &[String]) -> Self {
        let lang = make.lang;
        let mut form = Self {
            path,
            title: title.get(lang),
            span: None,
            main: Vec::new(),
            more: Vec::new(),
            amounts: Vec::new(),
            flags: Vec::new(),
            choices: Vec::new(),
            hidden: Pairs::new(),
            open: false,
            active: active(lang, path, T::docs(), make.pairs),
        };
        let mut boxes: Vec<(&FilterDoc, &FormBox)> =
            T::docs().iter().filter_map(|doc| Some((doc, doc.text.form.as_ref()?))).collect();
        boxes.sort_by_key(|(_, form)| form.place);
        for (doc, at) in boxes {
            let FilterDoc { names, shape, .. } = doc;
            match shape {
                Shape::Bounds => form.amounts.push(make.amount(names, at.label)),
                Shape::Flag(_) => form.flags.push(make.flag(names, at.label)),
                _ => match options(lang, shape, apps) {
                    Some(options) => form.choices.push(make.choices(names.name, at.label, options)),
                    None if at.place == 0 => form.main.push(make.text(doc, at)),
                    None => form.more.push(make.text(doc, at)),
                },
            }
        }
        if T::docs().iter().any(|doc| matches!(doc.shape, Shape::Span)) {
            let time = |name| input(find(make.pairs, name).and_then(instant));
            form.span = Some((time("from"), time("to")));
        }
        form.finish(make)
    }

    /// Groups without a choice go, and what no box shows is carried along.
    fn finish(mut self, make: Maker<'_>) -> Self {
        self.choices.retain(|c| !c.options.is_empty());
        let shown = self.shown(make);
        let first: BTreeSet<&str> = self.main.iter().map(|b| b.name).chain(["from", "to"]).collect();
        let rest = make.pairs.iter().filter(|(name, _)| !matches!(name.as_str(), "cursor" | "limit"));
        self.open = rest.clone().any(|(name, _)| !first.contains(name.strip_prefix("not_").unwrap_or(name)));
        let kept = make.pairs.iter().filter(|pair| pair.0 != "cursor" && !shown.contains(*pair));
        self.hidden = kept.cloned().collect();
        self
    }

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
            let most = if b.split { usize::MAX } else { 1 };
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

/// What may be chosen of a filter, each with its word; `None` where it is typed.
fn options(lang: Lang, shape: &Shape, apps: &[String]) -> Option<Vec<(String, String)>> {
    Some(match shape {
        Shape::App => apps.iter().map(|app| (app.clone(), app.clone())).collect(),
        Shape::Provider => platforms::ALL.iter().map(|p| (p.id().0.to_owned(), p.title(lang).to_owned())).collect(),
        Shape::Choice(values) => values
            .iter()
            .map(|(name, word)| ((*name).to_owned(), word.map_or(*name, |word| word.get(lang)).to_owned()))
            .collect(),
        Shape::Whole { min, words, .. } if !words.is_empty() => {
            (*min..).zip(*words).map(|(number, word)| (number.to_string(), word.get(lang).to_owned())).collect()
        }
        _ => return None,
    })
}

/// The filters that are set, each with the list without it.
pub(crate) fn active(lang: Lang, path: &str, docs: &[FilterDoc], pairs: &Pairs) -> Vec<Active> {
    let shown = |name: &str| !matches!(name, "cursor" | "limit");
    let set = pairs.iter().enumerate().filter(|(_, (name, _))| shown(name));
    set.map(|(i, (name, value))| {
        let rest = pairs.iter().enumerate().filter(|(n, (name, _))| *n != i && name != "cursor");
        let rest: Vec<(&str, &str)> = rest.map(|(_, (n, v))| (n.as_str(), v.as_str())).collect();
        Active { label: label(lang, docs, name, value), without: link(path, &rest) }
    })
    .collect()
}

fn label(lang: Lang, docs: &[FilterDoc], name: &str, value: &str) -> String {
    let (bare, not) = name.strip_prefix("not_").map_or((name, ""), |bare| (bare, lang.t("非 ", "not ")));
    let (title, shown) = docs.iter().find_map(|doc| words(lang, doc, bare, value)).unwrap_or((bare.to_owned(), None));
    format!("{not}{title} {}", shown.unwrap_or_else(|| value.to_owned()))
}

/// The title of a parameter of a filter, and its value where it is a word of ours or a time; `None`
/// where it is a parameter of another one.
fn words(lang: Lang, doc: &FilterDoc, name: &str, value: &str) -> Option<(String, Option<String>)> {
    let title = doc.text.title.get(lang);
    let time = || instant(value).map(|t| local(t, "%Y-%m-%d %H:%M"));
    let word = |text: Text| Some(text.get(lang).to_owned());
    Some(match &doc.shape {
        Shape::Span if name == "from" => (lang.t("从", "from").to_owned(), time()),
        Shape::Span if name == "to" => (lang.t("到", "to").to_owned(), time()),
        Shape::Bounds if name == doc.names.min => (format!("{title} ≥"), None),
        Shape::Bounds if name == doc.names.max => (format!("{title} ≤"), None),
        _ if name != doc.names.name => return None,
        Shape::Instant => (title.to_owned(), time()),
        Shape::Flag([no, yes]) => (
            title.to_owned(),
            match value {
                "true" => word(*yes),
                "false" => word(*no),
                _ => None,
            },
        ),
        Shape::Tests => {
            let named = Tests::NAMED.iter().find(|(name, _)| *name == value);
            (title.to_owned(), named.and_then(|(_, tests)| word(tests.word())))
        }
        Shape::Text { words, .. } => {
            let named = words.iter().find(|(name, _)| *name == value);
            (title.to_owned(), named.and_then(|(_, text)| word(*text)))
        }
        // These are read as they are.
        Shape::Provider | Shape::App => (title.to_owned(), None),
        shape => {
            let chosen = options(lang, shape, &[]).into_iter().flatten().find(|(known, _)| known == value);
            (title.to_owned(), chosen.map(|(_, word)| word))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::CallQuery;

    fn of(query: &str) -> Form {
        let pairs: Pairs = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let make = Maker { lang: Lang::En, pairs: &pairs };
        Form::of::<CallQuery>(make, "/calls", Text::new("", ""), &["hotline".to_owned(), "test".to_owned()])
    }

    fn hidden(query: &str) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&of(query).hidden).finish()
    }

    #[test]
    fn what_no_box_can_show_goes_along_hidden() {
        for shown in [
            "number=0021&number=0022&not_caller=0023&q=order+7",
            "app=hotline&not_outcome=busy&not_outcome=failed&weekday=6&min_talk=3&max_ring=9",
            "not_talk=10..60&has_recording=false&from=2026-11-21T00%3A00%3A00Z&cursor=x",
            "not_has_recording=true&cause=7014&cause=stateCode%3A7",
        ] {
            assert_eq!(hidden(shown), "", "{shown}");
        }
        assert_eq!(hidden("app=hotline&not_app=test"), "not_app=test");
        assert_eq!(hidden("app=%233&app=test"), "app=%233");
        assert_eq!(hidden("talk=..10&talk=60.."), "talk=60..");
        assert_eq!(hidden("q=a&q=b&limit=200"), "q=b&limit=200");
        assert_eq!(hidden("number=0021&not_number=0022"), "not_number=0022");
    }

    #[test]
    fn boxes_show_what_the_address_asks() {
        let form = of("not_talk=10..60&min_ring=5&not_cause=7&cause=8&not_has_recording=true&not_state=released");
        let amount = |name: &str| form.amounts.iter().find(|a| a.name == name).unwrap();
        let (talk, ring) = (amount("talk"), amount("ring"));
        assert_eq!((talk.min.as_str(), talk.max.as_str(), talk.not), ("10", "60", true));
        assert_eq!((ring.min.as_str(), ring.max.as_str(), ring.not), ("5", "", false));
        assert_eq!(form.flags[0].value, Some(false));
        assert!(form.open && form.choices.iter().any(|c| c.name == "state" && c.not));
        assert!(!of("number=0021&not_q=7&from=2026-11-21T00%3A00%3A00Z").open);
        let labels: Vec<&str> = form.active.iter().map(|a| a.label.as_str()).collect();
        assert_eq!(labels[..2], ["not talk 10..60", "ring ≥ 5"]);
    }

    /// Digits typed into the box at the top stood as a session, under `q 4416`.
    #[test]
    fn what_was_typed_at_the_top_is_named_as_what_it_is() {
        let form = of("q=4416");
        assert_eq!(form.active.iter().map(|a| a.label.as_str()).collect::<Vec<_>>(), ["find 4416"]);
        let find = form.main.iter().find(|of| of.name == "q").unwrap();
        assert_eq!((find.label, find.value.as_str()), ("Find", "4416"));
    }
}
