//! What the grants of a policy can do, at the most. Whoever says that an agent has "no mail" must have looked at all that
//! it was given: so every grant counts for all that it may do, and what cannot be read off counts for everything.

use std::collections::BTreeSet;

use serde_json::Value;

use super::danger;
use super::generalise::forms;
use super::names::{self, Role};
use super::reading;
use super::stakes;
use super::view::View;
use crate::model::policy::{Args, Constraint, Document, SqlGrant, TextGrant, Tool};

/// What a person wants to hear that an agent cannot do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Power {
    /// One of [`danger::CLASSES`].
    Class(&'static str),
    /// Places below somebody's home directory, but for the project.
    Home,
    /// Hosts by name.
    Web,
}

impl Power {
    pub fn all() -> impl Iterator<Item = Power> {
        danger::CLASSES.iter().map(|class| Power::Class(class.name)).chain([Power::Home, Power::Web])
    }

    /// In the words of the summary: `no ...`.
    pub fn said(self) -> &'static str {
        match self {
            Power::Class("payment") => "payments",
            Power::Class("credential") => "credentials",
            Power::Class("permission") => "permissions",
            Power::Class(name) => name,
            Power::Home => "home directory",
            Power::Web => "web hosts",
        }
    }
}

/// All that any of the grants may do.
pub fn of(view: &View<'_>, document: &Document) -> BTreeSet<Power> {
    let homes: BTreeSet<&str> = view.places.iter().filter_map(|place| place.home.as_deref()).collect();
    let is_home = |project: &str| homes.iter().any(|home| *home == project || below(project, home));
    let project_is_home = view.places.iter().any(|place| is_home(&place.project) || is_home(&place.cwd));
    let mut looked = Looked { homes, project_is_home, found: BTreeSet::new(), changes: true };
    for (name, server) in &document.servers {
        // What these keys say is not written by inference, and is not read here.
        if !server.allowed_tools.is_empty() || server.allowed_paths.is_some() || server.sampling.is_some() {
            looked.anything();
        }
        server.resources.iter().chain(&server.root).for_each(|place| looked.word(place));
        server.prompts.iter().for_each(|prompt| looked.name(prompt));
        for (tool, rule) in &server.tools {
            let seen = view.servers.get(name.as_str());
            let stakes = seen.and_then(|seen| {
                let calls = seen.tools.get(tool.as_str())?;
                Some(stakes::of(tool, calls, seen.offered.get(tool.as_str()).copied()))
            });
            looked.changes = stakes.is_none_or(|stakes| stakes.changes);
            if stakes.is_none_or(|stakes| stakes.changes && !stakes.surely) {
                // Nobody can tell what it does.
                looked.anything();
            }
            looked.name(tool);
            looked.rule(rule);
        }
    }
    looked.found
}

/// Words of names that speak of the web, besides [`stakes::OUTWARD`].
const WEB: [&str; 14] = [
    "site", "website", "page", "pages", "host", "domain", "link", "webhook", "navigate", "browse", "download", "crawl",
    "scrape", "api",
];

struct Looked<'a> {
    homes: BTreeSet<&'a str>,
    /// Some project is a home directory, or holds one.
    project_is_home: bool,
    found: BTreeSet<Power>,
    /// The tool that is looked at changes something.
    changes: bool,
}

