//! admin
use std::sync::Arc;

use warp::Filter;

use super::{Context, Routes};

/// Nothing is served here yet.
pub fn routes(_context: Arc<Context>) -> Routes {
    warp::any().and_then(|| async { Err::<super::Response, _>(warp::reject::not_found()) }).boxed()
}
