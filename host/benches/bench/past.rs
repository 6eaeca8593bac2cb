//! What ran where and since when, out of a long history.

mod repository;

use crate::measure::{Usage, measure, median};
use crate::support::command::command;
use crate::support::http::{HttpOptions, HttpServer};
use crate::support::temp::TempDir;
use crate::table::{Table, Target, bytes, milliseconds, ratio, targets};
use crate::{Effort, progress};
use repository::{APP, ENVIRONMENT, Size, repository};
use std::fmt::Write as _;
use std::process::Command;

/// A repository with what every contender took.
struct Setting {
    size: Size,
    samples: Vec<(Contender, Vec<Usage>)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Contender {
    Status,
    Clone,
    History,
    Log,
}

impl Contender {
    const ALL: [Self; 4] = [Self::Status, Self::Clone, Self::History, Self::Log];

    fn name(self) -> &'static str {
        match self {
            Self::Status => "towpath status",
            Self::Clone => "git clone --bare --filter=blob:none",
            Self::History => "towpath history, one app",
            Self::Log => "that clone, git log -p of one file",
        }
    }

    /// Returns what runs it; everything it writes is below `home`.
    fn command(self, server: &HttpServer, home: &TempDir) -> Command {
        let url = server.url();
        let clone = "git clone --quiet --bare --filter=blob:none \"$URL\" \"$TMPDIR/clone\"";
        let log = format!(
            "{clone} && git -C \"$TMPDIR/clone\" log -p HEAD -- '{}' > \"$TMPDIR/log\"",
            repository::path(ENVIRONMENT, APP)
        );
        let mut command = match self {
            Self::Status | Self::History => {
                let mut towpath = command(env!("CARGO_BIN_EXE_towpath"), home.path());
                match self {
                    Self::Status => towpath.arg("status"),
                    _ => towpath.args(["history", ENVIRONMENT, APP, "--limit", "0"]),
                };
                towpath.args(["--repo", &url, "--ca-file"]);
                towpath.arg(server.authority());
                towpath
            }
            Self::Clone => script(clone, home),
            Self::Log => script(&log, home),
        };
        command
            .env("URL", &url)
            .env("TMPDIR", home.path())
            .env("GIT_SSL_CAINFO", server.authority());
        command
    }
}

fn script(script: &str, home: &TempDir) -> Command {
    let mut shell = command("sh", home.path());
    shell.args(["-euc", script]);
    shell
}

/// Measures looks at the past and returns them as Markdown.
pub(crate) fn looks(effort: Effort) -> String {
    let mut text = String::from("## Looking back over https\n");
    let sizes = match effort.quick {
        true => vec![Size::quick(1), Size::quick(10)],
        false => vec![Size::full(1), Size::full(10)],
    };
    let settings: Vec<_> = sizes
        .into_iter()
        .map(|size| Setting::measure(size, effort.samples))
        .collect();
    for setting in &settings {
        let _ = write!(text, "\n{}", setting.report());
    }
    let mut found: Vec<_> = settings.iter().flat_map(Setting::targets).collect();
    if let [small, large] = &settings[..] {
        for it in [Contender::Status, Contender::History] {
            let growth = large.wall(it) / small.wall(it);
            let name = format!("{}, ten times the other files: × time", it.name());
            found.push(Target::at_most(name, growth, 1.25));
        }
    }
    let _ = write!(text, "\n### Targets\n\n{}", targets(&found));
    text
}

impl Setting {
    fn measure(size: Size, count: usize) -> Self {
        let repository = repository(size);
        let options = HttpOptions {
            tls: true,
            ..HttpOptions::default()
        };
        let server = HttpServer::start(&repository, options);
        let mut samples: Vec<_> = Contender::ALL.map(|it| (it, Vec::new())).into();
        for round in 0..count {
            progress(&format!("{size}: round {} of {count}", round + 1));
            for (contender, samples) in &mut samples {
                let home = TempDir::new();
                let (usage, output) = measure(&contender.command(&server, &home));
                assert!(output.status.success(), "{output:?}");
                samples.push(usage);
            }
        }
        Self { size, samples }
    }

    fn usage<T: Copy + PartialOrd>(&self, contender: Contender, of: impl Fn(&Usage) -> T) -> T {
        let found = self.samples.iter().find(|(it, _)| *it == contender);
        let (_, samples) = found.expect("every contender was measured");
        median(samples.iter().map(of))
    }

    fn wall(&self, contender: Contender) -> f64 {
        self.usage(contender, |it| it.wall).as_secs_f64()
    }

    fn report(&self) -> String {
        let mut table = Table::new(["", "wall, ms", "× git", "CPU, ms", "memory"]);
        for (contender, _) in &self.samples {
            let it = *contender;
            let against = match it {
                Contender::Status | Contender::Clone => Contender::Clone,
                Contender::History | Contender::Log => Contender::Log,
            };
            table.row([
                it.name().to_owned(),
                milliseconds(self.usage(it, |it| it.wall)),
                ratio(self.wall(it) / self.wall(against)),
                milliseconds(self.usage(it, |it| it.cpu)),
                bytes(self.usage(it, |it| it.memory)),
            ]);
        }
        format!("### {}\n\n{}", self.size, table.finish())
    }

    fn targets(&self) -> Vec<Target> {
        let size = self.size;
        let against = |it, other| self.wall(it) / self.wall(other);
        #[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
        let memory = |it| self.usage(it, |it| it.memory) as f64 / 1e6;
        let (status, history) = (Contender::Status, Contender::History);
        vec![
            Target::at_most(
                format!("{size}: status, × clone"),
                against(status, Contender::Clone),
                0.5,
            ),
            Target::at_most(
                format!("{size}: history, × clone and log"),
                against(history, Contender::Log),
                1.0,
            ),
            Target::at_most(
                format!("{size}: status, MB of memory"),
                memory(status),
                100.0,
            ),
            Target::at_most(
                format!("{size}: history, MB of memory"),
                memory(history),
                100.0,
            ),
        ]
    }
}
