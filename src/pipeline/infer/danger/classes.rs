//! The classes of tools whose harm cannot be undone: by the words of their names, in one table with the reasons.

use super::super::names;

/// A class of tools whose harm cannot be undone, or reaches others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Class {
    pub name: &'static str,
    /// Why a person should be asked while such a tool is rare.
    pub why: &'static str,
    /// A tool belongs to it when its name has one of these words.
    words: &'static [&'static str],
    /// Or all of these, in this order.
    phrases: &'static [&'static [&'static str]],
    /// Or this one at its end: `send_tip`, and not `tip_of_day`.
    endings: &'static [&'static str],
}

impl Class {
    fn names(&self, words: &[String]) -> bool {
        let has = |phrase: &[&str]| {
            let mut rest = words.iter();
            phrase.iter().all(|part| rest.any(|word| word == part))
        };
        let ends = words.last().is_some_and(|word| self.endings.contains(&word.as_str()));
        ends || words.iter().any(|word| self.words.contains(&word.as_str()))
            || self.phrases.iter().any(|phrase| has(phrase))
    }
}

/// The dangerous classes; the first that fits names the tool.
pub const CLASSES: [Class; 7] = [
    Class {
        name: "shell",
        why: "what runs, now or by a timer, can do whatever the user can",
        words: &[
            "exec",
            "execute",
            "shell",
            "bash",
            "terminal",
            "command",
            "cmd",
            "eval",
            "evaluate",
            "script",
            "process",
            "sh",
            "powershell",
            "run",
            "install",
            "cron",
            "crontab",
        ],
        phrases: &[],
        endings: &[],
    },
    Class {
        name: "payment",
        why: "money that was sent does not come back",
        words: &[
            "pay",
            "payment",
            "payments",
            "money",
            "funds",
            "wire",
            "purchase",
            "buy",
            "transaction",
            "transactions",
            "refund",
            "charge",
            "withdraw",
            "invoice",
            "payout",
            "donate",
            "donation",
        ],
        phrases: &[
            &["place", "order"],
            &["submit", "order"],
            &["checkout", "cart"],
            &["checkout", "basket"],
            &["cart", "checkout"],
            &["tip", "user"],
            &["tip", "author"],
            &["tip", "driver"],
            &["tip", "creator"],
        ],
        endings: &["tip"],
    },
    Class {
        name: "credential",
        why: "whoever knows or sets a credential owns the account",
        words: &[
            "password",
            "passwd",
            "secret",
            "secrets",
            "token",
            "tokens",
            "credential",
            "credentials",
            "apikey",
            "key",
            "keys",
            "mfa",
            "otp",
            "login",
            "impersonate",
        ],
        phrases: &[&["private", "key"]],
        endings: &[],
    },
    Class {
        name: "permission",
        why: "a permission, an owner or an open door lasts longer than the session that gave it",
        words: &[
            "grant",
            "revoke",
            "permission",
            "permissions",
            "role",
            "roles",
            "acl",
            "invite",
            "collaborator",
            "collaborators",
            "access",
            "policy",
            "admin",
            "share",
            "chmod",
            "chown",
            "ownership",
            "dns",
            "firewall",
        ],
        phrases: &[
            &["transfer", "owner"],
            &["change", "owner"],
            &["set", "owner"],
            &["make", "public"],
            &["set", "public"],
            &["make", "visible"],
            &["set", "visibility"],
            &["change", "visibility"],
            &["update", "visibility"],
            &["add", "member"],
            &["add", "members"],
            &["add", "admin"],
            &["add", "owner"],
            &["add", "maintainer"],
            &["add", "guest"],
            &["open", "port"],
            &["expose", "port"],
            &["allow", "port"],
            &["allow", "ip"],
        ],
        endings: &[],
    },
    Class {
        name: "deletion",
        why: "what is deleted, closed or switched off may be gone",
        words: &[
            "delete",
            "remove",
            "drop",
            "purge",
            "destroy",
            "wipe",
            "truncate",
            "rm",
            "erase",
            "kill",
            "terminate",
            "uninstall",
            "reset",
            "clear",
            "force",
            "unlink",
            "trash",
            "destruct",
            "deactivate",
            "shutdown",
            "reboot",
            "poweroff",
        ],
        phrases: &[
            &["format", "disk"],
            &["format", "drive"],
            &["format", "volume"],
            &["format", "partition"],
            &["format", "device"],
            &["empty", "bin"],
            &["close", "account"],
            &["disable", "account"],
            &["disable", "user"],
            &["suspend", "account"],
            &["suspend", "user"],
            &["shut", "down"],
            &["power", "off"],
        ],
        endings: &[],
    },
    Class {
        name: "publication",
        why: "what is published cannot be called back",
        words: &["publish", "post", "tweet", "release", "deploy", "push", "upload", "merge", "broadcast", "announce"],
        phrases: &[],
        endings: &[],
    },
    Class {
        name: "mail",
        why: "a message leaves the house under the user's name, or all that follow are sent on",
        words: &[
            "mail",
            "email",
            "emails",
            "sms",
            "send",
            "forward",
            "reply",
            "dm",
            "forwarding",
            "webhook",
            "webhooks",
        ],
        phrases: &[],
        endings: &[],
    },
];

/// The dangerous class of a tool that changes something, by the words of its name.
pub fn class_of(tool: &str) -> Option<&'static Class> {
    classes_of(tool).next()
}

/// Every class that a name speaks of.
pub fn classes_of(name: &str) -> impl Iterator<Item = &'static Class> {
    let words = names::words(name);
    CLASSES.iter().filter(move |class| class.names(&words))
}

/// The class of a tool that shows a credential, although it only looks: what was read once is known for good. Tokens and
/// keys alone are none (`count_tokens`, `get_key`): many things have them.
pub fn shows_secrets(tool: &str) -> Option<&'static Class> {
    const SECRETS: [&str; 10] = [
        "secret",
        "secrets",
        "password",
        "passwords",
        "passwd",
        "credential",
        "credentials",
        "apikey",
        "otp",
        "passphrase",
    ];
    const KEYS: [&str; 6] = ["access", "api", "auth", "refresh", "private", "session"];
    let words = names::words(tool);
    let is_key = |word: &String| matches!(word.as_str(), "key" | "keys" | "token" | "tokens");
    let pairs = words.windows(2).any(|pair| matches!(pair, [of, key] if KEYS.contains(&of.as_str()) && is_key(key)));
    let named = words.iter().any(|word| SECRETS.contains(&word.as_str()));
    CLASSES.iter().find(|class| class.name == "credential" && (named || pairs))
}

/// Whether a tool of this name moves money, whatever class comes first (`execute_payment`).
pub fn pays(tool: &str) -> bool {
    classes_of(tool).any(|class| class.name == "payment")
}
