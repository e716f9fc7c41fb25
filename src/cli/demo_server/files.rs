//! Paths as a careless server takes them: `~`, `..` and symlinks are followed wherever they lead. The only border is
//! the scratch folder, so that the demo cannot touch anything of the person who runs it.

use std::path::{Component, Path, PathBuf};

/// Where an existing path leads.
pub fn existing(root: &Path, path: &str) -> Result<PathBuf, String> {
    let place = std::fs::canonicalize(spelled(root, path)).map_err(|error| format!("{path}: {error}"))?;
    inside(root, path, place)
}

/// Where a file that may not exist yet would be written; missing folders are not made.
pub fn to_write(root: &Path, path: &str) -> Result<PathBuf, String> {
    let spelled = spelled(root, path);
    if let Ok(place) = std::fs::canonicalize(&spelled) {
        return inside(root, path, place);
    }
    let (Some(folder), Some(Component::Normal(name))) = (spelled.parent(), spelled.components().next_back()) else {
        return Err(format!("{path}: not a file"));
    };
    // A link that leads nowhere would be written through.
    if std::fs::symlink_metadata(&spelled).is_ok() {
        return Err(format!("{path}: a link that leads nowhere"));
    }
    let folder = std::fs::canonicalize(folder).map_err(|error| format!("{path}: {error}"))?;
    inside(root, path, folder.join(name))
}

fn spelled(root: &Path, path: &str) -> PathBuf {
    let path = path.strip_prefix("file://").unwrap_or(path);
    match path.strip_prefix('~') {
        Some(rest) => root.join("home").join(rest.trim_start_matches('/')),
        None => root.join("project").join(path),
    }
}

fn inside(root: &Path, path: &str, place: PathBuf) -> Result<PathBuf, String> {
    if place.starts_with(root) { Ok(place) } else { Err(format!("{path}: outside of the demo's scratch folder")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_in_the_scratch_folder_can_be_reached_and_nothing_outside() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        std::fs::create_dir_all(root.join("project")).unwrap();
        std::fs::create_dir_all(root.join("home/.ssh")).unwrap();
        std::fs::write(root.join("home/.ssh/id_rsa"), "key").unwrap();
        assert!(existing(&root, "~/.ssh/id_rsa").is_ok());
        assert!(existing(&root, "../home/.ssh/id_rsa").is_ok());
        assert!(to_write(&root, "new.txt").is_ok());
        assert!(existing(&root, "../..").is_err());
        assert!(existing(&root, "/").is_err());
        assert!(to_write(&root, "../../outside.txt").is_err());
    }

    #[test]
    #[cfg(unix)]
    fn a_link_is_followed_inside_and_refused_outside() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        std::fs::create_dir_all(root.join("project")).unwrap();
        std::fs::create_dir_all(root.join("home")).unwrap();
        std::os::unix::fs::symlink(root.join("home"), root.join("project/in")).unwrap();
        std::os::unix::fs::symlink("/", root.join("project/out")).unwrap();
        assert!(to_write(&root, "in/x").is_ok());
        assert!(to_write(&root, "out/remit-demo-must-not-exist").is_err());
    }
}
