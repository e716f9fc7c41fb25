//! The report as one HTML file: no script, nothing fetched. askama escapes every text.

use askama::Template;

use crate::model::report::{Bucket, ClassRow, Report, Standing};

/// Geometry of the charts, in SVG user units.
const WIDTH: u64 = 720;
const TIMELINE_HEIGHT: u64 = 96;
/// Of a column: one alone is no wall.
const WIDEST: u64 = 24;

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    report: &'a Report,
    bars: Vec<Bar>,
    columns: Vec<Column>,
}

/// One row of the chart of attacks.
struct Bar {
    class: String,
    label: String,
    parts: Vec<Part>,
}

struct Part {
    kind: &'static str,
    x: u64,
    width: u64,
}

/// One column of the timeline.
struct Column {
    x: u64,
    width: u64,
    succeeded: (u64, u64),
    failed: (u64, u64),
    label: String,
}

/// The whole file. Two reports of the same content are the same bytes.
pub fn render(report: &Report) -> Result<String, askama::Error> {
    Page { report, bars: bars(&report.classes), columns: columns(&report.timeline) }.render()
}

fn bars(classes: &[ClassRow]) -> Vec<Bar> {
    let most = classes.iter().map(|class| class.tally.total()).max().unwrap_or(0).max(1);
    let bar = |class: &ClassRow| {
        let tally = class.tally;
        let mut x = 0;
        let counts = [
            ("blocked", tally.blocked),
            ("protected", tally.protected),
            ("asked", tally.asked),
            ("through", tally.through),
        ];
        let parts = counts
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .map(|(kind, count)| {
                let width = count * WIDTH / most;
                let part = Part { kind, x, width };
                x += width;
                part
            })
            .collect();
        let label = format!(
            "{}: {} blocked, {} by protection, {} asked, {} through",
            class.class, tally.blocked, tally.protected, tally.asked, tally.through
        );
        Bar { class: class.class.clone(), label, parts }
    };
    classes.iter().filter(|class| class.tally.total() > 0).map(bar).collect()
}

/// One column for each span in which something was asked: an agent rests for hours, and empty space tells nothing.
fn columns(timeline: &[Bucket]) -> Vec<Column> {
    let timeline: Vec<&Bucket> = timeline.iter().filter(|bucket| bucket.succeeded + bucket.failed > 0).collect();
    let most = timeline.iter().map(|bucket| bucket.succeeded + bucket.failed).max().unwrap_or(0).max(1);
    let width = (WIDTH / (timeline.len() as u64).max(1)).clamp(1, WIDEST);
    timeline
        .iter()
        .enumerate()
        .map(|(at, bucket)| {
            let failed = bucket.failed * TIMELINE_HEIGHT / most;
            let succeeded = bucket.succeeded * TIMELINE_HEIGHT / most;
            let top = TIMELINE_HEIGHT.saturating_sub(failed + succeeded);
            Column {
                x: at as u64 * width,
                width: width.saturating_sub(1).max(1),
                failed: (top, failed),
                succeeded: (top + failed, succeeded),
                label: format!("{}: {} succeeded, {} did not", moment(&bucket.from), bucket.succeeded, bucket.failed),
            }
        })
        .collect()
}

/// A moment to the second: `2026-11-20 17:25:57`. Whatever is no RFC 3339 time stays as it is.
fn moment(text: &str) -> String {
    match (text.get(..10), text.get(10..11), text.get(11..19)) {
        (Some(day), Some("T"), Some(time)) => format!("{day} {time}"),
        _ => text.to_owned(),
    }
}

/// The class of the banner.
fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Good => "good",
        Standing::Attention => "attention",
        Standing::Bad => "bad",
        Standing::Unknown => "unknown",
    }
}

impl Page<'_> {
    fn moment(&self, text: &str) -> String {
        moment(text)
    }

    fn banner(&self) -> &'static str {
        standing(self.report.verdict.standing)
    }

    fn total(&self) -> u64 {
        self.report.classes.iter().map(|class| class.tally.total()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::report::{ServerRow, ToolRow};

    #[test]
    fn a_hostile_tool_name_is_text_and_no_markup() {
        let hostile = r#"<script>alert(1)</script>"><img src=x onerror=alert(1)>'"#;
        let tools = vec![ToolRow { tool: hostile.to_owned(), ..ToolRow::default() }];
        let report = Report {
            servers: vec![ServerRow { server: hostile.to_owned(), tools }],
            todo: vec![hostile.to_owned()],
            ..Report::default()
        };
        let page = render(&report).unwrap();
        assert!(!page.contains("<script"), "no script at all");
        assert!(!page.contains("<img"));
        assert!(page.contains("&#60;script&#62;") || page.contains("&lt;script&gt;"));
    }

    #[test]
    fn nothing_is_fetched() {
        let page = render(&Report::default()).unwrap();
        for word in ["http://", "https://", "src=", "<link", "@import", "url("] {
            assert!(!page.replace("http://www.w3.org/2000/svg", "").contains(word), "{word}");
        }
    }

    #[test]
    fn the_parts_of_a_bar_follow_each_other_and_fit() {
        let tally = crate::model::score::Tally { blocked: 3, protected: 1, asked: 1, through: 2 };
        let bars = bars(&[ClassRow { class: "x".into(), tally, not_applicable: 0 }]);
        let mut end = 0;
        for part in &bars[0].parts {
            assert_eq!(part.x, end);
            end += part.width;
        }
        assert!(end <= WIDTH);
    }
}
