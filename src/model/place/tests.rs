//! Spellings of places, in pairs.

use super::*;

fn posix(text: &str) -> String {
    Place::read(text, Os::Posix).as_str().to_owned()
}

fn windows(text: &str) -> String {
    Place::read(text, Os::Windows).as_str().to_owned()
}

#[test]
fn spellings_of_one_posix_place_are_one() {
    for spelling in ["/a/b", "/a//b/", "/a/./b", "/a/x/../b", "/../a/b"] {
        assert_eq!(posix(spelling), "/a/b");
    }
    assert_eq!(posix("/"), "/");
    assert_eq!(posix("/.."), "/");
    assert_eq!(posix("/a/..b/.c/..."), "/a/..b/.c/...");
    assert_eq!(posix("a/b"), "/a/b");
    assert_eq!(posix(""), "/");
}

#[test]
fn spellings_of_one_windows_place_are_one() {
    for spelling in [
        r"C:\a\b",
        "c:/a/b",
        r"\\?\C:\a\b",
        r"\\.\c:\a\.\b",
        r"\/.\c:/a/b",
        r"//?\C:\a/b",
        r"C:\a\b.",
        r"C:\a \b. .",
        r"C:\a\b::$DATA",
        r"C:\a\b:x",
    ] {
        assert_eq!(windows(spelling), "c:/a/b", "{spelling}");
    }
    assert_eq!(windows(r"\\Srv\Share\a"), "//srv/share/a");
    for spelling in [r"\\?\UNC\srv\share\a", r"\\srv\\Share\a", r"\/\srv/\share\\a", "//srv///SHARE/a"] {
        assert_eq!(windows(spelling), "//srv/share/a", "{spelling}");
    }
    assert_eq!((windows(r"\\"), windows(r"\\srv")), ("/".to_owned(), "//srv/".to_owned()));
    // This machine's own shares of its drives are the drives.
    for spelling in [r"\\localhost\C$\a", r"\\127.0.0.1\c$\a", "//LOCALHOST/c$/a", r"\\?\UNC\localhost\c$\a"] {
        assert_eq!(windows(spelling), "c:/a", "{spelling}");
    }
    assert_eq!(
        (windows(r"\\srv\c$\a"), windows(r"\\localhost\cd$\a")),
        ("//srv/c$/a".into(), "//localhost/cd$/a".into())
    );
}

#[test]
fn a_place_stands_on_its_drive_or_share() {
    for (place, expected) in
        [("c:/a/b", "c:/"), ("//srv/share/a", "//srv/share"), ("//srv/share", "//srv/share"), ("/a", "/")]
    {
        assert_eq!(root(place), expected);
    }
}

#[test]
fn a_device_is_told_from_a_drive_and_a_share() {
    for device in [r"\\.\pipe\x", r"\\?\GLOBALROOT\Device\x", "//./PhysicalDrive0", r"\??\Volume{1}\x", r"\\.\CON"] {
        assert!(names_a_device(device), "{device}");
    }
    for other in [r"\\?\C:\a", r"\\?\UNC\srv\share", r"\\.\unc/srv/share", r"\\srv\share", "/./a", "./pipe/x", "//a"] {
        assert!(!names_a_device(other), "{other}");
    }
}

#[test]
fn containment_is_by_component() {
    let place = Place::read("/work/src-secret/x", Os::Posix);
    assert_eq!(place.below("/work/src"), None);
    assert_eq!(place.below("/work/src-secret"), Some("x"));
    assert_eq!(place.below("/"), Some("work/src-secret/x"));
    assert_eq!(place.below("/work/src-secret/x"), Some(""));
}

#[test]
fn ancestors_end_at_the_root() {
    assert_eq!(ancestors("/a/b").collect::<Vec<_>>(), ["/a/b", "/a", "/"]);
    assert_eq!(ancestors("a/b").collect::<Vec<_>>(), ["a/b", "a", ""]);
    assert_eq!(ancestors("/").collect::<Vec<_>>(), ["/"]);
}

#[test]
fn home_is_expanded_at_the_beginning_only() {
    let expand = |path| expand_home(path, Some("/home/ada"), "/w");
    assert_eq!(expand("~/x"), "/home/ada/x");
    assert_eq!(expand("$HOME/x"), "/home/ada/x");
    assert_eq!(expand("${HOME}"), "/home/ada");
    assert_eq!(expand("~bob/x"), "/home/bob/x");
    assert_eq!(expand("~root/x"), "/root/x");
    assert_eq!(expand("$HOMELESS/x"), "$HOMELESS/x");
    assert_eq!(expand("a/~/x"), "a/~/x");
    assert_eq!(expand("%USERPROFILE%/x"), "/home/ada/x");
    assert_eq!(expand(r"%AppData%\Claude\x.json"), r"/home/ada/AppData/Roaming\Claude\x.json");
    assert_eq!(expand("%LOCALAPPDATA%"), "/home/ada/AppData/Local");
    assert_eq!(expand(r"$env:APPDATA\x"), r"/home/ada/AppData/Roaming\x");
    assert_eq!(expand(r"%HOMEDRIVE%%HOMEPATH%\.ssh"), r"/home/ada\.ssh");
    assert_eq!(expand("$XDG_CONFIG_HOME/gh/hosts.yml"), "/home/ada/.config/gh/hosts.yml");
    assert_eq!(expand("${XDG_DATA_HOME}"), "/home/ada/.local/share");
    assert_eq!(expand("$APPDATA/x"), "/home/ada/AppData/Roaming/x");
    assert_eq!(expand("%APPDATAX%/x"), "%APPDATAX%/x");
    assert_eq!(expand("a/%APPDATA%/x"), "a/%APPDATA%/x");
}

#[test]
fn a_relative_path_starts_where_it_is_told_to() {
    assert_eq!(join("/w", "a", Os::Posix), "/w/a");
    assert_eq!(join("/w", "/a", Os::Posix), "/a");
    assert_eq!(join("c:/w", r"\a", Os::Windows), r"c:\a");
    assert_eq!(join("c:/w", r"D:\a", Os::Windows), r"D:\a");
    assert_eq!(join("c:/w", r"C:proj\x", Os::Windows), r"c:/w/proj\x");
    assert_eq!(join("c:/w", r"C:..\x", Os::Windows), r"c:/w/..\x");
    assert_eq!(join("c:/w", r"D:proj\x", Os::Windows), r"D:proj\x");
    assert_eq!(join("c:/w", "C:", Os::Windows), "c:/w");
    assert_eq!(join(r"\\?\C:\w", r"\a", Os::Windows), r"c:\a");
    assert_eq!(join(r"\\?\C:\w", "C:a", Os::Windows), r"\\?\C:\w/a");
    assert_eq!(join("//srv/share/w", r"\a", Os::Windows), r"//srv/share\a");
    for whole in [r"\/srv/share", r"\??\D:\a", r"\\srv\share"] {
        assert_eq!(join("c:/w", whole, Os::Windows), whole);
    }
    assert_eq!(join("/w", "c:x", Os::Posix), "/w/c:x");
}
