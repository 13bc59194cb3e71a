//! A file or standard input as the body of a request, piece by piece: it is never held.

use std::fs::File;
use std::io::{self, Read, stdin};
use std::path::Path;

use anyhow::{Context as _, Result};
use bytes::Bytes;
use http_body_util::StreamBody;
use hyper::body::Frame;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use crate::limits::BINDINGS_IMPORT_PIECES;

/// How much is read at a time.
const PIECE: usize = 64 << 10;

/// A body that is read as it is sent.
pub(super) type Upload = StreamBody<ReceiverStream<io::Result<Frame<Bytes>>>>;

/// The file as a body; `-` is standard input.
pub(super) fn file(path: &Path) -> Result<Upload> {
    let source: Box<dyn Read + Send> = if path.as_os_str() == "-" {
        Box::new(stdin())
    } else {
        Box::new(File::open(path).with_context(|| format!("reading {}", path.display()))?)
    };
    Ok(body(source))
}

fn body(mut source: Box<dyn Read + Send>) -> Upload {
    let (give, take) = mpsc::channel(BINDINGS_IMPORT_PIECES);
    tokio::task::spawn_blocking(move || {
        loop {
            let mut piece = vec![0; PIECE];
            let read = source.read(&mut piece).map(|length| {
                piece.truncate(length);
                Frame::data(Bytes::from(piece))
            });
            let ends = read.as_ref().map_or(true, |frame| frame.data_ref().is_none_or(Bytes::is_empty));
            // An error is told: a file that breaks off must not be taken for a whole one.
            if (!ends || read.is_err()) && give.blocking_send(read).is_err() {
                return;
            }
            if ends {
                return;
            }
        }
    });
    StreamBody::new(ReceiverStream::new(take))
}
