//! Every bound of the program, one `const` each, with its reason.
//!
//! Sizes are bytes unless the name says otherwise. A bound that nothing uses fails a test. Write
//! `limits::NAME`, whichever file it is in.

mod connections;
mod files;
mod journal;
mod outgoing;
mod pages;
mod people;
mod platforms;
mod retention;
mod routing;
mod simulator;
mod store;

pub use self::connections::*;
pub use self::files::*;
pub use self::journal::*;
pub use self::outgoing::*;
pub use self::pages::*;
pub use self::people::*;
pub use self::platforms::*;
pub use self::retention::*;
pub use self::routing::*;
pub use self::simulator::*;
pub use self::store::*;
