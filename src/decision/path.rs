//! Paths: which places a string may name.
//!
//! A server may percent-decode a path, fold its Unicode forms, take `file://` off or read a backslash as a separator, or
//! do none of it. Every way is a *reading*; each one is judged and the strictest wins (DESIGN 3.6).

use unicode_normalization::UnicodeNormalization;

use crate::model::effects::{Found, PathEffect, Readings};
use crate::model::place;

mod names;
mod set;

pub use names::Patterns;
pub use set::PathSet;

/// Longer than any path that a system takes (Linux: 4096 bytes).
const MAX_PATH: usize = 4096;

/// More folders than any path has; each costs a look at the disk.
const MAX_PARTS: usize = 256;

/// How often percent-encoding is taken off: twice-encoded paths are known from attacks, deeper ones are refused.
const MAX_DECODING: usize = 3;

/// Where the path stands and what it is relative to.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    /// The server's `root`.
    pub root: Option<&'a str>,
    /// The sibling argument that it is relative to.
    pub base: Option<&'a str>,
    /// The tool changes what it names.
    pub changes: bool,
    pub found: Found,
}

/// Reads one path. `Err` says why no place can be told: such a path is always denied.
pub fn read(written: &str, standing: Standing<'_>) -> Result<PathEffect, String> {
    Ok(PathEffect {
        written: written.to_owned(),
        readings: readings(written)?,
        root: standing.root.map(str::to_owned),
        base: standing.base.map(str::to_owned),
        changes: standing.changes,
        found: standing.found,
    })
}

/// Every way in which a server may read the string, the most direct one first.
pub fn readings(written: &str) -> Result<Readings, String> {
    if written.len() > MAX_PATH {
        return Err("longer than any path".into());
    }
    if written.matches(['/', '\\']).count() > MAX_PARTS {
        return Err("more folders than any path has".into());
    }
    let (once, all) = trimmed(written);
    if all == written && is_plain(written) {
        return Ok(Readings::AsWritten);
    }
    let mut found = from_file_uri(once)?;
    if found.len() == 1 && all == written && found.iter().all(|plain| is_plain(plain) && trimmed(plain).1 == plain) {
        return Ok(Readings::Several(found));
    }
    // Nobody who is given a `file:` URI looks for a folder of that name.
    let as_written = strip_scheme(written, "file:").is_none().then(|| written.to_owned());
    for reading in from_file_uri(all)?.into_iter().chain(as_written) {
        if !found.contains(&reading) {
            found.push(reading);
        }
    }
    let mut at = 0;
    // Each reading may be read once more: a decoded path may hold fullwidth dots, and so on.
    while let Some(text) = found.get(at).cloned() {
        at += 1;
        if text.contains('\0') {
            return Err("a NUL byte, where one reader stops and another goes on".into());
        }
        if place::names_a_device(&text) {
            return Err("a device of Windows may lead to any place".into());
        }
        // White space, quotes and schemes come to light where an encoding is taken off: `%20/etc`.
        let (once, all) = trimmed(&text);
        let plainer = from_file_uri(once)?.into_iter().chain(from_file_uri(all)?);
        let again =
            [percent_decoded(&text), compatible(&text), unbackslashed(&text), through_proc(&text)?, unexpanded(&text)]
                .into_iter()
                .chain([elsewhere(&text)]);
        for reading in plainer.chain(again.flatten()) {
            if !found.contains(&reading) {
                found.push(reading);
            }
        }
        if found.len() > 2 * MAX_DECODING + 10 {
            return Err("encoded more often than anybody needs".into());
        }
    }
    Ok(Readings::Several(found))
}

/// Nothing in it that two readers could take differently.
fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_odd = |(at, byte): (usize, &u8)| match byte {
        b'%' | b'\\' | 0..=0x1f | 0x80.. => true,
        b'/' => bytes.get(at + 1..).is_some_and(|rest| rest.starts_with(b"proc/") || rest.starts_with(b"dev/")),
        _ => false,
    };
    !bytes.iter().enumerate().any(is_odd)
        && !place::names_a_device(text)
        && unexpanded(text).is_none()
        && elsewhere(text).is_none()
        && strip_scheme(text, "file:").is_none()
}

