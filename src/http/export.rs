//! Files of rows: every page of a list under one cursor, streamed.
//!
//! The pages are read one after the other under one cursor, so the file is the list as it was at the
//! first page. Only a few pages are read ahead of the client. When a page cannot be read, or the client's
//! login or token ends, the connection is broken off, so that nobody takes half a file for a whole one.

use std::io;

use bytes::Bytes;
use http::{HeaderValue, header};
use serde_json::Value;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use warp::Reply as _;

use crate::domain::{BEIJING, Lang, Masking, Scope};
use crate::error_chain::Chain;
use crate::export::{Column, ExportError, ForPeople, Format, Rows, Sheet};
use crate::http::admission::Admission;
use crate::http::{HttpError, Response};
use crate::limits::{EXPORT_PAGES_AHEAD, PAGE_MAX};
use crate::platforms;
use crate::service::{Context, filters, query::Query, trail};
use crate::store::{AuditQuery, FilterTable as _, Page};

/// Reads the page at a cursor, and gives the cursor of the next.
pub(in crate::http) type Source =
    Box<dyn FnMut(Option<String>) -> Result<(Vec<Value>, Option<String>), HttpError> + Send>;

/// What an export of the audit trail takes besides its filters.
pub(in crate::http) const AUDIT_CHOICES: &[&str] = &["format"];

