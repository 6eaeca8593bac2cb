//! Finds the forge of a repository: told by the user, by the runner, or by the
//! address.

use super::{Error, ForgeKind, Result};
use crate::git::{self, RepositoryUrl, Secret};

/// What is said about the forge beside the address of the repository.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// The forge, as the user names it.
    pub forge: Option<ForgeKind>,
    /// Where the forge or its API is, as the user says.
    pub url: Option<String>,
    /// The forge that runs the pipeline: its host, its kind, its API.
    pub runner: Option<(String, ForgeKind, Option<String>)>,
    /// Whether the token is the one of a GitLab job.
    pub is_job_token: bool,
}

/// Where a repository is on a forge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The forge.
    pub kind: ForgeKind,
    /// The root of its API.
    pub api: String,
    /// The groups or the owner, and the name: `acme/deploy`.
    pub path: String,
    /// Whether the token is the one of a GitLab job.
    pub is_job_token: bool,
}

impl Place {
    /// Returns the header with the token.
    pub(super) fn authorization(&self, token: &Secret) -> (&'static str, Secret) {
        let token = token.expose().trim();
        match (self.kind, self.is_job_token) {
            (ForgeKind::GitHub, _) => ("authorization", Secret::new(format!("Bearer {token}"))),
            (ForgeKind::Gitea, _) => ("authorization", Secret::new(format!("token {token}"))),
            (ForgeKind::GitLab, true) => ("job-token", Secret::new(token)),
            (ForgeKind::GitLab, false) => ("private-token", Secret::new(token)),
        }
    }
}

/// Finds the forge of a repository.
///
/// # Errors
/// When it is not known, or the address cannot be one on a forge.
pub fn detect(url: &RepositoryUrl, told: &Told) -> Result<Place> {
    let root = told.url.as_deref().map(root).transpose()?;
    let host = match (&root, url.host()) {
        (Some(root), _) => Some(root.host.clone()),
        (None, host) => host.map(|host| usual_host(host).to_owned()),
    };
    let unknown = || Error::Unknown {
        url: url.to_string(),
    };
    let host = host.ok_or_else(unknown)?;
    let runner = told.runner.as_ref().filter(|(name, ..)| *name == host);
    let kind = told
        .forge
        .or_else(|| runner.map(|(_, kind, _)| *kind))
        .or_else(|| by_host(&host))
        .ok_or_else(unknown)?;
    let api = match (&root, runner) {
        (Some(root), _) => root.api(kind),
        (None, Some((_, _, Some(api)))) => api.trim_end_matches('/').to_owned(),
        _ => usual_api(kind, url, &host),
    };
    let prefix = root.as_ref().map(|root| root.path.clone());
    let path = repository_path(url, prefix.as_deref().unwrap_or_default())?;
    if kind != ForgeKind::GitLab && path.split('/').count() != 2 {
        return Err(Error::InvalidUrl {
            url: url.to_string(),
            reason: "its path is not an owner and a name".to_owned(),
        });
    }
    Ok(Place {
        kind,
        api,
        path,
        is_job_token: told.is_job_token,
    })
}

/// An address that the user gave.
struct Root {
    /// Without a slash at the end.
    whole: String,
    host: String,
    path: String,
}

fn root(text: &str) -> Result<Root> {
    let invalid = |reason: &str| Error::InvalidUrl {
        url: git::redact(text),
        reason: reason.to_owned(),
    };
    let whole = text.trim().trim_end_matches('/').to_owned();
    let rest = whole
        .strip_prefix("https://")
        .or_else(|| whole.strip_prefix("http://"))
        .ok_or_else(|| invalid("it begins with neither https:// nor http://"))?;
    if rest.contains(['@', '?', '#']) {
        return Err(invalid("it has credentials, a query or a fragment"));
    }
    let (place, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = match place.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => place,
    };
    Ok(Root {
        host: host.trim_matches(['[', ']']).to_lowercase(),
        path: path.to_owned(),
        whole: whole.clone(),
    })
}

impl Root {
    /// Returns the root of the API; the address may be the one of the API already.
    fn api(&self, kind: ForgeKind) -> String {
        let is_api = self.host.starts_with("api.") || self.whole.contains("/api/");
        match (is_api, kind) {
            (true, _) => self.whole.clone(),
            (false, ForgeKind::GitHub) if self.host == "github.com" => {
                "https://api.github.com".to_owned()
            }
            (false, kind) => format!("{}{}", self.whole, suffix(kind)),
        }
    }
}

fn suffix(kind: ForgeKind) -> &'static str {
    match kind {
        ForgeKind::GitHub => "/api/v3",
        ForgeKind::GitLab => "/api/v4",
        ForgeKind::Gitea => "/api/v1",
    }
}

/// Some forges have another name for SSH through a web port.
fn usual_host(host: &str) -> &str {
    match host {
        "ssh.github.com" => "github.com",
        "altssh.gitlab.com" => "gitlab.com",
        other => other,
    }
}

