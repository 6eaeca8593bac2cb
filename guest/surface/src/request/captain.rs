//! Gates, rollbacks, pins and releases.

/// The arguments of `towpath gate`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GateRequest {
    /// The environment that is entered.
    pub environment: String,
    /// Only these apps.
    pub apps: Vec<String>,
    /// The environment that versions come from; the first of its `from` if none.
    pub from: Option<String>,
    /// The branch of the request that carries the change, where one does.
    pub head: Option<String>,
    /// The commits of that request, whose versions are meant instead of those of
    /// the other environment.
    pub carried: Option<Carried>,
}

/// The commits of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Carried {
    /// The newest one, by its whole name.
    pub commit: String,
    /// The one that they set out from, on the branch that the request goes to.
    pub fork: String,
}

/// The arguments of `towpath rollback`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RollbackRequest {
    /// The environment.
    pub environment: String,
    /// Only these apps.
    pub apps: Vec<String>,
    /// The commit to whose versions it goes back.
    pub to: Option<String>,
    /// How many versions it goes back.
    pub steps: Option<u32>,
    /// Take back all files of the environment, not only versions.
    pub whole: bool,
    /// Leave no pin.
    pub no_pin: bool,
    /// Why.
    pub reason: Option<String>,
    /// Who, as `NAME <EMAIL>`.
    pub author: String,
}

/// The arguments of `towpath pin` and `towpath unpin`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PinRequest {
    /// The environment.
    pub environment: String,
    /// The apps; all of the environment if none.
    pub apps: Vec<String>,
    /// Whether the pin ends.
    pub end: bool,
    /// Why.
    pub reason: Option<String>,
    /// Who, as `NAME <EMAIL>`.
    pub author: String,
}

/// The arguments of `towpath release`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReleaseRequest {
    /// The version, or the name of the tag.
    pub version: String,
    /// The commit; the tip of the branch if none.
    pub commit: Option<String>,
    /// What the tag says besides.
    pub text: Option<String>,
}

/// The arguments of `towpath releases`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReleasesRequest {
    /// How many come at most; 0 for all.
    pub limit: u32,
}
