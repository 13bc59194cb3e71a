//! Journal to store, one thread, in batches.
