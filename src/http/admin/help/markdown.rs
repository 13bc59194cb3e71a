//! Markdown as HTML that our pages may hold, for the documents that Help shows.
//!
//! What is written here is all that can come out: HTML of the text's own, pictures, styles (the
//! alignment of a column is one) and links that [`Look::link`] knows no page for are left out. So is
//! what stands before the title, which is for whoever reads the file.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::domain::Lang;

#[derive(Debug, Default)]
pub(crate) struct Outline {
    pub(crate) title: String,
    pub(crate) lead: String,
    pub(crate) headings: Vec<Heading>,
}

#[derive(Debug)]
pub(crate) struct Heading {
    pub(crate) level: HeadingLevel,
    pub(crate) text: String,
    /// Its anchor where the file itself is shown, by GitHub's rule.
    pub(crate) slug: String,
}

pub(crate) struct Look<'a> {
    pub(crate) lang: Lang,
    pub(crate) name: &'a str,
    pub(crate) headings: &'a [Heading],
    pub(crate) ids: &'a [String],
    pub(crate) link: &'a dyn Fn(&str) -> Option<String>,
}

fn events(source: &str) -> Parser<'_> {
    let title = if source.starts_with("# ") { 0 } else { source.find("\n# ").map_or(0, |at| at + 1) };
    Parser::new_ext(&source[title..], Options::ENABLE_TABLES)
}

pub(crate) fn outline(source: &str) -> Outline {
    let mut outline = Outline::default();
    let mut text = String::new();
    for event in events(source) {
        match event {
            Event::Start(Tag::Heading { .. } | Tag::Paragraph) => text.clear(),
            Event::Text(part) | Event::Code(part) => text.push_str(&part),
            Event::SoftBreak => text.push(' '),
            Event::End(TagEnd::Heading(HeadingLevel::H1)) => outline.title = std::mem::take(&mut text),
            Event::End(TagEnd::Heading(level)) => outline.add(level, std::mem::take(&mut text)),
            Event::End(TagEnd::Paragraph) if outline.lead.is_empty() => outline.lead = std::mem::take(&mut text),
            _ => {}
        }
    }
    outline
}

impl Outline {
    fn add(&mut self, level: HeadingLevel, text: String) {
        let plain = slug(&text);
        let slug = match self.headings.iter().filter(|heading| slug(&heading.text) == plain).count() {
            0 => plain,
            before => format!("{plain}-{before}"),
        };
        self.headings.push(Heading { level, text, slug });
    }
}

fn slug(text: &str) -> String {
    let kept = text.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect()
}

pub(crate) fn page_part(source: &str, look: &Look<'_>) -> String {
    let mut writer = Writer {
        look,
        html: String::new(),
        hidden: 0,
        headings: 0,
        codes: 0,
        in_link: false,
        columns: Vec::new(),
        in_head: false,
        cell: 0,
    };
    events(source).for_each(|event| writer.take(event));
    writer.html
}

struct Writer<'a> {
    look: &'a Look<'a>,
    html: String,
    hidden: usize,
    headings: usize,
    codes: usize,
    in_link: bool,
    columns: Vec<String>,
    in_head: bool,
    cell: usize,
}

