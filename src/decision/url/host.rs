//! One host, in the form that hosts are compared in.

use core::net::{IpAddr, Ipv6Addr};

use crate::model::effects::Host;

/// Reads a host as WHATWG does for `http`: percent-decoding, IDNA (UTS 46, non-transitional), IPv4 in every notation, IPv6
/// in brackets. A trailing dot is taken off, and an IPv4 address inside an IPv6 one (`::ffff:10.0.0.1`) is that address:
/// it connects to the same place.
pub fn parse_host(text: &str) -> Result<Host, String> {
    let host = url::Host::parse(text).map_err(|error| error.to_string())?;
    from_url(host)
}

/// The same, for a host that the `url` crate has read.
pub(super) fn from_url<S: AsRef<str>>(host: url::Host<S>) -> Result<Host, String> {
    Ok(match host {
        url::Host::Ipv4(ip) => Host::Ip(IpAddr::V4(ip)),
        url::Host::Ipv6(ip) => Host::Ip(canonical(ip)),
        url::Host::Domain(name) => {
            let name = name.as_ref();
            let name = name.strip_suffix('.').unwrap_or(name);
            if name.is_empty() || name.split('.').any(|label| label.is_empty() || label.len() > 63) || name.len() > 253
            {
                return Err("the host name has an empty or overlong label".into());
            }
            Host::Domain(name.to_ascii_lowercase())
        }
    })
}

/// A v4-mapped address is the v4 address: sockets connect to it over IPv4.
fn canonical(ip: Ipv6Addr) -> IpAddr {
    ip.to_ipv4_mapped().map_or(IpAddr::V6(ip), IpAddr::V4)
}

/// The IPv4 address that one written `a.b.c.d` names for readers that take leading zeros as decimal (Go before 1.17,
/// Python's ipaddress before 3.9.5, CVE-2021-29921), where the others take them as octal.
pub(super) fn decimal_quad(text: &str) -> Option<IpAddr> {
    let mut octets = [0u8; 4];
    let mut parts = text.split('.');
    for octet in &mut octets {
        let part = parts.next()?;
        if part.is_empty() || part.len() > 8 || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        *octet = part.trim_start_matches('0').parse().or_else(|_| part.parse()).ok()?;
    }
    parts.next().is_none().then(|| IpAddr::from(octets))
}
