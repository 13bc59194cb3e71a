//! Values that programs know by a name and people by a word, such as the outcomes of calls.

use std::fmt::Debug;

use super::{ActorKind, NumberState, Party, Text};

/// One of a few values, each with its name and its word.
pub trait Named: Clone + PartialEq + Eq + Debug + 'static {
    /// Every value, in the order in which they are offered.
    fn all() -> &'static [Self];

    fn name(&self) -> &str;

    /// Its word for people; `None` where they read the name.
    fn word(&self) -> Option<Text>;
}

/// Declares an enum whose values programs know by a name and, where words follow it, people by a word:
/// `ALL`, `name`, `parse` and `word` come from the one table.
macro_rules! vocabulary {
    ($(#[$meta:meta])* $vis:vis enum $of:ident { $($(#[$doc:meta])* $value:ident $name:literal,)+ }) => {
        $(#[$meta])*
        $vis enum $of {
            $($(#[$doc])* $value,)+
        }

        #[allow(dead_code, reason = "not every name is read back")]
        impl $of {
            $vis const ALL: [Self; [$($name),+].len()] = [$(Self::$value),+];

            #[must_use]
            $vis const fn name(self) -> &'static str {
                match self {
                    $(Self::$value => $name,)+
                }
            }

            #[must_use]
            $vis fn parse(name: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|value| value.name() == name)
            }
        }
    };
    ($(#[$meta:meta])* $vis:vis enum $of:ident {
        $($(#[$doc:meta])* $value:ident $name:literal $zh:literal $en:literal,)+
    }) => {
        $crate::domain::vocabulary! {
            $(#[$meta])*
            $vis enum $of {
                $($(#[$doc])* $value $name,)+
            }
        }

        impl $of {
            #[must_use]
            $vis const fn word(self) -> $crate::domain::Text {
                match self {
                    $(Self::$value => $crate::domain::Text::new($zh, $en),)+
                }
            }
        }

        impl $crate::domain::Named for $of {
            fn all() -> &'static [Self] {
                &Self::ALL
            }

            fn name(&self) -> &str {
                (*self).name()
            }

            fn word(&self) -> Option<$crate::domain::Text> {
                Some((*self).word())
            }
        }
    };
}

pub(crate) use vocabulary;

impl Named for ActorKind {
    fn all() -> &'static [Self] {
        &Self::ALL
    }

    fn name(&self) -> &str {
        (*self).name()
    }

    fn word(&self) -> Option<Text> {
        None
    }
}

/// Who ended a call; `None` where no platform told.
impl Named for Option<Party> {
    fn all() -> &'static [Self] {
        &[Some(Party::Caller), Some(Party::Callee), Some(Party::Platform), None]
    }

    fn name(&self) -> &str {
        self.map_or("unknown", Party::name)
    }

    fn word(&self) -> Option<Text> {
        Some(self.map_or(Text::new("未知", "Unknown"), Party::word))
    }
}

/// The state of a number; `None` where no platform ever told one.
impl Named for Option<NumberState> {
    fn all() -> &'static [Self] {
        const ALL: [Option<NumberState>; 5] = [
            Some(NumberState::Normal),
            Some(NumberState::Paused),
            Some(NumberState::Unavailable),
            Some(NumberState::Frozen),
            None,
        ];
        &ALL
    }

    fn name(&self) -> &str {
        self.as_ref().map_or("none", NumberState::name)
    }

    fn word(&self) -> Option<Text> {
        self.as_ref().map_or(Some(Text::new("平台未推送过", "No notice yet")), NumberState::word)
    }
}

/// Whether a signature held; `None` where it was not checked.
impl Named for Option<bool> {
    fn all() -> &'static [Self] {
        &[Some(true), Some(false), None]
    }

    fn name(&self) -> &str {
        match self {
            Some(true) => "yes",
            Some(false) => "no",
            None => "unchecked",
        }
    }

    fn word(&self) -> Option<Text> {
        Some(match self {
            Some(true) => Text::new("通过", "held"),
            Some(false) => Text::new("不符", "did not hold"),
            None => Text::new("未验", "not checked"),
        })
    }
}
