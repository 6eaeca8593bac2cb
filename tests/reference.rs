//! `docs/reference.md` is what the code says; `BLESS=1` writes it again.

use std::fmt::Write as _;
use std::path::Path;
use towpath_host::args;
use towpath_surface::{Kind, OUTPUTS};

#[test]
fn the_reference_is_what_the_code_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reference.md");
    let expected = reference();
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &expected).expect("docs/ can be written");
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == expected,
        "docs/reference.md is not what the code says; run the test with BLESS=1"
    );
}

fn reference() -> String {
    let mut text = String::from(
        "# Reference\n\nThis page is made from the code; a test keeps it so.\n\n## `towpath set`\n\n\
         Every option is also an input of the GitHub Action and of the GitLab component, under the same name, \
         and a variable of the environment, as given here.\n\n\
         | option | variable | meaning | default |\n|---|---|---|---|\n",
    );
    for option in args::set_options() {
        let long = option.get_long().expect("every option has a long name");
        let value = option.get_num_args().is_some_and(|n| n.takes_values());
        let name = match option.get_value_names() {
            Some(names) if value => format!("--{long} {}", names[0]),
            _ => format!("--{long}"),
        };
        let help = option.get_help().expect("every option has a sentence");
        let default: Vec<_> = option
            .get_default_values()
            .iter()
            .map(|v| v.to_string_lossy())
            .collect();
        let default = if value {
            default.join(", ")
        } else {
            String::new()
        };
        let variable = args::variable(long);
        writeln!(
            text,
            "| `{name}` | `{variable}` | {} | {default} |",
            escape(&help.to_string())
        )
        .expect("writing to a string");
    }
    text.push_str(
        "\nSecrets have no option: `TOWPATH_TOKEN` (token or password for http), `TOWPATH_FORGE_TOKEN` (token for the \
         API of the forge, where it is another one), `TOWPATH_APP_ID` and `TOWPATH_APP_KEY` (a GitHub App), \
         `TOWPATH_SSH_KEY` (private key), `TOWPATH_SSH_KEY_PASSPHRASE`, `TOWPATH_SSH_KNOWN_HOSTS` (host keys to \
         trust), `TOWPATH_ARGOCD_TOKEN`, `TOWPATH_WEBHOOK_URL`, `TOWPATH_WEBHOOK_SECRET` and `TOWPATH_SLACK_URL` (who is told of a change).\n\
         \n## Outputs\n\n\
         In GitHub Actions as outputs of the step; in the file of `--dotenv` in upper case behind `TOWPATH_`, \
         with commas between files.\n\n| output | meaning |\n|---|---|\n",
    );
    for (name, meaning) in OUTPUTS {
        writeln!(text, "| `{name}` | {meaning} |").expect("writing to a string");
    }
    text.push_str("\n## Exit codes\n\n0 is success, whether or not anything had to change.\n\n| code | kind | meaning |\n|---|---|---|\n");
    for kind in Kind::ALL {
        writeln!(
            text,
            "| {} | `{kind}` | {} |",
            kind.exit_code(),
            kind.meaning()
        )
        .expect("writing to a string");
    }
    text
}

fn escape(text: &str) -> String {
    text.replace('|', "\\|")
}
