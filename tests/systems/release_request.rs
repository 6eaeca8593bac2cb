//! A release of an app becomes a request in the configuration repository.

use super::folder;
use super::pipeline::{Run, Workflow};
use crate::support::forge::{Progress, TOKEN};
use crate::support::repository::BareRepository;
use crate::support::web::Web;
use towpath_host::forge::ForgeKind;

const FILE: &str = "album-app-frontend/values.yaml";
const BRANCH: &str = "release/album-app-frontend_1.4.2";

fn release(web: &Web, name: &str) -> Run {
    let event = format!(r#"{{"action": "created", "release": {{"tag_name": "{name}"}}}}"#);
    Workflow {
        folder: "release-request/application",
        name: "acme/album-app",
        event: ("release", &event),
        secrets: &[("CONFIG_REPO_TOKEN", TOKEN)],
        environment: &web.environment(),
    }
    .run()
}

#[test]
fn a_release_becomes_a_request_and_again_the_same() {
    let config = BareRepository::new(&folder("release-request/config"));
    let web = Web::start(ForgeKind::GitHub, &config, "acme/album-app-config");
    let name = "album-app-frontend-1.4.2";
    let run = release(&web, name).succeeds();
    let run = run.says(&format!("built and pushed the image of {name}"));
    assert!(!run.log.contains(TOKEN), "{}", run.log);

    let mut expected = config.files("main");
    let file = expected.get_mut(FILE).expect("the app is there");
    let text = String::from_utf8_lossy(&file.bytes).replace("\"1.4.1\" #", "\"1.4.2\" #");
    file.bytes = text.into_bytes();
    assert_eq!(config.files(BRANCH), expected);
    assert_eq!(
        config.subjects(BRANCH)[0],
        "release: album-app-frontend 1.4.2"
    );
    let words = "acme/album-app album-app-frontend release 1.4.2. \
                 Please note that this is an automated PR.";
    let seen = |what: &str| {
        let state = web.forge.state();
        let [pull] = state.pulls.as_slice() else {
            panic!("{} requests {what}", state.pulls.len());
        };
        assert_eq!(pull.title, "release: album-app-frontend 1.4.2");
        assert_eq!((&*pull.head, &*pull.base), (BRANCH, "main"));
        assert_eq!(pull.progress, Progress::Open);
        assert!(pull.body.contains(words), "{}", pull.body);
        pull.body.clone()
    };
    let (body, refs) = (seen("after one run"), config.refs());

    release(&web, name).succeeds();
    assert_eq!(seen("after two runs"), body);
    assert_eq!(config.refs(), refs);
    config.fsck();
}
