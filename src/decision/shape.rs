//! Shapes: forms that a string has. Hand-written byte checks, linear in the string; no shape admits white space, a control
//! character, or a path.

use crate::model::policy::Shape;

/// From the tightest to the loosest: what inference takes first.
const TIGHTEST_FIRST: [Shape; 12] = [
    Shape::Uuid,
    Shape::IsoDatetime,
    Shape::Date,
    Shape::Duration,
    Shape::Semver,
    Shape::Integer,
    Shape::Decimal,
    Shape::Locale,
    Shape::Hex,
    Shape::Slug,
    Shape::Base64,
    Shape::Cursor,
];

/// Whether the whole of `text` has the shape.
pub fn has(shape: Shape, text: &str) -> bool {
    match shape {
        Shape::Uuid => is_uuid(text),
        Shape::Date => is_date(text),
        Shape::IsoDatetime => is_datetime(text),
        Shape::Duration => is_duration(text),
        Shape::Hex => is_hex(text),
        Shape::Base64 => is_base64(text),
        Shape::Slug => is_slug(text),
        Shape::Semver => is_semver(text),
        Shape::Integer => is_integer(text),
        Shape::Decimal => is_decimal(text),
        Shape::Locale => is_locale(text),
        Shape::Cursor => is_cursor(text),
    }
}

/// The shapes that `text` has, the tightest first.
pub fn shapes_of(text: &str) -> Vec<Shape> {
    TIGHTEST_FIRST.into_iter().filter(|shape| has(*shape, text)).collect()
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Exactly `width` digits, as a number.
fn number(text: &str, width: usize) -> Option<u32> {
    (text.len() == width && all_digits(text)).then(|| text.parse().ok()).flatten()
}

/// RFC 9562, 8-4-4-4-12 hex digits of either case, any version and variant; no braces, no `urn:`.
fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// RFC 3339 `full-date`: a day that the Gregorian calendar has.
fn is_date(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let (year, month, day) = (parts.next(), parts.next(), parts.next());
    let year = year.and_then(|year| number(year, 4));
    let month = month.and_then(|month| number(month, 2));
    let day = day.and_then(|day| number(day, 2));
    let (Some(year), Some(month), Some(day)) = (year, month, day) else { return false };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(leap),
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

/// RFC 3339 `date-time`, with `T` or one blank between; seconds, fraction (up to nine digits) and offset may be missing.
fn is_datetime(text: &str) -> bool {
    let Some((date, rest)) = text.split_at_checked(10) else { return false };
    let Some(time) = rest.strip_prefix(['T', 't', ' ']) else { return false };
    is_date(date) && is_time(time)
}

fn is_time(text: &str) -> bool {
    let end = text.find(['Z', 'z', '+', '-']).unwrap_or(text.len());
    let (time, offset) = text.split_at(end);
    let zone = match offset.strip_prefix(['+', '-']) {
        Some(ahead) => {
            let (hours, minutes) = ahead.split_once(':').or_else(|| ahead.split_at_checked(2)).unwrap_or((ahead, "00"));
            number(hours, 2).is_some_and(|hours| hours < 24) && number(minutes, 2).is_some_and(|minutes| minutes < 60)
        }
        None => offset.is_empty() || offset.eq_ignore_ascii_case("z"),
    };
    let (whole, fraction) = time.split_once('.').map_or((time, None), |(whole, fraction)| (whole, Some(fraction)));
    let fraction_fits = fraction.is_none_or(|digits| all_digits(digits) && digits.len() <= 9 && whole.len() == 8);
    let mut parts = whole.split(':');
    let clock = parts.next().and_then(|hours| number(hours, 2)).is_some_and(|hours| hours < 24)
        && parts.next().and_then(|minutes| number(minutes, 2)).is_some_and(|minutes| minutes < 60)
        && parts.next().is_none_or(|seconds| number(seconds, 2).is_some_and(|seconds| seconds <= 60))
        && parts.next().is_none();
    zone && fraction_fits && clock
}

/// ISO 8601 (`P1DT2H30M`, `PT5M`, `P2W`) or the short form of tools (`5m`, `1h30m`, `250ms`, `1.5s`), units from great to
/// small, each once.
fn is_duration(text: &str) -> bool {
    if text.len() > 40 {
        return false;
    }
    match text.strip_prefix('P') {
        Some(rest) => {
            let (days, time) = rest.split_once('T').map_or((rest, None), |(days, time)| (days, Some(time)));
            let some_days = !days.is_empty();
            (!some_days || in_units(days, &["Y", "M", "W", "D"]))
                && time.map_or(some_days, |time| in_units(time, &["H", "M", "S"]))
        }
        None => in_units(text, &["w", "d", "h", "m", "s", "ms", "us", "ns"]),
    }
}

/// One number and unit or more, the units in the order given.
fn in_units(text: &str, units: &[&str]) -> bool {
    let mut rest = text;
    let mut units = units.iter();
    loop {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (amount, tail) = rest.split_at(digits);
        if !is_plain_decimal(amount) {
            return false;
        }
        let letters = tail.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(letters);
        if !units.any(|known| *known == unit) {
            return false;
        }
        if tail.is_empty() {
            return true;
        }
        rest = tail;
    }
}

fn is_plain_decimal(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, fraction)| (whole, Some(fraction)));
    all_digits(whole) && fraction.is_none_or(all_digits)
}

