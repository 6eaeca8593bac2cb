//! Runs that are killed at any moment.

use super::{Scene, set};
use crate::support::http::{HttpOptions, HttpServer};
use crate::support::proxy::Proxy;
use crate::support::ssh::SshServer;
use crate::support::towpath::Towpath;
use std::thread;
use std::time::{Duration, Instant};

/// How many runs are killed.
const KILLS: u32 = 24;

/// Kills runs at moments that are spread over the time that a run takes.
#[track_caller]
fn at_any_moment(scene: &Scene, run: &dyn Fn() -> Towpath, next: &dyn Fn() -> Towpath) {
    let start = Instant::now();
    run().run().succeeds();
    let mut whole = start.elapsed();
    let mut killed = 0;
    for number in 0..KILLS {
        scene.rewind();
        let (mut child, directory) = run().start();
        thread::sleep(whole * number / KILLS);
        match child.try_wait().expect("it is our child") {
            None => killed += 1,
            // The first run was a slow one.
            Some(_) => whole = whole * 9 / 10,
        }
        let _ = child.kill();
        let _ = child.wait();
        assert!(scene.commits() <= 1);
        scene.repository.settles();
        scene.expect_next(next());
        drop(directory);
    }
    assert!(killed >= KILLS / 2, "only {killed} were still running");
}

#[test]
fn over_https() {
    let scene = Scene::new();
    let options = HttpOptions {
        tls: true,
        ..HttpOptions::default()
    };
    let server = HttpServer::start(&scene.repository, options);
    let url = server.url();
    let proxy = Proxy::start(&url, Duration::from_millis(20));
    let set = |url| set(url).arg("--ca-file").arg(server.authority());
    at_any_moment(&scene, &|| set(proxy.url(&url)), &|| set(url.clone()));
}

#[test]
fn over_ssh() {
    let scene = Scene::new();
    let server = SshServer::start(&scene.repository);
    let run = || {
        let run = set(server.url()).env("TOWPATH_SSH_KNOWN_HOSTS", server.known_host());
        run.arg("--ssh-key-file").arg(server.key("write"))
    };
    at_any_moment(&scene, &run, &run);
}

#[test]
fn in_a_directory() {
    let scene = Scene::new();
    let run = || set(scene.repository.path());
    at_any_moment(&scene, &run, &run);
}

#[test]
fn in_a_directory_with_packed_refs() {
    let scene = Scene::new();
    scene.repository.git(&["pack-refs", "--all"]);
    let run = || set(scene.repository.path());
    at_any_moment(&scene, &run, &run);
}
