//! Writes what a release has beside the launcher: man pages, completions, and
//! the engine as a component. `packaging/dist.sh` runs it.
//!
//!     cargo run --package towpath --example pages -- FOLDER

use clap::{CommandFactory as _, ValueEnum as _};
use std::path::Path;
use std::{env, fs, io};
use towpath_host::args::{Args, CompletionsArgs};
use towpath_host::commands::completions;
use towpath_host::sandbox::ENGINE_COMPONENT;

fn main() -> io::Result<()> {
    let folder = env::args_os().nth(1);
    let folder = folder.ok_or_else(|| io::Error::other("name the folder to write to"))?;
    let folder = Path::new(&folder);
    let (man, shells) = (folder.join("man"), folder.join("completions"));
    fs::create_dir_all(&man)?;
    fs::create_dir_all(&shells)?;
    clap_mangen::generate_to(Args::command().disable_help_subcommand(true), man)?;
    for &shell in clap_complete::Shell::value_variants() {
        let text = completions::run(&CompletionsArgs { shell });
        fs::write(shells.join(format!("towpath.{shell}")), text)?;
    }
    fs::write(folder.join("engine.wasm"), ENGINE_COMPONENT)
}
