//! Connections that are cut, whatever is spoken on them.

use super::{End, Scene, set};
use crate::support::daemon::GitDaemon;
use crate::support::http::{HttpOptions, HttpServer};
use crate::support::proxy::{Fault, Place, Proxy};
use crate::support::ssh::SshServer;
use crate::support::towpath::Towpath;
use std::time::Duration;

/// Meets the fault at every turn of a run, one run each; `run` prepares a run
/// through a proxy or, without one, straight to the server.
#[track_caller]
fn at_every_turn(url: &str, scene: &Scene, fault: Fault, run: &dyn Fn(Option<&Proxy>) -> Towpath) {
    let turns = |turn| (Place::Turn(turn), fault);
    let met = at_every_place(url, scene, run, (1..).map(turns));
    assert!(met >= 3, "only {met} turns were cut");
}

/// Meets faults until a run is over before the fault; returns how many were met.
#[track_caller]
fn at_every_place(
    url: &str,
    scene: &Scene,
    run: &dyn Fn(Option<&Proxy>) -> Towpath,
    places: impl Iterator<Item = (Place, Fault)>,
) -> usize {
    for (met, (place, fault)) in places.enumerate() {
        scene.rewind();
        let proxy = Proxy::breaking(url, place, fault);
        let outcome = run(Some(&proxy)).args(["--timeout", "5s"]).run();
        let broke = proxy.broke();
        drop(proxy);
        let end = scene.judge(&outcome, run(None));
        assert_ne!(end, End::Unknown, "{place:?} {fault:?}");
        if !broke {
            assert_eq!(end, End::Done, "nothing was in the way");
            return met;
        }
    }
    unreachable!("there is always another place")
}

fn tls(scene: &Scene) -> HttpServer {
    let options = HttpOptions {
        tls: true,
        ..HttpOptions::default()
    };
    HttpServer::start(&scene.repository, options)
}

const CUTS: [Fault; 4] = [
    Fault::CutBefore,
    Fault::CutDuring,
    Fault::CutAfter,
    Fault::CutAnswer,
];

#[test]
fn https_at_every_turn() {
    let scene = Scene::new();
    let server = tls(&scene);
    let url = server.url();
    let run = |proxy: Option<&Proxy>| {
        let run = set(proxy.map_or(url.clone(), |proxy| proxy.url(&url)));
        run.arg("--ca-file").arg(server.authority())
    };
    for fault in CUTS {
        at_every_turn(&url, &scene, fault, &run);
    }
}

#[test]
fn ssh_at_every_turn() {
    let scene = Scene::new();
    let server = SshServer::start(&scene.repository);
    let url = server.url();
    let run = |proxy: Option<&Proxy>| {
        let host = server.known_host();
        let host = proxy.map_or(host.clone(), |proxy| proxy.known_host(&host));
        let run = set(proxy.map_or(url.clone(), |proxy| proxy.url(&url)));
        let run = run.env("TOWPATH_SSH_KNOWN_HOSTS", host);
        run.arg("--ssh-key-file").arg(server.key("write"))
    };
    for fault in CUTS {
        at_every_turn(&url, &scene, fault, &run);
    }
}

#[test]
fn the_git_protocol_at_every_turn() {
    let scene = Scene::new();
    let daemon = GitDaemon::start(&scene.repository);
    let url = daemon.url();
    let run = |proxy: Option<&Proxy>| set(proxy.map_or(url.clone(), |proxy| proxy.url(&url)));
    for fault in CUTS {
        at_every_turn(&url, &scene, fault, &run);
    }
}

#[test]
fn http_after_any_number_of_bytes() {
    let scene = Scene::new();
    let server = HttpServer::start(&scene.repository, HttpOptions::default());
    let url = server.url();
    let run = |proxy: Option<&Proxy>| set(proxy.map_or(url.clone(), |proxy| proxy.url(&url)));
    for place in [Place::Sent, Place::Received] {
        // A step that meets every part of every message, not always the first bytes.
        let places = (0..).map(|n| (place(n * 311), Fault::CutDuring));
        let met = at_every_place(&url, &scene, &run, places);
        assert!(met >= 5, "only {met} places were cut");
    }
}

#[test]
fn https_with_a_wrong_byte_anywhere() {
    let scene = Scene::new();
    let server = tls(&scene);
    let url = server.url();
    let run = |proxy: Option<&Proxy>| {
        let run = set(proxy.map_or(url.clone(), |proxy| proxy.url(&url)));
        run.arg("--ca-file").arg(server.authority())
    };
    for place in [Place::Sent, Place::Received] {
        let places = (0..).map(|n| (place(n * 577 + 5), Fault::Corrupt));
        let met = at_every_place(&url, &scene, &run, places);
        assert!(met >= 5, "only {met} bytes were changed");
    }
}

#[test]
fn a_distant_server_is_only_slow() {
    let scene = Scene::new();
    let server = HttpServer::start(&scene.repository, HttpOptions::default());
    let url = server.url();
    let proxy = Proxy::start(&url, Duration::from_millis(100));
    let outcome = set(proxy.url(&url)).run();
    assert_eq!(scene.judge(&outcome, set(url)), End::Done);
}
