/// The variables of templates: name and meaning. What is not known is empty;
/// where several things change, their values are joined by `, `.
pub const VARIABLES: &[(&str, &str)] = &[
    (
        "image",
        "What gets a new value: the image, chart, repository or key path",
    ),
    ("name", "The last part of the image's name"),
    ("old", "The version or value before"),
    ("new", "The version or value after"),
    ("environment", "The environment that is changed"),
    (
        "path",
        "The changed file, or the directory that holds all of them",
    ),
    ("build", "The number of the build"),
    ("repository", "The repository whose build made the image"),
    ("revision", "The commit that was built"),
    (
        "short-revision",
        "The first eight characters of that commit",
    ),
    ("run", "The page of the pipeline run"),
    ("subject", "The subject that a commit has by default"),
    (
        "changes",
        "The list of changes that a commit has by default",
    ),
];
