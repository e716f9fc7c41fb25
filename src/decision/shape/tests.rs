use proptest::prelude::*;

use super::*;

fn pair(shape: Shape, allowed: &[&str], denied: &[&str]) {
    for text in allowed {
        assert!(has(shape, text), "{text} is a {}", shape.name());
    }
    for text in denied {
        assert!(!has(shape, text), "{text} is no {}", shape.name());
    }
}

#[test]
fn uuids_are_told_from_other_strings() {
    pair(
        Shape::Uuid,
        &["550e8400-e29b-41d4-a716-446655440000", "018F4E2A-7B3C-7D4E-8F5A-6B7C8D9E0F1A"],
        &[
            "550e8400e29b41d4a716446655440000",
            "{550e8400-e29b-41d4-a716-446655440000}",
            "550e8400-e29b-41d4-a716-44665544000g",
        ],
    );
}

#[test]
fn dates_are_days_of_the_calendar() {
    pair(
        Shape::Date,
        &["2026-11-20", "2024-02-29"],
        &["2026-02-29", "2026-13-01", "2026-00-10", "26-11-20", "2026-1-2", "2026/11/20", "2026-11-20x"],
    );
}

#[test]
fn datetimes_have_a_date_and_a_clock() {
    pair(
        Shape::IsoDatetime,
        &[
            "2026-11-20T17:56:05Z",
            "2026-11-20T17:56",
            "2026-11-20 17:56:05.123456+02:00",
            "2026-11-20t00:00:60z",
            "2026-11-20T17:56:05-0800",
        ],
        &[
            "2026-11-20",
            "2026-11-20T24:00:00Z",
            "2026-11-20T17:60Z",
            "2026-11-20T17",
            "2026-11-20T17:56:05Z; rm",
            "2026-11-20Tx",
            "2026-11-20T17:56.5",
        ],
    );
}

#[test]
fn durations_are_amounts_in_falling_units() {
    pair(
        Shape::Duration,
        &["P1DT2H30M", "PT5M", "P2W", "5m", "1h30m", "250ms", "1.5s"],
        &["P", "PT", "P1DT", "5", "m5", "30m1h", "5 m", "1h1h", "5x", ""],
    );
}

#[test]
fn hex_is_a_digest_and_no_word() {
    pair(
        Shape::Hex,
        &["da39a3ee5e6b4b0d3255bfef95601890afd80709", "96f3770", "0xDEADBEEF01"],
        &["facade", "dead", "96F377a", "xyz123", "12", "0x", "g6f3770"],
    );
}

#[test]
fn base64_is_padded_or_mixed() {
    pair(
        Shape::Base64,
        &["aGVsbG8gd29ybGQhIQ==", "SGVsbG8gV29ybGQhMTIz", "eyJhbGciOiJIUzI1NiJ9"],
        &[
            "internationalisation",
            "aGVsbG8=",
            "/etc/passwd1/Abcdef",
            "aGVsbG8gd29ybGQ hIQ==",
            "home/User1/Files/x",
            "===============",
            "",
        ],
    );
}

#[test]
fn slugs_are_lower_case_words() {
    pair(Shape::Slug, &["my-repo_2", "a", "main"], &["My-Repo", "a--b", "-a", "a-", "a b", "a/b", "a.b", "../x", ""]);
}

#[test]
fn versions_have_three_numbers() {
    pair(
        Shape::Semver,
        &["1.2.3", "v0.10.0", "1.0.0-rc.1+build.5"],
        &["1.2", "01.2.3", "1.2.3.4", "^1.2.3", "1.2.3-", "1.2.3-01", "1.2.3;x", ""],
    );
}

#[test]
fn integers_and_decimals_are_plain_numbers() {
    pair(Shape::Integer, &["0", "-5", "12345678901234567890"], &["007", "1.0", "+5", "1e3", "0x10", "", "-", "١٢"]);
    pair(Shape::Decimal, &["0", "1.50", "-0.5", "42"], &["1.", ".5", "1,5", "1e3", "NaN", "", "1.2.3"]);
}

#[test]
fn locales_name_a_language() {
    pair(
        Shape::Locale,
        &["en", "pt-BR", "zh-Hant-TW", "es-419", "de_AT"],
        &["xx", "english", "en-us", "EN", "en-", "rm -rf", "cd", ""],
    );
}

#[test]
fn cursors_are_opaque() {
    pair(
        Shape::Cursor,
        &["eyJwYWdlIjoyfQ", "CAESBkNoQUFE", "a1b2c3d4e5f6", "Y3Vyc29yOnYyOpK5MjAyMw=="],
        &[
            "short1",
            "delete-everything",
            "https://x.org/a1",
            "../../etc/passwd1",
            "bob1@acme.com",
            "-rf1234567890",
            "a b c d e f 1 2",
            "123456789012",
        ],
    );
}

#[test]
fn the_tightest_shape_comes_first() {
    for (text, wanted) in [
        ("550e8400-e29b-41d4-a716-446655440000", Shape::Uuid),
        ("2026-11-20", Shape::Date),
        ("42", Shape::Integer),
        ("1.5", Shape::Decimal),
        ("1.2.3", Shape::Semver),
        ("da39a3ee5e6b4b0d3255bfef95601890afd80709", Shape::Hex),
        ("my-repo", Shape::Slug),
        ("en", Shape::Locale),
    ] {
        assert_eq!(shapes_of(text).first(), Some(&wanted), "{text}");
    }
    assert_eq!(shapes_of("hello world"), []);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_shape_has_blanks_controls_or_climbs(text in "[ -~\\t\\n]{0,40}") {
        for shape in shapes_of(&text) {
            let blank = shape == Shape::IsoDatetime;
            prop_assert!(!text.contains("..") && !text.chars().any(char::is_control) && (blank || !text.contains(' ')));
        }
    }

    #[test]
    fn no_string_makes_it_panic(text in "\\PC*") {
        for shape in shapes_of(&text) {
            prop_assert!(has(shape, &text));
        }
    }
}
