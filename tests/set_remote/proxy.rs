//! Servers that are only reached through a proxy.

use super::{assert_changed, refuse, set, shop};
use crate::support::http::{HttpOptions, HttpServer};
use crate::support::server::free_port;
use crate::support::web::{head, join};
use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use towpath_surface::Kind;

/// `jo:pr0xy-pass`, as it is sent.
const ACCOUNT: &str = "am86cHIweHktcGFzcw==";

/// A proxy that wants a password, and counts who had it.
struct Gate {
    port: u16,
    passed: Arc<AtomicUsize>,
}

impl Gate {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let passed = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&passed);
        thread::spawn(move || {
            for client in listener.incoming() {
                let Ok(client) = client else { return };
                let count = Arc::clone(&count);
                thread::spawn(move || pass(client, &count));
            }
        });
        Self { port, passed }
    }

    fn url(&self, account: &str) -> String {
        format!("http://{account}127.0.0.1:{}", self.port)
    }

    fn passed(&self) -> usize {
        self.passed.load(Ordering::SeqCst)
    }
}

/// Serves one client: the rest of its connection goes to the server it names.
fn pass(mut client: TcpStream, count: &AtomicUsize) -> Option<()> {
    let head = head(&mut client)?;
    if !head.contains(ACCOUNT) {
        let refusal = "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n";
        return client.write_all(refusal.as_bytes()).ok();
    }
    count.fetch_add(1, Ordering::SeqCst);
    let target = head.split(' ').nth(1)?.trim_start_matches("http://");
    let target = target.split('/').next()?;
    let mut server = TcpStream::connect(target).ok()?;
    if head.starts_with("CONNECT ") {
        client.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").ok()?;
    } else {
        server.write_all(head.as_bytes()).ok()?;
    }
    join(client, server)
}

#[test]
fn a_server_behind_a_proxy_is_reached() {
    for tls in [false, true] {
        let repository = shop();
        let options = HttpOptions {
            tls,
            ..HttpOptions::default()
        };
        let server = HttpServer::start(&repository, options);
        let gate = Gate::start();
        let run = set(server.url()).args(["--proxy", &gate.url("jo:pr0xy-pass@")]);
        let run = match tls {
            true => run.arg("--ca-file").arg(server.authority()),
            false => run,
        };
        let outcome = run.arg("--verbose").run().succeeds();
        assert_changed(&repository, "main");
        assert!(gate.passed() > 0, "nothing went through the proxy");
        assert!(!outcome.everything().contains("pr0xy-pass"));
    }
}

#[test]
fn the_environment_names_the_proxy_and_what_is_reached_without() {
    let repository = shop();
    let server = HttpServer::start(&repository, HttpOptions::default());
    let gate = Gate::start();
    let run = set(server.url()).env("https_proxy", gate.url("jo:pr0xy-pass@"));
    run.env("NO_PROXY", "example.org,127.0.0.1")
        .run()
        .succeeds();
    assert_eq!(gate.passed(), 0);
    assert_changed(&repository, "main");
    let run = set(server.url()).env("https_proxy", gate.url("jo:pr0xy-pass@"));
    run.env("NO_PROXY", "example.org").run().succeeds();
    assert!(gate.passed() > 0);
}

#[test]
fn a_proxy_that_wants_other_credentials_is_told_apart() {
    let repository = shop();
    let options = HttpOptions {
        tls: true,
        ..HttpOptions::default()
    };
    let server = HttpServer::start(&repository, options);
    let gate = Gate::start();
    let run = set(server.url()).args(["--proxy", &gate.url("jo:wr0ng-pass@")]);
    let run = run.arg("--ca-file").arg(server.authority());
    let outcome = refuse(&repository, run, Kind::Unauthorized).says("proxy");
    assert!(!outcome.everything().contains("wr0ng-pass"));
    assert_eq!(gate.passed(), 0);
}

#[test]
fn a_proxy_that_is_not_there_is_unreachable() {
    let repository = shop();
    let server = HttpServer::start(&repository, HttpOptions::default());
    let proxy = format!("http://127.0.0.1:{}", free_port());
    let run = set(server.url()).args(["--proxy", &proxy]);
    refuse(&repository, run, Kind::Unreachable);
}