impl Writer<'_> {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(Tag::Heading { level: HeadingLevel::H1, .. } | Tag::Image { .. }) => self.hidden += 1,
            Event::End(TagEnd::Heading(HeadingLevel::H1) | TagEnd::Image) => self.hidden -= 1,
            _ if self.hidden > 0 => {}
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => self.text(&text),
            Event::Code(text) => {
                self.html.push_str("<code>");
                self.text(&text);
                self.html.push_str("</code>");
            }
            Event::SoftBreak => self.html.push('\n'),
            Event::HardBreak => self.html.push_str("<br>\n"),
            Event::Rule => self.html.push_str("<hr>\n"),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.in_head
            && let Some(column) = self.columns.last_mut()
        {
            column.push_str(text);
        }
        self.html.push_str(&escaped(text));
    }

    fn start(&mut self, tag: Tag<'_>) {
        let html = match tag {
            Tag::Paragraph => "<p>".to_owned(),
            Tag::Strong => "<strong>".to_owned(),
            Tag::Emphasis => "<em>".to_owned(),
            Tag::BlockQuote(_) => "<blockquote>\n".to_owned(),
            Tag::List(None) => "<ul>\n".to_owned(),
            Tag::List(Some(first)) => format!("<ol start=\"{first}\">\n"),
            Tag::Item => "<li>".to_owned(),
            Tag::Heading { level, .. } => {
                self.headings += 1;
                format!("<{level} id=\"{}\">", self.id())
            }
            Tag::Link { dest_url, .. } => self.start_link(&dest_url),
            Tag::CodeBlock(kind) => self.start_code(&kind),
            Tag::Table(_) => self.start_table(),
            Tag::TableHead => {
                (self.in_head, self.columns) = (true, Vec::new());
                "<thead><tr>".to_owned()
            }
            Tag::TableRow => {
                self.cell = 0;
                "<tr>".to_owned()
            }
            Tag::TableCell => self.start_cell(),
            _ => return,
        };
        self.html.push_str(&html);
    }

    fn end(&mut self, tag: TagEnd) {
        let html = match tag {
            TagEnd::Paragraph => "</p>\n".to_owned(),
            TagEnd::Strong => "</strong>".to_owned(),
            TagEnd::Emphasis => "</em>".to_owned(),
            TagEnd::BlockQuote(_) => "</blockquote>\n".to_owned(),
            TagEnd::List(false) => "</ul>\n".to_owned(),
            TagEnd::List(true) => "</ol>\n".to_owned(),
            TagEnd::Item => "</li>\n".to_owned(),
            TagEnd::Heading(level) => format!("</{level}>\n"),
            TagEnd::Link if std::mem::take(&mut self.in_link) => "</a>".to_owned(),
            TagEnd::CodeBlock => "</pre></div>\n".to_owned(),
            TagEnd::Table => "</tbody></table></div>\n".to_owned(),
            TagEnd::TableHead => {
                self.in_head = false;
                "</tr></thead><tbody>\n".to_owned()
            }
            TagEnd::TableRow => "</tr>\n".to_owned(),
            TagEnd::TableCell => self.end_cell().to_owned(),
            _ => return,
        };
        self.html.push_str(&html);
    }

    /// The id of the heading that this stands under.
    fn id(&self) -> &str {
        self.headings.checked_sub(1).and_then(|n| self.look.ids.get(n)).map_or(self.look.name, String::as_str)
    }

    fn start_link(&mut self, target: &str) -> String {
        let address = (self.look.link)(target);
        self.in_link = address.is_some();
        address.map_or_else(String::new, |address| format!("<a href=\"{}\">", escaped(&address)))
    }

    fn start_code(&mut self, kind: &CodeBlockKind<'_>) -> String {
        self.codes += 1;
        let id = format!("{}-code-{}", self.look.name, self.codes);
        // Messages are read, commands are copied: only those of one long line are folded.
        let folded = matches!(kind, CodeBlockKind::Fenced(word) if matches!(&**word, "json" | "http"));
        let class = if folded { " class=\"wrap\"" } else { "" };
        let copy = self.look.lang.t("复制", "Copy");
        format!(
            "<div class=\"copyable\"><button type=\"button\" class=\"quiet\" data-copy=\"{id}\" hidden>{copy}</button>\
             <pre id=\"{id}\"{class} tabindex=\"0\">"
        )
    }

    fn start_table(&self) -> String {
        let name = self.headings.checked_sub(1).and_then(|n| self.look.headings.get(n));
        let name = escaped(name.map_or(self.look.name, |heading| &heading.text));
        format!(
            "<div class=\"scroll\" role=\"group\" aria-label=\"{name}\" tabindex=\"0\"><table class=\"blocks\">\
             <caption class=\"sr\">{name}</caption>"
        )
    }

    fn start_cell(&mut self) -> String {
        if self.in_head {
            self.columns.push(String::new());
            return "<th scope=\"col\">".to_owned();
        }
        self.cell += 1;
        match self.columns.get(self.cell - 1) {
            _ if self.cell == 1 => "<th scope=\"row\">".to_owned(),
            Some(column) => format!("<td data-label=\"{}\">", escaped(column)),
            None => "<td>".to_owned(),
        }
    }

    fn end_cell(&self) -> &'static str {
        if self.in_head || self.cell == 1 { "</th>" } else { "</td>" }
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::*;

    fn part(source: &str) -> String {
        let outline = outline(source);
        let ids: Vec<String> = outline.headings.iter().map(|heading| heading.slug.clone()).collect();
        let link = |target: &str| target.strip_prefix("other.md").map(|rest| format!("/help/other{rest}"));
        let look = Look { lang: Lang::En, name: "sample", headings: &outline.headings, ids: &ids, link: &link };
        page_part(source, &look)
    }

    #[test]
    fn a_heading_has_the_anchor_that_it_has_in_the_file() {
        let outline = outline(
            "[中文](a.zh.md)\n\n# Title\n\nWhat it is,\nin `short`.\n\n## What's new?\n\n### `/readyz` says\n\n## 备份 与恢复\n\n## What's new?\n",
        );
        assert_eq!((outline.title.as_str(), outline.lead.as_str()), ("Title", "What it is, in short."));
        let slugs: Vec<&str> = outline.headings.iter().map(|heading| heading.slug.as_str()).collect();
        assert_eq!(slugs, ["whats-new", "readyz-says", "备份-与恢复", "whats-new-1"]);
        assert_eq!(outline.headings[1].level, HeadingLevel::H3);
    }

    #[test]
    fn what_a_page_must_not_hold_does_not_come_out() {
        let html = part(concat!(
            "<script>alert(1)</script>\n\n# T\n\n<img src=x onerror=alert(1)>\n\na <b>bold</b> & `<i>` word\n\n",
            "![a picture](x.png)\n\n[out](https://evil.example/) [js](javascript:alert(1)) [in](other.md#there)\n\n",
            "| a | b |\n|:-:|--:|\n| `1<2` | \"q\" |\n",
        ));
        for gone in ["<script", "<img", "onerror", "<b>", "style", "picture", "evil", "javascript"] {
            assert!(!html.contains(gone), "{gone} in {html}");
        }
        for there in ["bold &amp; <code>&lt;i&gt;</code> word", "out js <a href=\"/help/other#there\">in</a>", "1&lt;2"]
        {
            assert!(html.contains(there), "{there} in {html}");
        }
    }

    #[test]
    fn tables_and_code_are_set_as_on_our_other_pages() {
        let html = part("# T\n\n## Terms\n\n| word | what |\n|---|---|\n| `x` | y |\n\n```sh\nringback man\n```\n");
        let dom = scraper::Html::parse_fragment(&html);
        let text = |css: &str| {
            let found = dom.select(&scraper::Selector::parse(css).unwrap()).next();
            found.unwrap_or_else(|| panic!("{css} in {html}")).text().collect::<String>()
        };
        assert_eq!(text("h2#terms"), "Terms");
        assert_eq!(text(".scroll[tabindex] > table.blocks > caption"), "Terms");
        assert_eq!(text("thead > tr > th[scope=col]:nth-child(2)"), "what");
        assert_eq!(text("tbody > tr > th[scope=row] > code"), "x");
        assert_eq!(text("tbody > tr > td[data-label=what]"), "y");
        assert_eq!(text("pre#sample-code-1[tabindex]"), "ringback man\n");
        assert_eq!(text("button[data-copy=sample-code-1]"), "Copy");
    }

    fn texts() -> Vec<(PathBuf, String)> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let listed = std::fs::read_dir(root.join("docs")).unwrap();
        let mut paths: Vec<PathBuf> = listed.map(|entry| Path::new("docs").join(entry.unwrap().file_name())).collect();
        paths.extend(["README.md", "README.zh.md", "CHANGELOG.md"].map(PathBuf::from));
        paths.into_iter().map(|path| (path.clone(), std::fs::read_to_string(root.join(path)).unwrap())).collect()
    }

    fn targets(text: &str) -> Vec<String> {
        let mut targets = Vec::new();
        for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
            match event {
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    targets.push(dest_url.into_string());
                }
                Event::Html(html) | Event::InlineHtml(html) => {
                    let sources = html.split("src=\"").skip(1).filter_map(|rest| rest.split('"').next());
                    targets.extend(sources.map(str::to_owned));
                }
                _ => {}
            }
        }
        targets
    }

    #[test]
    fn every_link_of_a_text_leads_to_a_file_and_an_anchor_that_are_there() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut followed = 0;
        for (path, text) in texts() {
            for target in targets(&text).iter().filter(|target| !target.contains("://")) {
                let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
                let file =
                    if file.is_empty() { root.join(&path) } else { root.join(&path).parent().unwrap().join(file) };
                assert!(file.exists(), "{}: there is no {target}", path.display());
                let headings = outline(&std::fs::read_to_string(&file).unwrap_or_default()).headings;
                let there = anchor.is_empty() || headings.iter().any(|heading| heading.slug == anchor);
                assert!(there, "{}: {target} leads to no heading", path.display());
                followed += 1;
            }
        }
        assert!(followed > 20, "{followed} links");
    }

    #[test]
    fn the_readme_is_short_and_leads_to_the_demo_and_the_tests() {
        for (path, text) in texts().iter().filter(|(path, _)| path.to_string_lossy().starts_with("README")) {
            assert!(text.lines().count() <= 150, "{} has {} lines", path.display(), text.lines().count());
            for command in ["cargo run --release -- demo", "tests/run"] {
                assert!(text.lines().any(|line| line == command), "{}: {command}", path.display());
            }
        }
    }
}
