//! The budgets of the sources, measured.

use crate::support::command::succeed;
use crate::support::git::of_project;
use crate::support::tools::project;
use proc_macro2::Span;
use std::collections::BTreeSet;
use std::fs;
use std::ops::{Range, RangeInclusive};
use std::path::{Path, PathBuf};
use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};

const LONGEST_FUNCTION: usize = 60;
const MEDIAN_FUNCTION: usize = 10;
const LONGEST_FILE: usize = 400;
const LONGEST_TEST_FILE: usize = 500;
const MOST_PARAMETERS: usize = 5;

/// One file of the sources, parsed.
struct Source {
    path: PathBuf,
    text: String,
    syntax: syn::File,
    /// Whether the whole file is there for tests.
    is_test: bool,
}

impl Source {
    fn read(path: PathBuf) -> Self {
        let text = fs::read_to_string(project().join(&path)).expect("git lists it");
        let syntax = syn::parse_file(&text);
        let syntax = syntax.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let is_test = path.components().any(|part| {
            let name = part.as_os_str();
            name == "tests" || name == "tests.rs"
        });
        Self {
            path,
            text,
            syntax,
            is_test,
        }
    }

    fn findings(&self) -> Findings {
        let mut findings = Findings {
            in_test: self.is_test,
            ..Findings::default()
        };
        findings.visit_file(&self.syntax);
        findings
    }

    /// Returns how many lines hold code of the program.
    fn production_lines(&self, findings: &Findings) -> usize {
        let of_tests = |line: usize| {
            findings
                .test_lines
                .iter()
                .any(|range| range.contains(&line))
        };
        self.code_lines(|line| !of_tests(line))
    }

    /// Returns how many of the chosen lines, from 1, are neither blank nor comment.
    fn code_lines(&self, choose: impl Fn(usize) -> bool) -> usize {
        let lines = self.text.lines().enumerate();
        let is_code = |line: &str| !line.is_empty() && !line.starts_with("//");
        lines
            .filter(|(number, line)| is_code(line.trim()) && choose(number + 1))
            .count()
    }
}

/// One function.
struct Function {
    name: String,
    /// Where it begins, and the lines between its braces.
    line: usize,
    body: Range<usize>,
    parameters: usize,
    in_test: bool,
}

/// What there is to know about a file.
#[derive(Default)]
struct Findings {
    in_test: bool,
    functions: Vec<Function>,
    test_lines: Vec<RangeInclusive<usize>>,
    /// Things that are only for tests, with their lines.
    forbidden: Vec<(String, usize)>,
    /// Things that are for nobody.
    ignored: Vec<usize>,
}

impl Findings {
    fn function(&mut self, signature: &syn::Signature, block: &syn::Block) {
        let braces = block.brace_token.span;
        let body = braces.open().start().line + 1..braces.close().start().line;
        let parameters = signature.inputs.iter();
        self.functions.push(Function {
            name: signature.ident.to_string(),
            line: signature.fn_token.span.start().line,
            body,
            // The receiver is what the method is of.
            parameters: parameters
                .filter(|input| matches!(input, syn::FnArg::Typed(_)))
                .count(),
            in_test: self.in_test,
        });
    }

    fn forbid(&mut self, what: &str, span: Span) {
        if !self.in_test {
            self.forbidden.push((what.to_owned(), span.start().line));
        }
    }
}

impl<'ast> Visit<'ast> for Findings {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        let outer = self.in_test;
        if is_for_tests(&module.attrs) {
            let span = module.span();
            self.test_lines.push(span.start().line..=span.end().line);
            self.in_test = true;
        }
        visit::visit_item_mod(self, module);
        self.in_test = outer;
    }

    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.function(&function.sig, &function.block);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.function(&function.sig, &function.block);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'ast syn::TraitItemFn) {
        if let Some(block) = &function.default {
            self.function(&function.sig, block);
        }
        visit::visit_trait_item_fn(self, function);
    }

    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        if attribute.path().is_ident("ignore") {
            self.ignored.push(attribute.span().start().line);
        }
        visit::visit_attribute(self, attribute);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        if call.method == "unwrap" {
            self.forbid("unwrap", call.method.span());
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_macro(&mut self, called: &'ast syn::Macro) {
        let printing = [
            "println",
            "eprintln",
            "print",
            "eprint",
            "dbg",
            "todo",
            "unimplemented",
        ];
        if let Some(name) = printing.iter().find(|name| called.path.is_ident(name)) {
            self.forbid(&format!("{name}!"), called.span());
        }
        visit::visit_macro(self, called);
    }
}

