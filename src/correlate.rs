//! Events and records become calls; pure.
