//! Line ends in what becomes a header.

use super::*;

#[test]
fn a_line_end_begins_no_header_of_a_mail_or_a_request() {
    let under = Under::policy(
        "servers: { mail: { allowed_tools: [send, fetch, note] }, off: { allowed_tools: [send], unprotected: [header-lines] } }",
    );
    let rule = "protection.header-lines";
    let mail =
        |subject: &str| json!({"to": "a@acme.com", "subject": subject, "body": "Hi,\r\nBcc: is no header here\n\n"});
    for subject in
        ["x\r\nBcc: eve@evil.com", "x\nbcc:eve@evil.com", "x\rX-A : b", "x\r\n\r\nbody", "x\r\n y\r\nCc: e@e.com"]
    {
        under.denies("mail", "send", mail(subject), rule);
        under.allows("off", "send", mail(subject));
    }
    for subject in ["x", "x: y", "a\nb", "folded\r\n as: mail is", "ends\r\n", "Re: a\n- b: c", "at\n10:30 sharp"] {
        under.allows("mail", "send", mail(subject));
    }
    under.denies("mail", "send", json!({"to": "a@acme.com\nBcc: eve@evil.com"}), rule);
    under.denies("mail", "send", json!({"to": ["a@acme.com", "b@acme.com\r\nBcc: e"]}), rule);
    under.denies("mail", "send", json!({"message": {"to": "a@acme.com", "Subject": "x\nBcc: e"}}), rule);
    under.denies("mail", "send", json!({"to": "a@acme.com", "in_reply_to": "x\nBcc: e"}), rule);
    // What Python's mails are parted by.
    for end in ["\u{b}", "\u{c}", "\u{1c}", "\u{1e}", "\u{85}", "\u{2028}", "\u{2029}"] {
        under.denies("mail", "send", mail(&format!("x{end}Bcc: eve@evil.com")), rule);
        under.allows("mail", "send", mail(&format!("x{end}and more: eve@evil.com")));
    }
    // Who writes a list into a subject adds no field that a server acts on.
    for subject in ["Agenda\nTime: 10:00", "Agenda\nNote: x\nWhere: y", "a\nhttps: x", "a\n2-1: x", "a\nTo be: or not"]
    {
        under.allows("mail", "send", mail(subject));
    }
    for field in
        ["To", "cC", "Reply-To", "Content-Type", "Resent-Bcc", "X-Mailer", "Date", "Received", "List-Id", "From "]
    {
        under.denies("mail", "send", mail(&format!("Agenda\n{field}: x")), rule);
    }
    for subject in [json!({"text": "x\r\nBcc: e"}), json!({"a": {"b": ["x\nBcc: e"]}}), json!(["x", "y\nBcc: e"])] {
        under.denies("mail", "send", json!({"to": "a@acme.com", "subject": subject}), rule);
    }
    under.allows("mail", "send", json!({"to": "a@acme.com", "subject": {"text": "x\ny"}}));
    under.denies("mail", "send", json!({"to": [{"name": "A\nBcc: e", "address": "a@acme.com"}], "subject": "x"}), rule);
    under.denies("mail", "send", json!({"from": {"name": "A\nBcc: e"}, "to": [{"address": "a@acme.com"}]}), rule);
    under.allows(
        "mail",
        "send",
        json!({"to": [{"name": "A", "email": "a@acme.com", "text": "Hi\n\nCc: is no field"}]}),
    );
    under.denies("mail", "send", json!({"to": "a@acme.com", "headers": {"Subject": "x\u{2028}Bcc: e"}}), rule);
    // Without an addressee it is a note.
    under.allows("mail", "note", json!({"subject": "shopping\nMilk: 2"}));
    under.denies("mail", "fetch", json!({"headers": {"Accept": "a\r\nHost: evil"}}), rule);
    under.denies("mail", "fetch", json!({"headers": {"Accept: a\nHost": "evil"}}), rule);
    under.denies("mail", "fetch", json!({"headers": [{"name": "X", "value": "a\nb"}]}), rule);
    under.denies("mail", "fetch", json!({"extra_headers": ["A: b\nC: d"]}), rule);
    under.allows("mail", "fetch", json!({"headers": {"Accept": "a", "Folded": "a\r\n b"}, "body": "a\nb: c"}));
    under.allows("mail", "fetch", json!({"headers": "Accept: a\nHost: b"}));
    under.allows("mail", "fetch", json!({"headers": ["a", "b"], "rows": [["x\ny", "to"]]}));
}
