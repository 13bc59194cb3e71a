//! 帮助 › 文档 Help, documents: the files of `docs/`, as they are, in the reader's language.
//!
//! A document is two files, `NAME.md` and `NAME.zh.md`, with the same headings in the same order. On
//! the page a heading has the anchor of the English file in both languages, so that the address of a
//! section is one; a link to a file leads to its page.

use std::sync::LazyLock;

use askama::Template;
use pulldown_cmark::HeadingLevel;
use rust_embed::RustEmbed;

use super::markdown::{Look, Outline, outline, page_part};
use crate::domain::Lang;
use crate::http::admin::view::View;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/docs"]
struct Files;

const NAMES: [&str; 10] = [
    "platforms",
    "calls",
    "x-mode",
    "decision-webhook",
    "access",
    "operations",
    "command-line",
    "api",
    "performance",
    "storage",
];

/// Who reads about X mode goes on with the contract on the same page.
const GOES_ON: [(&str, &str); 1] = [("x-mode", "decision-webhook")];

#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) name: &'static str,
    pub(crate) title: String,
    pub(crate) lead: String,
    /// Anchor and text of its main headings.
    contents: Vec<(String, String)>,
    html: String,
}

#[derive(Debug, Template)]
#[template(path = "admin/help/document.html")]
pub(crate) struct DocumentPage {
    view: View,
    document: &'static Document,
    next: Option<&'static Document>,
}

impl DocumentPage {
    pub(crate) fn new(view: View, document: &'static Document) -> Self {
        let next = GOES_ON.iter().find(|(name, _)| *name == document.name);
        let next = next.and_then(|(_, next)| by_name(view.lang, next));
        Self { view, document, next }
    }

    fn shown(&self) -> impl Iterator<Item = &'static Document> + use<> {
        std::iter::once(self.document).chain(self.next)
    }
}

pub(crate) fn all(lang: Lang) -> &'static [Document] {
    static ZH: LazyLock<Vec<Document>> = LazyLock::new(|| documents(Lang::Zh));
    static EN: LazyLock<Vec<Document>> = LazyLock::new(|| documents(Lang::En));
    match lang {
        Lang::Zh => &ZH,
        Lang::En => &EN,
    }
}

pub(crate) fn by_name(lang: Lang, name: &str) -> Option<&'static Document> {
    all(lang).iter().find(|document| document.name == name)
}

fn ending(lang: Lang) -> &'static str {
    lang.t(".zh.md", ".md")
}

fn source(name: &str, lang: Lang) -> String {
    let file = Files::get(&format!("{name}{}", ending(lang)));
    file.map_or_else(String::new, |file| String::from_utf8_lossy(&file.data).into_owned())
}

fn documents(lang: Lang) -> Vec<Document> {
    let outlines = |lang| NAMES.map(|name| outline(&source(name, lang)));
    let (outlines, english) = (outlines(lang), outlines(Lang::En));
    let document = |(n, name)| document(n, name, lang, &outlines, &english);
    NAMES.into_iter().enumerate().map(document).collect()
}

fn document(n: usize, name: &'static str, lang: Lang, outlines: &[Outline], english: &[Outline]) -> Document {
    let outline = &outlines[n];
    let ids: Vec<String> = english[n].headings.iter().map(|heading| heading.slug.clone()).collect();
    let link = |target: &str| {
        let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
        let to = if file.is_empty() {
            Some(n)
        } else {
            NAMES.iter().position(|name| file == format!("{name}{}", ending(lang)))
        }?;
        let heading = outlines[to].headings.iter().position(|heading| heading.slug == anchor);
        let anchor = heading.and_then(|at| english[to].headings.get(at));
        let anchor = anchor.map_or_else(String::new, |heading| format!("#{}", heading.slug));
        Some(if to == n { anchor } else { format!("/help/{}{anchor}", NAMES[to]) })
    };
    let look = Look { lang, name, headings: &outline.headings, ids: &ids, link: &link };
    let main = |(heading, id): (&super::markdown::Heading, &String)| {
        (heading.level == HeadingLevel::H2).then(|| (id.clone(), heading.text.clone()))
    };
    Document {
        name,
        title: outline.title.clone(),
        lead: outline.lead.clone(),
        contents: outline.headings.iter().zip(&ids).filter_map(main).collect(),
        html: page_part(&source(name, lang), &look),
    }
}

#[cfg(test)]
impl DocumentPage {
    pub(crate) fn samples(lang: Lang) -> Vec<(&'static str, Self)> {
        let view = |name: &str| View {
            here: format!("/help/{name}"),
            ..View::sample(lang, crate::http::admin::view::Section::Help)
        };
        all(lang).iter().map(|document| (document.name, Self::new(view(document.name), document))).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::collections::BTreeSet;

    use super::*;
    use crate::http::admin::samples::selector;

    #[test]
    fn every_file_is_a_document_in_both_languages_with_the_same_headings() {
        let files: BTreeSet<String> = Files::iter().map(Cow::into_owned).collect();
        let named = NAMES.iter().flat_map(|name| [Lang::Zh, Lang::En].map(|lang| format!("{name}{}", ending(lang))));
        assert_eq!(files, named.collect());
        for name in NAMES {
            let levels = |lang| outline(&source(name, lang)).headings.iter().map(|h| h.level).collect::<Vec<_>>();
            assert_eq!(levels(Lang::Zh), levels(Lang::En), "{name}");
            let tables = |lang| source(name, lang).lines().filter(|line| line.starts_with("| ")).count();
            assert_eq!(tables(Lang::Zh), tables(Lang::En), "{name}: rows of tables");
        }
        assert!(NAMES.iter().all(|name| crate::platforms::by_name(name).is_none()), "an address of two pages");
    }

    #[test]
    fn a_document_is_a_page_with_contents_whose_links_lead_somewhere() {
        let mut links = 0;
        for lang in [Lang::Zh, Lang::En] {
            for (name, page) in DocumentPage::samples(lang) {
                let html = scraper::Html::parse_document(&page.render().unwrap());
                let ids: BTreeSet<&str> = html.select(&selector("[id]")).filter_map(|e| e.attr("id")).collect();
                let contents = html.select(&selector("nav.toc a")).count();
                assert_eq!(contents, html.select(&selector(".prose h2")).count(), "{name}");
                assert!(contents > 1 && html.select(&selector(".prose p")).next().is_some(), "{name}");
                for link in html.select(&selector("main a")).filter_map(|a| a.attr("href")) {
                    let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
                    let known = match path.strip_prefix("/help/") {
                        Some(other) => by_name(lang, other)
                            .is_some_and(|page| anchor.is_empty() || page.html.contains(&format!("id=\"{anchor}\""))),
                        None if path.is_empty() => ids.contains(anchor),
                        None => path == "/help",
                    };
                    assert!(known, "{name}: {link} leads nowhere");
                    links += 1;
                }
            }
        }
        assert!(links > 100, "{links}");
    }

    #[test]
    fn a_section_has_one_address_in_both_languages() {
        let ids = |lang| all(lang).iter().flat_map(|document| document.contents.iter().map(|(id, _)| id));
        assert!(ids(Lang::Zh).eq(ids(Lang::En)));
        assert!(ids(Lang::Zh).all(|id| id.is_ascii()));
    }
}
