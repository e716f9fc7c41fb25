//! The address patterns of one constraint, indexed by domain.

use crate::decision::table::Table;
use crate::decision::url::{glob, is_public_suffix};
use crate::model::effects::Address;

use super::domain::{is_free_mail, read_domain};

/// Address patterns of the policy (`*@acme.com`, `bob@x.org`, `*@*.acme.com`).
///
/// Letter case is folded on both sides of the `@`: RFC 5321 lets a host tell `Bob` from `bob`, no provider in use does, and
/// two spellings of one mailbox must get one verdict. `bob@x.org` does not admit `bob+tag@x.org`: whether that is the same
/// mailbox is for the host to say. `*.acme.com` is every domain below acme.com and not itself.
#[derive(Debug, Clone)]
pub struct AddressSet {
    exact: Table<String, Mailboxes>,
    below: Table<String, Mailboxes>,
}

/// Local parts that are granted at one domain, each with the index of its pattern.
#[derive(Debug, Clone, Default)]
struct Mailboxes {
    all: Option<usize>,
    exact: Table<String, usize>,
    globs: Vec<(usize, String)>,
}

impl AddressSet {
    /// Fails with the index of the pattern that is wrong, and why.
    pub fn parse(patterns: &[String]) -> Result<AddressSet, (usize, String)> {
        let mut set = AddressSet { exact: Table::default(), below: Table::default() };
        for (index, text) in patterns.iter().enumerate() {
            set.add(index, text).map_err(|why| (index, why))?;
        }
        Ok(set)
    }

    fn add(&mut self, index: usize, text: &str) -> Result<(), String> {
        let Some((local, domain)) = text.trim().rsplit_once('@') else {
            return Err(format!("`{text}` is no address: write `*@{text}` for every address of a domain"));
        };
        if local.is_empty() {
            return Err(format!("`{text}`: write `*@{domain}` for every address of a domain"));
        }
        if local.chars().any(|c| c.is_whitespace() || c.is_control() || "<>()@,;:\"\\".contains(c)) {
            return Err(format!("`{text}`: write the bare address"));
        }
        let mailboxes = match domain.strip_prefix("*.") {
            Some(suffix) => {
                let suffix = read_domain(suffix)?;
                if is_public_suffix(&suffix) {
                    return Err(format!("`{text}` grants everybody: anyone can have a domain under `{suffix}`"));
                }
                self.below.entry(suffix).or_default()
            }
            None if domain.contains('*') => {
                return Err(format!("`{text}`: in a domain `*` stands for whole labels in front: `*.acme.com`"));
            }
            None => {
                let domain = read_domain(domain)?;
                if local.contains('*') && is_free_mail(&domain) {
                    return Err(format!("`{text}`: anybody can have an address at `{domain}`: name each address"));
                }
                self.exact.entry(domain).or_default()
            }
        };
        let local = local.to_lowercase();
        if local == "*" {
            mailboxes.all.get_or_insert(index);
        } else if local.contains('*') {
            mailboxes.globs.push((index, local));
        } else {
            mailboxes.exact.entry(local).or_insert(index);
        }
        Ok(())
    }

    /// The index of the first pattern that admits the address.
    pub fn admits(&self, address: &Address) -> Option<usize> {
        let local = address.local.to_lowercase();
        let mut best = self.exact.get(&address.domain).and_then(|mailboxes| mailboxes.first(&local));
        let mut rest = address.domain.as_str();
        while let Some((_, suffix)) = rest.split_once('.') {
            let found = self.below.get(suffix).and_then(|mailboxes| mailboxes.first(&local));
            best = best.into_iter().chain(found).min();
            rest = suffix;
        }
        best
    }
}

impl Mailboxes {
    fn first(&self, local: &str) -> Option<usize> {
        let exact = self.exact.get(local).copied();
        let glob = self.globs.iter().find(|(_, pattern)| glob(pattern, local)).map(|(index, _)| *index);
        [self.all, exact, glob].into_iter().flatten().min()
    }
}
