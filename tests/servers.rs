//! The servers of the tests, proved with git's own client.

use crate::support::command::{command, run_with};
use crate::support::daemon::GitDaemon;
use crate::support::files::files;
use crate::support::git::command_for;
use crate::support::http::{HttpOptions, HttpServer};
use crate::support::protocol::Protocol;
use crate::support::repository::BareRepository;
use crate::support::ssh::SshServer;
use crate::support::temp::TempDir;
use std::process::Output;

const ACCOUNT: Option<(&str, &str)> = Some(("towpath", "s3cret"));

fn repository() -> BareRepository {
    BareRepository::new(&files([("values.yaml", "tag: v1\n"), ("big.txt", "x")]))
}

/// A clone without files, made by git with some configuration.
struct Client {
    directory: TempDir,
    configuration: Vec<String>,
    environment: Vec<(&'static str, String)>,
}

impl Client {
    fn new(configuration: &[&str]) -> Self {
        Self {
            directory: TempDir::new(),
            configuration: configuration.iter().map(|&item| item.to_owned()).collect(),
            environment: Vec::new(),
        }
    }

    fn ssh(server: &SshServer, key: &str, known_hosts: &str) -> Self {
        let mut client = Self::new(&[]);
        let hosts = client.directory.write("known_hosts", known_hosts);
        let command = format!(
            "ssh -F none -i {} -o IdentitiesOnly=yes -o UserKnownHostsFile={} -o BatchMode=yes",
            server.key(key).display(),
            hosts.display()
        );
        client.environment.push(("GIT_SSH_COMMAND", command));
        client
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut all = Vec::new();
        for item in &self.configuration {
            all.extend(["-c", item]);
        }
        all.extend(arguments);
        let mut git = command_for(self.directory.path(), &all);
        git.envs(self.environment.iter().map(|(name, value)| (name, value)));
        git.output().expect("git runs")
    }

    /// Clones without files and history, and pushes a commit.
    fn round_trip(&self, url: &str) -> Result<(), String> {
        self.step(&[
            "clone",
            "--quiet",
            "--bare",
            "--depth=1",
            "--filter=blob:none",
            url,
            "clone",
        ])?;
        let new = self.step(&[
            "-C",
            "clone",
            "commit-tree",
            "-p",
            "main",
            "-m",
            "Push",
            "main^{tree}",
        ])?;
        let target = format!("{}:refs/heads/main", new.trim());
        self.step(&["-C", "clone", "push", "--quiet", url, &target])?;
        Ok(())
    }

    fn step(&self, arguments: &[&str]) -> Result<String, String> {
        let output = self.run(arguments);
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }
}

#[track_caller]
fn assert_pushed(repository: &BareRepository) {
    assert_eq!(repository.subjects("main"), ["Push", "Start"]);
    repository.fsck();
}

#[track_caller]
fn assert_refused(repository: &BareRepository, result: Result<(), String>, text: &str) {
    let error = result.expect_err("the server has to refuse");
    assert!(error.contains(text), "{error}");
    assert_eq!(repository.subjects("main"), ["Start"]);
}

#[test]
fn the_git_daemon_takes_a_push() {
    let repository = repository();
    let daemon = GitDaemon::start(&repository);
    Client::new(&[])
        .round_trip(&daemon.url())
        .expect("it is open");
    assert_pushed(&repository);
}

#[test]
fn the_web_server_takes_a_push_with_the_right_password() {
    let repository = repository();
    let account = HttpOptions {
        account: ACCOUNT,
        ..HttpOptions::default()
    };
    let server = HttpServer::start(&repository, account);
    let url = server.url();
    assert_refused(
        &repository,
        Client::new(&[]).round_trip(&url),
        "could not read Username",
    );
    let wrong = url.replace("//", "//towpath:wrong@");
    assert_refused(
        &repository,
        Client::new(&[]).round_trip(&wrong),
        "Authentication failed",
    );
    let right = url.replace("//", "//towpath:s3cret@");
    Client::new(&[])
        .round_trip(&right)
        .expect("the password is right");
    assert_pushed(&repository);
    let requests = server.requests();
    let push = "POST /deploy.git/git-receive-pack 200 towpath".to_owned();
    assert!(requests.contains(&push), "{requests:#?}");
}

#[test]
fn the_web_server_can_be_without_pushes_filters_and_protocol_2() {
    let repository = repository();
    let options = HttpOptions {
        push: false,
        filters: false,
        protocol: Protocol::Zero,
        ..HttpOptions::default()
    };
    let server = HttpServer::start(&repository, options);
    let client = Client::new(&[]);
    assert_refused(&repository, client.round_trip(&server.url()), "403");
    let mut fetch = command_for(client.directory.path(), &["ls-remote", &server.url()]);
    let output = fetch
        .env("GIT_TRACE_PACKET", "1")
        .output()
        .expect("git runs");
    let trace = String::from_utf8_lossy(&output.stderr);
    assert!(
        trace.contains("refs/heads/main") && !trace.contains("version 2"),
        "{trace}"
    );
    assert!(!trace.contains(" filter"), "{trace}");
}

#[test]
fn the_tls_server_is_known_by_its_authority() {
    let repository = repository();
    let options = HttpOptions {
        tls: true,
        ..HttpOptions::default()
    };
    let server = HttpServer::start(&repository, options);
    let stranger = Client::new(&[]).round_trip(&server.url());
    assert_refused(&repository, stranger, "certificate");
    let trust = format!("http.sslCAInfo={}", server.authority().display());
    Client::new(&[&trust])
        .round_trip(&server.url())
        .expect("the authority is trusted");
    assert_pushed(&repository);
}

#[test]
fn the_ssh_server_knows_its_deploy_keys() {
    let repository = repository();
    let server = SshServer::start(&repository);
    let try_key = |key| Client::ssh(&server, key, &server.known_host()).round_trip(&server.url());
    assert_refused(&repository, try_key("strange"), "Permission denied");
    assert_refused(&repository, try_key("read"), "marked as read only");
    let wrong = Client::ssh(&server, "write", &server.wrong_host());
    assert_refused(
        &repository,
        wrong.round_trip(&server.url()),
        "Host key verification failed",
    );
    assert!(try_key("write").is_ok(), "{}", server.log());
    assert_pushed(&repository);
}

#[test]
fn a_dropped_server_leaves_no_process() {
    let repository = repository();
    let server = HttpServer::start(&repository, HttpOptions::default());
    let directory = TempDir::new();
    let url = server.url();
    let probe = format!(
        "exec 3<>/dev/tcp/127.0.0.1/{}",
        url.split([':', '/']).nth(4).expect("a port")
    );
    let connects = || {
        let mut bash = command("bash", directory.path());
        run_with(bash.args(["-c", &probe]), b"").status.success()
    };
    assert!(connects());
    drop(server);
    assert!(!connects());
}
