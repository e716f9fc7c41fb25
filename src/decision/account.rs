//! Account numbers: IBANs and payment cards, told by their check digits. Other numbers (SWIFT codes, domestic account
//! numbers) have none that would tell them from any other word or number.

use std::collections::HashSet;

/// Lengths by country (SWIFT IBAN registry, release 99).
const IBAN_LENGTHS: [(&str, usize); 89] = [
    ("AD", 24),
    ("AE", 23),
    ("AL", 28),
    ("AT", 20),
    ("AZ", 28),
    ("BA", 20),
    ("BE", 16),
    ("BG", 22),
    ("BH", 22),
    ("BI", 27),
    ("BR", 29),
    ("BY", 28),
    ("CH", 21),
    ("CR", 22),
    ("CY", 28),
    ("CZ", 24),
    ("DE", 22),
    ("DJ", 27),
    ("DK", 18),
    ("DO", 28),
    ("EE", 20),
    ("EG", 29),
    ("ES", 24),
    ("FI", 18),
    ("FK", 18),
    ("FO", 18),
    ("FR", 27),
    ("GB", 22),
    ("GE", 22),
    ("GI", 23),
    ("GL", 18),
    ("GR", 27),
    ("GT", 28),
    ("HN", 28),
    ("HR", 21),
    ("HU", 28),
    ("IE", 22),
    ("IL", 23),
    ("IQ", 23),
    ("IS", 26),
    ("IT", 27),
    ("JO", 30),
    ("KW", 30),
    ("KZ", 20),
    ("LB", 28),
    ("LC", 32),
    ("LI", 21),
    ("LT", 20),
    ("LU", 20),
    ("LV", 21),
    ("LY", 25),
    ("MC", 27),
    ("MD", 24),
    ("ME", 22),
    ("MK", 19),
    ("MN", 20),
    ("MR", 27),
    ("MT", 31),
    ("MU", 30),
    ("NI", 28),
    ("NL", 18),
    ("NO", 15),
    ("OM", 23),
    ("PK", 24),
    ("PL", 28),
    ("PS", 29),
    ("PT", 25),
    ("QA", 29),
    ("RO", 24),
    ("RS", 22),
    ("RU", 33),
    ("SA", 24),
    ("SC", 31),
    ("SD", 18),
    ("SE", 24),
    ("SI", 19),
    ("SK", 24),
    ("SM", 27),
    ("SO", 23),
    ("ST", 25),
    ("SV", 28),
    ("TL", 23),
    ("TN", 24),
    ("TR", 26),
    ("UA", 29),
    ("VA", 22),
    ("VG", 24),
    ("XK", 20),
    ("YE", 30),
];

/// The longest IBAN of the registry.
const LONGEST_IBAN: usize = 33;

/// Ranges of issuer numbers (first digits, both ends included) and the lengths of their cards (ISO/IEC 7812; the schemes'
/// own publications). Retired ranges (13-digit Visa) are left out: they would take more ids than cards.
const CARDS: [(u64, u64, &[usize]); 19] = [
    (4, 4, &[16, 19]),
    (51, 55, &[16]),
    (2221, 2720, &[16]),
    (34, 34, &[15]),
    (37, 37, &[15]),
    (300, 305, &[14, 16]),
    (309, 309, &[14, 16]),
    (36, 36, &[14]),
    (38, 39, &[14, 16]),
    (6011, 6011, &[16, 19]),
    (644, 659, &[16, 19]),
    (3528, 3589, &[16, 19]),
    (62, 62, &[16, 17, 18, 19]),
    (60, 60, &[16]),
    (81, 82, &[16]),
    (2200, 2204, &[16]),
    (9792, 9792, &[16]),
    (5018, 5038, &[16]),
    (6304, 6763, &[16]),
];

/// How cards are printed, in groups. Other groups of digits are tables, not cards.
const CARD_GROUPS: [&[usize]; 9] = [
    &[4, 4, 4, 4],
    &[4, 6, 5],
    &[4, 6, 4],
    &[4, 4, 4, 4, 1],
    &[4, 4, 4, 4, 2],
    &[4, 4, 4, 4, 3],
    &[6, 13],
    &[8, 8],
    &[6, 10],
];

/// Whether the whole of `text`, spaces and dashes aside, is an IBAN: country, length, ISO 7064 mod 97-10.
pub fn is_iban(text: &str) -> bool {
    let compact = compact(text);
    compact.len() >= 15 && iban_length(compact.as_bytes()) == Some(compact.len()) && has_iban_check(compact.as_bytes())
}

