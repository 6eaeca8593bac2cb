//! The host keys that the large forges publish, by fingerprint.

/// The host keys of a forge.
struct Forge {
    /// The names of its SSH servers; the second one listens on port 443.
    hosts: &'static [&'static str],
    /// The algorithm and the fingerprint of each key.
    keys: &'static [(&'static str, &'static str)],
}

const ED25519: &str = "ssh-ed25519";
const ECDSA: &str = "ecdsa-sha2-nistp256";
const RSA: &str = "ssh-rsa";

/// Each was compared with the key itself, as published on the page named here.
const FORGES: &[Forge] = &[
    // https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/githubs-ssh-key-fingerprints
    Forge {
        hosts: &["github.com", "ssh.github.com"],
        keys: &[
            (
                ED25519,
                "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU",
            ),
            (ECDSA, "SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM"),
            (RSA, "SHA256:uNiVztksCsDhcc0u9e8BujQXVUpKZIDTMczCvj3tD2s"),
        ],
    },
    // https://docs.gitlab.com/user/gitlab_com/#ssh-host-keys-fingerprints
    Forge {
        hosts: &["gitlab.com", "altssh.gitlab.com"],
        keys: &[
            (
                ED25519,
                "SHA256:eUXGGm1YGsMAS7vkcx6JOJdOGHPem5gQp4taiCfCLB8",
            ),
            (ECDSA, "SHA256:HbW3g8zUjNSksFbqTiUWPWg2Bq1x8xdGUrliXFzSnUw"),
            (RSA, "SHA256:ROQFvPThGrW4RuWLoL9tq9I9zJ42fK4XywyRtbOz/EQ"),
        ],
    },
    // https://docs.codeberg.org/security/ssh-fingerprint/
    Forge {
        hosts: &["codeberg.org"],
        keys: &[
            (
                ED25519,
                "SHA256:mIlxA9k46MmM6qdJOdMnAQpzGxF4WIVVL+fj+wZbw0g",
            ),
            (ECDSA, "SHA256:T9FYDEHELhVkulEKKwge5aVhVTbqCW0MIRwAfpARs/E"),
            (RSA, "SHA256:6QQmYi4ppFS4/+zSZ5S4IU+4sa6rwvQ4PbhCtPEBekQ"),
        ],
    },
    // https://bitbucket.org/site/ssh
    Forge {
        hosts: &["bitbucket.org", "altssh.bitbucket.org"],
        keys: &[
            (
                ED25519,
                "SHA256:ybgmFkzwOSotHTHLJgHO0QN8L0xErw6vd0VhFA9m3SM",
            ),
            (ECDSA, "SHA256:FC73VB6C4OQLSCrjEayhMp9UMxS97caD/Yyi2bhW/J0"),
            (RSA, "SHA256:46OSHA1Rmj8E8ERTC6xkNcmGOw9oFxYr0WF6zWW8l1E"),
        ],
    },
];

/// Returns the algorithm and the fingerprint of each key that is built in for a host.
pub(super) fn keys(host: &str) -> &'static [(&'static str, &'static str)] {
    FORGES
        .iter()
        .find(|forge| {
            forge
                .hosts
                .iter()
                .any(|name| name.eq_ignore_ascii_case(host))
        })
        .map_or(&[], |forge| forge.keys)
}