/// `~/../x`, `$HOME/../x` and `%APPDATA%/../x` as a server takes them that expands none of them: the name is tidied away,
/// and `x` is left. Where nothing climbs out of it, such a server only finds a folder of that name, below what it is
/// relative to.
fn unexpanded(text: &str) -> Option<String> {
    let expands = text.starts_with(['~', '$']) || (text.starts_with('%') && place::below_user_folder(text).is_some());
    let rest = expands.then(|| text.split('/').skip(1))?;
    let mut depth = 0usize;
    for part in rest {
        depth = match part {
            "" | "." => depth,
            ".." if depth == 0 => return Some(format!("./{text}")),
            ".." => depth - 1,
            _ => depth + 1,
        };
    }
    None
}

/// Below a folder that only the server's environment names: it lies within nothing that is granted by its place.
fn elsewhere(text: &str) -> Option<String> {
    place::below_unknown_folder(text).map(|_| format!("/{text}"))
}

/// Without white space and quotes around it, as many servers read it: one pair of each kind taken off, and all of them.
fn trimmed(text: &str) -> (&str, &str) {
    const QUOTES: [char; 3] = ['"', '\'', '`'];
    let stays = |byte: &u8| byte.is_ascii_graphic() && !QUOTES.contains(&char::from(*byte));
    if let [first, .., last] = text.as_bytes()
        && stays(first)
        && stays(last)
    {
        return (text, text);
    }
    let mut once = text.trim();
    for quote in QUOTES {
        once = once.strip_prefix(quote).and_then(|inner| inner.strip_suffix(quote)).unwrap_or(once);
    }
    (once.trim(), text.trim_matches(|c: char| c.is_whitespace() || QUOTES.contains(&c)))
}

/// `file:///a` and `file://localhost/a` are `/a`; a file on another host is no place of ours. What follows a `?` or `#`
/// belongs to the path for some readers and not for others.
fn from_file_uri(text: &str) -> Result<Vec<String>, String> {
    let Some(rest) = strip_scheme(text, "file:") else { return Ok(vec![text.to_owned()]) };
    let cut = rest.split(['?', '#']).next().unwrap_or(rest);
    let mut readings = from_uri_path(cut)?;
    if cut.len() < rest.len() {
        readings.extend(from_uri_path(rest)?);
    }
    Ok(readings)
}

fn from_uri_path(rest: &str) -> Result<Vec<String>, String> {
    let decoded = |path: &str| percent_decoded(path).unwrap_or_else(|| path.to_owned());
    let Some(after) = rest.strip_prefix("//") else { return Ok(vec![decoded(rest)]) };
    let (host, path) = after.split_at(after.find('/').unwrap_or(after.len()));
    if !host.is_empty() && !host.eq_ignore_ascii_case("localhost") && !host.starts_with(['.', '~']) {
        return Err(format!("a file on the host `{host}`"));
    }
    let path = if host.starts_with(['.', '~']) { after } else { path };
    // `/C:/x` is `C:/x` to who knows drives, and a folder of that name to who does not.
    let drive = match path.as_bytes() {
        [b'/', drive, b':', ..] if drive.is_ascii_alphabetic() => path.get(1..),
        _ => None,
    };
    let climbs = path.contains("..") || path.contains('%');
    Ok(drive.into_iter().chain((drive.is_none() || climbs).then_some(path)).map(decoded).collect())
}

fn strip_scheme<'a>(text: &'a str, scheme: &str) -> Option<&'a str> {
    let start = text.get(..scheme.len())?;
    start.eq_ignore_ascii_case(scheme).then(|| text.get(scheme.len()..)).flatten()
}

