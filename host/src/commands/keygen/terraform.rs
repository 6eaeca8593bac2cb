//! The same as resources for Terraform and OpenTofu, which then make the key.

use super::places::Places;
use crate::args::KeygenArgs;
use crate::error::Error;
use crate::forge::{ForgeKind, Place};
use towpath_surface::Kind;

/// What is the same for every forge.
const PAIR: &str = r#"
# The private key is in the state of Terraform, in plain text: who reads the
# state can push to the deployment repository.
resource "tls_private_key" "deploy" {
  algorithm = "ED25519"

  lifecycle {
    create_before_destroy = true
  }
}
"#;

/// The public key, for all that take it.
const PUBLIC: &str = "trimspace(tls_private_key.deploy.public_key_openssh)";
/// The private key.
const PRIVATE: &str = "tls_private_key.deploy.private_key_openssh";

/// Returns the resources of one pair of keys.
///
/// # Errors
/// When the deployment repository is not named, or is on another owner's side
/// where the provider is for one owner.
pub(super) fn resources(args: &KeygenArgs, places: &Places) -> Result<String, Error> {
    let Some(deploy) = &places.deploy else {
        let message = "no deployment repository was given";
        return Err(Error::new(Kind::Usage, message).hint("Name it with `--repo URL`."));
    };
    let code: Vec<&Place> = places.code.iter().map(|home| &home.place).collect();
    let place = &deploy.place;
    expect_one_forge(place, &code)?;
    let title = quoted(&places.title(args));
    let mut text = providers(place);
    text.push_str(PAIR);
    text.push_str(&match place.kind {
        ForgeKind::GitHub => {
            expect_one_owner(place, &code)?;
            github(place, &title)
        }
        ForgeKind::GitLab => gitlab(place, &title),
        ForgeKind::Gitea => gitea(place, &title),
    });
    for (number, code) in code.iter().enumerate() {
        let name = match number {
            0 => "deploy".to_owned(),
            number => format!("deploy_{number}"),
        };
        text.push_str(&secret(args, code, &name));
    }
    Ok(text)
}

fn providers(place: &Place) -> String {
    let (name, source, version) = match place.kind {
        ForgeKind::GitHub => ("github", "integrations/github", "~> 6.0"),
        ForgeKind::GitLab => ("gitlab", "gitlabhq/gitlab", ">= 17.0"),
        ForgeKind::Gitea => ("gitea", "go-gitea/gitea", ">= 0.7"),
    };
    let mut text = format!(
        r#"terraform {{
  required_providers {{
    tls = {{
      source  = "hashicorp/tls"
      version = "~> 4.0"
    }}
    {name} = {{
      source  = "{source}"
      version = "{version}"
    }}
  }}
}}
"#
    );
    text.push_str(&provider(place, name));
    text
}

/// Says whose the repositories are, and where, if that is not the usual place.
fn provider(place: &Place, name: &str) -> String {
    let mut lines = Vec::new();
    if place.kind == ForgeKind::GitHub {
        lines.push(format!("owner = {}", quoted(owner(place))));
    }
    let (usual, base) = match place.kind {
        ForgeKind::GitHub => ("https://api.github.com", place.api.strip_suffix("api/v3")),
        ForgeKind::GitLab => ("https://gitlab.com/api/v4", Some(place.api.as_str())),
        ForgeKind::Gitea => (
            "https://gitea.com/api/v1",
            place.api.strip_suffix("/api/v1"),
        ),
    };
    if let Some(base) = base.filter(|_| place.api != usual) {
        lines.push(format!("base_url = {}", quoted(base)));
    }
    if lines.is_empty() {
        return String::new();
    }
    format!("\nprovider \"{name}\" {{\n  {}\n}}\n", lines.join("\n  "))
}

/// A provider is for one forge.
fn expect_one_forge(place: &Place, code: &[&Place]) -> Result<(), Error> {
    match code.iter().find(|code| code.api != place.api) {
        None => Ok(()),
        Some(other) => Err(Error::new(
            Kind::Unsupported,
            format!(
                "\"{}\" and \"{}\" are on different forges, and the resources are for one",
                place.path, other.path
            ),
        )
        .hint("Make the key with `--key-file FILE`, and give each forge its half by hand.")),
    }
}

/// The provider for GitHub is for one owner.
fn expect_one_owner(place: &Place, code: &[&Place]) -> Result<(), Error> {
    match code.iter().find(|code| owner(code) != owner(place)) {
        None => Ok(()),
        Some(other) => Err(Error::new(
            Kind::Unsupported,
            format!(
                "\"{}\" and \"{}\" have different owners, and the provider for GitHub is for one",
                place.path, other.path
            ),
        )
        .hint("Write the resources of each owner with a provider of its own.")),
    }
}

fn github(place: &Place, title: &str) -> String {
    format!(
        r#"
resource "github_repository_deploy_key" "deploy" {{
  repository = {}
  title      = {title}
  key        = {PUBLIC}
  read_only  = false
}}
"#,
        quoted(name(place))
    )
}

fn gitlab(place: &Place, title: &str) -> String {
    format!(
        r#"
resource "gitlab_deploy_key" "deploy" {{
  project  = {}
  title    = {title}
  key      = {PUBLIC}
  can_push = true
}}
"#,
        quoted(&place.path)
    )
}

fn gitea(place: &Place, title: &str) -> String {
    format!(
        r#"
data "gitea_repo" "deploy" {{
  username = {}
  name     = {}
}}

resource "gitea_repository_key" "deploy" {{
  repository = data.gitea_repo.deploy.id
  title      = {title}
  key        = {PUBLIC}
  read_only  = false
}}
"#,
        quoted(owner(place)),
        quoted(name(place))
    )
}

fn secret(args: &KeygenArgs, place: &Place, resource: &str) -> String {
    let variable = quoted(&args.secret_name);
    match place.kind {
        ForgeKind::GitHub => format!(
            r#"
resource "github_actions_secret" "{resource}" {{
  repository      = {}
  secret_name     = {variable}
  plaintext_value = {PRIVATE}
}}
"#,
            quoted(name(place))
        ),
        ForgeKind::GitLab => format!(
            r#"
resource "gitlab_project_variable" "{resource}" {{
  project       = {}
  key           = {variable}
  value         = {PRIVATE}
  variable_type = "file"
  protected     = {}
  masked        = false
  raw           = true
}}
"#,
            quoted(&place.path),
            args.protected
        ),
        ForgeKind::Gitea => format!(
            r#"
resource "gitea_repository_actions_secret" "{resource}" {{
  repository_owner = {}
  repository       = {}
  secret_name      = {variable}
  secret_value     = {PRIVATE}
}}
"#,
            quoted(owner(place)),
            quoted(name(place))
        ),
    }
}

fn owner(place: &Place) -> &str {
    place.path.split('/').next().unwrap_or_default()
}

fn name(place: &Place) -> &str {
    place.path.rsplit('/').next().unwrap_or_default()
}

/// Writes a text as a string of HCL, with no template in it.
fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
    let plain = escaped.replace("${", "$${").replace("%{", "%%{");
    let line = plain.replace(char::is_control, " ");
    format!("\"{line}\"")
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_text_is_no_template() {
        assert_eq!(
            quoted(r#"a "b" \ ${c} %{d} $e"#),
            r#""a \"b\" \\ $${c} %%{d} $e""#
        );
    }
}
