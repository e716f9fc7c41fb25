//! The domain of an address.

use crate::decision::url::is_stable;

/// Providers where anybody gets an address.
const FREE_MAIL: [&str; 84] = [
    "gmail.com",
    "googlemail.com",
    "aol.com",
    "aim.com",
    "icloud.com",
    "me.com",
    "mac.com",
    "msn.com",
    "passport.com",
    "rocketmail.com",
    "ymail.com",
    "myyahoo.com",
    "proton.me",
    "protonmail.com",
    "protonmail.ch",
    "pm.me",
    "tutanota.com",
    "tutanota.de",
    "tutamail.com",
    "tuta.com",
    "tuta.io",
    "keemail.me",
    "mail.com",
    "email.com",
    "usa.com",
    "post.com",
    "europe.com",
    "consultant.com",
    "engineer.com",
    "zoho.com",
    "zohomail.com",
    "zohomail.eu",
    "fastmail.com",
    "fastmail.fm",
    "hushmail.com",
    "hush.com",
    "inbox.com",
    "inbox.lv",
    "mail.ru",
    "bk.ru",
    "list.ru",
    "inbox.ru",
    "internet.ru",
    "rambler.ru",
    "ya.ru",
    "qq.com",
    "foxmail.com",
    "163.com",
    "126.com",
    "yeah.net",
    "sina.com",
    "sina.cn",
    "sohu.com",
    "aliyun.com",
    "139.com",
    "189.cn",
    "naver.com",
    "hanmail.net",
    "daum.net",
    "rediffmail.com",
    "web.de",
    "freenet.de",
    "t-online.de",
    "arcor.de",
    "posteo.de",
    "posteo.net",
    "mailbox.org",
    "disroot.org",
    "riseup.net",
    "orange.fr",
    "wanadoo.fr",
    "free.fr",
    "laposte.net",
    "sfr.fr",
    "libero.it",
    "virgilio.it",
    "tiscali.it",
    "seznam.cz",
    "wp.pl",
    "o2.pl",
    "onet.pl",
    "interia.pl",
    "uol.com.br",
    "bol.com.br",
];

/// Providers with a domain per country: `yahoo.co.jp`, `hotmail.fr`, `gmx.net`.
const FREE_MAIL_STEMS: [&str; 8] =
    ["yahoo", "hotmail", "outlook", "live", "gmx", "yandex", "mailinator", "guerrillamail"];

/// Domains where throw-away mailboxes are read by anybody.
const THROW_AWAY: [&str; 12] = [
    "10minutemail.com",
    "temp-mail.org",
    "tempmail.com",
    "trashmail.com",
    "yopmail.com",
    "sharklasers.com",
    "dispostable.com",
    "getnada.com",
    "maildrop.cc",
    "mailnesia.com",
    "throwawaymail.com",
    "emailondeck.com",
];

/// Domains where anybody can have an address: granted only address by address.
pub fn is_free_mail(domain: &str) -> bool {
    let domain = domain.trim_end_matches('.').to_ascii_lowercase();
    let Some(own) = psl::domain_str(&domain) else { return false };
    let stem = own.split('.').next().unwrap_or(own);
    FREE_MAIL.contains(&own) || THROW_AWAY.contains(&own) || FREE_MAIL_STEMS.contains(&stem)
}

/// A domain in the form that domains are compared in: punycode, lower case. No address literal, no trailing dot.
pub fn read_domain(text: &str) -> Result<String, String> {
    if text.starts_with('[') {
        return Err("its domain is an address literal".into());
    }
    if !is_stable(text) {
        return Err("its domain holds characters that readers map differently".into());
    }
    let ascii = idna::domain_to_ascii_strict(text).map_err(|_| format!("`{text}` is no domain"))?;
    let last = ascii.rsplit('.').next().unwrap_or(&ascii);
    if ascii.is_empty() || ascii.ends_with('.') || last.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!("`{text}` is no domain"));
    }
    Ok(ascii)
}

/// Whether a domain ends as the domains of real addresses and hosts do: in a public suffix that is registered, or one that
/// private networks and documents use. `2x.png`, `obj.method` do not.
pub fn has_known_end(domain: &str) -> bool {
    const USED: [&str; 9] = ["internal", "local", "lan", "corp", "intranet", "example", "test", "invalid", "onion"];
    let last = domain.rsplit('.').next().unwrap_or(domain);
    let known = psl::suffix(domain.as_bytes()).is_some_and(|suffix| suffix.is_known());
    domain.contains('.') && (known || USED.contains(&last))
}