/// Whether the whole of `text`, spaces and dashes aside, is a payment card number: issuer range, length, Luhn.
pub fn is_card(text: &str) -> bool {
    let compact = compact(text);
    is_card_number(compact.as_bytes())
}

/// The form that accounts are compared in: no spaces and dashes, letters in upper case.
pub fn compact(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, ' ' | '-' | '\u{a0}')).map(|c| c.to_ascii_uppercase()).collect()
}

/// The account numbers that stand in `text`, compact, in order, each once. They may be written in groups with a blank or a
/// dash between; they do not stand inside longer words or numbers.
pub fn find(text: &str) -> Vec<String> {
    let bytes = text.as_bytes();
    let mut found: Vec<String> = Vec::new();
    let mut known = HashSet::new();
    let mut at = 0;
    while let Some(start) = next_digit(bytes, at) {
        let hit = iban_at(bytes, start).or_else(|| card_at(bytes, start));
        at = match hit {
            Some((account, end)) => {
                if known.insert(account.clone()) {
                    found.push(account);
                }
                end
            }
            None => end_of_digits(bytes, start),
        };
    }
    found
}

fn next_digit(bytes: &[u8], from: usize) -> Option<usize> {
    bytes.get(from..)?.iter().position(u8::is_ascii_digit).map(|at| from + at)
}

fn end_of_digits(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or(&[]);
    from + rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len())
}

/// An IBAN whose check digits begin at `digits`, two letters before them.
fn iban_at(bytes: &[u8], digits: usize) -> Option<(String, usize)> {
    let start = digits.checked_sub(2)?;
    if start > 0 && bytes.get(start - 1).is_some_and(|byte| is_word(*byte)) {
        return None;
    }
    let length = iban_length(bytes.get(start..)?)?;
    let (account, end) = gather(bytes, start, length.min(LONGEST_IBAN), u8::is_ascii_alphanumeric)?;
    let ends = bytes.get(end).is_none_or(|byte| !is_word(*byte));
    (ends && has_iban_check(account.as_bytes())).then_some((account, end))
}

/// A card number that begins at `start`.
fn card_at(bytes: &[u8], start: usize) -> Option<(String, usize)> {
    // Nor in a decimal, a path of ids, or a UUID.
    if start > 0 && bytes.get(start - 1).is_some_and(|byte| is_word(*byte) || b".-/+".contains(byte)) {
        return None;
    }
    let mut lengths: Vec<usize> = Vec::new();
    let mut digits = Vec::new();
    let mut at = start;
    let mut best = None;
    while lengths.len() < 5 && digits.len() <= 19 {
        let end = end_of_digits(bytes, at);
        digits.extend_from_slice(bytes.get(at..end)?);
        lengths.push(end - at);
        let after = bytes.get(end).copied();
        let next_is_digit = bytes.get(end + 1).is_some_and(u8::is_ascii_digit);
        let ends =
            after.is_none_or(|byte| !(is_word(byte) || matches!(byte, b'.' | b'/' | b'-' | b',') && next_is_digit));
        let grouped = lengths.len() == 1 || CARD_GROUPS.contains(&lengths.as_slice());
        if ends && grouped && is_card_number(&digits) {
            best = Some((String::from_utf8_lossy(&digits).into_owned(), end));
        }
        if !matches!(after, Some(b' ' | b'-')) || !next_is_digit {
            break;
        }
        at = end + 1;
    }
    best
}

/// A byte of a word. Letters of other scripts are none: they may stand right before a number (`卡号4111...`).
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// `count` bytes that satisfy `wanted`, with at most one blank or dash between two, and where they end.
fn gather(bytes: &[u8], start: usize, count: usize, wanted: impl Fn(&u8) -> bool) -> Option<(String, usize)> {
    let mut taken = String::with_capacity(count);
    let mut at = start;
    while taken.len() < count {
        let byte = *bytes.get(at)?;
        if wanted(&byte) {
            taken.push(char::from(byte.to_ascii_uppercase()));
            at += 1;
        } else if matches!(byte, b' ' | b'-') && bytes.get(at + 1).is_some_and(&wanted) {
            at += 1;
        } else {
            return None;
        }
    }
    Some((taken, at))
}

