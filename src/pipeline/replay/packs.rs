//! YAML -> packs, and the packs that are compiled in.

use crate::model::attack::{Pack, Role};

/// The version of the format that is read.
const VERSION: u32 = 1;

/// File name and text of every pack in the binary.
pub const BUILT_IN: [(&str, &str); 1] = [("classic.yaml", include_str!("../../../attack-packs/classic.yaml"))];

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
