/// The outputs of a run, in the order in which they are written: name and meaning.
///
/// GitHub Actions reads them from `GITHUB_OUTPUT`; GitLab CI from the dotenv
/// report, in upper case behind `TOWPATH_`.
pub const OUTPUTS: &[(&str, &str)] = &[
    ("changed", "`true` when a file was changed, else `false`"),
    (
        "commit",
        "The commit that holds the values now; empty for a dry run that changes something; one a line for several repositories",
    ),
    ("files", "The paths of the changed files, one a line"),
    (
        "old",
        "The value before, of the first place that matched; empty when there was none",
    ),
    ("new", "The value after, of the first place that matched"),
    (
        "request-url",
        "The page of the pull or merge request; empty when there is none",
    ),
    (
        "request-number",
        "The number of the pull or merge request; empty when there is none",
    ),
    (
        "request-outcome",
        "What became of the request, such as `keep`, `close` or `older`; empty without `--request`",
    ),
    (
        "results",
        "What became of each repository, as a JSON list of objects with `repository`, `branch`, `changed`, `commit` and `files`, or with `repository` and the kind of `error`",
    ),
];
