//! Serves the engine's reads on the caller's thread.
//!
//! The engine runs on a thread of its own, so that the repository may borrow
//! from the connection it reads through, and so that the waiting side can stop
//! the engine when its time is over. Time spent on reading is not the engine's.

use crate::repository::{AccessError, Commit, Entry, Repository};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

type Listing = Result<Vec<Entry>, AccessError>;
type History = Result<Vec<Commit>, AccessError>;
type Contents = Vec<Result<Vec<u8>, AccessError>>;

/// A question of the engine, with the way back for the answer.
pub(super) enum Question {
    List(String, Sender<Listing>),
    Read(Vec<String>, Sender<Contents>),
    History(u32, u32, Sender<History>),
}

/// The engine's end: asks, and waits for the answer.
pub(super) struct Asker(pub(super) Sender<Question>);

impl Asker {
    pub(super) fn list(&self, directory: String) -> Listing {
        self.ask(|back| Question::List(directory, back))
    }

    pub(super) fn history(&self, skip: u32, limit: u32) -> History {
        self.ask(|back| Question::History(skip, limit, back))
    }

    fn ask<T>(
        &self,
        question: impl FnOnce(Sender<Result<T, AccessError>>) -> Question,
    ) -> Result<T, AccessError> {
        let (back, answer) = channel();
        let gone = || AccessError::Unavailable("the launcher is gone".to_owned());
        self.0.send(question(back)).map_err(|_| gone())?;
        answer.recv().map_err(|_| gone())?
    }

    pub(super) fn read(&self, paths: Vec<String>) -> Contents {
        let (back, answer) = channel();
        let count = paths.len();
        match self.0.send(Question::Read(paths, back)) {
            Ok(()) => answer.recv().unwrap_or_default(),
            Err(_) => vec![Err(AccessError::NotFound); count],
        }
    }
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
fn answer(question: Question, repository: &mut dyn Repository) {
    match question {
        Question::List(directory, back) => drop(back.send(repository.list(&directory))),
        Question::Read(paths, back) => drop(back.send(repository.read(&paths))),
        Question::History(skip, limit, back) => {
            drop(back.send(repository.history(skip, limit)));
        }
    }
}