impl Looked<'_> {
    fn anything(&mut self) {
        self.found.extend(Power::all());
    }

    /// The words of a name, whether its tool looks or changes: who reads mails does something with mail.
    fn name(&mut self, name: &str) {
        self.found.extend(danger::classes_of(name).map(|class| Power::Class(class.name)));
        if names::words(name).iter().any(|word| stakes::OUTWARD.contains(&&**word) || WEB.contains(&&**word)) {
            self.found.insert(Power::Web);
        }
    }

    fn rule(&mut self, rule: &Tool) {
        match &rule.args {
            Args::Any => self.anything(),
            Args::Closed => {}
            Args::Listed(listed) => listed.iter().for_each(|(key, constraint)| self.argument(key, constraint)),
        }
        for (variant, rule) in rule.variants.iter().flat_map(|variants| &variants.of) {
            self.name(variant);
            self.rule(rule);
        }
    }

    fn argument(&mut self, key: &str, constraint: &Constraint) {
        let off = Constraint::OneOf(vec![Value::Bool(false)]);
        if self.changes && *constraint != off {
            self.name(key);
        }
        if reading::is_url_name(key) {
            self.found.insert(Power::Web);
        }
        match constraint {
            Constraint::Any => self.open(key),
            Constraint::Text(grant) => self.text(key, grant),
            Constraint::OneOf(values) => values.iter().for_each(|value| self.value(value)),
            // A form of words holds words that nobody listed. A place or a link is not among them: those are judged as
            // such, and need a grant of their own; whoever is obeyed by the word may still be told anything.
            Constraint::Matches(_) if self.changes && names::chooses(key, |_| true) => self.anything(),
            Constraint::Matches(pattern) => self.name(pattern),
            Constraint::Paths { paths, .. } => paths.iter().for_each(|path| self.place(path)),
            Constraint::Urls(_) => drop(self.found.insert(Power::Web)),
            Constraint::Emails(_) if self.changes => drop(self.found.insert(Power::Class("mail"))),
            Constraint::Sql(grant) => self.sql(grant),
            Constraint::Commands(patterns) => self.commands(patterns),
            Constraint::Redacted(_) => drop(self.found.insert(Power::Class("credential"))),
            Constraint::Each(inner) => self.argument(key, inner),
            Constraint::Not(_) => self.open(key),
            Constraint::Fields { fields, .. } => fields.iter().for_each(|(key, inner)| self.argument(key, inner)),
            // Each part narrows the others, so that what one of them grants is the most; to look at all is to say less.
            Constraint::All(parts) | Constraint::AnyOf(parts) => {
                let bounds = |part: &&Constraint| !matches!(part, Constraint::Not(_)) || parts.len() == 1;
                parts.iter().filter(bounds).for_each(|part| self.argument(key, part));
            }
            Constraint::Emails(_)
            | Constraint::Shape(_)
            | Constraint::Range { .. }
            | Constraint::MaxLength(_)
            | Constraint::MaxItems(_) => {}
        }
    }

    /// Whatever stands there passes: of a call that changes something it may ask for anything, and of one that looks for
    /// any place and page, unless it is what is searched for.
    fn open(&mut self, key: &str) {
        if self.changes {
            self.anything();
        } else if names::role(key) != Role::Text && !reading::is_text_name(key) {
            self.found.extend([Power::Home, Power::Web]);
        }
    }

    /// A text that is stored or sent under a name of its own does no more than its tool; any other one may be obeyed.
    fn text(&mut self, key: &str, grant: &TextGrant) {
        const KEPT: [&str; 16] = [
            "content",
            "contents",
            "body",
            "text",
            "title",
            "subject",
            "description",
            "comment",
            "comments",
            "note",
            "notes",
            "message",
            "summary",
            "caption",
            "topic",
            "reason",
        ];
        let kept = names::words(key).last().is_some_and(|word| KEPT.contains(&word.as_str()));
        if self.changes && !kept {
            return self.anything();
        }
        if grant.hosts.as_ref().is_none_or(|hosts| !hosts.is_empty()) {
            self.found.insert(Power::Web);
        }
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.word(text),
            Value::Array(items) => items.iter().for_each(|item| self.value(item)),
            Value::Object(members) => members.iter().for_each(|(key, value)| {
                self.name(key);
                self.value(value);
            }),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// A word that is granted as it stands: an action, a statement, a place, a link.
    fn word(&mut self, word: &str) {
        self.name(word);
        self.place(word);
        if reading::looks_like_sql(word) || word.contains(['|', ';', '`', '$']) {
            return self.anything();
        }
        let is_link = word.contains("://") && !word.starts_with("file:") || word.starts_with("www.");
        if is_link {
            self.found.insert(Power::Web);
        }
        if word.contains('@') && self.changes {
            self.found.insert(Power::Class("mail"));
        }
    }

    /// `./..` may lead out of a project that lies in a home directory.
    fn place(&mut self, place: &str) {
        let bare = place.trim_start_matches("file://");
        let climbs = bare.split(['/', '\\']).any(|part| part == "..");
        let known = self.homes.iter().any(|home| bare.starts_with(home) || below(bare, home));
        let is_open = bare.starts_with(['*', '$', '%', '~']) || bare.starts_with("/*");
        let folders = ["/root", "/home", "/users", "c:\\users", "c:/users", "/documents and settings"];
        let lower = bare.to_lowercase();
        let is_somebodys = folders.iter().any(|folder| lower.starts_with(folder));
        if climbs || known || is_open || is_somebodys || self.project_is_home {
            self.found.insert(Power::Home);
        }
    }

    /// Statements that only look or add; of any other kind nobody can tell from its name what it takes away.
    fn sql(&mut self, grant: &SqlGrant) {
        const ADDS: [&str; 10] =
            ["select", "values", "show", "describe", "explain", "with", "insert", "begin", "commit", "rollback"];
        if grant.statements.iter().any(|kind| kind == "delete" || kind == "truncate") {
            self.found.insert(Power::Class("deletion"));
        }
        let known =
            |kind: &String| matches!(kind.as_str(), "delete" | "truncate" | "update") || ADDS.contains(&&**kind);
        if !grant.statements.iter().all(known) || !grant.functions.is_empty() {
            return self.anything();
        }
        match &grant.tables {
            Some(tables) => tables.iter().chain(grant.writes.iter().flatten()).for_each(|table| self.table(table)),
            None => self.found.extend(danger::CLASSES.iter().map(|class| Power::Class(class.name))),
        }
    }

    fn table(&mut self, table: &str) {
        self.name(table);
        if table.contains('*') {
            self.found.insert(Power::Class("credential"));
        }
    }

    /// A program that looks can show any place that its words name. What any other one does, nobody can tell.
    fn commands(&mut self, patterns: &[String]) {
        self.found.insert(Power::Class("shell"));
        for pattern in patterns {
            let mut words = pattern.split_whitespace();
            if !words.next().is_some_and(forms::only_looks) {
                return self.anything();
            }
            for word in words {
                self.place(word.trim_matches(['\'', '"']));
                self.name(word);
            }
        }
    }
}

/// `/home/ann` lies in a folder that holds it, as all homes do.
fn below(place: &str, home: &str) -> bool {
    let whole = place.trim_end_matches("**").trim_end_matches(['/', '*']);
    place.starts_with('/') && (whole.is_empty() || home.strip_prefix(whole).is_some_and(|rest| rest.starts_with('/')))
}
