//! Answers the questions that the planner cannot answer from the repository.

use super::probe::Probing;
use crate::console::Console;
use towpath_surface::facts::{Answer, Answered, Question};

/// Finds out what was asked; what cannot be found out is told as unknown.
pub(super) fn answers(
    questions: &[Question],
    probing: &Probing<'_>,
    console: &Console,
) -> Vec<Answered> {
    let answered = questions.iter().map(|question| {
        let answer = answer(question, probing);
        if let Answer::Unknown(reason) = &answer {
            console.detail(&format!("unanswered: {reason}"));
        }
        Answered {
            question: question.clone(),
            answer,
        }
    });
    answered.collect()
}

fn answer(question: &Question, probing: &Probing<'_>) -> Answer {
    let what = match question {
        Question::Statuses(at) => format!("the statuses of {}", at.commit),
        Question::Request(head) => format!("the request of branch \"{}\"", head.branch),
        Question::Probe(probe) => return probing.ask(probe),
    };
    Answer::Unknown(format!("{what} cannot be asked for here"))
}
