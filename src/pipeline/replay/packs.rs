//! YAML -> packs, and the packs that are compiled in.

use crate::model::attack::{Pack, Role};

/// The version of the format that is read.
const VERSION: u32 = 1;

/// File name and text of every pack in the binary.
pub const BUILT_IN: [(&str, &str); 14] = [
    ("classic.yaml", include_str!("../../../attack-packs/classic.yaml")),
    ("credentials.yaml", include_str!("../../../attack-packs/credentials.yaml")),
    ("path-escape.yaml", include_str!("../../../attack-packs/path-escape.yaml")),
    ("network.yaml", include_str!("../../../attack-packs/network.yaml")),
    ("exfiltration.yaml", include_str!("../../../attack-packs/exfiltration.yaml")),
    ("sql.yaml", include_str!("../../../attack-packs/sql.yaml")),
    ("shell.yaml", include_str!("../../../attack-packs/shell.yaml")),
    ("git-ci.yaml", include_str!("../../../attack-packs/git-ci.yaml")),
    ("persistence.yaml", include_str!("../../../attack-packs/persistence.yaml")),
    ("money-identity.yaml", include_str!("../../../attack-packs/money-identity.yaml")),
    ("tools-changed.yaml", include_str!("../../../attack-packs/tools-changed.yaml")),
    ("sequences.yaml", include_str!("../../../attack-packs/sequences.yaml")),
    ("neighbours.yaml", include_str!("../../../attack-packs/neighbours.yaml")),
    ("beyond.yaml", include_str!("../../../attack-packs/beyond.yaml")),
];

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadPack {
    #[error("{file}: {why}")]
    Yaml { file: String, why: String },
    #[error("{file}: pack format {version} is not known (this remit reads {VERSION})")]
    Version { file: String, version: u32 },
    #[error("{file}: attack `{id}`: {why}")]
    Attack { file: String, id: String, why: &'static str },
    #[error("attack `{id}` stands in two packs")]
    Twice { id: String },
}

/// Reads one pack. `file` is its name in messages.
pub fn read(text: &str, file: &str) -> Result<Pack, BadPack> {
    let pack: Pack = serde_saphyr::from_str(text)
        .map_err(|error| BadPack::Yaml { file: file.to_owned(), why: error.to_string() })?;
    if pack.version != VERSION {
        return Err(BadPack::Version { file: file.to_owned(), version: pack.version });
    }
    for attack in &pack.attacks {
        if let Some(why) = wrong(attack) {
            return Err(BadPack::Attack { file: file.to_owned(), id: attack.id.clone(), why });
        }
    }
    Ok(pack)
}

/// The JSON Schema (2020-12) of a pack, from the types that packs are read into.
pub fn schema() -> serde_json::Value {
    let mut schema = schemars::schema_for!(Pack);
    schema.insert("title".into(), "attack pack".into());
    schema.to_value()
}

fn wrong(attack: &crate::model::attack::Attack) -> Option<&'static str> {
    if attack.steps.is_empty() {
        return Some("has no steps");
    }
    for step in &attack.steps {
        if step.role == Role::Tool && step.verbs.is_empty() {
            return Some("a step of role `tool` needs `verbs`: which tools do the harm?");
        }
        if step.role != Role::Tool && step.value.is_empty() {
            return Some("a step needs a `value`");
        }
    }
    None
}

/// The packs in the binary.
pub fn built_in() -> Result<Vec<Pack>, BadPack> {
    let packs: Vec<Pack> = BUILT_IN.iter().map(|(file, text)| read(text, file)).collect::<Result<_, _>>()?;
    unique(&packs)?;
    Ok(packs)
}

/// An id names one attack, so that a baseline or a fingerprint can point at it.
pub fn unique(packs: &[Pack]) -> Result<(), BadPack> {
    let mut seen = std::collections::BTreeSet::new();
    for attack in packs.iter().flat_map(|pack| &pack.attacks) {
        if !seen.insert(&attack.id) {
            return Err(BadPack::Twice { id: attack.id.clone() });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::attack::Harm;
    use std::collections::BTreeSet;

    #[test]
    fn the_packs_in_the_binary_can_be_read_and_hold_what_they_promise() {
        let packs = built_in().unwrap();
        let attacks: Vec<_> = packs.iter().flat_map(|pack| &pack.attacks).collect();
        assert!(attacks.len() >= 150, "{} attacks", attacks.len());
        let harms: BTreeSet<Harm> = attacks.iter().flat_map(|attack| &attack.steps).map(|step| step.harm).collect();
        assert_eq!(harms.len(), Harm::ALL.len(), "every harm is done by some attack");
        for attack in attacks {
            assert!(!attack.source.is_empty() && !attack.tags.is_empty(), "{}", attack.id);
            assert!(attack.tags.iter().any(|tag| tag.starts_with("MCP")), "{} has an OWASP tag", attack.id);
            assert!(attack.tags.iter().any(|tag| tag.starts_with("AML.")), "{} has an ATLAS tag", attack.id);
        }
        assert!(packs.iter().any(|pack| !pack.beyond.is_empty()), "what no gate can stop is said");
    }

    #[test]
    fn every_pack_in_the_folder_is_in_the_binary() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("attack-packs");
        #[allow(clippy::disallowed_methods, reason = "a test")]
        let found: BTreeSet<String> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        assert_eq!(found, BUILT_IN.iter().map(|(file, _)| (*file).to_owned()).collect());
    }

    #[test]
    fn a_misspelt_or_doubled_key_is_refused_with_its_place() {
        for text in ["version: 1\ntheme: x\natacks: []\n", "version: 1\nversion: 1\ntheme: x\n"] {
            let error = read(text, "mine.yaml").unwrap_err().to_string();
            assert!(error.starts_with("mine.yaml: ") && error.contains("line"), "{error}");
        }
    }

    #[test]
    fn a_pack_of_another_version_or_a_step_that_does_nothing_is_refused() {
        assert!(matches!(read("version: 9\ntheme: x\n", "f"), Err(BadPack::Version { version: 9, .. })));
        let step =
            "version: 1\ntheme: x\nattacks: [{ id: a, title: a, source: a, steps: [{ role: tool, harm: payment }] }]\n";
        assert!(matches!(read(step, "f"), Err(BadPack::Attack { .. })));
    }

    #[test]
    fn an_id_names_one_attack() {
        let pack = read("version: 1\ntheme: x\nattacks: [{ id: a, title: a, source: a, steps: [{ role: sql, value: x, harm: payment }] }]\n", "f").unwrap();
        assert!(unique(&[pack.clone(), pack]).is_err());
    }
}
