//! The filters above a list: one line of boxes and menus, and a chip for each filter that is set,
//! which opens to change it and has a link to remove it.
//!
//! Form and chips mirror the address; only the API's reader gives it a meaning. What no box can show
//! (two ranges of one amount, an app and not another) is carried in hidden fields, so that no button
//! forgets a filter.

use std::collections::BTreeSet;

use crate::domain::{CallOutcome, Lang, Text};
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

/// The values of one filter in the address, with one polarity.
#[derive(Debug)]
pub(crate) struct Chip {
    /// Begins the ids of its fields.
    pub(crate) id: String,
    /// `结果：忙线、关机 等 5 项`
    pub(crate) label: String,
    pub(crate) without: String,
    pub(crate) editor: Editor,
    /// The rest of the address.
    pub(crate) hidden: Pairs,
}

#[derive(Debug)]
pub(crate) enum Editor {
    Text(TextBox),
    Choices(Choices),
    Amount(Amount),
    Flag(Flag),
    /// It can only be removed.
    Fixed,
}

impl Chip {
    pub(crate) fn can_change(&self) -> bool {
        !matches!(self.editor, Editor::Fixed)
    }
}

impl Choices {
    pub(crate) fn chosen(&self) -> usize {
        self.options.iter().filter(|option| option.chosen).count()
    }
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
    /// The first group of choices, which has a menu of its own.
    pub(crate) lead: Option<Choices>,
    pub(crate) choices: Vec<Choices>,
    /// What no box shows.
    pub(crate) hidden: Pairs,
    pub(crate) chips: Vec<Chip>,
    /// The list with its span of time alone.
    pub(crate) clear: String,
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
            lead: None,
            choices: Vec::new(),
            hidden: Pairs::new(),
            chips: chips(make, path, T::docs(), apps),
            clear: link(path, &make.pairs.iter().filter(|(n, _)| is_time(n)).cloned().collect::<Pairs>()),
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
        let kept = make.pairs.iter().filter(|pair| pair.0 != "cursor" && !shown.contains(*pair));
        self.hidden = kept.cloned().collect();
        if !self.choices.is_empty() {
            self.lead = Some(self.choices.remove(0));
        }
        self
    }

    /// With choices that the table of filters does not know.
    pub(crate) fn with_lead(mut self, lead: Choices) -> Self {
        self.hidden.retain(|(name, _)| name.strip_prefix("not_").unwrap_or(name) != lead.name);
        self.lead = Some(lead);
        self
    }

    pub(crate) fn has_more(&self) -> bool {
        !(self.more.is_empty() && self.amounts.is_empty() && self.flags.is_empty() && self.choices.is_empty())
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

fn is_time(name: &str) -> bool {
    matches!(name, "from" | "to")
}

/// How many values a chip names.
const VALUES_NAMED: usize = 3;

/// A chip for each filter that the address sets and each polarity; the span of time has a menu.
fn chips(make: Maker<'_>, path: &str, docs: &[FilterDoc], apps: &[String]) -> Vec<Chip> {
    let mut chips: Vec<Chip> = Vec::new();
    let mut done: BTreeSet<Vec<String>> = BTreeSet::new();
    for (name, _) in make.pairs.iter().filter(|(n, _)| !is_time(n) && !matches!(n.as_str(), "cursor" | "limit")) {
        let bare = name.strip_prefix("not_").unwrap_or(name);
        let doc = docs.iter().find(|doc| [doc.names.name, doc.names.min, doc.names.max].contains(&bare));
        let group: Vec<String> = match doc {
            Some(doc) if matches!(doc.shape, Shape::Bounds) && bare != doc.names.name => {
                vec![doc.names.min.to_owned(), doc.names.max.to_owned()]
            }
            _ => vec![name.clone()],
        };
        if done.insert(group.clone()) {
            chips.push(chip(make, path, docs, apps, doc, &group));
        }
    }
    chips
}

fn chip(
    make: Maker<'_>,
    path: &str,
    docs: &[FilterDoc],
    apps: &[String],
    doc: Option<&FilterDoc>,
    group: &[String],
) -> Chip {
    let lang = make.lang;
    let (own, rest): (Pairs, Pairs) =
        make.pairs.iter().filter(|(n, _)| n != "cursor").cloned().partition(|(name, _)| group.contains(name));
    // The editor sees its own values alone, so that it shows them whatever else the address asks.
    let alone = Maker { lang, pairs: &own };
    let editor = match doc.and_then(|doc| Some((doc, doc.text.form.as_ref()?))) {
        None => Editor::Fixed,
        Some((FilterDoc { names, shape: Shape::Bounds, .. }, at)) if own.len() <= 2 => {
            Editor::Amount(alone.amount(names, at.label))
        }
        Some((FilterDoc { names, shape: Shape::Flag(_), .. }, at)) => Editor::Flag(alone.flag(names, at.label)),
        Some((doc, at)) => match options(lang, &doc.shape, apps) {
            Some(options) => Editor::Choices(alone.choices(doc.names.name, at.label, options)),
            None if doc.is_split() || own.len() == 1 => Editor::Text(alone.text(doc, at)),
            None => Editor::Fixed,
        },
    };
    let name = &group[0];
    let (bare, not) = name.strip_prefix("not_").map_or((name.as_str(), false), |bare| (bare, true));
    let said = |(name, value): &(String, String)| {
        let bare = name.strip_prefix("not_").unwrap_or(name);
        docs.iter().find_map(|doc| words(lang, doc, bare, value)).unwrap_or_else(|| (bare.to_owned(), None))
    };
    let label = match doc.map(|doc| &doc.shape) {
        Some(Shape::Flag(_)) if bare == "answered" && (own[0].1 == "false") != not => {
            lang.t("未接通", "Unanswered").to_owned()
        }
        _ if bare == "outcome" && !not && is_every_failure(&own) => lang.t("未接通", "Unanswered").to_owned(),
        Some(Shape::Bounds) if group.len() > 1 => {
            let bounds = own.iter().map(|pair| format!("{} {}", said(pair).0, pair.1));
            bounds.collect::<Vec<_>>().join(lang.t("，", ", "))
        }
        _ => {
            let title = own.first().map(|pair| said(pair).0).unwrap_or_default();
            let values: Vec<String> = own.iter().map(|pair| said(pair).1.unwrap_or_else(|| pair.1.clone())).collect();
            let named = values[..values.len().min(VALUES_NAMED)].join(lang.t("、", ", "));
            let more = match values.len().saturating_sub(VALUES_NAMED) {
                0 => String::new(),
                _ if lang == Lang::Zh => format!(" 等 {} 项", values.len()),
                more => format!(" +{more}"),
            };
            format!("{title}{}{named}{more}", if not { lang.t("不是", " is not ") } else { lang.t("：", ": ") })
        }
    };
    Chip { id: format!("chip-{name}"), label, without: link(path, &rest), editor, hidden: rest }
}

/// Whether these are all outcomes but the answered one.
fn is_every_failure(pairs: &Pairs) -> bool {
    let chosen: BTreeSet<&str> = pairs.iter().map(|(_, value)| value.as_str()).collect();
    let every = CallOutcome::ALL.into_iter().filter(|outcome| *outcome != CallOutcome::Answered);
    chosen == every.map(CallOutcome::name).collect()
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
        assert!(form.choices.iter().any(|c| c.name == "state" && c.not));
        assert_eq!(form.lead.as_ref().map(|lead| lead.name), Some("outcome"));
    }

    fn labels(query: &str) -> Vec<String> {
        of(query).chips.into_iter().map(|chip| chip.label).collect()
    }

    #[test]
    fn a_chip_holds_all_values_of_a_filter_and_says_what_it_asks() {
        assert_eq!(labels("not_talk=10..60&min_ring=5&max_ring=9"), ["talk is not 10..60", "ring ≥ 5, ring ≤ 9"]);
        assert_eq!(labels("outcome=busy&outcome=failed&not_outcome=answered").len(), 2);
        assert_eq!(labels("not_number=0022&from=2026-11-21T00%3A00%3A00Z&limit=20"), ["number is not 0022"]);
        let five = "outcome=busy&outcome=failed&outcome=rejected&outcome=blocked&outcome=suspended";
        assert!(labels(five)[0].ends_with("+2"), "{:?}", labels(five));
        let failures = CallOutcome::ALL.into_iter().filter(|outcome| *outcome != CallOutcome::Answered);
        let every = failures.map(|outcome| format!("outcome={}", outcome.name())).collect::<Vec<_>>().join("&");
        assert_eq!(labels(&every), ["Unanswered"]);
        assert_eq!(labels("answered=false"), ["Unanswered"]);
    }

    #[test]
    fn a_chip_changes_or_removes_its_filter_and_carries_the_rest() {
        let form = of("outcome=busy&not_q=7&app=hotline&from=2026-11-21T00%3A00%3A00Z&cursor=x");
        let query = |pairs: &Pairs| form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        let find = &form.chips[1];
        assert!(matches!(&find.editor, Editor::Text(b) if b.name == "q" && b.value == "7" && b.not));
        assert_eq!(query(&find.hidden), "outcome=busy&app=hotline&from=2026-11-21T00%3A00%3A00Z");
        assert_eq!(find.without, "/calls?outcome=busy&app=hotline&from=2026-11-21T00%3A00%3A00Z");
        assert!(matches!(&form.chips[2].editor, Editor::Choices(apps) if apps.chosen() == 1));
        assert_eq!(form.clear, "/calls?from=2026-11-21T00%3A00%3A00Z");
    }

    /// Digits typed into the box at the top stood as a session, under `q 4416`.
    #[test]
    fn what_was_typed_at_the_top_is_named_as_what_it_is() {
        let form = of("q=4416");
        assert_eq!(labels("q=4416"), ["find: 4416"]);
        let find = form.main.iter().find(|of| of.name == "q").unwrap();
        assert_eq!((find.label, find.value.as_str()), ("Find", "4416"));
    }
}
