//! Free text: what stands on a line of its own is found, whatever stands around it.

use mcp_remit::decision::text::read;
use mcp_remit::model::effects::Host;

pub fn check(bytes: &[u8]) {
    let text = super::text(bytes);
    let once = read(&text);
    assert_eq!(once, read(&text));
    let planted =
        format!("{text}\nhttps://planted-host.com/x\n\neve@planted-mail.com\n\nDE89370400440532013000\n\n{text}");
    let found = read(&planted);
    let host = Host::Domain("planted-host.com".into());
    assert!(found.hosts.contains(&host), "a host is overlooked after {text:?}: {:?}", found.hosts);
    assert!(
        found.addresses.iter().any(|address| address.domain == "planted-mail.com"),
        "an address is overlooked after {text:?}"
    );
    assert!(found.accounts.iter().any(|account| account == "DE89370400440532013000"), "an account is overlooked");
    for host in &once.hosts {
        assert!(found.hosts.contains(host), "{host} falls out of the longer text {planted:?}");
    }
}
