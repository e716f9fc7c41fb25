//! Pairs of what a list of places holds and what it does not.

use super::*;

fn facts() -> Facts {
    Facts {
        project: "/home/ada/web".into(),
        cwd: "/home/ada/web".into(),
        home: Some("/home/ada".into()),
        ..Facts::default()
    }
}

fn holds(patterns: &[&str], place: &str) -> bool {
    let patterns: Vec<String> = patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
    PathSet::granted(&patterns).unwrap().holds(&Place::read(place, Os::Posix), &facts()).is_some()
}

#[test]
fn a_plain_path_grants_itself_and_all_beneath_and_no_sibling() {
    for granted in ["/home/ada/web/src", "/home/ada/web/src/a/b.rs"] {
        assert!(holds(&["./src"], granted), "{granted}");
    }
    for denied in ["/home/ada/web", "/home/ada/web/src-secret/x", "/etc/src", "/home/ada/web/srcx", "/"] {
        assert!(!holds(&["./src"], denied), "{denied}");
    }
}

#[test]
fn a_star_never_crosses_a_slash() {
    assert!(holds(&["./src/*.rs"], "/home/ada/web/src/main.rs"));
    assert!(!holds(&["./src/*.rs"], "/home/ada/web/src/a/main.rs"));
    assert!(!holds(&["./src/*"], "/home/ada/web/src"));
    assert!(holds(&["./**/*.md"], "/home/ada/web/README.md"));
    assert!(holds(&["./**/*.md"], "/home/ada/web/docs/deep/x.md"));
    assert!(!holds(&["./**/*.md"], "/home/ada/x.md"));
    assert!(holds(&["./{src,docs}/**"], "/home/ada/web/docs/x"));
    assert!(!holds(&["./{src,docs}/**"], "/home/ada/web/test/x"));
}

#[test]
fn brackets_are_letters() {
    assert!(holds(&["./app/[id]"], "/home/ada/web/app/[id]/page.tsx"));
    assert!(holds(&["./app/[id]/*.tsx"], "/home/ada/web/app/[id]/page.tsx"));
    assert!(!holds(&["./app/[id]/*.tsx"], "/home/ada/web/app/i/page.tsx"));
}

#[test]
fn home_root_and_siblings_of_the_project_are_named_as_such() {
    assert!(holds(&["~/notes"], "/home/ada/notes/x"));
    assert!(!holds(&["~/notes"], "/home/bob/notes/x"));
    assert!(holds(&["/etc/hosts"], "/etc/hosts"));
    assert!(!holds(&["/etc/hosts"], "/etc/hosts.allow"));
    assert!(holds(&["../lib"], "/home/ada/lib/x"));
    assert!(!holds(&["../lib"], "/home/ada/web/lib/x"));
    assert!(holds(&["."], "/home/ada/web"));
    assert!(holds(&["/"], "/etc/shadow"));
}

#[test]
fn letter_case_counts_for_grants_and_never_for_denials() {
    let patterns = vec!["./Src".to_owned()];
    let place = Place::read("/home/ada/web/sRC/x", Os::Posix);
    assert!(PathSet::granted(&patterns).unwrap().holds(&place, &facts()).is_none());
    assert!(PathSet::denied(&patterns).unwrap().holds(&place, &facts()).is_some());
    let folding = Facts { fold_case: true, ..facts() };
    assert!(PathSet::granted(&patterns).unwrap().holds(&place, &folding).is_some());
}

#[test]
fn what_lies_below_a_place_is_found() {
    let denied = PathSet::denied(&["~/.ssh".to_owned(), "./a/b/c".to_owned()]).unwrap();
    let below = |place: &str| denied.lies_below(&Place::read(place, Os::Posix), &facts());
    assert_eq!(below("/home/ada"), Some(1).or(Some(0)));
    assert_eq!(below("/"), below("/home"));
    assert!(below("/home").is_some());
    assert_eq!(below("/home/ada/web/a"), Some(1));
    assert_eq!(below("/home/ada/web/a/bc"), None);
    assert_eq!(below("/home/ada/music"), None);
}

