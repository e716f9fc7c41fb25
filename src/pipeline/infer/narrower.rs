//! A rule less one of its grants, in every way there is: an argument, a variant, a member of an object, one of several
//! constraints, an entry of any list. What nothing needs can be told by taking it away.

use serde_json::Value;

use super::generalise::Step;
use super::write;
use crate::model::policy::{Args, Constraint, SqlGrant, TextGrant, Tool};

/// One grant less.
#[derive(Debug, Clone, PartialEq)]
pub struct Cut<T> {
    /// Pointer below the rule: `.args.path.paths`, `.variants.of.list`.
    pub pointer: String,
    /// The entry that is gone, where it is one of a list.
    pub entry: Option<String>,
    /// Of an entry of `one_of`: where in the arguments it was admitted, and the value.
    pub value: Option<(Vec<Step>, Value)>,
    pub less: T,
}

impl<T> Cut<T> {
    fn of(pointer: String, less: T) -> Cut<T> {
        Cut { pointer, entry: None, value: None, less }
    }

    fn map<U>(self, at: &str, whole: impl FnOnce(T) -> U) -> Cut<U> {
        let Cut { pointer, entry, value, less } = self;
        Cut { pointer: format!("{at}{pointer}"), entry, value, less: whole(less) }
    }

    fn below(mut self, step: Step) -> Cut<T> {
        self.value.iter_mut().for_each(|(path, _)| path.insert(0, step.clone()));
        self
    }
}

/// Every rule that grants one thing less.
pub fn of_tool(rule: &Tool) -> Vec<Cut<Tool>> {
    let mut cuts = Vec::new();
    for (value, variant) in rule.variants.iter().flat_map(|variants| &variants.of) {
        let at = format!(".variants.of.{value}");
        let with = |less: Option<Tool>| {
            let mut rule = rule.clone();
            if let Some(variants) = &mut rule.variants {
                match &less {
                    Some(less) => drop(variants.of.insert(value.clone(), less.clone())),
                    None => drop(variants.of.remove(value)),
                }
            }
            rule
        };
        cuts.push(Cut::of(at.clone(), with(None)));
        cuts.extend(of_tool(variant).into_iter().map(|cut| cut.map(&at, |less| with(Some(less)))));
    }
    let Args::Listed(listed) = &rule.args else { return cuts };
    for (name, constraint) in listed {
        let at = format!(".args.{name}");
        let with = |less: Option<Constraint>| {
            let mut rule = rule.clone();
            if let Args::Listed(listed) = &mut rule.args {
                put(listed, &mut rule.required, name, less);
            }
            rule
        };
        cuts.push(Cut::of(at.clone(), with(None)));
        let narrower = of_constraint(constraint).into_iter();
        let step = Step::Member(name.clone());
        cuts.extend(narrower.map(|cut| cut.below(step.clone()).map(&at, |less| with(Some(less)))));
    }
    cuts
}

type Members = std::collections::BTreeMap<String, Constraint>;

fn put(members: &mut Members, required: &mut Vec<String>, name: &str, less: Option<Constraint>) {
    match less {
        Some(less) => drop(members.insert(name.to_owned(), less)),
        None => {
            members.remove(name);
            required.retain(|other| other != name);
        }
    }
}

/// Every constraint that admits one thing less.
pub fn of_constraint(constraint: &Constraint) -> Vec<Cut<Constraint>> {
    match constraint {
        Constraint::Paths { paths, relative_to } => {
            entries(".paths", paths, |paths| Constraint::Paths { paths, relative_to: relative_to.clone() })
        }
        Constraint::Urls(urls) => entries(".urls", urls, Constraint::Urls),
        Constraint::Emails(emails) => entries(".emails", emails, Constraint::Emails),
        Constraint::Commands(commands) => entries(".commands", commands, Constraint::Commands),
        Constraint::OneOf(values) => one_of(values),
        Constraint::Sql(grant) => of_sql(grant),
        Constraint::Text(grant) => of_text(grant),
        Constraint::Each(inner) => {
            let narrower = of_constraint(inner).into_iter();
            let whole = |less| Constraint::Each(Box::new(less));
            narrower.map(|cut| cut.below(Step::Element).map(".each", whole)).collect()
        }
        Constraint::Fields { fields, required } => {
            let mut cuts = Vec::new();
            for (name, inner) in fields {
                let at = format!(".fields.{name}");
                let with = |less: Option<Constraint>| {
                    let (mut fields, mut required) = (fields.clone(), required.clone());
                    put(&mut fields, &mut required, name, less);
                    Constraint::Fields { fields, required }
                };
                cuts.push(Cut::of(at.clone(), with(None)));
                let narrower = of_constraint(inner).into_iter();
                let step = Step::Member(name.clone());
                cuts.extend(narrower.map(|cut| cut.below(step.clone()).map(&at, |less| with(Some(less)))));
            }
            cuts
        }
        Constraint::All(parts) => of_parts(parts, "", Constraint::All),
        Constraint::AnyOf(parts) => {
            let mut cuts = of_parts(parts, "[]", Constraint::AnyOf);
            for (at, part) in parts.iter().enumerate() {
                let less = Constraint::AnyOf(without(parts, at));
                cuts.push(Cut { entry: Some(write::constraint(part)), ..Cut::of(String::new(), less) });
            }
            cuts
        }
        _ => Vec::new(),
    }
}

