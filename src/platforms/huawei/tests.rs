//! Signatures and answers, which both products share.
//!
//! Every signature here is made by the signer of this room; that the signer is right is held by
//! the test vectors beside it.

mod answers;
mod signatures;
