//! How far away a host is, told from its name or number alone. No name is looked up: what a name resolves to is for the
//! limits, save for names that are known to resolve near.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::model::effects::{Host, UrlEffect};

/// How far a host is away. Ordered, the nearest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// Cloud metadata services.
    Metadata,
    LinkLocal,
    Loopback,
    Private,
    Public,
}

/// Addresses of metadata services: AWS (IMDS, ECS, EKS; v4 and v6), Google, Azure (IMDS, WireServer), Alibaba, Oracle,
/// Tencent, Scaleway. From their documentation, 2026.
const METADATA_V4: [Ipv4Addr; 8] = [
    Ipv4Addr::new(169, 254, 169, 254),
    Ipv4Addr::new(169, 254, 170, 2),
    Ipv4Addr::new(169, 254, 170, 23),
    Ipv4Addr::new(169, 254, 0, 23),
    Ipv4Addr::new(169, 254, 42, 42),
    Ipv4Addr::new(100, 100, 100, 200),
    Ipv4Addr::new(168, 63, 129, 16),
    Ipv4Addr::new(192, 0, 0, 192),
];
const METADATA_V6: [Ipv6Addr; 5] = [
    Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254),
    Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x23),
    Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254),
    Ipv6Addr::new(0xfd00, 0xc1, 0, 0, 0, 0, 0xa9fe, 0xa9fe),
    Ipv6Addr::new(0xfd00, 0x42, 0, 0, 0, 0, 0, 0x42),
];
const METADATA_NAMES: [&str; 16] = [
    "metadata",
    "instance-data",
    "rancher-metadata",
    "metadata.google.internal",
    "metadata.goog",
    "metadata.azure.com",
    "metadata.azure.internal",
    "metadata.azure.microsoft.com",
    "metadata.internal",
    "instance-data.ec2.internal",
    "metadata.tencentyun.com",
    "metadata.packet.net",
    "metadata.platformequinix.com",
    "metadata.oraclecloud.com",
    "metadata.ec2.internal",
    "metadata.aliyun.internal",
];

/// Public names that are kept to resolve to loopback, they and all beneath them.
const LOOPBACK_NAMES: [&str; 17] = [
    "localhost",
    "localhost4",
    "localhost6",
    "ip6-localhost",
    "ip6-loopback",
    "localdomain",
    "localhost.localdomain",
    "localtest.me",
    "lvh.me",
    "vcap.me",
    "lacolhost.com",
    "localho.st",
    "local.gd",
    "fuf.me",
    "smackaho.st",
    "spoofed.burpcollaborator.net",
    "spoofed.oastify.com",
];

/// DNS services whose names hold the address that they resolve to: dotted, dashed or hexadecimal.
const WILDCARD_DNS: [&str; 8] =
    ["nip.io", "sslip.io", "xip.io", "xip.name", "xip.lhjmmc.cn", "traefik.me", "ip.hetzner.dev", "backname.io"];

/// DNS services that answer differently each time, made for rebinding: a name of theirs may be any host.
const REBINDING_DNS: [&str; 4] = ["rbndr.us", "1u.ms", "rebind.it", "rebind.network"];

/// Ends of names that no public resolver answers (RFC 6762, RFC 8375, ICANN's `.internal`, and customs).
const PRIVATE_ENDS: [&str; 12] = [
    "local",
    "internal",
    "lan",
    "home.arpa",
    "home",
    "corp",
    "intranet",
    "private",
    "localdomain",
    "in-addr.arpa",
    "ip6.arpa",
    "cluster.local",
];

/// How far `host` is away. A name of one label is private: a search domain completes it.
pub fn reach(host: &Host) -> Reach {
    match host {
        Host::None => Reach::Public,
        Host::Ip(IpAddr::V4(ip)) => reach_v4(*ip),
        Host::Ip(IpAddr::V6(ip)) => reach_v6(*ip),
        Host::Domain(name) => reach_name(name),
    }
}

/// How far away the host of a URL is. Where a scheme is not one of the network's (`s3://bucket`, `docs://x`), a name of
/// one label is a name inside that scheme and no host: public.
pub fn reach_of(url: &UrlEffect) -> Reach {
    match (&url.host, reach(&url.host)) {
        (Host::Domain(name), Reach::Private) if !name.contains('.') && !is_network(&url.scheme) => Reach::Public,
        (_, reach) => reach,
    }
}

/// Schemes whose authority is a host of the network.
fn is_network(scheme: &str) -> bool {
    const NETWORK: [&str; 38] = [
        "http", "https", "ws", "wss", "ftp", "ftps", "sftp", "ssh", "scp", "git", "svn", "rsync", "gopher", "telnet",
        "dict", "tftp", "ldap", "ldaps", "smb", "cifs", "nfs", "imap", "imaps", "pop3", "smtp", "smtps", "rtsp",
        "rtmp", "mqtt", "amqp", "amqps", "nats", "kafka", "redis", "rediss", "mongodb", "mysql", "grpc",
    ];
    const ENDS: [&str; 3] = ["sql", "db", "socks5"];
    scheme.split(['+', ':']).any(|part| {
        NETWORK.contains(&part) || part.starts_with("postgres") || ENDS.iter().any(|end| part.ends_with(end))
    })
}

