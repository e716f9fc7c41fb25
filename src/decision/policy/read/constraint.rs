//! One constraint: `any`, `{ paths: [./src] }`, or a list of constraints of which any one will do.

use std::collections::BTreeMap;

use crate::model::policy::{Constraint, Shape, SqlGrant, TextGrant};

use super::super::format::{ConstraintKey, SECRETS, SqlKey, TextKey};
use super::super::yaml::{Content, Key, Node};
use super::Reader;

/// Nested constraints deeper than this are a mistake or an attack.
const MAX_DEPTH: usize = 32;

impl Reader<'_> {
    pub(super) fn constraint(&mut self, pointer: &str, node: &Node) -> Option<Constraint> {
        if self.depth >= MAX_DEPTH {
            self.problem(
                node,
                format!("constraints are nested too deep: more than {MAX_DEPTH} stand within each other"),
            );
            return None;
        }
        self.depth += 1;
        let read = self.one_or_several(pointer, node);
        self.depth -= 1;
        read
    }

    fn one_or_several(&mut self, pointer: &str, node: &Node) -> Option<Constraint> {
        match &node.content {
            Content::Text(word) if word == "any" => Some(Constraint::Any),
            Content::List(nodes) if !nodes.is_empty() => {
                let each = nodes.iter().enumerate();
                let any: Vec<_> =
                    each.filter_map(|(index, node)| self.constraint(&format!("{pointer}[{index}]"), node)).collect();
                Some(Constraint::AnyOf(any))
            }
            Content::Map(members) if !members.is_empty() => self.kinds(pointer, members),
            _ => {
                self.problem(node, "a constraint is `any`, a mapping such as { one_of: [...] }, or a list of those");
                None
            }
        }
    }

    /// Two kinds in one mapping: both must hold.
    fn kinds(&mut self, pointer: &str, members: &[(Key, Node)]) -> Option<Constraint> {
        let find = |name: &str| members.iter().find(|(key, _)| key.text == name);
        let mut all = Vec::new();
        for (name, key, node) in self.known(members) {
            let pointer = format!("{pointer}.{}", key.text);
            self.locate(&pointer, key);
            let kind = match name {
                ConstraintKey::OneOf => self.one_of(node),
                ConstraintKey::Matches => self.text(node, "`matches`").map(Constraint::Matches),
                ConstraintKey::Shape => {
                    let shapes: Vec<(&str, Shape)> = Shape::ALL.iter().map(|shape| (shape.name(), *shape)).collect();
                    self.choice(node, "`shape`", &shapes).map(Constraint::Shape)
                }
                ConstraintKey::Range => self.range(node),
                ConstraintKey::MaxLength => self.count(node, "`max_length`").map(Constraint::MaxLength),
                ConstraintKey::MaxItems => self.count(node, "`max_items`").map(Constraint::MaxItems),
                ConstraintKey::Paths => {
                    let relative_to = find("relative_to").and_then(|(_, node)| self.text(node, "`relative_to`"));
                    Some(Constraint::Paths { paths: self.texts(node, "`paths`"), relative_to })
                }
                ConstraintKey::RelativeTo if find("paths").is_some() => continue,
                ConstraintKey::RelativeTo => {
                    self.member_problem(key, "`relative_to` belongs beside `paths`".into());
                    None
                }
                ConstraintKey::Urls => Some(Constraint::Urls(self.texts(node, "`urls`"))),
                ConstraintKey::Emails => Some(Constraint::Emails(self.texts(node, "`emails`"))),
                ConstraintKey::Sql => Some(self.sql(node)),
                ConstraintKey::Commands => Some(Constraint::Commands(self.texts(node, "`commands`"))),
                ConstraintKey::Text => Some(self.text_grant(node)),
                ConstraintKey::Redacted => self.text(node, "`redacted`").map(Constraint::Redacted),
                ConstraintKey::Each => self.constraint(&pointer, node).map(|each| Constraint::Each(Box::new(each))),
                ConstraintKey::Not => self.constraint(&pointer, node).map(|not| Constraint::Not(Box::new(not))),
                ConstraintKey::Fields => {
                    let required = find("required").map(|(_, node)| self.texts(node, "`required`"));
                    Some(self.fields(&pointer, node, required.unwrap_or_default()))
                }
                ConstraintKey::Required if find("fields").is_some() => continue,
                ConstraintKey::Required => {
                    self.member_problem(key, "`required` belongs beside `fields`, or beside `args`".into());
                    None
                }
            };
            all.extend(kind);
        }
        match all.len() {
            0 => None,
            1 => all.pop(),
            _ => Some(Constraint::All(all)),
        }
    }

    fn one_of(&mut self, node: &Node) -> Option<Constraint> {
        let Content::List(nodes) = &node.content else {
            self.problem(node, format!("`one_of` must be a list, not {}", node.kind()));
            return None;
        };
        self.plain_values(node);
        Some(Constraint::OneOf(nodes.iter().map(Node::to_json).collect()))
    }

    /// `[min, max]`; `null` is open.
    fn range(&mut self, node: &Node) -> Option<Constraint> {
        let ends = match &node.content {
            Content::List(nodes) => nodes.as_slice(),
            _ => &[],
        };
        let [min, max] = ends else {
            self.problem(node, "`range` must be [min, max]; write null for an open end");
            return None;
        };
        let mut end = |node: &Node| match node.content {
            Content::Null => None,
            _ => self.number(node, "an end of `range`"),
        };
        let (min, max) = (end(min), end(max));
        if let (Some(low), Some(high)) = (min, max)
            && low > high
        {
            self.problem(node, format!("nothing lies between {low} and {high}"));
        }
        Some(Constraint::Range { min, max })
    }

    fn fields(&mut self, pointer: &str, node: &Node, required: Vec<String>) -> Constraint {
        let mut fields = BTreeMap::new();
        for (key, node) in self.mapping(node, "`fields`") {
            let pointer = format!("{pointer}.{}", key.text);
            self.locate(&pointer, key);
            let constraint = self.constraint(&pointer, node).unwrap_or(Constraint::Any);
            fields.insert(key.text.clone(), constraint);
        }
        Constraint::Fields { fields, required }
    }

    fn sql(&mut self, node: &Node) -> Constraint {
        let mut grant = SqlGrant::default();
        for (name, _, node) in self.members(node) {
            match name {
                SqlKey::Statements => {
                    grant.statements =
                        self.texts(node, "`statements`").into_iter().map(|kind| kind.to_lowercase()).collect();
                }
                SqlKey::Tables => grant.tables = Some(self.texts(node, "`tables`")),
                SqlKey::Writes => grant.writes = Some(self.texts(node, "`writes`")),
                SqlKey::SearchPath => grant.search_path = self.text(node, "`search_path`"),
                SqlKey::Functions => grant.functions = self.texts(node, "`functions`"),
            }
        }
        if grant.statements.is_empty() {
            self.problem(node, "`sql` needs `statements`, for example [select]");
        }
        Constraint::Sql(grant)
    }

    fn text_grant(&mut self, node: &Node) -> Constraint {
        let mut grant = TextGrant::default();
        for (name, _, node) in self.members(node) {
            match name {
                TextKey::Hosts => grant.hosts = Some(self.texts(node, "`hosts`")),
                TextKey::Emails => grant.emails = Some(self.texts(node, "`emails`")),
                TextKey::Accounts => grant.accounts = Some(self.texts(node, "`accounts`")),
                TextKey::Secrets => {
                    grant.deny_secrets = self.choice(node, "`secrets`", &SECRETS).unwrap_or(true);
                }
            }
        }
        Constraint::Text(grant)
    }
}
