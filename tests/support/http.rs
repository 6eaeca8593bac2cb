//! Smart HTTP: nginx, fcgiwrap and `git http-backend`.

use super::command::{command, succeed};
use super::git::exec_path;
use super::protocol::Protocol;
use super::repository::BareRepository;
use super::server::{Server, free_port};
use super::temp::TempDir;
use super::tools::system;
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

/// How the server behaves.
#[derive(Clone, Copy)]
pub(crate) struct HttpOptions {
    /// Speaks https, with a certificate of a private authority.
    pub tls: bool,
    /// Wants this user name and password.
    pub account: Option<(&'static str, &'static str)>,
    /// Offers partial clones.
    pub filters: bool,
    /// The version of the protocol that it speaks.
    pub protocol: Protocol,
    /// Takes pushes.
    pub push: bool,
    /// Says that it is one of GitHub's servers.
    pub github: bool,
    /// Stands for a forge of the web.
    pub stands_for: Option<StandsFor>,
}

/// A forge of the web: by which names its clients know it, and what it has.
#[derive(Clone, Copy)]
pub(crate) struct StandsFor {
    /// The host of the pages and repositories.
    pub host: &'static str,
    /// The host of the API, where that is another one.
    pub api_host: Option<&'static str>,
    /// The repository, as `OWNER/NAME`.
    pub repository: &'static str,
    /// The port on which the fake forge answers its API, for `acme/deploy`.
    pub api: u16,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            tls: false,
            account: None,
            filters: true,
            protocol: Protocol::Two,
            push: true,
            github: false,
            stands_for: None,
        }
    }
}

/// The socket on which the server answers at once, and writes nothing down.
const FENCE: &str = "fence.sock";

/// How many requests are served at the same time.
const BACKENDS: usize = 4;

/// A web server that serves one repository.
pub(crate) struct HttpServer {
    options: HttpOptions,
    port: u16,
    directory: TempDir,
    _backends: Vec<Server>,
    _nginx: Server,
}

impl HttpServer {
    /// Starts the server.
    pub(crate) fn start(repository: &BareRepository, options: HttpOptions) -> Self {
        let directory = TempDir::new();
        let port = free_port();
        let backends = (0..BACKENDS).map(|n| backend(&directory, n)).collect();
        if options.tls {
            certificates(&directory, options.stands_for);
        }
        if let Some((user, password)) = options.account {
            directory.write("accounts", format!("{user}:{{PLAIN}}{password}\n"));
        }
        let configuration = configuration(&directory, repository.root(), port, options);
        let file = directory.write("nginx.conf", configuration);
        let mut nginx = command(system("nginx"), directory.path());
        nginx.arg("-p").arg(directory.path()).arg("-c").arg(file);
        nginx.args(["-e", "error.log"]);
        let mut nginx = Server::start(&mut nginx, &directory, "nginx.log");
        nginx.wait_for_port(port);
        Self {
            options,
            port,
            directory,
            _backends: backends,
            _nginx: nginx,
        }
    }

    /// Returns the URL of the repository.
    pub(crate) fn url(&self) -> String {
        self.url_of("deploy.git")
    }

    /// Returns the URL of a repository of this name, which need not exist.
    pub(crate) fn url_of(&self, name: &str) -> String {
        let scheme = if self.options.tls { "https" } else { "http" };
        format!("{scheme}://127.0.0.1:{}/{name}", self.port)
    }

    /// Returns the port that it listens on.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Returns the certificate of the private authority.
    pub(crate) fn authority(&self) -> PathBuf {
        assert!(self.options.tls, "only a TLS server has one");
        self.directory.join("authority.pem")
    }

