//! Lists of names to choose from. The one idea to know: a choice is an enum, and its names are those of the link.

/// An enum whose variants have names: `ALL` in their order, `name`, and `of` a name.
macro_rules! choices {
    ($(#[$doc:meta])* $choice:ident { $($(#[$says:meta])* $variant:ident = $name:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $choice {
            $($(#[$says])* $variant,)*
        }

        impl $choice {
            /// All of them.
            pub const ALL: &[$choice] = &[$($choice::$variant,)*];

            /// Its name in a link.
            pub fn name(self) -> &'static str {
                match self {
                    $($choice::$variant => $name,)*
                }
            }

            /// The one of this name.
            pub fn of(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|choice| choice.name() == name)
            }

            /// All names, for messages.
            pub(crate) fn names() -> String {
                Self::ALL.iter().map(|choice| choice.name()).collect::<Vec<_>>().join(", ")
            }
        }
    };
}
pub(crate) use choices;