#[test]
fn what_a_glob_names_lies_below_its_own_folder_also_where_that_is_the_project() {
    let below = |pattern: &str, place: &str| {
        let denied = PathSet::denied(&[pattern.to_owned()]).unwrap();
        denied.lies_below(&Place::read(place, Os::Posix), &facts()).is_some()
    };
    assert!(below("./*.secret", "/home/ada/web") && below("./a/*.secret", "/home/ada/web/a"));
    assert!(below("~/*.secret", "/home/ada") && below("/*.secret", "/"));
    assert!(!below("./*.secret", "/home/ada/web/a") && !below("./a/*.secret", "/home/ada/web/b"));
    assert!(!below(".", "/home/ada/web"));
}

#[test]
fn a_link_that_the_policy_names_holds_where_it_leads() {
    let links = BTreeMap::from([("/home/ada/web/secrets".to_owned(), "/mnt/vault".to_owned())]);
    let set = PathSet::denied(&["./secrets".to_owned()]).unwrap();
    assert_eq!(set.spellings(&facts()), ["/home/ada/web/secrets"]);
    let set = set.with_links(&links, &facts()).unwrap();
    assert!(set.holds(&Place::read("/mnt/vault/key", Os::Posix), &facts()).is_some());
    assert!(set.holds(&Place::read("/home/ada/web/secrets/key", Os::Posix), &facts()).is_some());
    assert!(set.holds(&Place::read("/mnt/vaults", Os::Posix), &facts()).is_none());
}

#[test]
fn windows_places_are_held_whatever_their_spelling() {
    let facts = Facts { project: "c:/web".into(), cwd: "c:/web".into(), os: Os::Windows, ..Facts::default() };
    let set = PathSet::granted(&["./src".to_owned(), r"D:\data".to_owned()]).unwrap();
    for granted in [r"C:\Web\SRC\a", r"\\?\c:\web\src", r"d:\DATA\x"] {
        assert!(set.holds(&Place::read(granted, Os::Windows), &facts).is_some(), "{granted}");
    }
    assert!(set.holds(&Place::read(r"c:\web\src2", Os::Windows), &facts).is_none());
}

/// `pattern` holds the first and not the second, as a grant and as a denial.
#[track_caller]
fn holds_on_windows(pattern: &str, within: &str, outside: &str) {
    let facts = Facts { project: "c:/web".into(), cwd: "c:/web".into(), os: Os::Windows, ..Facts::default() };
    for parse in [PathSet::granted, PathSet::denied] {
        let set = parse(&[pattern.to_owned()]).unwrap();
        assert!(set.holds(&Place::read(within, Os::Windows), &facts).is_some(), "{pattern}: {within}");
        assert!(set.holds(&Place::read(outside, Os::Windows), &facts).is_none(), "{pattern}: {outside}");
    }
}

#[test]
fn a_rooted_place_of_a_policy_is_on_the_drive_of_the_project() {
    holds_on_windows("/data", r"C:\data\x", r"D:\data\x");
    holds_on_windows(r"\data", r"C:\data\x", r"C:\web\data");
    holds_on_windows("/data/*.md", "c:/data/a.md", "c:/data/a.txt");
    let share = Facts { project: "//srv/share/web".into(), os: Os::Windows, ..Facts::default() };
    let denied = PathSet::denied(&["/data".to_owned()]).unwrap();
    assert!(denied.holds(&Place::read(r"\\srv\share\data\x", Os::Windows), &share).is_some());
    assert!(denied.holds(&Place::read(r"\\srv\other\data\x", Os::Windows), &share).is_none());
}

