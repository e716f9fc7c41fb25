//! Checks as JUnit XML, which every CI reads.

/// A named group of checks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suite {
    pub name: String,
    pub checks: Vec<Check>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    pub name: String,
    pub result: Result,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Result {
    Passed,
    Failed(String),
    /// It could not be checked; why.
    Skipped(String),
}

/// The whole file. It holds no times: a replay takes none worth telling, and two runs write the same bytes.
pub fn junit(suites: &[Suite]) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"remit\">\n");
    for suite in suites {
        let count = |wanted: fn(&Result) -> bool| suite.checks.iter().filter(|check| wanted(&check.result)).count();
        out.push_str(&format!(
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" skipped=\"{}\">\n",
            escaped(&suite.name),
            suite.checks.len(),
            count(|result| matches!(result, Result::Failed(_))),
            count(|result| matches!(result, Result::Skipped(_)))
        ));
        for check in &suite.checks {
            let head =
                format!("    <testcase classname=\"{}\" name=\"{}\"", escaped(&suite.name), escaped(&check.name));
            out.push_str(&head);
            match &check.result {
                Result::Passed => out.push_str("/>\n"),
                Result::Failed(why) => out.push_str(&format!("><failure message=\"{}\"/></testcase>\n", escaped(why))),
                Result::Skipped(why) => out.push_str(&format!("><skipped message=\"{}\"/></testcase>\n", escaped(why))),
            }
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

/// Text inside an attribute. What XML 1.0 cannot hold at all becomes U+FFFD.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            '\r' => out.push_str("&#13;"),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_text_are_right_and_hostile_names_stay_names() {
        let checks = vec![
            Check { name: "a\"/><x>\u{1}".into(), result: Result::Passed },
            Check { name: "b".into(), result: Result::Failed("line\nbreak & more".into()) },
            Check { name: "c".into(), result: Result::Skipped("no such tool".into()) },
        ];
        let out = junit(&[Suite { name: "attacks".into(), checks }]);
        assert!(out.contains("tests=\"3\" failures=\"1\" skipped=\"1\""));
        assert!(out.contains("name=\"a&quot;/&gt;&lt;x&gt;\u{fffd}\"/>"));
        assert!(out.contains("message=\"line&#10;break &amp; more\""));
    }
}
