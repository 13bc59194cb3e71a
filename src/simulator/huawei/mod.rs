//! 华为云: the pushes of 语音通话 and 隐私保护通话, how they are signed, and the platform's own interface.

pub(super) mod batch;
pub(super) mod gateway;
pub(super) mod private;
mod private_record;
mod recording;
mod session;
pub(super) mod sign;
pub(super) mod sms;
pub(super) mod voice;
