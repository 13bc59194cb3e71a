//! The write path against a provider that misbehaves and a journal that refuses.
