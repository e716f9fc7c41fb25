//! What two parsers could read differently, in pairs.

use super::*;

fn refusal(text: &str) -> &'static str {
    walk(text.as_bytes(), Limits::default()).unwrap_err().why
}

fn passes(text: &str) -> Walked {
    walk(text.as_bytes(), Limits::default()).unwrap()
}

#[test]
fn one_plain_message_passes() {
    assert_eq!(
        passes(r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":[1,-0.5e3,"\ud83d\ude00",null]}}"#),
        Walked::default()
    );
}

#[test]
fn a_key_twice_is_refused_also_when_it_is_escaped() {
    assert_eq!(refusal(r#"{"a":1,"a":2}"#), "a key twice");
    assert_eq!(refusal(r#"{"x":{"name":1,"n\u0061me":2}}"#), "a key twice");
    let many: Vec<String> = (0..40).map(|n| format!("\"k{n}\":0")).collect();
    passes(&format!("{{{}}}", many.join(",")));
    assert_eq!(refusal(&format!("{{{},\"k3\":1}}", many.join(","))), "a key twice");
}

#[test]
fn a_protocol_key_in_other_letter_case_is_refused_where_the_protocol_reads_it_and_passes_elsewhere() {
    assert_eq!(refusal(r#"{"Method":"tools/call"}"#), "a protocol key in other letter case");
    assert_eq!(refusal(r#"{"params":{"name":"a","Name":"b"}}"#), "a protocol key in other letter case");
    assert_eq!(refusal("{\"param\u{17f}\":{}}"), "a protocol key in other letter case");
    passes(r#"{"params":{"arguments":{"Name":"b","name":"c"}}}"#);
    passes(r#"{"params":{"requestState":"x"}}"#);
}

#[test]
fn what_a_reader_that_folds_letter_case_would_see_in_an_answer_is_refused_and_peoples_own_names_pass() {
    for text in [
        r#"{"result":{"resultType":"complete","ResultType":"input_required","InputRequests":{}}}"#,
        r#"{"result":{"Tools":[{"name":"a"}],"tools":[]}}"#,
        r#"{"result":{"INPUTREQUESTS":{}}}"#,
        r#"{"result":{"content":[],"StructuredContent":{}}}"#,
        r#"{"result":{"nextcursor":"x"}}"#,
        r#"{"result":{"tools":[{"name":"a","Description":"other"}]}}"#,
        r#"{"result":{"tools":[{"name":"a","annotations":{"ReadOnlyHint":true}}]}}"#,
        r#"{"result":{"content":[{"type":"text","Text":"b"}]}}"#,
        r#"{"result":{"result":{"Content":[]}}}"#,
        r#"{"result":{"inputRequests":{"a":{"Method":"sampling/createMessage"}}}}"#,
        r#"{"error":{"code":1,"Data":{}}}"#,
        r#"{"method":"subscriptions/listen","params":{"Notifications":{}}}"#,
        r#"{"method":"subscriptions/listen","params":{"notifications":{"ResourceSubscriptions":["a:b"]}}}"#,
        r#"{"params":{"inputResponses":{"a":{"Action":"accept"}}}}"#,
        r#"{"params":{"ref":{"type":"ref/prompt","Name":"a"}}}"#,
        "{\"result\":{\"tool\u{17f}\":[]}}",
    ] {
        let found = walk(text.as_bytes(), Limits::default()).map_err(|malformed| malformed.why);
        assert_eq!(found, Err("a protocol key in other letter case"), "{text}");
    }
    for text in [
        r#"{"result":{"resultType":"input_required","inputRequests":{"Method":{"method":"x","params":{}}}}}"#,
        r#"{"result":{"structuredContent":{"Tools":1,"tools":2,"ResultType":3},"content":[{"type":"text","text":"{}"}]}}"#,
        r#"{"result":{"tools":[{"name":"a","inputSchema":{"properties":{"Name":{},"name":{},"Tools":{}}}}]}}"#,
        r#"{"result":{"_meta":{"Name":1},"Weather":"fine"}}"#,
        r#"{"result":{"action":"accept","content":{"Type":"a","Text":"b"}}}"#,
        r#"{"params":{"notifications":{"resourceSubscriptions":["a:b"],"toolsListChanged":true}}}"#,
        r#"{"params":{"arguments":{"Notifications":1,"Content":[{"Type":1}]}}}"#,
    ] {
        passes(text);
    }
}

#[test]
fn a_part_of_a_message_is_no_envelope() {
    let part = r#"{"arguments":{"n":18446744073709551616},"result":{"Tools":1}}"#;
    assert_eq!(walk_part(part.as_bytes(), Limits::default()).unwrap().wide.first(), Some(&(18..38)));
    assert_eq!(refusal(part), "a protocol key in other letter case");
}

#[test]
fn half_a_surrogate_pair_is_refused_and_a_whole_one_passes() {
    assert_eq!(refusal(r#"["\ud800"]"#), "half a surrogate pair");
    assert_eq!(refusal(r#"["\udc00\ud800"]"#), "half a surrogate pair");
    passes(r#"["\ud800\udc00"]"#);
}

#[test]
fn a_second_value_is_refused() {
    assert_eq!(refusal("{}{}"), "more than one value");
    assert_eq!(refusal("{} \r {}"), "more than one value");
}

#[test]
fn white_space_that_splits_lines_elsewhere_is_reported() {
    assert_eq!(passes("{\r\n\"a\" :\t1}\r").gaps, vec![1..3, 8..9, 11..12]);
    assert_eq!(refusal("{\"a\":\"\r\"}"), "a control character in a string");
}

#[test]
fn depth_past_the_limit_is_refused_without_using_the_stack() {
    let deep = "[".repeat(100_000);
    assert_eq!(refusal(&deep), "nested deeper than the limit");
    passes(&format!("{}{}", "[".repeat(128), "]".repeat(128)));
}

#[test]
fn numbers_that_no_64_bit_reader_can_hold_are_reported() {
    assert_eq!(passes("[18446744073709551616,1e999,18446744073709551615,1e308]").wide, vec![1..21, 22..27]);
    assert_eq!(refusal("[NaN]"), "not a JSON value");
    assert_eq!(refusal("[01]"), "not the end of a value");
}

#[test]
fn bytes_that_are_not_utf_8_are_refused() {
    assert_eq!(walk(b"\"\xff\"", Limits::default()).unwrap_err().why, "not UTF-8");
    assert_eq!(walk(b"\xef\xbb\xbf{}", Limits::default()).unwrap_err().why, "a byte order mark");
}
