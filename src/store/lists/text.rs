//! What people are told of a filter: its name and boxes in both languages, its parameter and flag.

use crate::domain::Text;

#[derive(Debug, Clone, Copy)]
pub(crate) struct FilterText {
    /// Its name before a value that is set.
    pub(crate) title: Text,
    /// What its parameter means, for the description of the API.
    pub(crate) api: &'static str,
    /// What stands for a value of its flag.
    pub(crate) value: &'static str,
    pub(crate) help: &'static str,
    pub(crate) bound: BoundText,
    /// Its box above the list, if it has one.
    pub(crate) form: Option<FormBox>,
}

/// What is said of the bounds of an amount.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BoundText {
    /// Examples of spans, for the description of the API.
    pub(crate) examples: &'static str,
    /// What stands for a value of either flag.
    pub(crate) value: &'static str,
    /// The help of the flag of the least.
    pub(crate) least: &'static str,
    /// The help of the flag of the most.
    pub(crate) most: &'static str,
}

/// A box of the form. What kind of box it is follows from the values.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FormBox {
    /// Its place among the boxes of its kind; 0 stands in the first line of the form.
    pub(crate) place: u8,
    /// What stands beside it.
    pub(crate) label: Text,
    /// What stands in it while it is empty.
    pub(crate) hint: Text,
}

/// Begins what is said of a filter.
pub(crate) const fn title(zh: &'static str, en: &'static str) -> FilterText {
    let bound = BoundText { examples: "", value: "", least: "", most: "" };
    FilterText { title: Text::new(zh, en), api: "", value: "", help: "", bound, form: None }
}

impl FilterText {
    /// Adds what its parameter means.
    pub(crate) const fn api(mut self, meaning: &'static str) -> Self {
        self.api = meaning;
        self
    }

    pub(crate) const fn flag(mut self, value: &'static str, help: &'static str) -> Self {
        self.value = value;
        self.help = help;
        self
    }

    /// Adds the bounds of an amount.
    pub(crate) const fn bounds(
        mut self,
        examples: &'static str,
        value: &'static str,
        least: &'static str,
        most: &'static str,
    ) -> Self {
        self.bound = BoundText { examples, value, least, most };
        self
    }

    /// Adds its box.
    pub(crate) const fn form(mut self, place: u8, label: Text) -> Self {
        self.form = Some(FormBox { place, label, hint: Text::new("", "") });
        self
    }

    /// Adds its box, with what stands in it while it is empty.
    pub(crate) const fn hinted(mut self, place: u8, label: Text, hint: Text) -> Self {
        self.form = Some(FormBox { place, label, hint });
        self
    }

    /// The same with its box in the first line of the form.
    pub(crate) const fn first(mut self) -> Self {
        if let Some(form) = &mut self.form {
            form.place = 0;
        }
        self
    }
}

/// What stands in the box for a number.
pub(super) const DIGITS: Text = Text::new("后四位或全号", "last digits or all");
/// What stands in the box for a text that is compared as a whole.
pub(super) const EXACTLY: Text = Text::new("完全一致", "exactly");
pub(super) const ENDING: &str = "The end of a number, four digits or more, with or without country code";

/// What is said of `app`, the same in every list.
pub(crate) const APP: FilterText = title("应用", "app")
    .api("An app by name or id")
    .flag("APP", "Of this app, by name or id")
    .form(20, Text::new("应用", "App"));

/// Of `provider`.
pub(super) const PROVIDER: FilterText = title("平台", "platform")
    .api("A platform")
    .flag("PROVIDER", "Of this provider")
    .form(21, Text::new("平台", "Platform"));

/// Of `product`.
pub(super) const PRODUCT: FilterText = title("产品", "product")
    .api("A product of a platform")
    .flag("PRODUCT", "Of this product")
    .form(22, Text::new("产品", "Product"));

/// Of `session`.
pub(super) const SESSION: FilterText = title("会话", "session")
    .api("The platform's id of a call, exactly")
    .flag("ID", "With this session id")
    .hinted(9, Text::new("会话号", "Session"), EXACTLY);

/// Of `number`.
pub(crate) const NUMBER: FilterText = title("号码", "number")
    .api("Any party. The end of a number, four digits or more, with or without country code")
    .flag("DIGITS", "With a number that ends so: four digits or more");

/// Of `from` and `to`: the words of each stand where they are shown.
pub(super) const SPAN: FilterText = title("", "");

/// Of `test`, where tests are left out unless they are asked for.
pub(super) const TESTS: FilterText = title("测试", "test")
    .api("Whether tests are among them: `false` unless said otherwise")
    .flag("WORD", "Test callbacks: false (left out, unless said otherwise), true, any");

/// The end of a number in a list: `title` names whose it is.
pub(crate) const fn ends(of: FilterText, help: &'static str) -> FilterText {
    of.api(ENDING).flag("DIGITS", help)
}
