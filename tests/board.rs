//! The board in a real browser: what it shows, what its search leaves, and
//! that it asks for nothing.

use crate::support::command::command;
use crate::support::files::{Files, files};
use crate::support::repository::BareRepository;
use crate::support::temp::TempDir;
use crate::support::tools::system;
use crate::support::towpath::Towpath;
use serde_json::Value;
use std::fs;

/// Texts that would be markup, script or a request if a page let them.
const HOSTILE: &str = "<img src=http://127.0.0.1:9/x onerror=alert(1)></script>\"'&";

fn repository() -> BareRepository {
    let mut now = files([
        (
            "towpath.yaml",
            "version: 1\nfiles: envs/<environment>/<app>\nenvironments: {dev: , prod: {from: dev}}\n",
        ),
        (
            "envs/dev/web/values.yaml",
            "image: {repository: web, tag: v1}\n",
        ),
        (
            "envs/dev/api/values.yaml",
            "image: {repository: api, tag: v1}\n",
        ),
        (
            "envs/prod/web/values.yaml",
            "image: {repository: web, tag: v1}\n",
        ),
        (
            "envs/prod/api/values.yaml",
            "image: {repository: api, tag: v1}\n",
        ),
    ]);
    let repository = BareRepository::new(&now);
    let mut set = |path: &str, text: &str, message: &str| {
        let new: Files = files([(path, text)]);
        now.extend(new);
        repository.commit("main", &now, message);
    };
    set(
        "envs/dev/web/values.yaml",
        "image: {repository: web, tag: v2}\n",
        &format!("{HOSTILE}\n\nTowpath-Build: 7\nTowpath-Run: https://ci.example/\"><b>7\n"),
    );
    set(
        "envs/prod/api/values.yaml",
        &format!(
            "image: {{repository: api, tag: {}}}\n",
            serde_json::json!(HOSTILE)
        ),
        "By hand",
    );
    repository
}

/// A page as the browser has it, after its script.
struct Seen {
    dom: String,
    log: String,
    /// The addresses that were asked for.
    requests: Vec<String>,
}

/// Opens a page in a browser that cannot find any host.
fn browse(directory: &TempDir, fragment: &str) -> Seen {
    let net_log = directory.join("net.json");
    let page = format!(
        "file://{}{fragment}",
        directory.join("board.html").display()
    );
    let mut browser = command(system("chromium"), directory.path());
    browser
        .args([
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
        ])
        .args([
            "--no-first-run",
            "--disable-background-networking",
            "--disable-sync",
        ])
        .args(["--disable-component-update", "--disable-default-apps"])
        .args([
            "--host-resolver-rules=MAP * ~NOTFOUND",
            "--enable-logging=stderr",
        ])
        .arg(format!(
            "--user-data-dir={}",
            directory.join("profile").display()
        ))
        .arg(format!("--log-net-log={}", net_log.display()))
        .args(["--dump-dom", &page]);
    let output = browser.output().expect("the browser runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}", text(&output.stderr));
    Seen {
        dom: text(&output.stdout),
        log: text(&output.stderr),
        requests: requests(&fs::read_to_string(net_log).expect("the browser wrote it")),
    }
}

/// Hosts that the browser asks on its own, whatever the page; none is found here.
const OF_THE_BROWSER: [&str; 2] = [".google.com/", ".googleapis.com/"];

/// Returns the addresses in a log of the browser's network, without its own.
fn requests(log: &str) -> Vec<String> {
    // The log is left without its end when the browser is stopped.
    let complete = format!("{}]}}", log.trim_end().trim_end_matches([',', '}', ']']));
    let log: Value = serde_json::from_str(log)
        .or_else(|_| serde_json::from_str(&complete))
        .expect("it is JSON");
    let events = log["events"].as_array().expect("it has events");
    let urls = events
        .iter()
        .filter_map(|event| event["params"]["url"].as_str());
    let is_own = |url: &str| OF_THE_BROWSER.iter().any(|host| url.contains(host));
    urls.filter(|url| !url.starts_with("file:") && !url.starts_with("data:") && !is_own(url))
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_board_shows_everything_and_asks_for_nothing() {
    let repository = repository();
    let outcome = Towpath::new()
        .args(["status", "--html", "board.html", "--repo"])
        .arg(repository.path())
        .run()
        .succeeds();
    let whole = browse(&outcome.directory, "");
    assert!(!whole.log.contains("CONSOLE"), "{}", whole.log);
    assert_eq!(whole.requests, Vec::<String>::new());
    assert!(whole.dom.contains(">2 apps</span>"), "{}", whole.dom);
    assert!(whole.dom.contains("1 behind dev"), "{}", whole.dom);
    assert!(!whole.dom.contains("<img"), "{}", whole.dom);
    assert!(whole.dom.contains("&lt;img src=http"), "{}", whole.dom);
    assert_eq!(whole.dom.matches("hidden=\"\"").count(), 0);

    let searched = browse(&outcome.directory, "#q=web+v2");
    assert!(!searched.log.contains("CONSOLE"), "{}", searched.log);
    assert!(searched.dom.contains(">1 app</span>"), "{}", searched.dom);
    let rows = searched.dom.split("<tr ").skip(1);
    let shown: Vec<_> = rows
        .filter(|row| !row.split('>').next().unwrap_or_default().contains("hidden"))
        .map(|row| row.contains(">web</th>"))
        .collect();
    assert_eq!(shown, [true]);
}
