//! Everything that goes wrong between the launcher and a forge.

use super::{HEAD, Shop, everywhere};
use crate::support::forge::{TOKEN, Wrong};
use crate::support::towpath::Towpath;
use std::time::Duration;
use towpath_host::forge::ForgeKind;
use towpath_surface::Kind;

/// The collection of requests, in the paths of a forge.
fn collection(shop: &Shop) -> &'static str {
    match shop.forge.name() {
        "gitlab" => "/merge_requests",
        _ => "/pulls",
    }
}

#[test]
fn sixteen_jobs_at_once_leave_one_request_with_the_newest_version() {
    everywhere(|shop| {
        let runs: Vec<_> = (1..=16).map(|number| shop.build(number).start()).collect();
        for (child, _directory) in runs {
            let output = child.wait_with_output().expect("it was started");
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{said}");
        }
        let pull = shop.only();
        assert_eq!(shop.tag(HEAD), "v2.0.16");
        assert!(pull.title.contains("v2.0.16"), "{pull:#?}");
        assert_eq!(shop.tag("main"), "1.4.3");
        shop.repository.fsck();
    });
}

#[test]
fn sixteen_branches_at_once_leave_one_open_request() {
    everywhere(|shop| {
        let run = |number| {
            shop.build(number)
                .args(["--head", "{{app}}-{{new}}-release"])
        };
        let runs: Vec<_> = (1..=16).map(|number| run(number).start()).collect();
        for (child, _directory) in runs {
            let output = child.wait_with_output().expect("it was started");
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{said}");
        }
        let state = shop.forge.state();
        let open = state.open();
        assert_eq!(open.len(), 1, "{open:#?}");
        assert_eq!(open[0].head, "web-v2.0.16-release");
    });
}

#[test]
fn a_token_that_has_expired_is_said_before_anything_is_pushed() {
    everywhere(|shop| {
        let refs = shop.repository.refs();
        let run = shop.build(1).env("TOWPATH_FORGE_TOKEN", "expired-token");
        let outcome = run.run().fails(Kind::Unauthorized);
        outcome
            .says("does not accept the token")
            .says("nothing was changed");
        assert_eq!(shop.repository.refs(), refs);
    });
}

#[test]
fn a_missing_permission_is_said_before_anything_is_pushed() {
    everywhere(|shop| {
        shop.forge.state().is_read_only = true;
        let refs = shop.repository.refs();
        let outcome = shop.build(1).run().fails(Kind::ReadOnly);
        outcome.says("the token may not open a").says("hint: Give");
        assert_eq!(shop.repository.refs(), refs);
    });
}

#[test]
fn no_token_is_no_request() {
    everywhere(|shop| {
        let run = shop.build(1).env("TOWPATH_FORGE_TOKEN", "");
        run.run()
            .fails(Kind::Unauthorized)
            .says("TOWPATH_FORGE_TOKEN");
    });
}

#[test]
fn the_token_of_the_push_serves_the_forge_too() {
    everywhere(|shop| {
        let run = shop.build(1).env("TOWPATH_FORGE_TOKEN", "");
        run.env("TOWPATH_TOKEN", TOKEN).run().succeeds();
        shop.only();
    });
}

#[test]
fn a_forge_that_wants_to_be_left_alone_is() {
    everywhere(|shop| {
        let wait = || vec![("Retry-After", "1".to_owned())];
        shop.forge
            .break_down("GET", collection(&shop), Wrong::Status(429, wait()));
        shop.forge
            .break_down("POST", collection(&shop), Wrong::Status(429, wait()));
        shop.build(1).run().succeeds();
        shop.only();
    });
}

#[test]
fn githubs_other_limits_are_kept_too() {
    let shop = Shop::open(ForgeKind::GitHub);
    let wait = vec![("Retry-After", "1".to_owned())];
    shop.forge
        .break_down("GET", "/pulls", Wrong::Status(403, wait));
    let spent = vec![
        ("X-RateLimit-Remaining", "0".to_owned()),
        ("X-RateLimit-Reset", "1".to_owned()),
    ];
    shop.forge
        .break_down("GET", "/pulls", Wrong::Status(403, spent));
    shop.build(1).run().succeeds();
    shop.only();
}

#[test]
fn gitlabs_limits_are_kept_too() {
    let shop = Shop::open(ForgeKind::GitLab);
    let spent = vec![
        ("RateLimit-Remaining", "0".to_owned()),
        ("RateLimit-Reset", "1".to_owned()),
    ];
    shop.forge
        .break_down("GET", "/merge_requests", Wrong::Status(429, spent));
    shop.build(1).run().succeeds();
    shop.only();
}

#[test]
fn a_forge_that_wants_to_be_left_alone_for_too_long_is_an_error() {
    everywhere(|shop| {
        let refs = shop.repository.refs();
        let wait = vec![("Retry-After", "3600".to_owned())];
        shop.forge
            .break_down("GET", collection(&shop), Wrong::Status(429, wait));
        shop.build(1)
            .run()
            .fails(Kind::Unreachable)
            .says("so it is (status 429)")
            .says("nothing was changed");
        assert_eq!(shop.repository.refs(), refs);
    });
}