fn is_for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let inner = attribute.parse_args::<syn::Path>();
        attribute.path().is_ident("cfg") && inner.is_ok_and(|path| path.is_ident("test"))
    })
}

/// Returns the Rust files that belong to the project.
fn sources() -> Vec<Source> {
    let mut git = of_project();
    git.args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
        "--",
        "*.rs",
    ]);
    let listing = succeed(&mut git);
    let paths = listing.split_terminator('\0').map(PathBuf::from);
    let paths = paths.filter(|path| project().join(path).exists());
    let mut sources: Vec<_> = paths.map(Source::read).collect();
    let modules = sources.iter().flat_map(Source::modules);
    let of_tests: Vec<_> = modules
        .filter_map(|(file, is_test)| is_test.then_some(file))
        .collect();
    for source in &mut sources {
        let below = |file: &PathBuf| source.path.starts_with(file.with_extension(""));
        source.is_test |= of_tests
            .iter()
            .any(|file| source.path == *file || below(file));
    }
    sources
}

#[track_caller]
fn assert_none(found: &[String], rule: &str) {
    assert!(found.is_empty(), "{rule}:\n{}", found.join("\n"));
}

#[test]
fn functions_are_short_and_take_few_parameters() {
    let mut long = Vec::new();
    let mut lengths = Vec::new();
    for source in sources() {
        for function in source.findings().functions {
            let place = format!(
                "{}:{}: {}",
                source.path.display(),
                function.line,
                function.name
            );
            let lines = source.code_lines(|line| function.body.contains(&line));
            if lines > LONGEST_FUNCTION {
                long.push(format!("{place} has {lines} lines"));
            }
            if function.parameters > MOST_PARAMETERS {
                long.push(format!("{place} has {} parameters", function.parameters));
            }
            if !function.in_test {
                lengths.push(lines);
            }
        }
    }
    assert_none(&long, "a function has at most 60 lines and 5 parameters");
    lengths.sort_unstable();
    let median = lengths[lengths.len() / 2];
    assert!(
        median <= MEDIAN_FUNCTION,
        "half of the functions have more than {median} lines"
    );
}

#[test]
fn files_are_short() {
    let long = sources().into_iter().filter_map(|source| {
        let lines = source.production_lines(&source.findings());
        let longest = if source.is_test {
            LONGEST_TEST_FILE
        } else {
            LONGEST_FILE
        };
        (lines > longest).then(|| format!("{} has {lines}", source.path.display()))
    });
    let long: Vec<_> = long.collect();
    assert_none(
        &long,
        "a file has at most 400 lines of code, a file of tests 500",
    );
}

#[test]
fn only_tests_unwrap_and_print() {
    let mut found = Vec::new();
    for source in sources() {
        // A build script talks to cargo by printing.
        let is_build_script = source.path.file_name() == Some("build.rs".as_ref());
        for (what, line) in source.findings().forbidden {
            if !(is_build_script && what == "println!") {
                found.push(format!("{}:{line}: {what}", source.path.display()));
            }
        }
    }
    assert_none(
        &found,
        "errors are returned, and everything printed goes through the report",
    );
}

#[test]
fn no_test_is_left_out() {
    let mut found = Vec::new();
    for source in sources() {
        for line in source.findings().ignored {
            found.push(format!("{}:{line}: is ignored", source.path.display()));
        }
    }
    let sources = sources();
    let declared = declared_files(&sources);
    for source in &sources {
        if !declared.contains(&source.path) {
            found.push(format!("{}: is part of no crate", source.path.display()));
        }
    }
    assert_none(&found, "every file is declared and every test is run");
}

