//! Conversions between the plain values and generated bindings, both ways.
//!
//! The launcher and the engine have bindings of their own, made from the same
//! interface. Each calls [`conversions!`](crate::conversions) once.

mod rules;

/// Converts everything that crosses the boundary as it is.
#[macro_export]
macro_rules! conversions {
    ($wit:ident) => {
        $crate::same_record!(
            $wit::Request = $crate::request::Request {
                intent: whole,
                source: whole,
                wording: whole,
                facts: whole,
            }
        );
        $crate::same_record!(
            $wit::Wording = $crate::request::Wording {
                subject,
                body,
                trailers,
                skip_ci,
            }
        );
        $crate::same_record!(
            $wit::Source = $crate::request::Source {
                environment,
                repository,
                revision,
                run_url,
                build,
            }
        );
        $crate::same_variant!(
            $wit::Intent = $crate::request::Intent {
                Set: whole,
                Promote: whole,
                AddEnvironment: whole,
                Init: whole,
                Check: whole,
                Status: whole,
                History: whole,
                Diff: whole,
                Gate: whole,
                Rollback: whole,
                Pin: whole,
                Release: whole,
                Releases: whole,
            }
        );
        $crate::same_record!(
            $wit::GateRequest = $crate::request::GateRequest {
                environment,
                apps,
                from,
                head,
                carried: inner,
            }
        );
        $crate::same_record!($wit::Carried = $crate::request::Carried { commit, fork });
        $crate::same_record!(
            $wit::RollbackRequest = $crate::request::RollbackRequest {
                environment,
                apps,
                to,
                steps,
                whole,
                no_pin,
                reason,
                author,
            }
        );
        $crate::same_record!(
            $wit::PinRequest = $crate::request::PinRequest {
                environment,
                apps,
                end,
                reason,
                author,
            }
        );
        $crate::same_record!(
            $wit::ReleaseRequest = $crate::request::ReleaseRequest {
                version,
                commit,
                text,
            }
        );
        $crate::same_record!($wit::ReleasesRequest = $crate::request::ReleasesRequest { limit });
        $crate::same_record!(
            $wit::SetRequest = $crate::request::SetRequest {
                images,
                tag,
                digest,
                charts,
                revisions,
                values: each,
                files,
                directories,
                ignore,
                selection: whole,
                permits: whole,
            }
        );
        $crate::same_record!($wit::Assignment = $crate::request::Assignment { key, value });
        $crate::same_record!(
            $wit::Selection = $crate::request::Selection {
                document,
                container,
                marker,
            }
        );
        $crate::same_record!(
            $wit::Permits = $crate::request::Permits {
                all,
                create,
                moving_tags,
                moving_revisions,
                docker_hub_names,
                downgrade,
            }
        );
        $crate::same_record!(
            $wit::PromoteRequest = $crate::request::PromoteRequest {
                from,
                to,
                apps,
                revision,
                skip_missing,
                permits: whole,
            }
        );
        $crate::same_record!(
            $wit::AddEnvironmentRequest = $crate::request::AddEnvironmentRequest {
                name,
                from,
                namespace,
                cluster,
            }
        );
        $crate::same_record!($wit::InitRequest = $crate::request::InitRequest { width });
        $crate::same_record!($wit::CheckRequest = $crate::request::CheckRequest { width });
        $crate::same_record!(
            $wit::StatusRequest = $crate::request::StatusRequest {
                environments,
                apps,
                width,
                page,
            }
        );
        $crate::same_record!(
            $wit::HistoryRequest = $crate::request::HistoryRequest {
                environment,
                apps,
                limit,
                width,
            }
        );
        $crate::same_record!(
            $wit::DiffRequest = $crate::request::DiffRequest {
                from,
                to,
                apps,
                width,
            }
        );

        $crate::same_record!(
            $wit::Facts = $crate::facts::Facts {
                now,
                answers: each,
                by_request,
                proposed,
                merging,
            }
        );
        $crate::same_record!(
            $wit::Answered = $crate::facts::Answered {
                question: whole,
                answer: whole,
            }
        );
        $crate::same_variant!(
            $wit::Question = $crate::facts::Question {
                Statuses: whole,
                Request: whole,
                Probe: whole,
            }
        );
        $crate::same_record!($wit::CommitAt = $crate::facts::CommitAt { repository, commit });
        $crate::same_record!($wit::HeadBranch = $crate::facts::HeadBranch { repository, branch });
        $crate::same_record!(
            $wit::Probe = $crate::facts::Probe {
                name,
                target: whole
            }
        );
        $crate::same_variant!($wit::ProbeTarget = $crate::facts::ProbeTarget { Command, Url });
        $crate::same_variant!(
            $wit::Answer = $crate::facts::Answer {
                Statuses: each,
                Request: inner,
                Probe: whole,
                Unknown,
            }
        );
        $crate::same_record!(
            $wit::CommitStatus = $crate::facts::CommitStatus {
                context,
                state: whole,
                description,
                url,
            }
        );
        $crate::same_enum!(
            $wit::StatusState = $crate::facts::StatusState {
                Success,
                Pending,
                Failure,
                Neutral,
                Skipped,
            }
        );
        $crate::same_record!(
            $wit::RequestState = $crate::facts::RequestState {
                number,
                url,
                progress: whole,
                head,
                title,
                approvals: each,
            }
        );
        $crate::same_enum!(
            $wit::RequestProgress = $crate::facts::RequestProgress {
                Open,
                Closed,
                Merged,
            }
        );
        $crate::same_record!($wit::Approval = $crate::facts::Approval { by, time, commit });
        $crate::same_record!($wit::ProbeResult = $crate::facts::ProbeResult { passed, reason });

        $crate::same_record!(
            $wit::Preparation = $crate::preparation::Preparation {
                target: whole,
                questions: each,
                way: whole,
                is_gated,
                then: each,
            }
        );
        $crate::same_record!($wit::Target = $crate::preparation::Target { repository, branch });
        $crate::same_enum!($wit::Way = $crate::preparation::Way { Push, Request });
        $crate::same_record!(
            $wit::Inspection = $crate::preparation::Inspection {
                report: whole,
                verdict: inner,
                status: inner,
            }
        );
        $crate::same_record!(
            $wit::Failure = $crate::preparation::Verdict {
                kind,
                problem: whole,
                retry_at,
            }
        );
        $crate::same_record!(
            $wit::Report = $crate::preparation::Report {
                text,
                markdown,
                json,
                html,
            }
        );

        $crate::same_record!(
            $wit::Plan = $crate::plan::Plan {
                files: each,
                changes: each,
                warnings: each,
                message,
                diff,
                tag: inner,
                request: inner,
                table: inner,
            }
        );
        $crate::same_record!($wit::Table = $crate::plan::Table { columns, rows });
        $crate::same_record!(
            $wit::FileChange = $crate::plan::FileChange {
                path,
                state: whole,
                edits: each,
            }
        );
        $crate::same_record!(
            $wit::Edit = $crate::plan::Edit {
                start: offset,
                end: offset,
                old,
                replacement,
            }
        );
        $crate::same_record!(
            $wit::Change = $crate::plan::Change {
                at: whole,
                key,
                image,
                old,
                new,
                reason,
            }
        );
        $crate::same_record!($wit::Location = $crate::plan::Location { path, line, column });
        $crate::same_record!(
            $wit::Problem = $crate::plan::Problem {
                code,
                message,
                at: inner,
                hint,
            }
        );
        $crate::same_enum!(
            $wit::FileState = $crate::plan::FileState {
                Edited,
                Added,
                Removed
            }
        );
        $crate::same_record!(
            $wit::NewTag = $crate::plan::NewTag {
                name,
                message,
                commit
            }
        );
        $crate::same_record!(
            $wit::RequestDraft = $crate::plan::RequestDraft {
                environment,
                from,
                head,
                title,
                body,
                notes,
            }
        );
        $crate::same_record!(
            $wit::Delivery = $crate::plan::Delivery {
                repository,
                branch,
                commit,
                dry_run,
                request: inner,
            }
        );
        $crate::same_record!(
            $wit::Requested = $crate::plan::Requested {
                number,
                url,
                outcome,
                reason,
            }
        );
    };
}