#[test]
fn a_whole_drive_a_share_and_a_pattern_on_either_hold_what_they_say() {
    holds_on_windows(r"D:\", r"d:\x", r"c:\x");
    holds_on_windows("//srv/share/docs", r"\\SRV\share\docs\x", r"c:\srv\share\docs\x");
    holds_on_windows(r"\\srv\share\*.md", r"\\srv\share\a.md", r"\\srv\share\a.txt");
    holds_on_windows(r"\\?\D:\data\*.md", r"D:\data\a.md", r"D:\data\a.txt");
    for wrong in [r"\\srv\*", r"C:\*\..\x"] {
        assert!(PathSet::granted(&[wrong.to_owned()]).is_err(), "{wrong}");
    }
}

#[test]
fn who_takes_a_drive_away_takes_what_is_denied_on_it() {
    let facts = Facts { project: "c:/web".into(), os: Os::Windows, ..Facts::default() };
    let denied = PathSet::denied(&[r"D:\data".to_owned(), "/etc".to_owned()]).unwrap();
    let below = |place: &str| denied.lies_below(&Place::read(place, Os::Windows), &facts);
    assert_eq!((below("d:/"), below("c:/"), below("e:/")), (Some(0), Some(1), None));
}

#[test]
fn limit_a_share_of_a_folder_and_a_short_name_are_other_places() {
    for other in [r"\\MYPC\C$\web\secrets\x", r"\\localhost\web\secrets\x", r"C:\web\SECRET~1\x"] {
        holds_on_windows("./secrets", r"\\localhost\C$\web\secrets\x", other);
    }
}

#[test]
fn a_folder_of_the_user_is_below_the_home_whatever_its_name() {
    let facts = Facts { home: Some("c:/users/ada".into()), os: Os::Windows, ..Facts::default() };
    for pattern in
        [r"%APPDATA%\Claude", "$env:appdata/Claude", r"~\AppData\Roaming\Claude", "$HOME/AppData/Roaming/Claude"]
    {
        let set = PathSet::denied(&[pattern.to_owned()]).unwrap();
        let holds = |place| set.holds(&Place::read(place, Os::Windows), &facts).is_some();
        assert!(holds(r"C:\Users\ada\AppData\Roaming\Claude\x"), "{pattern}");
        assert!(!holds(r"C:\Users\ada\AppData\Local\Claude"), "{pattern}");
    }
}

#[test]
fn a_link_to_a_share_holds_the_share() {
    let facts = Facts { project: "c:/web".into(), os: Os::Windows, ..Facts::default() };
    let links = BTreeMap::from([("c:/web/vault".to_owned(), "//srv/vault/x".to_owned())]);
    let set = PathSet::denied(&["./vault".to_owned()]).unwrap().with_links(&links, &facts).unwrap();
    assert!(set.holds(&Place::read(r"\\srv\vault\x\key", Os::Windows), &facts).is_some());
    assert!(set.holds(&Place::read(r"\\srv\vault\y", Os::Windows), &facts).is_none());
}

#[test]
fn patterns_that_name_no_place_are_refused() {
    for wrong in ["", "~bob/x", "/..", "./*/../x", "./{a,{b}}", "./{a"] {
        assert!(PathSet::granted(&[wrong.to_owned()]).is_err(), "{wrong}");
    }
}

#[test]
fn a_place_above_the_root_is_the_roots_own_and_no_other() {
    let denied = PathSet::denied(&["../../../../../etc".into()]).unwrap();
    let holds = |place, facts: &Facts| denied.holds(&Place::read(place, facts.os), facts).is_some();
    assert!(holds("/etc/passwd", &facts()));
    assert!(!holds("/home/etc/passwd", &facts()));
    let windows = Facts { project: "c:/web".into(), os: Os::Windows, ..facts() };
    assert!(holds(r"C:\etc\x", &windows));
    assert!(!holds(r"D:\etc\x", &windows) && !holds(r"C:\web\etc\x", &windows));
}

#[test]
fn a_share_lies_below_no_root_and_is_held_by_its_own_name() {
    let windows = Facts { project: "c:/web".into(), os: Os::Windows, ..facts() };
    let holds = |pattern: &str, place: &str| {
        let set = PathSet::denied(&[pattern.to_owned()]).unwrap();
        set.holds(&Place::read(place, Os::Windows), &windows).is_some()
    };
    assert!(holds(r"\\srv\share\a", r"\\SRV\share\a\b") && !holds(r"\\srv\share\a", r"\\srv\share\ab"));
    assert!(!holds("/", r"\\srv\share\a") && !holds("/*.pem", r"\\srv\share\a.pem"));
    assert!(!holds("/srv/share", r"\\srv\share\a"));
}

#[test]
fn a_root_that_names_no_drive_holds_whatever_a_denial_names() {
    let windows = Facts { project: "c:/web".into(), os: Os::Windows, ..facts() };
    let set = PathSet::denied(&["./secret".to_owned()]).unwrap();
    let below = |place: &str| set.lies_below(&Place::read(place, Os::Windows), &windows).is_some();
    assert!(below(r"\\") && below("//") && below("c:/") && !below("d:/"));
}

#[test]
fn every_entry_that_a_change_touches_is_told_and_of_a_look_only_those_that_hold_the_place() {
    let patterns = ["./a", "./a/b", "./a/b/*.key", "./a/bc", "~/x"].map(str::to_owned);
    let set = PathSet::denied(&patterns).unwrap();
    let touched = |place: &str, changes| set.all_touched(&Place::read(place, Os::Posix), &facts(), changes);
    assert_eq!(touched("/home/ada/web/a/b/s.key/x", false), [0, 1, 2]);
    assert_eq!(touched("/home/ada/web/a/b", false), [0, 1]);
    assert_eq!(touched("/home/ada/web/a/b", true), [0, 1, 2]);
    assert_eq!(touched("/home/ada", true), [0, 1, 2, 3, 4]);
    assert_eq!(touched("/home/ada", false), [0usize; 0]);
}

#[test]
fn the_entry_nearest_to_the_place_is_the_one_that_is_told() {
    let set = PathSet::granted(&["./a", "./a/b/c", "./a/b"].map(str::to_owned)).unwrap();
    let holds = |place: &str| set.holds(&Place::read(place, Os::Posix), &facts());
    assert_eq!([holds("/home/ada/web/a/x"), holds("/home/ada/web/a/b/x")], [Some(0), Some(2)]);
    assert_eq!([holds("/home/ada/web/a/b/c/d"), holds("/home/ada/web/b")], [Some(1), None]);
}

#[test]
fn a_path_of_more_folders_than_any_has_is_refused() {
    assert!(PathSet::granted(&["a/".repeat(300)]).is_err());
    assert!(PathSet::granted(&["a/".repeat(250)]).is_ok());
}

#[test]
fn a_link_is_one_in_every_spelling_and_what_a_pattern_names_in_it_lies_where_it_leads() {
    let windows = Facts { project: "c:/home/ada/web".into(), os: Os::Windows, ..facts() };
    let set = PathSet::denied(&["./*.tmp".to_owned()]).unwrap();
    for spelling in ["c:/home/ada/web/", "c:/home/ada/web", r"C:\home\ada\web\."] {
        let links = BTreeMap::from([(spelling.to_owned(), "d:/mnt/x".to_owned())]);
        let set = set.clone().with_links(&links, &windows).unwrap();
        let at = |text: &str| Place::read(text, Os::Windows);
        assert!(set.lies_below(&at("d:/mnt/x"), &windows).is_some(), "{spelling}");
        assert!(set.holds(&at("d:/mnt/x/a.tmp"), &windows).is_some(), "{spelling}");
        assert!(set.holds(&at("d:/mnt/xa.tmp"), &windows).is_none() && set.holds(&at("d:/mnt/x"), &windows).is_none());
    }
}

#[test]
fn on_windows_a_backslash_is_no_letter_of_a_folder_that_is_taken_away() {
    let facts = Facts {
        project: "c:/home/ada/web".into(),
        home: Some("c:/home/ada".into()),
        os: Os::Windows,
        ..Facts::default()
    };
    let denied = PathSet::denied(&[r"%AppData%\..\..\notes\**".to_owned()]).unwrap();
    let below = |place: &str| denied.lies_below(&Place::read(place, Os::Windows), &facts).is_some();
    assert!(below(r"c:\home\ada\notes") && below(r"c:\home\ada"));
    assert!(!below(r"c:\home\ada\AppData") && !below(r"c:\home\ada\AppData\Roaming"));
}

#[test]
fn a_place_that_leads_out_of_the_home_is_refused_with_either_separator() {
    for wrong in ["~/../x", r"~\..\x", r"~\..\..\x\y"] {
        assert!(PathSet::denied(&[wrong.to_owned()]).is_err(), "{wrong}");
    }
    for right in ["~/a/../x", r"~\a\..\x", r"a\b.txt", r"\\srv\share\x"] {
        assert!(PathSet::denied(&[right.to_owned()]).is_ok(), "{right}");
    }
}
