//! What is read of the pushes of 隐私保护通话.

mod messages;
mod records;
mod samples;
