use super::{Address, Update, query, repository_names};

#[test]
fn addresses_are_compared_by_host_and_path() {
    for text in [
        "https://github.com/acme/config",
        "https://github.com/acme/config.git",
        "https://user:secret@GitHub.com:443/acme/config/",
        "ssh://git@github.com/acme/config.git",
        "ssh://git@github.com:2222/acme/config",
        "git@github.com:acme/config.git",
        "github.com/acme/config",
        "git::https://github.com/acme/config",
        "gh:acme/config",
    ] {
        let address = Address::parse(text).unwrap().to_string();
        assert_eq!(address, "github.com/acme/config", "{text}");
    }
    for (text, expected) in [
        ("https://git.acme.io:8443/a/b", Some("git.acme.io:8443/a/b")),
        ("localhost:5000/a", Some("localhost:5000/a")),
        ("oci://r.io/charts", Some("r.io/charts")),
        (
            "https://github.com/acme/Config",
            Some("github.com/acme/Config"),
        ),
        ("../base", None),
        ("./base", None),
        ("base/x.yaml", None),
        ("redis", None),
        ("bitnami/redis", None),
    ] {
        let address = Address::parse(text).map(|address| address.to_string());
        assert_eq!(address.as_deref(), expected, "{text}");
    }
}

#[test]
fn what_is_asked() {
    let update = Update::chart("oci://r.io/charts/web:1.2.3").unwrap();
    assert_eq!(
        (update.name.as_str(), update.version.as_str()),
        ("r.io/charts/web", "1.2.3")
    );
    let update = Update::revision("https://github.com/acme/config.git//base/=>=1.0 <2").unwrap();
    assert_eq!(update.name, "github.com/acme/config//base");
    assert_eq!(
        (update.version.as_str(), update.text().as_str()),
        (">=1.0 <2", "config")
    );
    for bad in ["redis", "redis:", ":1", "https://r.io/x", "a:b\n"] {
        Update::chart(bad).unwrap_err();
    }
    for bad in ["github.com/a/b", "=v1", "a=", "a=-v1", "a= v1"] {
        Update::revision(bad).unwrap_err();
    }
}

#[test]
fn revisions_in_addresses() {
    for (url, expected) in [
        ("h/a?ref=v1", Some("v1")),
        ("h/a?timeout=9s&ref=v1&x=y", Some("v1")),
        ("h/a?version=v1", Some("v1")),
        ("h/a?version=v0&ref=v1", Some("v1")),
        ("h/a?ref=v1%2Bb", Some("v1+b")),
        ("h/a?xref=v1", None),
        ("h/a", None),
    ] {
        let found = query::revision(url).map(|(_, revision)| revision);
        assert_eq!(found.as_deref(), expected, "{url}");
    }
    assert_eq!(query::encoded("release/v1+b 2"), "release/v1%2Bb%202");
}

#[test]
fn a_path_in_a_repository_is_a_name_of_its_own() {
    assert_eq!(
        repository_names("https://h.io/a/b.git", Some("./apps/web/")),
        ["h.io/a/b", "h.io/a/b//apps/web"]
    );
    assert_eq!(
        repository_names("https://h.io/a/b", Some(".")),
        ["h.io/a/b"]
    );
}
