use crate::domain::vocabulary;

vocabulary! {
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
    pub(super) enum Theme {
        /// As the reader's system.
        #[default]
        System "system",
        Light "light",
        Dark "dark",
    }
}
