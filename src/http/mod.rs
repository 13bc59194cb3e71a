//! The only room that knows warp and askama.

pub mod admin;
pub mod api;
mod context;

pub use context::{CertificateInfo, Context, ServerInfo};
