//! The files of a pack and the ZIP that holds them, with nothing in it that the order does not
//! say: entries in the order of their names, all of one time, so that the same files give the
//! same bytes.

use std::collections::BTreeMap;
use std::io::{Cursor, Write};

use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::manifest::hex;

/// Names and contents.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Folder(BTreeMap<String, Vec<u8>>);

/// Why no ZIP was made.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// The archive refused a file.
    #[error("writing the archive")]
    Zip(#[from] zip::result::ZipError),
    #[error("writing a file of the archive")]
    Write(#[from] std::io::Error),
}

impl Folder {
    /// Puts a file in; one of the same name goes.
    pub fn add(&mut self, name: &str, content: Vec<u8>) {
        self.0.insert(name.to_owned(), content);
    }

    /// The ZIP, with `SHA256SUMS` of all files beside them.
    pub fn zip(mut self) -> Result<Vec<u8>, FolderError> {
        self.add("SHA256SUMS", self.sums().into_bytes());
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::DEFAULT)
            .unix_permissions(0o644);
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in &self.0 {
            archive.start_file(name.as_str(), options)?;
            archive.write_all(content)?;
        }
        Ok(archive.finish()?.into_inner())
    }

    fn sums(&self) -> String {
        let sum = |(name, content): (&String, &Vec<u8>)| format!("{}  {name}\n", hex(&Sha256::digest(content)));
        self.0.iter().map(sum).collect()
    }
}