#[test]
fn a_branch_that_the_forge_has_not_seen_yet_is_waited_for() {
    everywhere(|shop| {
        shop.forge.state().blind = 2;
        shop.build(1).run().succeeds().says("Opened request 1");
        shop.only();
    });
}

#[test]
fn a_redirect_to_another_host_gets_no_token() {
    everywhere(|shop| {
        let to = vec![("Location", "http://elsewhere.example/api".to_owned())];
        shop.forge
            .break_down("GET", collection(&shop), Wrong::Status(307, to));
        let outcome = shop.build(1).run().fails(Kind::Protocol);
        outcome.says("it redirects to another host");
    });
}

#[test]
fn a_forge_that_is_not_well_is_asked_again() {
    everywhere(|shop| {
        for status in [500, 502] {
            shop.forge
                .break_down("GET", collection(&shop), Wrong::Status(status, Vec::new()));
        }
        let slow = Wrong::Slow(Duration::from_millis(700));
        shop.forge.break_down("POST", collection(&shop), slow);
        shop.build(1).run().succeeds();
        shop.only();
    });
}

#[test]
fn a_forge_that_stays_unwell_is_an_error_and_nothing_is_changed() {
    everywhere(|shop| {
        let refs = shop.repository.refs();
        for _ in 0..9 {
            shop.forge
                .break_down("GET", collection(&shop), Wrong::Status(503, Vec::new()));
        }
        shop.build(1)
            .run()
            .fails(Kind::Unreachable)
            .says("nothing was changed");
        assert_eq!(shop.repository.refs(), refs);
    });
}

#[test]
fn a_lost_answer_opens_no_second_request() {
    everywhere(|shop| {
        // The first one finds out whether the token may open requests.
        shop.forge
            .break_down("POST", collection(&shop), Wrong::Slow(Duration::ZERO));
        shop.forge
            .break_down("POST", collection(&shop), Wrong::AnswerLost);
        shop.build(1).run().succeeds();
        shop.only();
    });
}

#[test]
fn a_list_that_lags_behind_opens_no_second_request() {
    everywhere(|shop| {
        shop.forge.state().lag = 3;
        shop.build(1).run().succeeds();
        shop.build(2).run().succeeds();
        assert!(shop.only().title.contains("v2.0.2"));
    });
}

#[test]
fn a_long_list_is_read_to_its_end() {
    everywhere(|shop| {
        shop.build(1)
            .args(["--head", "{{app}}-{{new}}"])
            .run()
            .succeeds();
        for number in 0..12 {
            let branch = format!("feature-{number}");
            shop.repository.git(&["branch", &branch, "main"]);
            let mut state = shop.forge.state();
            let mut pull = state.pulls[0].clone();
            pull.head = branch;
            pull.body = String::new();
            state.add(pull);
        }
        shop.forge.state().page = Some(3);
        shop.build(2)
            .args(["--head", "{{app}}-{{new}}"])
            .run()
            .succeeds();
        assert_eq!(shop.forge.state().open().len(), 13);
    });
}

#[test]
fn a_renamed_repository_is_followed() {
    everywhere(|shop| {
        let (from, to) = match shop.forge.name() {
            "github" => ("/repos/acme/old", "/api/v3/repos/acme/deploy"),
            "gitlab" => ("/projects/acme%2Fold", "/api/v4/projects/acme%2Fdeploy"),
            _ => ("/repos/acme/old", "/api/v1/repos/acme/deploy"),
        };
        shop.forge.state().renamed = Some((from.to_owned(), to.to_owned()));
        let address = shop.forge.repository().replace("/deploy.git", "/old.git");
        let run = Towpath::set(address)
            .args(["--path", "apps/web/overlays/dev", "--request"])
            .args([
                "--image",
                "registry.example/shop/web:v3",
                "--forge",
                shop.forge.name(),
            ])
            .args(["--forge-url", &shop.forge.url()])
            .env("TOWPATH_FORGE_TOKEN", TOKEN);
        run.run().succeeds();
        shop.only();
    });
}

#[test]
fn a_forge_that_is_not_known_is_asked_for() {
    let shop = Shop::open(ForgeKind::Gitea);
    let run = Towpath::set(shop.forge.repository());
    let run = run.args(["--image", "registry.example/shop/web:v3", "--request"]);
    let outcome = run.env("TOWPATH_FORGE_TOKEN", TOKEN).run();
    outcome.fails(Kind::UnknownForge).says("`--forge github`");
}

#[test]
fn the_token_is_in_nothing_that_is_said() {
    everywhere(|shop| {
        shop.forge
            .break_down("GET", collection(&shop), Wrong::Status(403, Vec::new()));
        for run in [shop.build(1), shop.build(1)] {
            let outcome = run.arg("--verbose").run();
            assert!(
                !outcome.everything().contains(TOKEN),
                "{}",
                outcome.everything()
            );
        }
        shop.only();
    });
}
