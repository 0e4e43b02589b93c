//! For whom something is: staff, customers or operators.

use strum::IntoStaticStr;

/// For whom an account, a token or a key was made. Audiences are not interchangeable: whoever may do something as one is
/// nobody as another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Audience {
    /// Whoever did not say who they are.
    Anyone,
    /// Who works in the shop, and the programs that work for it.
    Staff,
    /// Who buys there.
    Customer,
    /// Who runs the platform.
    Operator,
}

impl Audience {
    /// Those that can sign in.
    pub const KNOWN: [Self; 3] = [Self::Staff, Self::Customer, Self::Operator];

    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// One of those that can sign in: nobody is named `anyone`.
    pub fn named(name: &str) -> Option<Self> {
        Self::KNOWN.into_iter().find(|audience| audience.as_str() == name)
    }
}
