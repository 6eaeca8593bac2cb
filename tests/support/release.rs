//! A release as a mirror has it.

use super::command::{command, succeed};
use super::temp::TempDir;
use super::tools::system;
use sha2::{Digest as _, Sha256};
use std::path::Path;
use std::{env, fs};

/// The version of the project.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What kind of machine the releases of the tests are for.
pub(crate) const TARGET: &str = "x86_64-unknown-linux-musl";

/// Returns the name of the archive, without its ending.
pub(crate) fn name() -> String {
    format!("towpath-{VERSION}-{TARGET}")
}

/// Puts the archive where a mirror has it, and returns its line of the
/// checksums. It is the archive that `packaging/dist.sh` made, where
/// `TOWPATH_DIST` names its folder, and else one with the launcher that was
/// built for the tests.
pub(crate) fn publish(mirror: &TempDir) -> String {
    let name = name();
    let archive = format!("v{VERSION}/{name}.tar.gz");
    mirror.write(&archive, "");
    if let Some(dist) = env::var_os("TOWPATH_DIST") {
        let made = Path::new(&dist).join(format!("{name}.tar.gz"));
        fs::copy(&made, mirror.join(&archive))
            .unwrap_or_else(|error| panic!("{}: {error}; run: make dist", made.display()));
    } else {
        let launcher = mirror.write(&format!("{name}/towpath"), "");
        fs::copy(env!("CARGO_BIN_EXE_towpath"), launcher).expect("it was built");
        let mut tar = command(system("tar"), mirror.path());
        succeed(tar.args(["--use-compress-program", "gzip -1", "-cf", &archive, &name]));
    }
    let bytes = fs::read(mirror.join(&archive)).expect("it was made");
    let sum = Sha256::digest(bytes);
    let sum: String = sum.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{sum}  {name}.tar.gz\n")
}