fn iban_length(bytes: &[u8]) -> Option<usize> {
    let country = bytes.get(..2)?;
    if !bytes.get(2..4)?.iter().all(u8::is_ascii_digit) {
        return None;
    }
    IBAN_LENGTHS.iter().find(|(code, _)| code.as_bytes().eq_ignore_ascii_case(country)).map(|(_, length)| *length)
}

/// ISO 7064 mod 97-10 over the number with its first four characters moved to the end; letters are 10 to 35.
fn has_iban_check(account: &[u8]) -> bool {
    let Some((head, tail)) = account.split_at_checked(4) else { return false };
    let mut rest: u64 = 0;
    for byte in tail.iter().chain(head) {
        let Some(value) = char::from(*byte).to_digit(36) else { return false };
        rest = if value < 10 { rest * 10 } else { rest * 100 } + u64::from(value);
        rest %= 97;
    }
    rest == 1
}

fn is_card_number(digits: &[u8]) -> bool {
    let plausible = (14..=19).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit);
    let varied = digits.iter().any(|digit| Some(digit) != digits.first());
    plausible && varied && has_issuer(digits) && has_luhn(digits)
}

fn has_issuer(digits: &[u8]) -> bool {
    CARDS.iter().any(|(low, high, lengths)| {
        let width = low.to_string().len();
        let first = digits.iter().take(width).fold(0, |number, digit| number * 10 + u64::from(digit - b'0'));
        (*low..=*high).contains(&first) && lengths.contains(&digits.len())
    })
}

/// ISO/IEC 7812-1 annex B.
fn has_luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let value = u32::from(digit - b'0') * if place % 2 == 1 { 2 } else { 1 };
            if value > 9 { value - 9 } else { value }
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn accounts_are_found_with_their_groups() {
        for (text, wanted) in [
            ("pay DE89 3704 0044 0532 0130 00 now", "DE89370400440532013000"),
            ("DE89370400440532013000", "DE89370400440532013000"),
            ("iban:gb29-nwbk-6016-1331-9268-19.", "GB29NWBK60161331926819"),
            ("NO9386011117947", "NO9386011117947"),
            ("MT84MALT011000012345MTLCAST001S", "MT84MALT011000012345MTLCAST001S"),
            ("card 4111 1111 1111 1111 exp 12/27", "4111111111111111"),
            ("4111-1111-1111-1111", "4111111111111111"),
            ("5555555555554444,", "5555555555554444"),
            ("amex 3782 822463 10005", "378282246310005"),
            ("{\"card\":\"6011111111111117\"}", "6011111111111117"),
            ("4111 1111 1111 1111 12", "4111111111111111"),
            ("卡号4111111111111111。", "4111111111111111"),
        ] {
            assert_eq!(find(text), [wanted], "{text}");
        }
        assert_eq!(find("DE89370400440532013000 and DE89 3704 0044 0532 0130 00").len(), 1, "each once");
    }

    #[test]
    fn other_numbers_are_no_accounts() {
        for text in [
            "DE88 3704 0044 0532 0130 00",
            "4111 1111 1111 1112",
            "1763646055",
            "1763646055123",
            "1763646055123456",
            "1763646055123456789",
            "x4111111111111111",
            "4111111111111111x",
            "14111111111111111",
            "0.4111111111111111",
            "4111111111111111.5",
            "550e8400-e29b-41d4-a716-446655440000",
            "0000 0000 0000 0000",
            "4444444444444444",
            "41 11 11 11 11 11 11 11",
            "2026-11-20 17:56:05",
            "+49 170 1234567",
            "192.168.100.200",
            "da39a3ee5e6b4b0d3255bfef95601890afd80709",
            "XX89370400440532013000",
            "aDE89370400440532013000",
        ] {
            assert_eq!(find(text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn the_whole_of_a_string_is_an_account() {
        assert!(is_iban("DE89 3704 0044 0532 0130 00") && !is_iban("DE89 3704 0044 0532 0130 01"));
        assert!(is_card("4111-1111-1111-1111") && !is_card("4111-1111-1111-1112"));
        assert!(!is_iban("DE89") && !is_card(""));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_text_makes_it_panic_and_what_it_finds_checks(text in "(\\PC|[0-9 -]{4,8}|[A-Z]{2}[0-9]{2}){0,20}") {
            for account in find(&text) {
                prop_assert!(is_iban(&account) || is_card(&account));
            }
        }
    }
}
