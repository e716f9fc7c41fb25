//! What the fuzz targets assert, held against every committed seed: what they once found stays mended.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::indexing_slicing,
    reason = "a test"
)]

#[path = "../fuzz/src/lib.rs"]
mod properties;

use std::panic::catch_unwind;
use std::path::Path;

#[test]
fn every_seed_of_every_fuzz_target_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds");
    let mut wrong = Vec::new();
    for (target, check) in properties::TARGETS {
        let mut seeds = 0;
        for entry in std::fs::read_dir(folder.join(target)).unwrap() {
            let path = entry.unwrap().path();
            let bytes = std::fs::read(&path).unwrap();
            seeds += 1;
            if catch_unwind(|| check(&bytes)).is_err() {
                wrong.push(path.display().to_string());
            }
        }
        assert!(seeds >= 8, "{target} has {seeds} seeds");
    }
    assert!(wrong.is_empty(), "what the targets assert does not hold of:\n{}", wrong.join("\n"));
}

#[test]
fn every_target_is_built_by_cargo_fuzz() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    for (target, _) in properties::TARGETS {
        assert!(manifest.contains(&format!("fuzz_targets/{target}.rs")), "{target} is not in fuzz/Cargo.toml");
        let source = std::fs::read_to_string(folder.join(format!("fuzz_targets/{target}.rs"))).unwrap();
        assert!(source.contains(&format!("{target}::check")), "{target} checks something else");
    }
}