fn reach_v4(ip: Ipv4Addr) -> Reach {
    let [a, b, c, _] = ip.octets();
    match (a, b, c) {
        _ if METADATA_V4.contains(&ip) => Reach::Metadata,
        (169, 254, _) => Reach::LinkLocal,
        (127, ..) => Reach::Loopback,
        // "This host": a connection to 0.0.0.0 reaches loopback on Linux and macOS.
        (0, ..) => Reach::Loopback,
        (10, ..) | (192, 168, _) | (192, 0, 0) => Reach::Private,
        (172, 16..=31, _) | (100, 64..=127, _) | (198, 18..=19, _) => Reach::Private,
        // Multicast, reserved and broadcast.
        (224..=255, ..) => Reach::Private,
        _ => Reach::Public,
    }
}

fn reach_v6(ip: Ipv6Addr) -> Reach {
    if METADATA_V6.contains(&ip) {
        return Reach::Metadata;
    }
    let own = match ip.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => Reach::Loopback,
        [0xfe80..=0xfebf, ..] => Reach::LinkLocal,
        // Unique local, site-local (deprecated), multicast.
        [0xfc00..=0xfdff, ..] | [0xfec0..=0xfeff, ..] | [0xff00..=0xffff, ..] => Reach::Private,
        _ => Reach::Public,
    };
    embedded_v4(ip).map(reach_v4).min().unwrap_or(own).min(own)
}

/// The IPv4 addresses that an IPv6 address carries: mapped, compatible (RFC 4291), translated, NAT64 (RFC 6052, 8215),
/// 6to4 (RFC 3056), Teredo (RFC 4380: server, and client inverted), ISATAP (RFC 5214).
fn embedded_v4(ip: Ipv6Addr) -> impl Iterator<Item = Ipv4Addr> {
    let quad = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    let found = match ip.segments() {
        // `::` and `::1` are no addresses in this form.
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => [None, None],
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] | [0, 0, 0, 0, 0xffff, 0, high, low] => [Some(quad(high, low)), None],
        [0x64, 0xff9b, 0 | 1, .., high, low] => [Some(quad(high, low)), None],
        [0x2002, high, low, ..] => [Some(quad(high, low)), None],
        [0x2001, 0, high, low, _, _, x, y] => [Some(quad(high, low)), Some(quad(!x, !y))],
        [.., 0 | 0x200, 0x5efe, high, low] => [Some(quad(high, low)), None],
        _ => [None, None],
    };
    found.into_iter().flatten()
}

fn reach_name(name: &str) -> Reach {
    if METADATA_NAMES.contains(&name) {
        Reach::Metadata
    } else if LOOPBACK_NAMES.iter().any(|known| below(name, known).is_some()) {
        Reach::Loopback
    } else if let Some(labels) = WILDCARD_DNS.iter().find_map(|service| below(name, service)) {
        embedded_in_labels(labels).unwrap_or(Reach::Public)
    } else if let Some(labels) = REBINDING_DNS.iter().find_map(|service| below(name, service)) {
        embedded_in_labels(labels).unwrap_or(Reach::Private).min(Reach::Private)
    } else if !name.contains('.') || PRIVATE_ENDS.iter().any(|end| below(name, end).is_some()) {
        Reach::Private
    } else {
        Reach::Public
    }
}

/// What stands before `end`, on a label boundary: empty for the name itself.
fn below<'a>(name: &'a str, end: &str) -> Option<&'a str> {
    let before = name.strip_suffix(end)?;
    if before.is_empty() { Some("") } else { before.strip_suffix('.') }
}

/// The nearest of the addresses that the labels hold: `127.0.0.1`, `app-10-0-0-1`, `7f000001`, `--1`, `fe80--1`.
fn embedded_in_labels(labels: &str) -> Option<Reach> {
    let mut nearest: Option<Reach> = None;
    let mut note = |reach: Reach| nearest = Some(nearest.map_or(reach, |known| known.min(reach)));
    let parts: Vec<&str> = labels.split(['.', '-']).collect();
    for four in parts.windows(4) {
        if let Ok(ip) = four.join(".").parse::<Ipv4Addr>() {
            note(reach_v4(ip));
        }
    }
    for part in &parts {
        if part.len() == 8
            && let Ok(number) = u32::from_str_radix(part, 16)
        {
            note(reach_v4(Ipv4Addr::from(number)));
        }
    }
    for label in labels.split('.') {
        if let Ok(ip) = label.replace('-', ":").parse::<Ipv6Addr>() {
            note(reach_v6(ip));
        }
    }
    nearest
}
