//! Lines cut out of a stream: the same in whatever pieces it arrives, never longer than the limit, and who sent a line
//! that is too long can still be told.

use std::io::{self, Read};

use mcp_remit::edge::proxy::frames::{Frame, Frames};
use mcp_remit::edge::proxy::scout::Scout;
use mcp_remit::model::message::Id;
use serde_json::Value;

/// Hands out at most that many bytes at once, in turns.
struct Pieces<'a> {
    rest: &'a [u8],
    sizes: &'a [u8],
    turn: usize,
}

impl Read for Pieces<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let size = self.sizes.get(self.turn % self.sizes.len().max(1)).copied().unwrap_or(1);
        self.turn += 1;
        if size == 0 && self.turn.is_multiple_of(2) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let size = usize::from(size).max(1).min(self.rest.len()).min(into.len());
        let (now, rest) = self.rest.split_at(size);
        into[..size].copy_from_slice(now);
        self.rest = rest;
        Ok(size)
    }
}

#[derive(Debug, PartialEq)]
enum Cut {
    Line(Vec<u8>),
    TooBig(Scout),
}

fn cut(source: impl Read, limit: usize) -> Vec<Cut> {
    let mut frames = Frames::new(source, limit);
    let mut found = Vec::new();
    loop {
        match frames.read().expect("this source never fails") {
            Frame::Line(line) => {
                assert!(line.len() <= limit, "a line over the limit");
                assert!(!line.contains(&b'\n'));
                found.push(Cut::Line(line.to_vec()));
            }
            Frame::TooBig(scout) => found.push(Cut::TooBig(scout)),
            Frame::End => return found,
        }
    }
}

/// What it should be, the obvious way.
fn expected(stream: &[u8], limit: usize) -> Vec<Cut> {
    let mut lines: Vec<&[u8]> = stream.split(|byte| *byte == b'\n').collect();
    if lines.last().is_some_and(|last| last.is_empty()) {
        lines.pop();
    }
    let cut = |line: &[u8]| match line.len() > limit {
        true => Cut::TooBig(Scout::look(line)),
        false => Cut::Line(line.to_vec()),
    };
    lines.into_iter().map(cut).collect()
}

/// The first byte is the limit, the second the number of piece sizes that follow it.
pub fn check(bytes: &[u8]) {
    let [limit, count, rest @ ..] = bytes else { return };
    let limit = usize::from(*limit);
    let (sizes, stream) = rest.split_at(usize::from(count % 8).min(rest.len()));
    let whole = cut(stream, limit);
    assert_eq!(whole, cut(Pieces { rest: stream, sizes, turn: 0 }, limit), "pieces change the frames");
    assert_eq!(whole, expected(stream, limit));
    for line in stream.split(|byte| *byte == b'\n') {
        no_request_is_lost(line);
    }
}

/// Of a well-formed request with one id the scout tells the id, also in one that is too long to hold.
fn no_request_is_lost(line: &[u8]) {
    let Ok(members) = super::json::strict(line) else { return };
    let Value::Object(members) = members else { return };
    let id = match members.get("id") {
        Some(Value::Number(number)) if number.is_i64() => number.as_i64().map(Id::Number),
        Some(Value::String(text)) if text.len() < 100 => Some(Id::Text(text.clone())),
        _ => None,
    };
    let scout = Scout::look(line);
    assert_eq!(scout.has_method(), members.contains_key("method"));
    if let Some(id) = id {
        assert_eq!(scout.id(), Some(&id), "the id is lost");
    }
}