/// Percent-encoding taken off once; `None` where there is none. Overlong UTF-8 (`%c0%ae` for a dot) is read as lax
/// decoders read it; bytes that are no UTF-8 at all stay encoded.
fn percent_decoded(text: &str) -> Option<String> {
    if !text.contains('%') {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        match (first, after) {
            (b'%', [high, low, after @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                let digit = |byte: &u8| char::from(*byte).to_digit(16).unwrap_or_default() as u8;
                bytes.push(digit(high) * 16 + digit(low));
                rest = after;
            }
            (byte, after) => {
                bytes.push(*byte);
                rest = after;
            }
        }
    }
    let decoded = match String::from_utf8(bytes) {
        Ok(decoded) => decoded,
        Err(error) => lax_utf8(error.as_bytes()),
    };
    (decoded != text).then_some(decoded)
}

/// Reads overlong sequences of two and three bytes as the ASCII that they hide.
fn lax_utf8(bytes: &[u8]) -> String {
    let mut clean = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let [first, after @ ..] = rest {
        match (first, after) {
            (0xc0 | 0xc1, [second, after @ ..]) if second & 0xc0 == 0x80 => {
                clean.push(((first & 1) << 6) | (second & 0x3f));
                rest = after;
            }
            (0xe0, [0x80 | 0x81, third, after @ ..]) if third & 0xc0 == 0x80 => {
                let high = rest.get(1).copied().unwrap_or_default() & 1;
                clean.push((high << 6) | (third & 0x3f));
                rest = after;
            }
            (byte, after) => {
                clean.push(*byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&clean).into_owned()
}

/// The Unicode compatibility form: fullwidth dots and slashes become plain ones, composed letters one form. Characters
/// that show nothing fall out, as they do in some readers.
fn compatible(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let folded: String = text
        .nfkc()
        .filter(|c| !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{ad}'))
        .map(|c| match c {
            '\u{2044}' | '\u{2215}' | '\u{29f8}' => '/',
            '\u{2024}' => '.',
            '\u{2216}' | '\u{29f5}' => '\\',
            c => c,
        })
        .collect();
    (folded != text).then_some(folded)
}

/// Backslashes as separators, as every Windows program and some others take them.
fn unbackslashed(text: &str) -> Option<String> {
    text.contains('\\').then(|| text.replace('\\', "/"))
}

/// `/proc/self/root/etc` is `/etc`: the links of `/proc` lead to other places for the server than for remit, so they are
/// followed in the text.
fn through_proc(text: &str) -> Result<Option<String>, String> {
    let parts: Vec<&str> = text.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    if parts.first() == Some(&"dev") && parts.get(1) == Some(&"fd") && text.starts_with('/') {
        return Err("a file that is already open has no place".into());
    }
    let Some(proc) = parts.iter().position(|part| *part == "proc") else { return Ok(None) };
    let Some(rest) = parts.get(proc + 1..) else { return Ok(None) };
    let mut rest = match rest {
        ["self" | "thread-self", rest @ ..] => rest,
        [pid, rest @ ..] if !pid.is_empty() && pid.bytes().all(|byte| byte.is_ascii_digit()) => rest,
        _ => return Ok(None),
    };
    if let ["task", _, after @ ..] = rest {
        rest = after;
    }
    match rest {
        ["root", after @ ..] => Ok(Some(format!("/{}", after.join("/")))),
        ["cwd", after @ ..] => Ok(Some(format!("./{}", after.join("/")))),
        ["fd" | "map_files", _, ..] => Err("a file that is already open has no place".into()),
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(text: &str) -> Vec<String> {
        readings(text).unwrap().of(text).map(str::to_owned).collect()
    }

    #[test]
    fn a_plain_path_has_one_reading() {
        assert_eq!(read_all("src/main.rs"), ["src/main.rs"]);
        assert_eq!(read_all("/a b/(c).txt"), ["/a b/(c).txt"]);
    }

    #[test]
    fn encoded_spellings_are_read_as_what_they_hide() {
        for hidden in [
            "%2e%2e/x",
            "%252e%252e/x",
            "..%2fx",
            "%c0%ae%c0%ae/x",
            "%e0%80%ae./x",
            "．．/x",
            "..\\x",
            "..／x",
            "․․/x",
            ".\u{200b}./x",
        ] {
            assert!(read_all(hidden).contains(&"../x".to_owned()), "{hidden}: {:?}", read_all(hidden));
        }
        assert!(read_all(r"\\etc\shadow").contains(&"//etc/shadow".to_owned()));
        assert!(read_all("%2eenv").contains(&".env".to_owned()));
        assert!(read_all("cafe\u{301}").contains(&"caf\u{e9}".to_owned()));
    }

    #[test]
    fn what_climbs_out_of_a_home_is_read_as_a_server_reads_it_that_knows_no_homes() {
        assert_eq!(read_all("~/../x"), ["~/../x", "./~/../x"]);
        assert_eq!(read_all("$HOME/../x"), ["$HOME/../x", "./$HOME/../x"]);
        assert_eq!(read_all("~/a/../x"), ["~/a/../x"]);
        assert_eq!(read_all("%APPDATA%/../x"), ["%APPDATA%/../x", "./%APPDATA%/../x"]);
    }

    #[test]
    fn white_space_and_quotes_around_a_path_are_read_with_and_without() {
        for text in [" /etc/passwd", "/etc/passwd\n", "\u{a0}/etc/passwd", "\"/etc/passwd\"", "'' '/etc/passwd'\"'"] {
            assert!(read_all(text).contains(&"/etc/passwd".to_owned()), "{text:?}");
        }
        assert!(read_all("%20/etc/passwd").contains(&"/etc/passwd".to_owned()));
        assert!(read_all("file:///p/a#/../../etc").contains(&"/p/a#/../../etc".to_owned()));
    }

    #[test]
    fn a_file_uri_is_the_path_it_names_and_one_of_another_host_is_refused() {
        assert_eq!(read_all("file:///etc/passwd"), ["/etc/passwd"]);
        assert_eq!(read_all("FILE://localhost/etc/%70asswd"), ["/etc/passwd"]);
        assert_eq!(read_all("file:///C:/x"), ["C:/x"]);
        assert!(readings("file://evil/x").is_err());
    }

    #[test]
    fn a_device_of_windows_has_no_place_and_a_drive_behind_one_has() {
        for device in [r"\\.\pipe\docker_engine", r"\\?\GLOBALROOT\Device\x", "//./PhysicalDrive0", "%5c%5c.%5cpipe"] {
            assert!(readings(device).is_err(), "{device}");
        }
        assert!(readings(r"\\?\C:\x").is_ok() && readings(r"\\?\UNC\srv\share").is_ok());
    }

    #[test]
    fn links_of_proc_are_followed_in_the_text() {
        assert!(read_all("/proc/self/root/etc/passwd").contains(&"/etc/passwd".to_owned()));
        assert!(read_all("/proc/1234/task/7/root/etc").contains(&"/etc".to_owned()));
        assert!(readings("/dev/fd/3").is_err());
        assert!(readings("/proc/self/fd/3").is_err());
        assert_eq!(read_all("/proc/cpuinfo"), ["/proc/cpuinfo"]);
    }

    #[test]
    fn a_nul_byte_or_endless_encoding_is_refused() {
        assert!(readings("key.pem\0").is_err());
        assert!(readings("key.pem%00.txt").is_err());
        assert!(readings(&format!("%{}2e", "25".repeat(20))).is_err());
        assert!(readings(&"a".repeat(10_000)).is_err());
    }

    #[test]
    fn reading_twice_is_reading_once() {
        for text in ["%2e%2e/x", "．．/x", "..\\x", "/proc/self/root/x", "100%", "a%zz", "é"] {
            let once = read_all(text);
            for reading in &once {
                for again in read_all(reading) {
                    assert!(once.contains(&again), "{text}: {again} is new");
                }
            }
        }
    }
}
