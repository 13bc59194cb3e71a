//! Help, made from the tables of the platforms.

pub(super) mod page;
pub(super) mod x_mode;
