//! What the world says, and what the session did before.

use std::collections::BTreeMap;

use mcp_remit::decision::effects::effects;
use mcp_remit::decision::policy::Policy;
use mcp_remit::model::effects::What;
use mcp_remit::model::facts::{Facts, Os};
use mcp_remit::model::history::{History, Spending};
use mcp_remit::model::place::Place;
use mcp_remit::model::policy::{Document, Tool};
use mcp_remit::model::request::Request;
use mcp_remit::model::time::Timestamp;

use super::policies::LABELS;
use crate::choices::Choices;

/// Far enough from the epoch that every window lies after it.
const NOW: i64 = 1_800_000_000_000;

pub fn surroundings(choices: &mut Choices<'_>) -> Facts {
    let drive = if choices.os == Os::Windows { "c:" } else { "" };
    let cwd = choices.pick(&["/home/ada/web", "/home/ada/web", "/home/ada/web/src", "/srv"]);
    let cwd = match choices.os == Os::Windows && choices.chance(20) {
        true => choices.pick(&["//srv/share/docs", "d:/srv", r"\\?\C:\home\ada\web"]).to_owned(),
        false => format!("{drive}{cwd}"),
    };
    Facts {
        project: format!("{drive}/home/ada/web"),
        cwd,
        home: (!choices.chance(10)).then(|| format!("{drive}/home/ada")),
        os: choices.os,
        fold_case: choices.chance(25),
        time: Some(Timestamp(NOW)),
        guarded: if choices.chance(30) { Vec::new() } else { vec![format!("{drive}/home/ada/web/policies/mine.yaml")] },
        ..Facts::default()
    }
}

/// The same a little later, with links: some of the request's paths lead elsewhere, or to one of two places.
pub fn with_links(policy: &Policy, here: &Facts, request: &Request, choices: &mut Choices<'_>) -> Facts {
    let mut facts = here.clone();
    facts.time = here.time.map(|time| Timestamp(time.0 + choices.pick(&[0, 1, 999, 1_000, 60_000, 3_600_000])));
    if !choices.chance(25) {
        return facts;
    }
    for effect in effects(request, policy.hints(request)).0 {
        let What::Path(path) = effect.what else { continue };
        for reading in path.readings() {
            if choices.chance(60) {
                let real = choices.several(1, 2, |choices| target(choices));
                facts.places.insert(facts.absolute(path.start(), reading), real);
            }
        }
    }
    facts
}

/// Some places that the policy names lead elsewhere.
pub fn links(policy: &Policy, here: &Facts, choices: &mut Choices<'_>) -> BTreeMap<String, String> {
    if !choices.chance(30) {
        return BTreeMap::new();
    }
    let chosen = choices.some_of(40, &policy.places(here));
    let led = chosen.into_iter().map(|link| (link, Place::read(target(choices), here.os).to_string()));
    led.collect()
}

fn target(choices: &mut Choices<'_>) -> String {
    let targets =
        ["/home/ada/web/src/a.rs", "/etc/shadow", "/home/ada/notes/n.txt", "/home/ada/web/docs/x.md", "/mnt/x"];
    let target = choices.pick(&targets);
    match choices.os {
        Os::Posix => target.to_owned(),
        Os::Windows => format!("{}{target}", choices.pick(&["c:", "c:", "d:", "//srv/share", r"\\?\C:"])),
    }
}

/// Hits and spendings at every edge of every window, and some labels.
pub fn history(document: &Document, choices: &mut Choices<'_>) -> History {
    let mut history = History::default();
    for (server, rules) in &document.servers {
        for (name, tool) in &rules.tools {
            let at = format!("servers.{server}.tools.{name}");
            past_of(&mut history, &at, tool, choices);
            for (value, variant) in tool.variants.iter().flat_map(|variants| &variants.of) {
                past_of(&mut history, &format!("{at}.variants.of.{value}"), variant, choices);
            }
        }
    }
    let earned = choices.some_of(25, &LABELS);
    history.labels =
        earned.into_iter().map(|label| (label.to_owned(), "before".to_owned())).collect::<BTreeMap<_, _>>();
    history
}

fn past_of(history: &mut History, at: &str, tool: &Tool, choices: &mut Choices<'_>) {
    let moment =
        |length: i64, choices: &mut Choices<'_>| Timestamp(NOW - choices.pick(&[length, length - 1, length + 1, 0, 1]));
    if let Some(rate) = tool.rate {
        let hits = choices.several(0, 3, |choices| moment(rate.per.milliseconds(), choices));
        history.hits.insert(format!("{at}.rate"), hits);
    }
    if let Some(budget) = &tool.budget {
        let spent = choices.several(0, 2, |choices| Spending {
            at: moment(budget.per.milliseconds(), choices),
            amount: choices.pick(&[1.0, 9.0, 0.5, 90.0]),
        });
        history.spent.insert(format!("{at}.budget"), spent);
    }
}