/// 6 to 128 hex digits of one letter case, `0x` before them or not, at least one of them 0 to 9 (`facade` is a word): git
/// and other digests, colours without `#`, ids.
fn is_hex(text: &str) -> bool {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    (6..=128).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
        && digits.bytes().any(|byte| byte.is_ascii_digit())
        && !(digits.bytes().any(|byte| byte.is_ascii_lowercase())
            && digits.bytes().any(|byte| byte.is_ascii_uppercase()))
}

/// RFC 4648, standard or URL-safe alphabet, from 16 characters on: padded to a multiple of four; or unpadded with letters
/// of both cases and a digit, which no word has.
fn is_base64(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    let padding = text.len() - body.len();
    let standard = body.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(&byte));
    let url_safe = body.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    let mixed = body.bytes().any(|byte| byte.is_ascii_lowercase())
        && body.bytes().any(|byte| byte.is_ascii_uppercase())
        && body.bytes().any(|byte| byte.is_ascii_digit());
    let slashes = body.bytes().filter(|byte| *byte == b'/').count();
    let path_like = body.starts_with('/') && slashes > 1 || slashes * 8 > body.len();
    text.len() >= 16
        && (standard && !path_like || url_safe)
        && padding <= 2
        && body.len() % 4 != 1
        && if padding > 0 { text.len().is_multiple_of(4) } else { mixed }
}

/// Lower-case words and digits with single `-` or `_` between, up to 100 characters: `my-repo_2`.
fn is_slug(text: &str) -> bool {
    (1..=100).contains(&text.len())
        && text
            .split(['-', '_'])
            .all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()))
}

/// Semantic Versioning 2.0.0, with the `v` that tags begin with or not: `v1.2.3-rc.1+build.5`.
fn is_semver(text: &str) -> bool {
    let text = text.strip_prefix('v').unwrap_or(text);
    let (text, build) = text.split_once('+').map_or((text, None), |(text, build)| (text, Some(build)));
    let (core, pre) = text.split_once('-').map_or((text, None), |(core, pre)| (core, Some(pre)));
    let plain = |part: &str| all_digits(part) && part.len() <= 19 && (part == "0" || !part.starts_with('0'));
    let word = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let mut parts = core.split('.');
    text.len() <= 256
        && (0..3).all(|_| parts.next().is_some_and(plain))
        && parts.next().is_none()
        && pre.is_none_or(|pre| pre.split('.').all(|part| word(part) && (!all_digits(part) || plain(part))))
        && build.is_none_or(|build| build.len() <= 256 && build.split('.').all(word))
}

/// A whole number in decimal without leading zeros, `-` before it or not, up to 39 digits (128 bits).
fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    all_digits(digits) && digits.len() <= 39 && (digits == "0" || !digits.starts_with('0'))
}

/// An integer, or one with a `.` and up to 39 more digits. No exponent, no thousands separators.
fn is_decimal(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, fraction)| (whole, Some(fraction)));
    let zero = whole == "-0" && fraction.is_some();
    (is_integer(whole) || zero) && fraction.is_none_or(|digits| all_digits(digits) && digits.len() <= 39)
}

/// ISO 639-1, two letters each.
const LANGUAGES: &str = "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz \
    ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka \
    kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr \
    nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk \
    tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu fil haw yue cmn";

/// BCP 47 language with script and region or without (`de`, `pt-BR`, `zh-Hant-TW`, `es-419`), or the POSIX form of it
/// (`pt_BR`). Languages are those of ISO 639-1 and a few of three letters.
fn is_locale(text: &str) -> bool {
    let mut parts = text.split(['-', '_']);
    let language = parts.next().is_some_and(|word| !word.is_empty() && LANGUAGES.split(' ').any(|known| known == word));
    let mut next = parts.next();
    let letters = |word: &str, count: usize| word.len() == count && word.bytes().all(|byte| byte.is_ascii_alphabetic());
    if next.is_some_and(|word| letters(word, 4) && word.starts_with(|c: char| c.is_ascii_uppercase())) {
        next = parts.next();
    }
    let region = |word: &str| {
        letters(word, 2) && word.bytes().all(|byte| byte.is_ascii_uppercase()) || word.len() == 3 && all_digits(word)
    };
    language && next.is_none_or(region) && parts.next().is_none()
}

/// An opaque token: 12 to 1024 characters of `A-Z a-z 0-9 _ - + = ~ .`, that begins with a letter or digit and is no word:
/// letters with a digit among them, or both cases. No `/`, `:`, `@` or `..`, so that no path, URL or address is one.
fn is_cursor(text: &str) -> bool {
    let opaque = |byte: u8| byte.is_ascii_alphanumeric() || b"_-+=~.".contains(&byte);
    let any = |wanted: fn(&u8) -> bool| text.bytes().any(|byte| wanted(&byte));
    (12..=1024).contains(&text.len())
        && text.bytes().all(opaque)
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && !text.contains("..")
        && any(u8::is_ascii_alphabetic)
        && (any(u8::is_ascii_digit) || any(u8::is_ascii_lowercase) && any(u8::is_ascii_uppercase))
}

#[cfg(test)]
mod tests;
