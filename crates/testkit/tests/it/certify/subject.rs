//! What a row of the table tries: a module, and for a module with several ways, each of them.

use std::fmt;

/// One row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject {
    pub module: &'static str,
    pub way: Way,
}

/// How the register works through the module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// As its settings come.
    Usual,
    /// Over a sticker, for a module that draws a QR until one is bound to the register.
    Sticker,
    /// Every payment names a subscriber who turns out to have no subscription.
    Stranger,
}

impl Subject {
    pub const fn usual(module: &'static str) -> Self {
        Self {
            module,
            way: Way::Usual,
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let way = match self.way {
            Way::Usual => "",
            Way::Sticker => " + sticker",
            Way::Stranger => " + subscriber",
        };
        write!(to, "{}{way}", self.module)
    }
}

/// Modules that do more than one thing.
const OTHER_WAYS: [Subject; 3] = [
    Subject {
        module: "qrbankhlynov",
        way: Way::Sticker,
    },
    Subject {
        module: "qrbankhlynov",
        way: Way::Stranger,
    },
    Subject {
        module: "qrshares",
        way: Way::Sticker,
    },
];

/// Every registered module, then the other ways of some.
pub fn all() -> Vec<Subject> {
    let registry = connectors::registry();
    let modules = registry.iter().map(|one| Subject::usual(one.module));
    modules.chain(OTHER_WAYS).collect()
}
