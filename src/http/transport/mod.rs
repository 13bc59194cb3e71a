//! Sockets, TLS, time limits and bodies: it knows no page and no object of the API.

pub(super) mod activity;
pub mod assets;
pub mod body;
pub(super) mod budget;
pub(super) mod compress;
pub(super) mod connection;
pub mod peer;
pub(super) mod places;
pub(super) mod request_line;
pub mod server;
pub(super) mod shared;
pub(super) mod target;
pub mod tls;
pub(super) mod unread;