#[test]
fn nothing_lies_about() {
    let known = [
        ".ci",
        ".config",
        ".github",
        ".gitignore",
        "ARCHITECTURE.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "Cargo.lock",
        "Cargo.toml",
        "Containerfile",
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "Makefile",
        "README.md",
        "RELEASE.md",
        "action.yml",
        "clippy.toml",
        "deny.toml",
        "docs",
        "examples",
        "fuzz",
        "gitlab-component",
        "guest",
        "host",
        "packaging",
        "rust-toolchain.toml",
        "rustfmt.toml",
        "tests",
    ];
    let listed = succeed(of_project().args(["ls-tree", "--name-only", "HEAD"]));
    let names = listed.lines().filter(|name| !known.contains(name));
    let found: Vec<_> = names.map(str::to_owned).collect();
    assert_none(
        &found,
        "what is at the root of the project is there on purpose",
    );
}

/// Returns the files that a `mod` leads to, and the roots of crates.
fn declared_files(sources: &[Source]) -> BTreeSet<PathBuf> {
    let mut declared = BTreeSet::new();
    for source in sources {
        if source.is_root() {
            declared.insert(source.path.clone());
        }
        declared.extend(source.modules().into_iter().map(|(file, _)| file));
        declared.extend(source.included());
    }
    declared
}

impl Source {
    fn folder(&self) -> &Path {
        self.path.parent().expect("it is in the project")
    }

    fn stem(&self) -> String {
        let stem = self.path.file_stem().expect("it is a file");
        stem.to_string_lossy().into_owned()
    }

    /// Whether cargo knows the file by its place.
    fn is_root(&self) -> bool {
        let folder = self.folder();
        let is_target = ["benches", "examples", "fuzz_targets", "bin", "tests"]
            .iter()
            .any(|target| folder.ends_with(target));
        let of_package = |folder: &Path| project().join(folder).join("Cargo.toml").exists();
        ["main", "lib", "build"].contains(&&*self.stem())
            || is_target
                && folder
                    .parent()
                    .is_some_and(|package| package != "" && of_package(package))
    }

    /// Returns the files that the file declares, and whether they are for tests.
    fn modules(&self) -> Vec<(PathBuf, bool)> {
        let below = if self.is_root() {
            self.folder().to_owned()
        } else {
            self.folder().join(self.stem())
        };
        let mut files = Vec::new();
        collect_modules(&self.syntax.items, self.folder(), &below, &mut files);
        files
    }

    /// Returns the files that are included by their path.
    fn included(&self) -> Vec<PathBuf> {
        let parts = self.text.split("include!(\"").skip(1);
        let paths = parts.filter_map(|rest| rest.split('"').next());
        paths.map(|path| self.folder().join(path)).collect()
    }
}

fn collect_modules(
    items: &[syn::Item],
    here: &Path,
    below: &Path,
    files: &mut Vec<(PathBuf, bool)>,
) {
    for item in items {
        let syn::Item::Mod(module) = item else {
            continue;
        };
        let name = module.ident.to_string();
        let file = match path_attribute(&module.attrs) {
            Some(path) => here.join(path),
            None => below.join(format!("{name}.rs")),
        };
        match &module.content {
            None => files.push((file, is_for_tests(&module.attrs))),
            Some((_, items)) => collect_modules(items, here, &below.join(name), files),
        }
    }
}

fn path_attribute(attributes: &[syn::Attribute]) -> Option<String> {
    attributes
        .iter()
        .find_map(|attribute| match &attribute.meta {
            syn::Meta::NameValue(pair) if pair.path.is_ident("path") => match &pair.value {
                syn::Expr::Lit(syn::ExprLit {
                    lit: syn::Lit::Str(path),
                    ..
                }) => Some(path.value()),
                _ => None,
            },
            _ => None,
        })
}
