//! The gates of an environment, as `towpath.yaml` declares them.

use serde::Deserialize;

/// What has to hold before a version may enter an environment.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Gate {}
