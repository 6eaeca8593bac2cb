//! `towpath set`, asked as users ask it, on a repository in memory.
//!
//! A test is a command line, the files before, and what they become.

#![expect(clippy::unwrap_used, reason = "a test stops at what is wrong")]

#[path = "set/support.rs"]
mod support;

#[path = "set/argocd.rs"]
mod argocd;
#[path = "set/discovery.rs"]
mod discovery;
#[path = "set/flux.rs"]
mod flux;
#[path = "set/keys.rs"]
mod keys;
#[path = "set/kustomization.rs"]
mod kustomization;
#[path = "set/manifests.rs"]
mod manifests;
#[path = "set/plan.rs"]
mod plan;
#[path = "set/policy.rs"]
mod policy;
#[path = "set/values.rs"]
mod values;
