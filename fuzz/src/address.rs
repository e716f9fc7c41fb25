//! Addresses: an address that was read is read as itself, a list is its parts, and a pattern admits its domain alone.

use std::sync::LazyLock;

use mcp_remit::decision::address::{AddressSet, looks_like_addresses, read};
use mcp_remit::model::effects::Address;

static GRANT: LazyLock<AddressSet> = LazyLock::new(|| AddressSet::parse(&["*@acme.com".into()]).expect("a pattern"));

pub fn check(bytes: &[u8]) {
    let text = super::text(bytes);
    let _ = (looks_like_addresses(&text), AddressSet::parse(&[text.clone().into_owned()]));
    let once = read(&text);
    assert_eq!(once, read(&text));
    let Ok(once) = once else { return };
    assert!(!once.is_empty(), "nobody is addressed");
    for address in &once {
        let quote = if address.local.contains(' ') || address.local.split('.').any(str::is_empty) { "\"" } else { "" };
        let plain = format!("{quote}{}{quote}@{}", address.local, address.domain);
        match read(&plain).as_deref() {
            Ok([again]) => assert_eq!(who(again), who(address)),
            other => panic!("{plain:?}, read in {text:?}, is {other:?}"),
        }
        if GRANT.admits(address).is_some() {
            assert_eq!(address.domain, "acme.com");
        }
    }
    let more = format!("{text}, eve@planted.example");
    if let (Ok(both), false) = (read(&more), text.to_lowercase().contains("mailto:")) {
        assert_eq!(both.len(), once.len() + 1, "{more:?}");
        assert!(both.iter().zip(&once).all(|(both, one)| who(both) == who(one)), "{more:?}");
        assert!(both.last().is_some_and(|last| last.domain == "planted.example"), "{more:?} hides one");
    }
}

fn who(address: &Address) -> (&str, &str) {
    (&address.local, &address.domain)
}
