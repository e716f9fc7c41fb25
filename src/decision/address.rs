//! Addresses: whom a call would reach.

use crate::model::effects::Address;

/// Reads one address or a comma list (RFC 5322 display names, comments and quoted local parts).
pub fn read(_text: &str) -> Result<Vec<Address>, String> {
    Err("not built".into())
}

/// Whether a string has the form of an address or a list of addresses, and of nothing else.
pub fn looks_like_addresses(_text: &str) -> bool {
    false
}

/// Domains where anybody can have an address: granted only address by address.
pub fn is_free_mail(_domain: &str) -> bool {
    false
}

/// Address patterns of the policy (`*@acme.com`, `bob@x.org`).
#[derive(Debug, Clone)]
pub struct AddressSet;

impl AddressSet {
    /// Fails with the index of the pattern that is wrong, and why.
    pub fn parse(_patterns: &[String]) -> Result<AddressSet, (usize, String)> {
        Ok(AddressSet)
    }

    /// The index of a pattern that admits the address.
    pub fn admits(&self, _address: &Address) -> Option<usize> {
        None
    }
}
