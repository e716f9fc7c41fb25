//! Packed traces.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

use super::support::Place;

fn read(path: &str) -> String {
    format!("{{\"server\":\"fs\",\"tool\":\"read_file\",\"arguments\":{{\"path\":\"{path}\"}}}}\n")
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn zstd(text: &[u8]) -> Vec<u8> {
    compress_to_vec(text, CompressionLevel::Fastest)
}

fn put(place: &Place, name: &str, bytes: &[u8]) {
    std::fs::write(place.write(name, ""), bytes).unwrap();
}

/// What infer wrote, or its error.
fn infer(place: &Place, traces: &[&str]) -> Result<String, String> {
    let out = place.remit(&[&["infer", "--out", "-"], traces].concat()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    if out.status.success() { Ok(text(out.stdout)) } else { Err(text(out.stderr)) }
}

#[test]
fn packed_traces_teach_what_their_content_does_also_when_files_were_joined() {
    let place = Place::new();
    let (one, two) = (read("src/main.rs"), read("src/lib.rs"));
    place.write("plain/a.jsonl", &format!("{one}{two}"));
    put(&place, "gzip/a.jsonl.gz", &[gzip(one.as_bytes()), gzip(two.as_bytes())].concat());
    put(&place, "zstd/a.jsonl.zst", &[zstd(one.as_bytes()), zstd(two.as_bytes())].concat());
    put(&place, "named/a.jsonl", &gzip(format!("{one}{two}").as_bytes()));
    let plain = infer(&place, &["plain"]).unwrap();
    assert!(plain.contains("./src"), "{plain}");
    for folder in ["gzip", "zstd", "named"] {
        assert_eq!(infer(&place, &[folder]).unwrap(), plain, "{folder}");
    }
    assert_eq!(infer(&place, &["plain", "gzip", "zstd"]).unwrap(), plain, "the same session three times");
}

#[test]
fn a_file_that_only_its_name_says_is_packed_is_read_if_it_is_a_trace_and_else_named_for_what_it_is_not() {
    let place = Place::new();
    for (name, said) in [("a.jsonl.gz", "gzip"), ("a.jsonl.zst", "Zstandard")] {
        for garbage in [&b"\x00\x01 garbage"[..], b"not a trace at all"] {
            put(&place, name, garbage);
            let error = infer(&place, &[name]).unwrap_err();
            assert!(error.contains(&format!("its name says {said}")) && !error.contains("cut off"), "{error}");
        }
        put(&place, name, read("src/main.rs").as_bytes());
        assert!(infer(&place, &[name]).unwrap().contains("./src"));
    }
}

#[test]
fn a_packed_trace_that_was_cut_off_or_changed_is_an_error() {
    let place = Place::new();
    let text: String = (0..200).map(|n| read(&format!("src/{n}.rs"))).collect();
    for (name, mut bytes) in [("a.jsonl.gz", gzip(text.as_bytes())), ("a.jsonl.zst", zstd(text.as_bytes()))] {
        put(&place, name, &bytes[..bytes.len() / 2]);
        let error = infer(&place, &[name]).unwrap_err();
        assert!(error.contains(&format!("cannot read {name}")), "{error}");
        let last = bytes.len() - 5;
        bytes[last] ^= 1;
        bytes.pop();
        put(&place, name, &bytes);
        assert!(infer(&place, &[name]).is_err(), "{name}");
    }
}

#[test]
fn a_bomb_ends_with_an_error_that_says_so() {
    let place = Place::new();
    put(&place, "bomb.jsonl.gz", &gzip(&vec![b' '; 70 << 20]));
    let error = infer(&place, &["bomb.jsonl.gz"]).unwrap_err();
    assert!(error.contains("more than 64 MiB and 200 times its size"), "{error}");
    put(&place, "long.jsonl.gz", &gzip(&vec![b' '; 60 << 20]));
    let error = infer(&place, &["long.jsonl.gz"]).unwrap_err();
    assert!(error.contains("nothing to learn from"), "{error}");
}

#[test]
fn replay_reads_packed_traces_where_none_is_named() {
    let place = Place::new();
    place.write("plain.jsonl", &read("src/main.rs"));
    place.remit(&["infer", "plain.jsonl"]).assert().success();
    put(&place, "traces/a.jsonl.zst", &zstd(read("docs/a.md").as_bytes()));
    let out = place.remit(&["replay", "--format", "json"]).output().unwrap();
    let text = String::from_utf8(out.stdout).unwrap();
    assert!(text.contains("docs/a.md"), "{text}");
}
