//! Many updates of one branch at the same time.

use super::ACCOUNT;
use super::contender::{Contender, Errand};
use super::deployment::Deployment;
use crate::measure::median;
use crate::support::http::{HttpOptions, HttpServer};
use crate::support::temp::TempDir;
use crate::table::{Table, Target, milliseconds, ratio, targets};
use crate::{Effort, progress};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// How many write at the same time.
const WRITERS: usize = 20;

/// What a race took.
#[derive(Clone, Copy)]
struct Race {
    wall: Duration,
    pushes: usize,
}

/// Measures races and returns them as Markdown.
pub(crate) fn races(effort: Effort) -> String {
    let deployment = Deployment::open(100);
    deployment.permit_trees(true);
    let contenders = [Contender::Retry, Contender::Towpath];
    let mut races = contenders.map(|it| (it, Vec::new()));
    for round in 0..effort.samples {
        progress(&format!("race: round {} of {}", round + 1, effort.samples));
        for (contender, races) in &mut races {
            races.push(race(*contender, &deployment));
        }
    }
    let walls = races
        .each_ref()
        .map(|(_, races)| median(races.iter().map(|race| race.wall)).as_secs_f64());
    let mut table = Table::new(["", "wall, ms", "updates per second", "pushes", "slower"]);
    for (index, (contender, races)) in races.iter().enumerate() {
        table.row([
            contender.name().to_owned(),
            milliseconds(Duration::from_secs_f64(walls[index])),
            ratio(WRITERS as f64 / walls[index]),
            median(races.iter().map(|race| race.pushes)).to_string(),
            ratio(walls[index] / walls[1]),
        ]);
    }
    let target = Target::at_most("time of the retry loop", walls[1] / walls[0], 0.2);
    format!(
        "## {WRITERS} writers on one branch over https\n\n{}\n{}",
        table.finish(),
        targets(&[target])
    )
}

/// Lets everyone write at once, and checks that every update landed once.
fn race(contender: Contender, deployment: &Deployment) -> Race {
    let options = HttpOptions {
        tls: true,
        account: Some(ACCOUNT),
        ..HttpOptions::default()
    };
    let server = HttpServer::start(&deployment.repository, options);
    deployment.rewind();
    let errands: Vec<_> = deployment
        .apps(WRITERS)
        .into_iter()
        .map(|app| Errand {
            url: server.url(),
            authority: server.authority(),
            account: ACCOUNT,
            app,
            tag: deployment.next_tag(),
        })
        .collect();
    let homes: Vec<_> = errands.iter().map(|_| TempDir::new()).collect();
    let start = Instant::now();
    let start_one = |(errand, home): (&Errand, &TempDir)| {
        let mut command = contender.command(errand, home);
        let silent = command.stdout(Stdio::null()).stderr(Stdio::null());
        silent.spawn().expect("the contender can be run")
    };
    let children: Vec<Child> = errands.iter().zip(&homes).map(start_one).collect();
    for mut child in children {
        let status = child.wait().expect("it was started");
        assert!(status.success(), "{}: {status}", contender.name());
    }
    let wall = start.elapsed();
    assert_eq!(deployment.commits(), WRITERS, "every update landed once");
    for errand in &errands {
        deployment.expect_tag(&errand.app, &errand.tag);
    }
    let push = "POST /deploy.git/git-receive-pack 200";
    let requests = server.requests();
    let pushes = requests.iter().filter(|line| line.starts_with(push));
    Race {
        wall,
        pushes: pushes.count(),
    }
}