fn by_host(host: &str) -> Option<ForgeKind> {
    match host {
        "github.com" => return Some(ForgeKind::GitHub),
        "gitlab.com" => return Some(ForgeKind::GitLab),
        "codeberg.org" | "gitea.com" => return Some(ForgeKind::Gitea),
        _ if host.ends_with(".ghe.com") => return Some(ForgeKind::GitHub),
        _ => {}
    }
    let mut labels = host.split('.');
    labels.find_map(|label| match label {
        "github" => Some(ForgeKind::GitHub),
        "gitlab" => Some(ForgeKind::GitLab),
        "gitea" | "forgejo" => Some(ForgeKind::Gitea),
        _ => None,
    })
}

fn usual_api(kind: ForgeKind, url: &RepositoryUrl, host: &str) -> String {
    if host == "github.com" {
        return "https://api.github.com".to_owned();
    }
    if kind == ForgeKind::GitHub && host.ends_with(".ghe.com") {
        return format!("https://api.{host}");
    }
    let name = match host.contains(':') {
        true => format!("[{host}]"),
        false => host.to_owned(),
    };
    // The port of SSH says nothing about the one of the web.
    let web = match url.place() {
        git::Place::Http { tls, port, .. } => {
            let scheme = if *tls { "https" } else { "http" };
            let port = port.map(|port| format!(":{port}")).unwrap_or_default();
            format!("{scheme}://{name}{port}")
        }
        _ => format!("https://{name}"),
    };
    format!("{web}{}", suffix(kind))
}

fn repository_path(url: &RepositoryUrl, prefix: &str) -> Result<String> {
    let path = url.path().trim_matches('/');
    let web = prefix.split("api/").next().unwrap_or_default();
    let path = path
        .strip_prefix(web.trim_matches('/'))
        .unwrap_or(path)
        .trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    let fits = path.split('/').count() >= 2 && path.split('/').all(|part| !part.is_empty());
    match fits && url.host().is_some() {
        true => Ok(path.to_owned()),
        false => Err(Error::InvalidUrl {
            url: url.to_string(),
            reason: "its path is not an owner and a name".to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::{ForgeKind, Told, detect};
    use crate::git::RepositoryUrl;

    #[track_caller]
    fn found(url: &str, told: &Told) -> (ForgeKind, String, String) {
        let place = detect(&RepositoryUrl::parse(url).unwrap(), told).unwrap();
        (place.kind, place.api, place.path)
    }

    #[track_caller]
    fn check(url: &str, kind: ForgeKind, api: &str, path: &str) {
        let expected = (kind, api.to_owned(), path.to_owned());
        assert_eq!(found(url, &Told::default()), expected);
    }

    #[test]
    fn an_address_tells_the_forge() {
        let github = "https://api.github.com";
        check(
            "https://github.com/a/b.git",
            ForgeKind::GitHub,
            github,
            "a/b",
        );
        check("git@github.com:a/b.git", ForgeKind::GitHub, github, "a/b");
        check(
            "ssh://git@ssh.github.com:443/a/b.git",
            ForgeKind::GitHub,
            github,
            "a/b",
        );
        let gitlab = "https://gitlab.com/api/v4";
        check(
            "https://gitlab.com/g/s/p.git",
            ForgeKind::GitLab,
            gitlab,
            "g/s/p",
        );
        let own = "https://gitlab.example.org/api/v4";
        check(
            "ssh://git@gitlab.example.org:2222/g/p",
            ForgeKind::GitLab,
            own,
            "g/p",
        );
        let codeberg = "https://codeberg.org/api/v1";
        check(
            "https://codeberg.org/a/b",
            ForgeKind::Gitea,
            codeberg,
            "a/b",
        );
        let own = "http://gitea.example.org:3000/api/v1";
        check(
            "http://gitea.example.org:3000/a/b",
            ForgeKind::Gitea,
            own,
            "a/b",
        );
        let own = "https://github.example.org/api/v3";
        check(
            "https://github.example.org/a/b",
            ForgeKind::GitHub,
            own,
            "a/b",
        );
        let cloud = "https://api.acme.ghe.com";
        check("https://acme.ghe.com/a/b", ForgeKind::GitHub, cloud, "a/b");
    }

    #[test]
    fn the_user_and_the_runner_tell_it_too() {
        let told = Told {
            forge: Some(ForgeKind::Gitea),
            url: Some("https://code.example/git/".to_owned()),
            ..Told::default()
        };
        let expected = (
            ForgeKind::Gitea,
            "https://code.example/git/api/v1".to_owned(),
            "a/b".to_owned(),
        );
        assert_eq!(found("https://code.example/git/a/b.git", &told), expected);
        let told = Told {
            runner: Some((
                "code.example".to_owned(),
                ForgeKind::GitHub,
                Some("https://code.example/api/v3".to_owned()),
            )),
            ..Told::default()
        };
        let expected = (
            ForgeKind::GitHub,
            "https://code.example/api/v3".to_owned(),
            "a/b".to_owned(),
        );
        assert_eq!(found("git@code.example:a/b.git", &told), expected);
    }

    #[test]
    fn what_is_not_known_is_not_guessed() {
        for (url, part) in [
            ("https://code.example/a/b", "not known which forge"),
            ("/srv/deploy.git", "not known which forge"),
            ("https://github.com/deploy", "not an owner and a name"),
            ("https://github.com/a/b/c", "not an owner and a name"),
        ] {
            let url = RepositoryUrl::parse(url).unwrap();
            let error = detect(&url, &Told::default()).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
    }
}
