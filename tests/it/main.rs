//! The appliance as its users meet it: the real program, real files, real TLS, real kills.
//!
//! Every test here starts the built binary as a child on a data directory of its own and speaks
//! to it over the network and the command line only, so that what is proved is the contract and
//! not an implementation. Rooms have their own tests beside their code.

#![expect(clippy::unwrap_used, reason = "in a test an unwrap is an expectation")]

mod access;
mod answers;
mod bodies;
mod calls;
mod client;
mod commands;
mod copies;
mod crash;
mod damage;
mod description;
mod disk;
mod doors;
mod filters;
mod house;
mod interrupted;
mod load;
mod namespace;
mod nonsense;
mod paging;
mod platform;
mod questions;
mod signatures;
mod simulated;
mod strangers;
mod transport;
mod wait;
