//! A forge under the name that it has on the web: https with a certificate for
//! that name, and a proxy that leads to it and to nothing else. A pipeline runs
//! against it word for word as against the real one.

use super::forge::{FakeForge, TOKEN};
use super::http::{HttpOptions, HttpServer, StandsFor};
use super::repository::BareRepository;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::path::PathBuf;
use std::thread;
use towpath_host::forge::ForgeKind;

/// A forge of the web, on loopback.
pub(crate) struct Web {
    /// The API, which knows the repository as `acme/deploy`.
    pub forge: FakeForge,
    server: HttpServer,
    proxy: u16,
}

impl Web {
    /// Starts github.com or gitlab.com with a repository, named as `OWNER/NAME`.
    pub(crate) fn start(kind: ForgeKind, repository: &BareRepository, name: &'static str) -> Self {
        let forge = FakeForge::start(kind, repository);
        let (host, api_host, user) = match kind {
            ForgeKind::GitHub => ("github.com", Some("api.github.com"), "x-access-token"),
            ForgeKind::GitLab => ("gitlab.com", None, "oauth2"),
            ForgeKind::Gitea => ("gitea.com", None, "x-access-token"),
        };
        let options = HttpOptions {
            tls: true,
            account: Some((user, TOKEN)),
            stands_for: Some(StandsFor {
                host,
                api_host,
                repository: name,
                api: forge.port(),
            }),
            ..HttpOptions::default()
        };
        let server = HttpServer::start(repository, options);
        let hosts = [Some(host), api_host].into_iter().flatten();
        let hosts = hosts.map(|host| format!("{host}:443")).collect();
        let proxy = tunnel(server.port(), hosts);
        Self {
            forge,
            server,
            proxy,
        }
    }

    /// Returns the variables by which a program finds the web here.
    pub(crate) fn environment(&self) -> [(&'static str, String); 2] {
        [
            ("HTTPS_PROXY", format!("http://127.0.0.1:{}", self.proxy)),
            ("SSL_CERT_FILE", self.authority().display().to_string()),
        ]
    }

    /// Returns the certificate of the authority that vouches for the names.
    pub(crate) fn authority(&self) -> PathBuf {
        self.server.authority()
    }
}

/// Leads to a port who asks for one of the hosts, and refuses everybody else.
fn tunnel(port: u16, hosts: Vec<String>) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("there is a free port");
    let own = listener.local_addr().expect("it is bound").port();
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let hosts = hosts.clone();
            thread::spawn(move || lead(client, port, &hosts));
        }
    });
    own
}

fn lead(mut client: TcpStream, port: u16, hosts: &[String]) -> Option<()> {
    let head = head(&mut client)?;
    let target = head.strip_prefix("CONNECT ")?.split(' ').next()?;
    if !hosts.iter().any(|host| host == target) {
        let refusal = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n";
        return client.write_all(refusal).ok();
    }
    let server = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok()?;
    for stream in [&client, &server] {
        stream.set_nodelay(true).ok()?;
    }
    client.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").ok()?;
    join(client, server)
}

/// Passes on what a client and a server say, until both have ended.
pub(crate) fn join(mut client: TcpStream, mut server: TcpStream) -> Option<()> {
    let (mut from, mut to) = (server.try_clone().ok()?, client.try_clone().ok()?);
    thread::spawn(move || {
        let _ = std::io::copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Both);
    });
    let _ = std::io::copy(&mut client, &mut server);
    let _ = server.shutdown(Shutdown::Write);
    Some(())
}

/// Reads the head of a request.
pub(crate) fn head(client: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        client.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    String::from_utf8(head).ok()
}
