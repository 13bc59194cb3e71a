//! The two languages every text for people comes in.
//!
//! A [`Text`] carries both, so that a code table cannot be half translated; a [`Wording`] does so
//! where the sentence is made of what was found.

/// A language of the dashboard and of the code tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Lang {
    /// Simplified Chinese, the default.
    #[default]
    Zh,
    En,
}

impl Lang {
    /// Reads `zh`, `zh-CN`, `en`, `en-GB` …; anything else is `None`.
    #[must_use]
    pub fn parse(tag: &str) -> Option<Self> {
        match tag.get(..2)?.to_ascii_lowercase().as_str() {
            "zh" => Some(Self::Zh),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// The tag for the `lang` attribute of a page.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    /// Picks one of two texts. Templates write `lang.t("通话", "Calls")`.
    #[must_use]
    pub fn t<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text {
    /// Simplified Chinese.
    pub zh: &'static str,
    pub en: &'static str,
}

impl Text {
    /// A text in both languages; `const`, so that tables are plain data.
    #[must_use]
    pub const fn new(zh: &'static str, en: &'static str) -> Self {
        Self { zh, en }
    }

    /// The text in `lang`.
    #[must_use]
    pub fn get(&self, lang: Lang) -> &'static str {
        match lang {
            Lang::Zh => self.zh,
            Lang::En => self.en,
        }
    }
}

/// One sentence in both languages, made of what was found: a bound, the number of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wording {
    /// Simplified Chinese.
    pub zh: String,
    /// English: what the API and the log say.
    pub en: String,
}

impl Wording {
    /// A sentence in both languages.
    #[must_use]
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }

    /// The sentence in `lang`.
    #[must_use]
    pub fn get(&self, lang: Lang) -> &str {
        lang.t(&self.zh, &self.en)
    }
}

#[cfg(test)]
impl Wording {
    /// Whether each language says it in its own words.
    pub(crate) fn is_in_both(&self) -> bool {
        let han = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        han(&self.zh) && !han(&self.en) && !self.en.is_empty()
    }
}

/// What is told to programs, or stands in the page's language already, is the same in both.
impl From<String> for Wording {
    fn from(text: String) -> Self {
        Self::new(text.clone(), text)
    }
}

impl From<&str> for Wording {
    fn from(text: &str) -> Self {
        Self::new(text, text)
    }
}

impl From<Text> for Wording {
    fn from(text: Text) -> Self {
        Self::new(text.zh, text.en)
    }
}

/// So many of something: `1 line was`, `2 lines were`.
#[must_use]
pub fn many(count: u64, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_something_is_not_several() {
        assert_eq!(many(1, "line was", "lines were"), "1 line was");
        assert_eq!(many(0, "line was", "lines were"), "0 lines were");
    }
}
