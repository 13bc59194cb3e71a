//! What is read of the pushes of 隐私保护通话: samples, records, messages and questions.
//!
//! An expectation names every fact of an item, see [`super::super::huawei::testing::check`]. How
//! leniently the shared envelope and call events are read is tested with 语音通话.

mod messages;
mod records;
mod samples;