    /// Returns what was asked of the server, a line each: method, path, status, user.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.catch_up();
        let log = std::fs::read_to_string(self.directory.join("access.log"));
        log.unwrap_or_default().lines().map(str::to_owned).collect()
    }

    /// Waits until the server has written down what it has answered.
    ///
    /// An answer is on its way before its line is in the log. The one worker is
    /// at the next request only when it is done with the last.
    fn catch_up(&self) {
        let socket = UnixStream::connect(self.directory.join(FENCE));
        let mut socket = socket.expect("the server listens on it");
        let sent = socket.write_all(b"GET / HTTP/1.0\r\n\r\n");
        let mut answer = String::new();
        let read = sent.and_then(|()| socket.read_to_string(&mut answer));
        read.expect("the server answers");
        assert!(answer.contains(" 204 "), "{answer}");
    }
}

/// Starts one process that runs `git http-backend`, a request after the other.
fn backend(directory: &TempDir, number: usize) -> Server {
    let socket = directory.join(&format!("backend-{number}.sock"));
    let mut fcgiwrap = command(system("fcgiwrap"), directory.path());
    fcgiwrap
        .args(["-f", "-s"])
        .arg(format!("unix:{}", socket.display()));
    let log = format!("backend-{number}.log");
    let mut backend = Server::start(&mut fcgiwrap, directory, &log);
    backend.wait(|| socket.exists());
    backend
}

/// Makes an authority and a certificate for this machine that it signed.
fn certificates(directory: &TempDir, stands_for: Option<StandsFor>) {
    let mut names = "subjectAltName=IP:127.0.0.1,DNS:localhost".to_owned();
    let hosts = stands_for.map(|known| [Some(known.host), known.api_host]);
    for host in hosts.into_iter().flatten().flatten() {
        let _ = write!(names, ",DNS:{host}");
    }
    let openssl = |arguments: &[&str]| {
        let mut openssl = command(system("openssl"), directory.path());
        openssl
            .args(["req", "-x509", "-newkey", "ec", "-nodes", "-days", "2"])
            .args(["-pkeyopt", "ec_paramgen_curve:P-256"])
            .args(arguments);
        succeed(&mut openssl);
    };
    openssl(&[
        "-subj",
        "/CN=Authority of a test",
        "-addext",
        "basicConstraints=critical,CA:TRUE",
        "-addext",
        "keyUsage=critical,keyCertSign",
        "-keyout",
        "authority.key",
        "-out",
        "authority.pem",
    ]);
    openssl(&[
        "-CA",
        "authority.pem",
        "-CAkey",
        "authority.key",
        "-subj",
        "/CN=127.0.0.1",
        "-addext",
        &names,
        "-addext",
        "basicConstraints=critical,CA:FALSE",
        "-keyout",
        "server.key",
        "-out",
        "server.pem",
    ]);
}

