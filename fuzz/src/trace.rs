//! One line of a trace: read, written and read again it is the same.

use mcp_remit::model::trace::{Recorded, parse};

pub fn check(bytes: &[u8]) {
    for line in super::text(bytes).lines() {
        let once = parse(line);
        assert_eq!(once, parse(line));
        let written = match &once {
            Ok(Recorded::Line(event)) => serde_json::to_string(event),
            Ok(Recorded::Bare(call)) => serde_json::to_string(call),
            Err(why) => {
                assert!(!why.to_string().is_empty());
                continue;
            }
        };
        let written = written.expect("an event is JSON");
        assert!(!written.contains('\n'), "an event takes more than one line");
        assert_eq!(parse(&written), once, "{written} is another event");
    }
}
