//! Places as Windows writes them: drives, shares, devices, streams, and what falls off a name.

use crate::choices::Choices;

/// A place of the policy: with a drive, on a share, behind a device, or with the other separator.
pub fn written(place: &str, choices: &mut Choices<'_>) -> String {
    if choices.chance(50) {
        return place.to_owned();
    }
    let turned = place.replace('/', "\\");
    if let Some(rest) = turned.strip_prefix('~').filter(|_| choices.chance(50)) {
        return format!("{}{rest}", choices.pick(&["~", "%USERPROFILE%", "$env:USERPROFILE", r"%AppData%\..\.."]));
    }
    let Some(absolute) = from_root(place) else { return turned };
    let root = choices.pick(&["C:", "c:", "D:", r"\\?\C:", r"\\srv\share", r"\\?\UNC\srv\Share", "\\\\localhost\\C$"]);
    match choices.below(4) {
        0 => turned,
        1 => format!("C:{absolute}"),
        2 => absolute.replace('/', "\\"),
        _ => format!("{root}{}", absolute.replace('/', "\\")),
    }
}

/// The same place below the root of its drive; `None` where it stands above the project.
fn from_root(place: &str) -> Option<String> {
    match (place.strip_prefix('~'), place.strip_prefix("./")) {
        (Some(rest), _) => (rest.is_empty() || rest.starts_with('/')).then(|| format!("/home/ada{rest}")),
        (_, Some(rest)) => Some(format!("/home/ada/web/{rest}")),
        _ if place.starts_with('/') => Some(place.to_owned()),
        _ if place.starts_with("..") || place.contains([':', '\\']) => None,
        _ if place == "." => Some("/home/ada/web".into()),
        _ => Some(format!("/home/ada/web/{place}")),
    }
}

/// A path of a call: the same place to Windows, or one that is nearly the same.
pub fn spelled(path: &str, choices: &mut Choices<'_>) -> String {
    let turned = path.replace('/', "\\");
    let Some(absolute) = from_root(path) else {
        return format!("{turned}{}", choices.pick(&["", "::$DATA", ". ", "\\x.", "\\..\\x"]));
    };
    let backward = absolute.replace('/', "\\");
    let relative = absolute.strip_prefix("/home/ada/web/").unwrap_or(path).to_owned();
    let roots = [
        "C:",
        "c:",
        "D:",
        r"\\?\C:",
        r"\\.\c:",
        r"\??\C:",
        r"\\srv\share",
        r"\\?\UNC\SRV\share",
        r"\\?\D:",
        r"\\localhost\c$",
    ];
    match choices.below(16) {
        0 => turned,
        1 => backward,
        2 | 3 => format!("{}{backward}", choices.pick(&roots)),
        4 => format!("{}{absolute}", choices.pick(&roots)).replace('\\', "/"),
        5 => format!("{}{relative}", choices.pick(&["C:", "c:", "D:"])).replace('/', "\\"),
        6 => format!("{path}{}", choices.pick(&["::$DATA", ":x", ":x:$DATA"])),
        7 => format!("{path}{}", choices.pick(&[".", " ", ". .", "...", " ."])),
        8 => relative.replace('/', choices.pick(&[".\\", " \\", ":x\\", "\\\\", "\\.\\"])),
        9 => format!(
            "{}\\..\\web\\{relative}",
            choices.pick(&["%USERPROFILE%\\x", "%AppData%\\..", "$env:USERPROFILE\\x"])
        ),
        10 => format!(
            "{}/../{relative}",
            choices.pick(&["%APPDATA%", "%USERPROFILE%", "$env:LOCALAPPDATA", "~\\...\\", "$HOME"])
        ),
        11 => format!("docs\\{}\\..\\{relative}", choices.pick(&["...", ". .", "a", ".. ", "a:b"])),
        12 => choices
            .pick(&[r"\\.\pipe\docker_engine", r"\\?\GLOBALROOT\Device\x", "//./PhysicalDrive0", r"\\.\CON"])
            .to_owned(),
        13 => format!("file:///{}{absolute}", choices.pick(&["C:", "c:", "D:"])),
        14 => choices.pick(&["C:", r"C:\", r"D:\", "\\", r"\\srv\share", r"\\srv", "c:/home"]).to_owned(),
        _ => backward.to_uppercase(),
    }
}
