//! One image in ten thousand files, and one value in a very large file.

mod contender;
pub(crate) mod planner;
mod tree;

use crate::measure::{Usage, median};
use crate::table::{Table, Target, bytes, milliseconds, ratio, targets};
use crate::{Effort, progress};
use contender::Contender;
use tree::Tree;

/// Measures edits of many files and returns them as Markdown.
pub(crate) fn trees(effort: Effort) -> String {
    let count = if effort.quick { 1_000 } else { 10_000 };
    let manifests = Tree::manifests(count);
    let kustomizations = Tree::kustomizations(count);
    let mut text = String::new();
    let mut found = Vec::new();
    for tree in [kustomizations, manifests] {
        let round = Comparison::measure(&tree, effort);
        text += &round.report(&format!("One image in {count} {}", tree.name));
        found.extend(round.targets(tree.name));
    }
    format!("{text}\n### Targets\n\n{}", targets(&found))
}

/// Measures the edit of one value in a large file and returns it as Markdown.
pub(crate) fn values(effort: Effort) -> String {
    let tree = Tree::values();
    let round = Comparison::measure(&tree, effort);
    let text = round.report("One value in a file of 5 MB");
    let found: Vec<_> = round.sandbox_target(tree.name).into_iter().collect();
    format!("{text}\n### Targets\n\n{}", targets(&found))
}

/// What every contender took for the same edit.
struct Comparison {
    samples: Vec<(Contender, Vec<Usage>)>,
}

impl Comparison {
    fn measure(tree: &Tree, effort: Effort) -> Self {
        let contenders = Contender::for_tree(tree);
        let mut samples: Vec<_> = contenders.map(|it| (it, Vec::new())).collect();
        for round in 0..effort.samples {
            let number = round + 1;
            progress(&format!(
                "{}: round {number} of {}",
                tree.name, effort.samples
            ));
            for (contender, samples) in &mut samples {
                samples.push(contender.run(tree));
            }
        }
        Self { samples }
    }

    fn median(&self, contender: Contender, of: impl Fn(&Usage) -> f64) -> Option<f64> {
        let found = self.samples.iter().find(|(it, _)| *it == contender)?;
        Some(median(found.1.iter().map(of)))
    }

    fn wall(&self, contender: Contender) -> Option<f64> {
        self.median(contender, |usage| usage.wall.as_secs_f64())
    }

    fn cpu(&self, contender: Contender) -> Option<f64> {
        self.median(contender, |usage| usage.cpu.as_secs_f64())
    }

    fn report(&self, title: &str) -> String {
        let mut table = Table::new(["", "wall, ms", "CPU, ms", "× yq", "memory"]);
        let yq = self.wall(Contender::Yq).expect("it always takes part");
        for (contender, samples) in &self.samples {
            let wall = median(samples.iter().map(|usage| usage.wall));
            table.row([
                contender.name().to_owned(),
                milliseconds(wall),
                milliseconds(median(samples.iter().map(|usage| usage.cpu))),
                ratio(yq / wall.as_secs_f64()),
                bytes(median(samples.iter().map(|usage| usage.memory))),
            ]);
        }
        format!("## {title}\n\n{}\n", table.finish())
    }

    /// Returns the target that every edit can tell of.
    fn sandbox_target(&self, name: &str) -> Option<Target> {
        let component = self.cpu(Contender::Component)?;
        let native = self.cpu(Contender::Planner)?;
        let name = format!("{name}: CPU of the planner in the sandbox, × native");
        Some(Target::at_most(name, component / native, 2.5))
    }

    /// Returns the targets of a tree.
    fn targets(&self, name: &str) -> Vec<Target> {
        let yq = self.wall(Contender::Yq);
        let faster = |contender: Contender| {
            let name = format!("{name}: {}, × faster than yq", contender.name());
            let ratio = yq? / self.wall(contender)?;
            Some(Target::at_least(name, ratio, 10.0))
        };
        let ours = [Contender::Component, Contender::Wasmtime, Contender::Native];
        let faster = ours.into_iter().filter_map(faster);
        self.sandbox_target(name)
            .into_iter()
            .chain(faster)
            .collect()
    }
}
