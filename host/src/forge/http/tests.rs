use super::{Answer, Api, Call, Endpoint, Error, ForgeKind, Result};
use crate::git::{Access, Clock, Timeouts};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;
use ureq::http::Method;

/// A clock that does not wait, and remembers for how long it was to.
#[derive(Clone, Default)]
struct Remembering(Arc<Mutex<Vec<u64>>>);

impl Clock for Remembering {
    fn now(&self) -> Duration {
        Duration::ZERO
    }

    fn sleep(&self, duration: Duration) {
        let milliseconds = u64::try_from(duration.as_millis()).unwrap();
        self.0.lock().unwrap().push(milliseconds);
    }

    fn random(&self) -> u64 {
        0
    }
}

/// One answer: its status with its reason, more lines of its head, its body.
struct Said(&'static str, String, &'static str, Duration);

fn said(status: &'static str, head: &str, body: &'static str) -> Said {
    Said(status, head.to_owned(), body, Duration::ZERO)
}

fn fine() -> Said {
    said("200 OK", "", "{}")
}

/// Serves these answers, one for each connection.
fn serve(answers: Vec<Said>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for Said(status, head, body, delay) in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut line = String::new();
            while reader.read_line(&mut line).unwrap() > 2 {
                line.clear();
            }
            thread::sleep(delay);
            let length = body.len();
            // Who does not wait any longer is not told.
            let _ = write!(
                stream,
                "HTTP/1.1 {status}\r\n{head}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
            );
        }
    });
    port
}

/// Makes a call; returns what came of it, and the waits in milliseconds.
fn call(kind: ForgeKind, method: Method, answers: Vec<Said>) -> (Result<Answer>, Vec<u64>) {
    let endpoint = Endpoint {
        kind,
        root: format!("http://127.0.0.1:{}", serve(answers)),
        authorization: None,
    };
    let access = Access {
        timeouts: Timeouts {
            idle: Duration::from_millis(300),
            ..Access::default().timeouts
        },
        ..Access::default()
    };
    let clock = Remembering::default();
    let mut api = Api::new(endpoint, &access).unwrap();
    api.clock = Box::new(clock.clone());
    let answer = api.call(&Call::new(method, "/x", "try it"));
    let waits = clock.0.lock().unwrap().clone();
    (answer, waits)
}

#[track_caller]
fn check_waits(kind: ForgeKind, first: Said, expected: std::ops::RangeInclusive<u64>) {
    let (answer, waits) = call(kind, Method::POST, vec![first, fine()]);
    assert_eq!(answer.unwrap().status, 200);
    let [wait] = waits[..] else {
        panic!("{waits:?}");
    };
    assert!(expected.contains(&wait), "{wait}");
}

#[test]
fn a_limit_is_waited_for_as_the_forge_says_it() {
    let github = ForgeKind::GitHub;
    let after = said("429 Too Many", "Retry-After: 7\r\n", "");
    check_waits(github, after, 7000..=7000);
    let secondary = "{\"message\": \"You have exceeded a secondary rate limit\"}";
    check_waits(
        github,
        said("403 Forbidden", "", secondary),
        60_000..=60_000,
    );
    check_waits(github, said("429 Too Many", "", ""), 60_000..=60_000);
    let reset = super::seconds_since_1970() + 30;
    let spent = format!("X-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: {reset}\r\n");
    check_waits(github, said("403 Forbidden", &spent, ""), 28_000..=31_000);
    let spent = format!("RateLimit-Remaining: 0\r\nRateLimit-Reset: {reset}\r\n");
    check_waits(
        ForgeKind::GitLab,
        said("429 Too Many", &spent, ""),
        28_000..=31_000,
    );
}

#[test]
fn what_is_forbidden_is_no_limit() {
    let body = "{\"message\": \"Resource not accessible by integration\"}";
    let head = "X-RateLimit-Remaining: 4999\r\nX-RateLimit-Reset: 1\r\n";
    let answers = vec![said("403 Forbidden", head, body)];
    let (answer, waits) = call(ForgeKind::GitHub, Method::POST, answers);
    assert!(matches!(answer, Err(Error::Forbidden { .. })), "{answer:?}");
    assert!(waits.is_empty());
}

#[test]
fn nobody_waits_for_an_hour() {
    let answers = vec![said("429 Too Many", "Retry-After: 3600\r\n", "")];
    let (answer, waits) = call(ForgeKind::Gitea, Method::GET, answers);
    assert!(
        matches!(answer, Err(Error::Unreachable { .. })),
        "{answer:?}"
    );
    assert!(waits.is_empty());
}

#[test]
fn a_forge_that_is_not_well_is_asked_again_where_that_does_no_harm() {
    let broken = || said("502 Bad Gateway", "", "<html>");
    let answers = vec![broken(), broken(), fine()];
    let (answer, waits) = call(ForgeKind::GitLab, Method::GET, answers);
    assert_eq!((answer.unwrap().status, waits), (200, vec![300, 1000]));
    let all = (0..4).map(|_| broken()).collect();
    let (answer, waits) = call(ForgeKind::GitLab, Method::PUT, all);
    assert!(
        matches!(answer, Err(Error::Unreachable { .. })),
        "{answer:?}"
    );
    assert_eq!(waits, [300, 1000, 3000]);
    let (answer, waits) = call(ForgeKind::GitLab, Method::POST, vec![broken()]);
    assert!(
        matches!(answer, Err(Error::AnswerLost { .. })),
        "{answer:?}"
    );
    assert!(waits.is_empty());
}

#[test]
fn an_answer_that_does_not_come_is_not_waited_for_for_ever() {
    let slow = || Said("200 OK", String::new(), "{}", Duration::from_millis(600));
    let (answer, waits) = call(ForgeKind::GitHub, Method::GET, vec![slow(), fine()]);
    assert_eq!((answer.unwrap().status, waits), (200, vec![300]));
    let (answer, _) = call(ForgeKind::GitHub, Method::POST, vec![slow()]);
    assert!(
        matches!(answer, Err(Error::AnswerLost { .. })),
        "{answer:?}"
    );
}

#[test]
fn the_next_page_of_another_host_is_not_asked_for() {
    let head = "Link: <http://elsewhere.example/x?page=2>; rel=\"next\"\r\n";
    let endpoint = Endpoint {
        kind: ForgeKind::GitHub,
        root: format!(
            "http://127.0.0.1:{}",
            serve(vec![said("200 OK", head, "[1, 2]")])
        ),
        authorization: None,
    };
    let api = Api::new(endpoint, &Access::default()).unwrap();
    assert_eq!(api.list("/x", "list them").unwrap().len(), 2);
}
