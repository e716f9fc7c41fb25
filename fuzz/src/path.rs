//! Paths: normalising twice is normalising once, no encoding hides a reading, and a granted folder holds what lies in it
//! and nothing else.

use std::sync::LazyLock;

use mcp_remit::decision::path::{PathSet, Patterns, Standing, read};
use mcp_remit::model::effects::Found;
use mcp_remit::model::facts::{Facts, Os};
use mcp_remit::model::place::{Place, ancestors, fold, is_absolute};

const STANDING: Standing<'_> = Standing { root: None, base: None, changes: false, found: Found::Declared };

static GRANTED: LazyLock<PathSet> = LazyLock::new(|| PathSet::granted(&["./src".into()]).expect("a place"));
static DENIED: LazyLock<PathSet> = LazyLock::new(|| PathSet::denied(&["./src".into()]).expect("a place"));

fn facts(os: Os) -> Facts {
    let drive = if os == Os::Windows { "c:" } else { "" };
    let place = |path: &str| format!("{drive}{path}");
    Facts { project: place("/p"), cwd: place("/p/w"), home: Some(place("/h/u")), os, ..Facts::default() }
}

pub fn check(bytes: &[u8]) {
    let text = super::text(bytes);
    for os in [Os::Posix, Os::Windows] {
        places(&text, os);
    }
    let pattern = [text.clone().into_owned()];
    if let Ok(set) = PathSet::granted(&pattern) {
        assert!(!set.is_empty());
    }
    let _ = Patterns::new(&pattern);
    readings(&text);
}

fn places(text: &str, os: Os) {
    let once = Place::read(text, os);
    assert_eq!(Place::read(once.as_str(), os), once, "normalised twice is another place");
    assert_eq!(fold(&once.folded()), once.folded(), "folded twice is another place");
    assert!(once.parts().all(|part| !["", ".", ".."].contains(&part)), "{once}");
    for above in ancestors(once.as_str()).filter(|above| !above.is_empty()) {
        assert!(once.below(above).is_some(), "{once} is not below its own ancestor {above}");
    }
    let inside = Place::read(format!("{once}/x"), os);
    assert!(inside.below(once.as_str()).is_some());
    // Beside it, by letters but not by components.
    let beside = Place::read(format!("{once}x"), os);
    if once.parts().next().is_some() && beside.parts().count() == once.parts().count() && beside != once {
        assert!(beside.below(once.as_str()).is_none(), "{beside} lies in {once}");
    }
    let facts = facts(os);
    let rooted = os == Os::Posix || once.as_str().starts_with("c:/");
    let mut names = once.parts();
    let mut is = |wanted| names.next().is_some_and(|name| same(name, wanted, os));
    let lies_in = rooted && is("p") && is("src");
    assert_eq!(GRANTED.holds(&once, &facts).is_some(), lies_in, "{once}");
    assert!(!lies_in || DENIED.holds(&once, &facts).is_some(), "a denial is narrower than a grant");
}

fn same(left: &str, right: &str, os: Os) -> bool {
    let fold = |text: &str| fold(text).into_owned();
    if os == Os::Windows { fold(left) == fold(right) } else { left == right }
}

fn readings(text: &str) {
    let once = read(text, STANDING);
    assert_eq!(once, read(text, STANDING));
    let Ok(once) = once else { return };
    assert!(once.readings().next().is_some());
    for reading in once.readings() {
        for os in [Os::Posix, Os::Windows] {
            let facts = facts(os);
            assert!(is_absolute(&facts.absolute(once.start(), reading), os), "{reading} stays relative");
        }
        match read(reading, STANDING) {
            Ok(again) => {
                for deeper in again.readings() {
                    let known = once.readings().any(|known| bare(known) == bare(deeper));
                    assert!(known, "{text:?}: {reading:?} hides {deeper:?}, beside {:?}", once.readings);
                }
            }
            Err(why) => panic!("{text:?} is read as {reading:?}, which cannot be read: {why}"),
        }
    }
    let encoded: String = text.bytes().map(|byte| format!("%{byte:02x}")).collect();
    if let Ok(hidden) = read(&encoded, STANDING) {
        assert!(hidden.readings().any(|reading| reading == text), "{encoded} is not read as {text:?}");
    }
}

/// Quotes and white space are taken off once or altogether; what lies between is no reading of its own.
fn bare(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || "\"'`".contains(c))
}
