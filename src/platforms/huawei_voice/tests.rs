//! What is read of the pushes of 语音通话: samples, lenient bodies, records.
//!
//! An expectation names every fact of an item, see [`super::super::huawei::testing::check`]. What
//! holds for every provider is walked in the tests beside the contract.

mod leniency;
mod records;
mod samples;
