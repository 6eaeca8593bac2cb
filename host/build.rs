//! Builds the engine component from `guest/`, compiles it for the target and
//! leaves both forms in `OUT_DIR` for the sandbox to embed.

use anyhow::{Context as _, anyhow, bail};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

include!("src/sandbox/config.rs");

/// The triple of the engine: `std` has no imports of its own there.
const ENGINE_TARGET: &str = "wasm32-unknown-unknown";

fn main() -> anyhow::Result<()> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let workspace = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("..");
    watch(&workspace);
    let module = match env::var_os("TOWPATH_ENGINE_MODULE") {
        Some(path) => PathBuf::from(path),
        None => build_module(&workspace, &out)?,
    };
    let module = fs::read(&module).with_context(|| format!("cannot read {}", module.display()))?;
    let component = wit_component::ComponentEncoder::default()
        .validate(true)
        .module(&module)?
        .encode()
        .context("cannot make a component of the engine")?;
    fs::write(out.join("engine.wasm"), &component)?;
    let lock = fs::read(workspace.join("Cargo.lock"))?;
    let kept = kept(&lock, &guest_target(&out))?;
    let compiled = match load(&kept, &component) {
        Some(compiled) => compiled,
        None => {
            let compiled = precompile(&component)?;
            // Without it, the next build takes longer.
            let _ = store(&kept, &component, &compiled);
            compiled
        }
    };
    let code = out.join("engine.cwasm");
    fs::write(&code, &compiled)?;
    // The assembler includes it by this path, where a backslash would be an escape.
    let path = code.display().to_string().replace('\\', "/");
    println!("cargo::rustc-env=TOWPATH_ENGINE_CODE={path}");
    println!("cargo::rustc-env=TOWPATH_ENGINE_SIZE={}", compiled.len());
    Ok(())
}

/// Tells cargo what the engine is made of, so that nothing else builds it again.
fn watch(workspace: &Path) {
    for path in [
        "guest/src",
        "guest/wit",
        "guest/Cargo.toml",
        "guest/surface/src",
        "guest/surface/Cargo.toml",
        "Cargo.toml",
        "Cargo.lock",
        "host/src/sandbox/config.rs",
    ] {
        println!("cargo::rerun-if-changed={}", workspace.join(path).display());
    }
    println!("cargo::rerun-if-env-changed=TOWPATH_ENGINE_MODULE");
}

/// Builds the guest in a target folder of its own, so that the outer build's
/// lock is not waited for.
fn build_module(workspace: &Path, out: &Path) -> anyhow::Result<PathBuf> {
    let target = guest_target(out);
    let mut cargo = Command::new(env::var("CARGO")?);
    cargo
        .current_dir(workspace)
        .args(["build", "--locked", "--package", "towpath-guest", "--lib"])
        .args(["--profile", "guest", "--target", ENGINE_TARGET])
        .arg("--target-dir")
        .arg(&target);
    // What the outer build is compiled with must not leak into the engine.
    for name in [
        "RUSTFLAGS",
        "CARGO_ENCODED_RUSTFLAGS",
        "RUSTC_WRAPPER",
        "RUSTC_WORKSPACE_WRAPPER",
        "CARGO_BUILD_TARGET",
        "CARGO_TARGET_DIR",
        "CARGO_BUILD_RUSTFLAGS",
    ] {
        cargo.env_remove(name);
    }
    cargo.env("CARGO_ENCODED_RUSTFLAGS", remap_flags(workspace)?);
    let output = cargo.output().context("cannot run cargo for the engine")?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        if text.contains("may not be installed") || text.contains("can't find crate for `std`") {
            bail!(
                "the engine needs a wasm target; run: rustup target add wasm32-unknown-unknown wasm32-wasip2"
            );
        }
        bail!("cannot build the engine:\n{text}");
    }
    Ok(target
        .join(ENGINE_TARGET)
        .join("guest")
        .join("towpath_guest.wasm"))
}

/// Returns a folder that all profiles of this target folder share:
/// `<target>/<profile>/build/<package>/out` has it four levels up.
fn guest_target(out: &Path) -> PathBuf {
    match out.ancestors().nth(4) {
        Some(target) => target.join("guest"),
        None => out.join("guest"),
    }
}

/// Keeps this machine's paths out of the engine: same commit, same bytes.
fn remap_flags(workspace: &Path) -> anyhow::Result<String> {
    let workspace = workspace.canonicalize()?;
    let cargo_home = match env::var_os("CARGO_HOME") {
        Some(home) => PathBuf::from(home),
        None => PathBuf::from(env::var_os("HOME").unwrap_or_default()).join(".cargo"),
    };
    Ok([
        format!("--remap-path-prefix={}=/cargo", cargo_home.display()),
        format!("--remap-path-prefix={}=/towpath", workspace.display()),
    ]
    .join("\u{1f}"))
}

/// Compiles the component for the target. The explicit triple keeps features of
/// this machine's processor out: it has to run on any machine of the kind.
fn precompile(component: &[u8]) -> anyhow::Result<Vec<u8>> {
    let target = env::var("TARGET")?;
    let mut config = engine_config();
    let compiled = config
        .target(&target)
        .and_then(|config| wasmtime::Engine::new(config))
        .and_then(|engine| engine.precompile_component(component));
    compiled.map_err(|error| anyhow!("cannot compile the engine for {target}: {error:#}"))
}

/// Returns where a build of this folder keeps what it has compiled, for lints,
/// tests and releases to share: it takes a minute, since the compiler itself is
/// not optimized. The name is made of all that decides on the code beside the
/// component: the versions of the compiler's parts, its settings, the target.
fn kept(lock: &[u8], shared: &Path) -> anyhow::Result<PathBuf> {
    let mut hasher = DefaultHasher::new();
    lock.hash(&mut hasher);
    include_str!("src/sandbox/config.rs").hash(&mut hasher);
    env::var("TARGET")?.hash(&mut hasher);
    Ok(shared.join(format!("engine-{:016x}.kept", hasher.finish())))
}

/// Returns what was compiled from the same component.
fn load(kept: &Path, component: &[u8]) -> Option<Vec<u8>> {
    let kept = fs::read(kept).ok()?;
    let (length, kept) = kept.split_first_chunk()?;
    let (source, compiled) = kept.split_at_checked(u64::from_le_bytes(*length) as usize)?;
    (source == component).then(|| compiled.to_vec())
}

/// Keeps what was compiled behind what it was compiled from, in one piece: other
/// builds read and write it too.
fn store(kept: &Path, component: &[u8], compiled: &[u8]) -> io::Result<()> {
    let length = (component.len() as u64).to_le_bytes();
    let draft = kept.with_extension(format!("{}.draft", std::process::id()));
    fs::write(&draft, [&length, component, compiled].concat())?;
    fs::rename(&draft, kept)
}