fn of_parts(parts: &[Constraint], at: &str, whole: impl Fn(Vec<Constraint>) -> Constraint) -> Vec<Cut<Constraint>> {
    let mut cuts = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        let with = |less| {
            let replaced = parts.iter().enumerate();
            whole(replaced.map(|(n, part)| if n == index { Constraint::clone(&less) } else { part.clone() }).collect())
        };
        cuts.extend(of_constraint(part).into_iter().map(|cut| cut.map(at, |less: Constraint| with(less))));
    }
    cuts
}

fn without<T: Clone>(list: &[T], at: usize) -> Vec<T> {
    list.iter().enumerate().filter(|(index, _)| *index != at).map(|(_, one)| one.clone()).collect()
}

fn entries(pointer: &str, list: &[String], whole: impl Fn(Vec<String>) -> Constraint) -> Vec<Cut<Constraint>> {
    let cut = |(at, entry): (usize, &String)| {
        let less = whole(without(list, at));
        Cut { entry: Some(entry.clone()), ..Cut::of(pointer.to_owned(), less) }
    };
    list.iter().enumerate().map(cut).collect()
}

fn one_of(values: &[Value]) -> Vec<Cut<Constraint>> {
    let cut = |(at, value): (usize, &Value)| {
        let less = Constraint::OneOf(without(values, at));
        let entry = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Cut { entry: Some(entry), value: Some((Vec::new(), value.clone())), ..Cut::of(".one_of".to_owned(), less) }
    };
    values.iter().enumerate().map(cut).collect()
}

fn of_sql(grant: &SqlGrant) -> Vec<Cut<Constraint>> {
    let with = |change: &dyn Fn(&mut SqlGrant)| {
        let mut grant = grant.clone();
        change(&mut grant);
        Constraint::Sql(grant)
    };
    let mut cuts = entries(".sql.statements", &grant.statements, |list| with(&|grant| grant.statements = list.clone()));
    let tables = grant.tables.as_deref().unwrap_or_default();
    cuts.extend(entries(".sql.tables", tables, |list| with(&|grant| grant.tables = Some(list.clone()))));
    let writes = grant.writes.as_deref().unwrap_or_default();
    cuts.extend(entries(".sql.writes", writes, |list| with(&|grant| grant.writes = Some(list.clone()))));
    cuts.extend(entries(".sql.functions", &grant.functions, |list| with(&|grant| grant.functions = list.clone())));
    cuts
}

fn of_text(grant: &TextGrant) -> Vec<Cut<Constraint>> {
    let with = |change: &dyn Fn(&mut TextGrant)| {
        let mut grant = grant.clone();
        change(&mut grant);
        Constraint::Text(grant)
    };
    let hosts = grant.hosts.as_deref().unwrap_or_default();
    let mut cuts = entries(".text.hosts", hosts, |list| with(&|grant| grant.hosts = Some(list.clone())));
    let emails = grant.emails.as_deref().unwrap_or_default();
    cuts.extend(entries(".text.emails", emails, |list| with(&|grant| grant.emails = Some(list.clone()))));
    let accounts = grant.accounts.as_deref().unwrap_or_default();
    cuts.extend(entries(".text.accounts", accounts, |list| with(&|grant| grant.accounts = Some(list.clone()))));
    cuts
}
