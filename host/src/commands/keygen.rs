//! `towpath keygen`: makes a deploy key, and puts each half where it belongs.
//!
//! A new key is in its places before an old one goes, so that no pipeline is
//! without a key in between; when it cannot be put everywhere, it is taken away
//! again.

mod file;
mod places;
mod register;
mod terraform;

use crate::args::{KeyForm, KeygenArgs};
use crate::ci::Runner;
use crate::console::Console;
use crate::error::Error;
use crate::git::{NewKey, new_key};
use crate::settings::Environment;
use places::Places;
use register::Registered;
use serde_json::json;
use std::fmt::Write as _;
use towpath_surface::Kind;

/// Makes a key and puts it where the options say.
///
/// # Errors
/// When the key has no place to go, or a forge refuses it. Unless the error says
/// otherwise, nothing was changed.
pub fn run(
    args: &KeygenArgs,
    environment: &Environment,
    console: &mut Console,
) -> Result<(), Error> {
    console.verbose = args.run.verbose;
    console.quiet = args.run.quiet;
    let places = Places::find(args, environment, console)?;
    if args.output == KeyForm::Terraform {
        console.report(&terraform::resources(args, &places)?);
        return Ok(());
    }
    expect_place(args, environment)?;
    let old = places.old_keys(args)?;
    if args.dry_run {
        console.report(&places.intended(args, &old));
        return Ok(());
    }
    let key = new_key(&places.title(args))?;
    let to_output = args.key_file.as_deref() == Some("-");
    if !to_output {
        console.hide([&key.private]);
    }
    let path = args.key_file.as_deref().filter(|_| !to_output);
    let written = path.map(|path| file::write(path, &key)).transpose()?;
    let registered = places.register(args, &key, old).inspect_err(|error| {
        if let Some(written) = written.as_ref().filter(|_| error.unchanged) {
            written.take_back();
        }
    })?;
    let told = report(args, &places, &key, &registered);
    if to_output {
        console.reveal(&key.private);
        console.aside(&told);
    } else {
        console.report(&told);
    }
    Ok(())
}

/// Refuses to make a key that nobody could use, or that everybody could.
fn expect_place(args: &KeygenArgs, environment: &Environment) -> Result<(), Error> {
    if args.code_repo.is_empty() && args.key_file.is_none() {
        let message = "the private key has no place to go";
        return Err(Error::new(Kind::Usage, message).hint(
            "Name the repository whose pipelines get it with `--code-repo URL`, or a file with `--key-file FILE`.",
        ));
    }
    let is_logged = environment.runner() != Runner::Plain;
    if is_logged && args.key_file.as_deref() == Some("-") {
        let message = "standard output is the log of the pipeline, where a key would be read";
        return Err(Error::new(Kind::Usage, message)
            .hint("Name a file with `--key-file FILE`, or register the key with `--code-repo`."));
    }
    Ok(())
}

/// Says what was done; of the private key only where it is.
fn report(args: &KeygenArgs, places: &Places, key: &NewKey, done: &Registered) -> String {
    let secrets = places.code.iter().map(|code| code.place.path.as_str());
    let deploy = places.deploy.as_ref().map(|deploy| &deploy.place.path);
    if args.output == KeyForm::Json {
        let secrets = secrets.map(|path| json!({ "repository": path, "name": args.secret_name }));
        let report = json!({
            "schema": 1,
            "public_key": key.public,
            "fingerprint": key.fingerprint,
            "deploy_key": deploy.map(|path| json!({ "repository": path, "title": done.title })),
            "secrets": secrets.collect::<Vec<_>>(),
            "removed": done.removed,
            "key_file": args.key_file,
        });
        return report.to_string();
    }
    let mut text = format!("{}\n{}\n", key.fingerprint, key.public);
    let mut line = |line: String| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{line}");
    };
    if let Some(path) = args.key_file.as_deref().filter(|path| *path != "-") {
        line(format!("Wrote the private key to {path}."));
    }
    if let Some(path) = deploy {
        line(format!(
            "Registered on {path}, with write access, as \"{}\".",
            done.title
        ));
    }
    for path in secrets {
        line(format!("Set {} of {path}.", args.secret_name));
    }
    for title in &done.removed {
        line(format!("Removed the deploy key \"{title}\"."));
    }
    text
}
