use crate::domain::vocabulary;

vocabulary! {
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
    pub(super) enum Theme {
        /// Follows the system.
        #[default]
        System "system",
        Light "light",
        Dark "dark",
    }
}
