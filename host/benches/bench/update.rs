//! One update of one image, from a commit on the server to the next one.

mod contender;
mod deployment;
pub(crate) mod race;

use crate::measure::{Usage, disk, measure, median};
use crate::support::http::{HttpOptions, HttpServer};
use crate::support::proxy::{Proxy, Traffic};
use crate::support::temp::TempDir;
use crate::table::{Table, Target, bytes, milliseconds, ratio, targets};
use crate::{Effort, progress};
use contender::{Contender, Errand};
use deployment::Deployment;
use std::fmt::Write as _;
use std::time::Duration;

/// The account on the server; git asks twice for it, as it does everywhere.
const ACCOUNT: (&str, &str) = ("towpath", "benchmark");

/// What one run of a contender cost.
#[derive(Clone, Copy)]
struct Sample {
    usage: Usage,
    traffic: Traffic,
    disk: u64,
}

/// A repository behind a distance, with what every contender took.
struct Setting {
    files: usize,
    rtt: u64,
    samples: Vec<(Contender, Vec<Sample>)>,
}

/// Measures single updates and returns them as Markdown.
pub(crate) fn updates(effort: Effort) -> String {
    let mut text = String::from("## One update over https\n");
    let mut settings = Vec::new();
    for files in [100, 100_000] {
        let deployment = Deployment::open(files);
        for rtt in [0, 30, 100] {
            if effort.quick && files > 100 && rtt > 0 {
                continue;
            }
            let setting = Setting::measure(&deployment, rtt, effort.samples);
            let _ = write!(text, "\n{}", setting.report());
            settings.push(setting);
        }
    }
    let found: Vec<_> = settings.iter().flat_map(Setting::targets).collect();
    let _ = write!(text, "\n### Targets\n\n{}", targets(&found));
    text
}

/// A server at a distance.
struct Network {
    server: HttpServer,
    proxy: Proxy,
}

impl Network {
    fn start(deployment: &Deployment, rtt: u64, github: bool) -> Self {
        let options = HttpOptions {
            tls: true,
            account: Some(ACCOUNT),
            github,
            ..HttpOptions::default()
        };
        let server = HttpServer::start(&deployment.repository, options);
        let proxy = Proxy::start(&server.url(), Duration::from_millis(rtt));
        Self { server, proxy }
    }
}

impl Setting {
    fn measure(deployment: &Deployment, rtt: u64, count: usize) -> Self {
        let plain = Network::start(deployment, rtt, false);
        let github = Network::start(deployment, rtt, true);
        let mut samples: Vec<_> = Contender::ALL.map(|it| (it, Vec::new())).into();
        for round in 0..count {
            progress(&format!(
                "{} files, {rtt} ms: round {} of {count}",
                deployment.files,
                round + 1
            ));
            for (contender, samples) in &mut samples {
                let network = match contender {
                    Contender::TowpathGitHub => &github,
                    _ => &plain,
                };
                samples.push(sample(*contender, deployment, network));
            }
        }
        Self {
            files: deployment.files,
            rtt,
            samples,
        }
    }

    /// Returns the median of something that a contender took.
    fn median<T: Copy + PartialOrd>(&self, contender: Contender, of: impl Fn(&Sample) -> T) -> T {
        let found = self.samples.iter().find(|(it, _)| *it == contender);
        let (_, samples) = found.expect("every contender was measured");
        median(samples.iter().map(of))
    }

    fn wall(&self, contender: Contender) -> f64 {
        self.median(contender, |it| it.usage.wall).as_secs_f64()
    }

