//! What free text may embed.

use crate::decision::account;
use crate::decision::address::AddressSet;
use crate::decision::table::Members;
use crate::decision::url::HostSet;
use crate::model::effects::TextEffect;
use crate::model::policy::TextGrant;

/// A grant ready to be checked against.
#[derive(Debug, Clone)]
pub struct TextRules {
    hosts: Option<HostSet>,
    emails: Option<AddressSet>,
    accounts: Option<Accounts>,
    deny_secrets: bool,
}

#[derive(Debug, Clone)]
struct Accounts {
    exact: Members<String>,
    prefixes: Vec<String>,
}

impl TextRules {
    /// Patterns of accounts are account numbers, with blanks or dashes or without, or a beginning and `*`.
    pub fn new(grant: &TextGrant) -> Result<TextRules, String> {
        let wrong = |key: &'static str| move |(index, why): (usize, String)| format!("{key}[{index}]: {why}");
        Ok(TextRules {
            hosts: grant.hosts.as_deref().map(HostSet::parse).transpose().map_err(wrong("hosts"))?,
            emails: grant.emails.as_deref().map(AddressSet::parse).transpose().map_err(wrong("emails"))?,
            accounts: grant.accounts.as_deref().map(Accounts::parse).transpose().map_err(wrong("accounts"))?,
            deny_secrets: grant.deny_secrets,
        })
    }

    /// `Err`: what may not stand in the text, in words. Names hosts and addresses, of an account its last four digits, of a
    /// secret its kind.
    pub fn check(&self, text: &TextEffect) -> Result<(), String> {
        if let Some(hosts) = &self.hosts
            && let Some(host) = text.hosts.iter().find(|host| hosts.admits(host).is_none())
        {
            return Err(format!("the text holds the host `{host}`, which is not granted"));
        }
        if let Some(emails) = &self.emails
            && let Some(address) = text.addresses.iter().find(|address| emails.admits(address).is_none())
        {
            return Err(format!("the text holds the address `{}`, which is not granted", address.written));
        }
        if let Some(accounts) = &self.accounts
            && let Some(account) = text.accounts.iter().find(|account| !accounts.admit(account))
        {
            let end = account.get(account.len().saturating_sub(4)..).unwrap_or("");
            return Err(format!("the text holds the account number that ends in {end}, which is not granted"));
        }
        match text.secrets.first() {
            Some(kind) if self.deny_secrets => Err(format!("the text holds a secret ({kind})")),
            _ => Ok(()),
        }
    }
}

impl Accounts {
    fn parse(patterns: &[String]) -> Result<Accounts, (usize, String)> {
        let mut accounts = Accounts { exact: Members::default(), prefixes: Vec::new() };
        for (index, text) in patterns.iter().enumerate() {
            let compact = account::compact(text);
            match compact.strip_suffix('*') {
                Some(prefix) if !prefix.is_empty() && prefix.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
                    accounts.prefixes.push(prefix.to_owned());
                }
                None if account::is_iban(text) || account::is_card(text) => {
                    accounts.exact.insert(compact);
                }
                _ => return Err((index, "it is no account number: its check digits are wrong".into())),
            }
        }
        Ok(accounts)
    }

    fn admit(&self, account: &str) -> bool {
        self.exact.contains(account) || self.prefixes.iter().any(|prefix| account.starts_with(prefix.as_str()))
    }
}
