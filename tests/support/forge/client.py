"""Uses the fake GitLab as an independent client does."""

import sys

import gitlab
from gitlab.exceptions import GitlabCreateError, GitlabMRClosedError

url, token, branch = sys.argv[1:]
client = gitlab.Gitlab(url, private_token=token)
project = client.projects.get("acme/deploy", lazy=True)

request = project.mergerequests.create(
    {"source_branch": branch, "target_branch": "main", "title": "By another client", "description": "text"}
)
assert request.state == "opened" and request.iid == 1, request
assert request.web_url.endswith("/-/merge_requests/1"), request.web_url

try:
    project.mergerequests.create({"source_branch": branch, "target_branch": "main", "title": "Again"})
    raise AssertionError("a second request was opened")
except GitlabCreateError as error:
    assert error.response_code == 409, error

found = project.mergerequests.list(source_branch=branch, state="all", get_all=True)
assert [other.iid for other in found] == [1], found
assert project.mergerequests.list(source_branch="elsewhere", get_all=True) == []

request = project.mergerequests.get(1)
request.title = "Another title"
request.save()
assert project.mergerequests.get(1).title == "Another title"
request.notes.create({"body": "a note"})

user = client.users.list(username="jo", get_all=True)[0]
request.reviewer_ids = [user.id]
request.save()

try:
    request.merge(sha="0" * 40)
    raise AssertionError("another commit was merged")
except GitlabMRClosedError as error:
    assert error.response_code == 409, error
except gitlab.exceptions.GitlabError as error:
    assert error.response_code == 409, error

milestones = project.milestones.list(title="Sprint 2", get_all=True)
assert [one.title for one in milestones] == ["Sprint 2"], milestones
request.milestone_id = milestones[0].id
request.save()

status = project.commits.get(request.sha, lazy=True).statuses
status.create({"state": "success", "name": "soak", "description": "it has soaked"})
assert [one.name for one in status.list(get_all=True)] == ["soak"]
status.create({"state": "pending", "name": "soak", "description": "it soaks"})
try:
    status.create({"state": "pending", "name": "soak", "description": "it still soaks"})
    raise AssertionError("a status that waits was given other words")
except GitlabCreateError as error:
    assert error.response_code == 400, error
assert [(one.name, one.status) for one in status.list(get_all=True)] == [("soak", "pending")]

request.merge(sha=request.sha)
assert project.mergerequests.get(1).state == "merged"
print("done")