/// Writes nginx's configuration.
fn configuration(directory: &TempDir, root: &Path, port: u16, options: HttpOptions) -> String {
    let here = directory.path().display();
    let user = succeed(command("id", directory.path()).arg("-un"));
    let mut text = format!(
        "user {};
daemon off;
worker_processes 1;
pid nginx.pid;
error_log error.log;
events {{ worker_connections 256; }}
http {{
log_format plain '$request_method $request_uri $status $remote_user';
access_log access.log plain;
client_max_body_size 0;
client_body_temp_path body;
proxy_temp_path proxy;
fastcgi_temp_path fastcgi;
uwsgi_temp_path uwsgi;
scgi_temp_path scgi;
upstream backend {{
least_conn;
",
        user.trim(),
    );
    for number in 0..BACKENDS {
        let _ = writeln!(text, "server unix:{here}/backend-{number}.sock;");
    }
    let tls = if options.tls { " ssl" } else { "" };
    let _ = writeln!(text, "}}\nserver {{\nlisten 127.0.0.1:{port}{tls};");
    if options.tls {
        text.push_str(TLS);
    }
    if let Some(forge) = options.stands_for {
        let name = forge.repository;
        let _ = writeln!(text, "rewrite ^/{name}\\.git/(.*)$ /deploy.git/$1 last;");
        text.push_str("rewrite ^/acme/(.*)$ /$1 last;\n");
        text.push_str(&api(forge, "location /api/"));
    }
    text.push_str("location / {\nfastcgi_pass backend;\n");
    if options.account.is_some() {
        text.push_str("auth_basic git;\n");
        let _ = writeln!(text, "auth_basic_user_file {here}/accounts;");
    }
    if options.github {
        text.push_str("add_header X-GitHub-Request-Id 0A:1B always;\n");
    }
    for (name, value) in parameters(root, options) {
        let _ = writeln!(text, "fastcgi_param {name} \"{value}\";");
    }
    text.push_str("}\n}\n");
    if let Some((forge, host)) = options.stands_for.and_then(|it| Some((it, it.api_host?))) {
        text.push_str(&api_server(forge, host, port));
    }
    let _ = writeln!(text, "server {{\nlisten unix:{here}/{FENCE};");
    text.push_str("access_log off;\nreturn 204;\n}\n}\n");
    text
}

/// As forges have it: releases of nginx before 1.23 leave version 1.3 out by themselves.
const TLS: &str = "ssl_certificate server.pem;\nssl_certificate_key server.key;\n\
                   ssl_protocols TLSv1.2 TLSv1.3;\n";

/// Serves an API that has a host of its own.
fn api_server(forge: StandsFor, host: &str, port: u16) -> String {
    format!(
        "server {{\nlisten 127.0.0.1:{port} ssl;\nserver_name {host};\n\
         {TLS}{}}}\n",
        api(forge, "location /")
    )
}

/// Passes what is asked of an API on to the fake forge, which knows one repository.
fn api(forge: StandsFor, location: &str) -> String {
    let mut text = format!("{location} {{\n");
    if forge.repository != "acme/deploy" {
        let name = forge.repository;
        let _ = writeln!(text, "rewrite ^(.*)/{name}(/.*)?$ $1/acme/deploy$2 break;");
    }
    let _ = writeln!(text, "proxy_pass http://127.0.0.1:{};", forge.api);
    text.push_str("proxy_http_version 1.1;\nproxy_set_header Host $host;\n}\n");
    text
}

/// Returns the environment of `git http-backend`.
fn parameters(root: &Path, options: HttpOptions) -> Vec<(&'static str, String)> {
    let backend = exec_path().join("git-http-backend");
    let mut parameters = vec![
        ("SCRIPT_FILENAME", backend.display().to_string()),
        ("GIT_PROJECT_ROOT", root.display().to_string()),
        ("GIT_HTTP_EXPORT_ALL", "1".to_owned()),
        ("GIT_CONFIG_NOSYSTEM", "1".to_owned()),
        ("GIT_CONFIG_GLOBAL", "/dev/null".to_owned()),
        ("GIT_CONFIG_COUNT", "2".to_owned()),
        ("GIT_CONFIG_KEY_0", "uploadpack.allowFilter".to_owned()),
        ("GIT_CONFIG_VALUE_0", options.filters.to_string()),
        ("GIT_CONFIG_KEY_1", "http.receivepack".to_owned()),
        ("GIT_CONFIG_VALUE_1", options.push.to_string()),
    ];
    let passed = [
        ("PATH_INFO", "$document_uri"),
        ("QUERY_STRING", "$query_string"),
        ("REQUEST_METHOD", "$request_method"),
        ("CONTENT_TYPE", "$content_type"),
        ("CONTENT_LENGTH", "$content_length"),
        ("HTTP_CONTENT_ENCODING", "$http_content_encoding"),
        ("REMOTE_USER", "$remote_user"),
        ("REMOTE_ADDR", "$remote_addr"),
    ];
    parameters.extend(passed.map(|(name, value)| (name, value.to_owned())));
    // Both names are read: the one of CGI headers and git's own.
    let protocol = options.protocol.forced().unwrap_or("$http_git_protocol");
    parameters.push(("HTTP_GIT_PROTOCOL", protocol.to_owned()));
    parameters.push(("GIT_PROTOCOL", protocol.to_owned()));
    parameters
}
