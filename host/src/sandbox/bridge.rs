//! Serves the engine's reads on the caller's thread.
//!
//! The engine runs on a thread of its own, so that the repository may borrow
//! from the connection it reads through, and so that the waiting side can stop
//! the engine when its time is over. Time spent on reading is not the engine's.

use crate::repository::{AccessError, Commit, Entry, Log, Ref, Repository, View};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

type Answer<T> = Result<T, AccessError>;
type Contents = Vec<Answer<Vec<u8>>>;

/// A question of the engine about one revision.
pub(super) struct Question {
    at: View,
    what: What,
}

/// What the engine asks, with the way back for the answer.
enum What {
    List(String, Sender<Answer<Vec<Entry>>>),
    Read(Vec<String>, Sender<Answer<Contents>>),
    Log(Log, Sender<Answer<Vec<Commit>>>),
    Blobs(Vec<String>, Sender<Answer<Contents>>),
    Refs(String, Sender<Answer<Vec<Ref>>>),
    Commit(Sender<Answer<Option<String>>>),
}

/// The engine's end: asks, and waits for the answer.
pub(super) struct Asker(pub(super) Sender<Question>);

impl Asker {
    pub(super) fn list(&self, at: View, directory: String) -> Answer<Vec<Entry>> {
        self.ask(at, |back| What::List(directory, back))
    }

    pub(super) fn read(&self, at: View, paths: Vec<String>) -> Contents {
        let count = paths.len();
        whole(count, self.ask(at, |back| What::Read(paths, back)))
    }

    pub(super) fn log(&self, at: View, log: Log) -> Answer<Vec<Commit>> {
        self.ask(at, |back| What::Log(log, back))
    }

    pub(super) fn blobs(&self, at: View, ids: Vec<String>) -> Contents {
        let count = ids.len();
        whole(count, self.ask(at, |back| What::Blobs(ids, back)))
    }

    pub(super) fn refs(&self, at: View, prefix: String) -> Answer<Vec<Ref>> {
        self.ask(at, |back| What::Refs(prefix, back))
    }

    pub(super) fn commit(&self, at: View) -> Answer<Option<String>> {
        self.ask(at, What::Commit)
    }

    fn ask<T>(&self, at: View, what: impl FnOnce(Sender<Answer<T>>) -> What) -> Answer<T> {
        let (back, answer) = channel();
        let gone = || AccessError::Unavailable("the launcher is gone".to_owned());
        let what = what(back);
        self.0.send(Question { at, what }).map_err(|_| gone())?;
        answer.recv().map_err(|_| gone())?
    }
}

/// Gives every file the reason why none could be read.
fn whole(count: usize, answer: Answer<Contents>) -> Contents {
    answer.unwrap_or_else(|error| vec![Err(error); count])
}

/// Answers questions until the engine is done; calls `stop` when it has run
/// for longer than `time`, not counting the answers.
pub(super) fn serve(
    questions: &Receiver<Question>,
    repository: &mut dyn Repository,
    time: Duration,
    stop: impl Fn(),
) {
    let mut left = time;
    loop {
        let asked = Instant::now();
        match questions.recv_timeout(left) {
            Ok(question) => {
                left = left.saturating_sub(asked.elapsed());
                answer(question, repository);
            }
            Err(RecvTimeoutError::Timeout) => {
                stop();
                // It stops at its next step; until then nothing else is due.
                left = Duration::from_secs(1);
            }
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// Answers one question; an engine that is gone needs no answer.
fn answer(Question { at, what }: Question, repository: &mut dyn Repository) {
    if at == View::default() {
        reply(what, Ok(repository));
        return;
    }
    match repository.at(&at) {
        Ok(mut other) => reply(what, Ok(&mut *other)),
        Err(error) => reply(what, Err(error)),
    }
}

fn reply(what: What, repository: Answer<&mut dyn Repository>) {
    match what {
        What::List(directory, back) => {
            drop(back.send(repository.and_then(|found| found.list(&directory))));
        }
        What::Read(paths, back) => drop(back.send(repository.map(|found| found.read(&paths)))),
        What::Log(log, back) => drop(back.send(repository.and_then(|found| found.log(&log)))),
        What::Blobs(ids, back) => drop(back.send(repository.map(|found| found.blobs(&ids)))),
        What::Refs(prefix, back) => {
            drop(back.send(repository.and_then(|found| found.refs(&prefix))));
        }
        What::Commit(back) => drop(back.send(repository.and_then(Repository::commit))),
    }
}
