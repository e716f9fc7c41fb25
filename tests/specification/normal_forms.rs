//! Normalising twice equals once, and two spellings of one thing have one normal form.

use mcp_remit::decision::{address, path, url};
use mcp_remit::model::effects::{Found, Host};
use mcp_remit::model::facts::Os;
use mcp_remit::model::place::{self, Place};
use proptest::prelude::*;

/// Pieces that mean something in a path, a URL or an address.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "/",
        "//",
        "\\",
        "\\\\",
        ".",
        "..",
        "...",
        "a",
        "B",
        "é",
        "e\u{301}",
        "ｅ",
        "．",
        "／",
        "%2e",
        "%2F",
        "%252e",
        "%c0%ae",
        "%",
        "~",
        "$HOME",
        " ",
        "\"",
        "C:",
        "c:",
        "\\\\?\\",
        "UNC\\",
        ":x",
        "::$DATA",
        "file:",
        "localhost",
        "/proc/self/root",
        "/proc/1/cwd",
        "dev/fd/3",
        "\u{200b}",
        "İ",
        "ß",
        "ſ",
        "http://",
        "https://",
        "acme.com",
        "127.1",
        "[::1]",
        ":80",
        "@",
        "ada",
        "?q=1",
        "#x",
        ",",
        "<",
        ">",
        "xn--",
        "٣",
    ]);
    prop::collection::vec(piece, 0..9).prop_map(|pieces| pieces.concat())
}

fn standing() -> path::Standing<'static> {
    path::Standing { root: None, base: None, changes: false, found: Found::Key }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_place_is_its_own_normal_form(text in pieces()) {
        for os in [Os::Posix, Os::Windows] {
            let text = if os == Os::Windows { format!("c:\\{text}") } else { text.clone() };
            let once = Place::read(&text, os);
            prop_assert_eq!(&Place::read(once.as_str(), os), &once);
            let folded = once.folded();
            prop_assert_eq!(&place::fold(&folded), &folded);
            let unfit = once.parts().any(|part| part.is_empty() || part == "." || part == ".." || part.contains('/'));
            prop_assert!(!unfit, "{once}");
        }
        let folded = place::fold(&text).into_owned();
        prop_assert_eq!(place::fold(&folded).into_owned(), folded);
    }

    #[test]
    fn a_reading_of_a_reading_is_a_reading(text in pieces()) {
        let Ok(once) = path::read(&text, standing()) else { return Ok(()) };
        for reading in once.readings() {
            let Ok(again) = path::read(reading, standing()) else { continue };
            for reading in again.readings() {
                prop_assert!(once.readings().any(|known| known == reading), "{reading:?} is no reading of {text:?}: {:?}", once.readings);
            }
        }
    }

    #[test]
    fn a_host_and_an_address_are_their_own_normal_form(text in pieces()) {
        if let Ok(once) = url::read(&text, Found::Form) {
            if once.host != Host::None {
                prop_assert_eq!(&url::parse_host(&once.host.to_string()), &Ok(once.host.clone()));
            }
            if !once.userinfo && once.scheme.starts_with("http") && once.host != Host::None {
                let port = once.port.map(|port| format!(":{port}")).unwrap_or_default();
                let query = once.query.as_ref().map(|query| format!("?{query}")).unwrap_or_default();
                let again = url::read(&format!("{}://{}{port}{}{query}", once.scheme, once.host, once.path), Found::Form);
                let again = again.map(|again| (again.scheme, again.host, again.port, again.path, again.query));
                prop_assert_eq!(again, Ok((once.scheme, once.host, once.port, once.path, once.query)));
            }
        }
        for once in address::read(&text).unwrap_or_default() {
            let again = address::read(&format!("{}@{}", once.local, once.domain)).unwrap();
            prop_assert_eq!((&again[0].local, &again[0].domain, again.len()), (&once.local, &once.domain, 1));
        }
    }
}
