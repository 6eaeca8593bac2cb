//! Answers that are late, broken, or not those of a git server.

use super::{End, Scene, set};
use crate::support::http::{HttpOptions, HttpServer};
use crate::support::proxy::http::{HttpFault, HttpProxy};
use std::time::Duration;

/// Meets a fault at every request of a run, one run each.
#[track_caller]
fn at_every_request(fault: HttpFault, times: u64) -> Vec<(String, End)> {
    let scene = Scene::new();
    let server = HttpServer::start(&scene.repository, HttpOptions::default());
    let mut ends = Vec::new();
    for request in 1.. {
        scene.rewind();
        let proxy = HttpProxy::breaking(&server.url(), fault, request, times);
        let outcome = set(proxy.url(&server.url()))
            .args(["--timeout", "5s"])
            .run();
        let requests = proxy.requests();
        let end = scene.judge(&outcome, set(server.url()));
        if !proxy.broke() {
            assert_eq!(end, End::Done, "nothing was in the way");
            break;
        }
        let index = usize::try_from(request - 1).expect("there are few");
        ends.push((requests[index].clone(), end));
    }
    let known = ends.iter().all(|(_, end)| *end != End::Unknown);
    assert!(known || times > 1, "{ends:?}");
    // The tip, the trees, the files and the push, at the least.
    assert!(ends.len() >= 4, "{ends:?}");
    ends
}

/// Panics unless a single fault at the push is made good by the same run.
#[track_caller]
fn assert_push_done(ends: &[(String, End)]) {
    let push = ends.iter().filter(|(request, _)| is_push(request));
    let ends: Vec<_> = push.map(|(_, end)| *end).collect();
    assert_eq!(ends, [End::Done], "a run pushes once");
}

fn is_push(request: &str) -> bool {
    request.starts_with("POST") && request.contains("git-receive-pack")
}

#[test]
fn a_connection_that_is_cut_before_a_request() {
    assert_push_done(&at_every_request(HttpFault::CutBefore, 1));
}

#[test]
fn a_connection_that_is_cut_during_a_request() {
    assert_push_done(&at_every_request(HttpFault::CutDuring, 1));
}

#[test]
fn a_connection_that_is_cut_after_a_request() {
    assert_push_done(&at_every_request(HttpFault::CutAfter, 1));
}

#[test]
fn a_connection_that_is_cut_during_an_answer() {
    assert_push_done(&at_every_request(HttpFault::CutAnswer, 1));
}

#[test]
fn a_server_that_is_slow() {
    let ends = at_every_request(HttpFault::Stall(Duration::from_secs(1)), 1);
    assert!(ends.iter().all(|(_, end)| *end == End::Done), "{ends:?}");
}

#[test]
fn a_server_that_is_too_busy() {
    assert_push_done(&at_every_request(HttpFault::Status(429, Some(1)), 1));
}

#[test]
fn a_server_that_fails() {
    assert_push_done(&at_every_request(HttpFault::Status(500, None), 1));
}

#[test]
fn a_gateway_that_fails_before_the_work_is_done() {
    assert_push_done(&at_every_request(HttpFault::Status(502, None), 1));
}

#[test]
fn a_gateway_that_fails_after_the_work_is_done() {
    assert_push_done(&at_every_request(HttpFault::StatusAfter(502), 1));
}

#[test]
fn a_server_that_fails_for_good() {
    let ends = at_every_request(HttpFault::Status(503, None), u64::MAX);
    for (request, end) in ends {
        // A gateway may say so after the server behind it has done the work.
        let expected = if is_push(&request) {
            End::Unknown
        } else {
            End::Refused
        };
        assert_eq!(end, expected, "{request}");
    }
}

#[test]
fn a_network_that_is_gone_after_the_push() {
    let ends = at_every_request(HttpFault::CutAfter, u64::MAX);
    for (request, end) in ends {
        let expected = if is_push(&request) {
            End::Unknown
        } else {
            End::Refused
        };
        assert_eq!(end, expected, "{request}");
    }
}

#[test]
fn an_answer_that_is_too_short() {
    assert_push_done(&at_every_request(HttpFault::Truncate, 1));
}

#[test]
fn an_answer_with_a_wrong_byte() {
    at_every_request(HttpFault::Corrupt, 1);
}

#[test]
fn an_answer_without_meaning() {
    assert_push_done(&at_every_request(HttpFault::Garbage, 1));
}

#[test]
fn a_page_for_people() {
    assert_push_done(&at_every_request(HttpFault::Page, 1));
}
