//! What is read of the pushes of 语音通话.

mod leniency;
mod records;
mod samples;