#[derive(Debug, thiserror::Error)]
enum BrokenOff {
    #[error("reading the rows of an export")]
    Read(#[from] HttpError),
    #[error("writing the rows of an export")]
    Write(#[from] ExportError),
}

/// Reads the query of an export of the audit trail.
pub(in crate::http) fn asked_audit(
    context: &Context,
    scope: &Scope,
    raw: &str,
) -> Result<(AuditQuery, Format), HttpError> {
    let query = Query::parse(raw, &[AuditQuery::parameters(), AUDIT_CHOICES].concat())?;
    let format = query.word("format", &Format::NAMED)?.unwrap_or(Format::Csv);
    Ok((filters::read(context, scope, &query)?, format))
}

/// The entries of a query as a file.
pub(in crate::http) fn audit(
    admission: Admission,
    masking: Masking,
    query: AuditQuery,
    format: Format,
) -> Result<Response, HttpError> {
    let rows = begin(format, &crate::export::AUDIT, None)?;
    let owned = admission.context().clone();
    let source = move |cursor| {
        let (items, next) = trail::objects(&owned, masking, &query, &Page { limit: PAGE_MAX, cursor })?;
        let plain = |item| serde_json::to_value(item).expect("an entry is plain data");
        Ok((items.iter().map(plain).collect(), next))
    };
    Ok(file(admission, "audit", (format, rows), Box::new(source)))
}

pub(in crate::http) fn begin(format: Format, sheet: &'static Sheet, lang: Option<Lang>) -> Result<Rows, HttpError> {
    let people = lang.map(|lang| ForPeople { lang, word: column_word });
    Rows::begin(format, sheet, people).map_err(|error| HttpError::Internal(Box::new(error)))
}

/// The word for a value that is a code of ours.
fn column_word(lang: Lang, column: &Column, value: &str) -> Option<String> {
    match column.name {
        "provider" => platforms::by_name(value).map(|provider| provider.title(lang).to_owned()),
        _ => column.word.and_then(|word| word(value)).map(|word| word.get(lang).to_owned()),
    }
}

/// A file with all rows of `source`, named by today's date.
pub(in crate::http) fn file(
    admission: Admission,
    of: &str,
    (format, rows): (Format, Rows),
    source: Source,
) -> Response {
    let context = admission.context().clone();
    let mut response = warp::reply::stream(stream(rows, admitted(admission, source))).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(format.content_type()));
    let at = context.clock.now().to_zoned(BEIJING);
    let name = format!("ringback-{of}-{}.{}", at.strftime("%Y%m%d-%H%M%S"), format.name());
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// Fails once the credentials do not hold any more.
fn admitted(mut admission: Admission, mut source: Source) -> Source {
    Box::new(move |cursor| {
        admission.check()?;
        source(cursor)
    })
}

/// Makes the bytes of a file as the client takes them.
fn stream(rows: Rows, source: Source) -> ReceiverStream<io::Result<Bytes>> {
    let (give, take) = mpsc::channel(EXPORT_PAGES_AHEAD);
    tokio::spawn(async move {
        let mut making = Some(Making { rows, source, cursor: None });
        while let Some(file) = making.take() {
            let step = tokio::task::spawn_blocking(move || file.step()).await;
            let bytes = match step {
                Ok(Ok((bytes, rest))) => {
                    making = rest;
                    Ok(Bytes::from(bytes))
                }
                Ok(Err(error)) => {
                    tracing::error!(error = %Chain(&error), "an export was broken off");
                    Err(io::Error::other(error))
                }
                Err(panic) => Err(io::Error::other(panic)),
            };
            if give.send(bytes).await.is_err() {
                // The client has gone.
                return;
            }
        }
    });
    ReceiverStream::new(take)
}

struct Making {
    rows: Rows,
    source: Source,
    cursor: Option<String>,
}

impl Making {
    /// The bytes of one more page; after the last page also those that end the file.
    fn step(mut self) -> Result<(Vec<u8>, Option<Self>), BrokenOff> {
        let (objects, next) = (self.source)(self.cursor.take())?;
        let mut bytes = self.rows.page(&objects)?;
        if next.is_none() {
            bytes.extend(self.rows.end()?);
            return Ok((bytes, None));
        }
        self.cursor = next;
        Ok((bytes, Some(self)))
    }
}

#[cfg(test)]
mod tests {
    use futures_util::StreamExt as _;
    use serde_json::json;

    use super::*;

    fn pages(last: usize, fails: bool) -> Source {
        Box::new(move |cursor| {
            let page: usize = cursor.map_or(0, |cursor| cursor.parse().unwrap());
            if page == last && fails {
                return Err(crate::store::QueryError::Stale.into());
            }
            let objects = (0..1_000).map(|i| json!({ "id": format!("{page}-{i}") })).collect();
            Ok((objects, (page < last).then(|| (page + 1).to_string())))
        })
    }

    async fn collect(format: Format, source: Source) -> (Vec<u8>, bool) {
        let rows = Rows::begin(format, &crate::export::CALLS, None).unwrap();
        let (mut bytes, mut whole) = (Vec::new(), true);
        let mut chunks = stream(rows, source);
        while let Some(chunk) = chunks.next().await {
            match chunk {
                Ok(chunk) => bytes.extend_from_slice(&chunk),
                Err(_) => whole = false,
            }
        }
        (bytes, whole)
    }

    #[tokio::test]
    async fn a_file_has_the_rows_of_every_page() {
        let (bytes, whole) = collect(Format::Jsonl, pages(4, false)).await;
        let text = String::from_utf8(bytes).unwrap();
        assert!(whole && text.lines().count() == 5_000);
        assert!(text.ends_with("{\"id\":\"4-999\"}\n"));
    }

    #[tokio::test]
    async fn a_file_whose_pages_cannot_be_read_is_broken_off_and_has_no_end() {
        for format in [Format::Csv, Format::Xlsx, Format::Jsonl] {
            let (bytes, whole) = collect(format, pages(3, true)).await;
            assert!(!whole && !bytes.is_empty(), "{format:?}");
            if format == Format::Xlsx {
                assert!(zip::ZipArchive::new(io::Cursor::new(bytes)).is_err());
            }
        }
    }

    #[tokio::test]
    async fn a_file_is_broken_off_where_whoever_fetches_it_is_not_let_in_any_more() {
        use crate::domain::Role;
        use crate::service::testing::Installation;
        use crate::state::Author;

        let house = Installation::open();
        let (state, by) = (&house.context.state, Author::of_tests());
        let token = state.add_token(&by, "crm", Role::Viewer).await.unwrap();
        let shown =
            [(header::AUTHORIZATION, format!("Bearer {}", token.reveal()).parse().unwrap())].into_iter().collect();
        let by_token = state.bearer(token.reveal()).unwrap();
        let admission = Admission::new(&house.context, by_token, None, Some(shown));
        let (_, whole) = collect(Format::Csv, admitted(admission.clone(), pages(9, false))).await;
        assert!(whole);
        let mut chunks = stream(
            Rows::begin(Format::Csv, &crate::export::CALLS, None).unwrap(),
            admitted(admission, pages(99, false)),
        );
        chunks.next().await.unwrap().unwrap();
        state.revoke_token(&by, "crm").await.unwrap();
        let mut more = 0;
        let broken = loop {
            match chunks.next().await {
                Some(Ok(_)) => more += 1,
                Some(Err(_)) => break true,
                None => break false,
            }
        };
        assert!(broken && more <= EXPORT_PAGES_AHEAD + 2, "{more} pages more");
    }

    #[tokio::test]
    async fn pages_are_read_as_they_are_taken() {
        let (tell, mut asked) = mpsc::unbounded_channel();
        let mut source = pages(50, false);
        let counted: Source = Box::new(move |cursor| {
            let _ = tell.send(());
            source(cursor)
        });
        let rows = Rows::begin(Format::Jsonl, &crate::export::CALLS, None).unwrap();
        let chunks = stream(rows, counted);
        // One page waits to be sent beside those in the channel, and no more is read.
        for _ in 0..=EXPORT_PAGES_AHEAD {
            asked.recv().await.unwrap();
        }
        drop(chunks);
        let mut rest = 0;
        while asked.recv().await.is_some() {
            rest += 1;
        }
        assert!(rest <= 2, "{rest} pages were read for nobody");
    }
}