    fn report(&self) -> String {
        let mut table = Table::new([
            "",
            "wall, ms",
            "× clone",
            "× sparse",
            "CPU, ms",
            "sent",
            "received",
            "connections",
            "turns",
            "memory",
            "disk",
        ]);
        for (contender, _) in &self.samples {
            let it = *contender;
            let wall = self.wall(it);
            table.row([
                it.name().to_owned(),
                milliseconds(self.median(it, |it| it.usage.wall)),
                ratio(self.wall(Contender::Clone) / wall),
                ratio(self.wall(Contender::Sparse) / wall),
                milliseconds(self.median(it, |it| it.usage.cpu)),
                bytes(self.median(it, |it| it.traffic.sent)),
                bytes(self.median(it, |it| it.traffic.received)),
                self.median(it, |it| it.traffic.connections).to_string(),
                self.median(it, |it| it.traffic.turns).to_string(),
                bytes(self.median(it, |it| it.usage.memory)),
                bytes(self.median(it, |it| it.disk)),
            ]);
        }
        let (files, rtt) = (self.files, self.rtt);
        format!("### {files} files, {rtt} ms\n\n{}", table.finish())
    }

    /// Returns the targets that this setting can tell of.
    fn targets(&self) -> Vec<Target> {
        let ours = [
            Contender::Towpath,
            Contender::TowpathGitHub,
            Contender::TowpathCached,
        ];
        let here = format!("{} files, {} ms", self.files, self.rtt);
        let mut targets = Vec::new();
        for it in ours {
            let name = |what: &str| format!("{here}, {}: {what}", it.name());
            let wall = self.wall(Contender::Clone) / self.wall(it);
            let turns = self.median(it, |it| it.traffic.turns);
            let memory = self.median(it, |it| it.usage.memory);
            let (share, most) = match it {
                Contender::TowpathGitHub => (0.75, 7.0),
                Contender::TowpathCached => (0.4, 3.0),
                _ => (0.6, 5.0),
            };
            let megabytes = memory as f64 / 1e6;
            targets.push(Target::at_most(name("MB of memory"), megabytes, 20.0));
            match (self.files, self.rtt) {
                (100, 100) => {
                    targets.push(Target::at_most(
                        name("time of the clone"),
                        1.0 / wall,
                        share,
                    ));
                    targets.push(Target::at_most(name("turns"), turns as f64, most));
                }
                (100_000, 0) => {
                    targets.push(Target::at_least(name("× the clone"), wall, 10.0));
                    targets.extend(self.shares(it, &name));
                }
                (100_000, 30) => {
                    targets.push(Target::at_least(name("× the clone"), wall, 8.0));
                }
                _ => {}
            }
        }
        targets
    }

    /// Returns the targets for bytes, processor and disk.
    fn shares(&self, it: Contender, name: &dyn Fn(&str) -> String) -> Vec<Target> {
        let bytes = |it| self.median(it, |it| it.traffic.sent + it.traffic.received) as f64;
        let cpu = |it| self.median(it, |it| it.usage.cpu).as_secs_f64();
        let disk = self.median(it, |it| it.disk) as f64;
        let clone = Contender::Clone;
        let mut shares = vec![
            Target::at_least(name("× fewer bytes"), bytes(clone) / bytes(it), 60.0),
            Target::at_least(name("× less CPU"), cpu(clone) / cpu(it), 100.0),
        ];
        if it != Contender::TowpathCached {
            shares.push(Target::at_most(name("bytes of disk"), disk, 0.0));
        }
        shares
    }
}

/// Runs a contender once, from the first commit, and checks what it did.
fn sample(contender: Contender, deployment: &Deployment, network: &Network) -> Sample {
    let Network { server, proxy } = network;
    let directory = TempDir::new();
    let errand = Errand {
        url: proxy.url(&server.url()),
        authority: server.authority(),
        account: ACCOUNT,
        app: deployment.any_app(),
        tag: deployment.next_tag(),
    };
    deployment.permit_trees(contender != Contender::TowpathGitHub);
    deployment.rewind();
    if let Some(mut before) = contender.preparation(&errand, &directory) {
        let output = before.output().expect("it was built");
        assert!(output.status.success(), "{output:?}");
    }
    proxy.reset();
    let (usage, _) = measure(&contender.command(&errand, &directory));
    // What the client says last is counted before it arrives.
    std::thread::sleep(Duration::from_millis(20));
    let sample = Sample {
        usage,
        traffic: proxy.traffic(),
        disk: disk(directory.path()),
    };
    deployment.expect_update(&errand.app, &errand.tag);
    sample
}
