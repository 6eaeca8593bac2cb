"""A server for GitHub's `createCommitOnBranch` on top of a bare repository.

    github_api.py PORT REPOSITORY NAME_WITH_OWNER TOKEN [FAULT...]

It checks every request against the documented schema. Each fault happens to one request, in order: `drop` closes the connection after
the commit was made, `moved:COMMAND` runs a command before the commit is made,
`status:CODE` answers with that status, `error:TYPE:MESSAGE` with that error,
`none` lets the request be.
"""

import base64
import http.server
import json
import os
import pathlib
import re
import subprocess
import sys

import graphql

PORT, REPOSITORY, NAME, TOKEN, *FAULTS = sys.argv[1:]
SCHEMA = graphql.build_schema(pathlib.Path(__file__).with_name("github.graphql").read_text())
BOT = {
    "GIT_AUTHOR_NAME": "acme-deploy[bot]",
    "GIT_AUTHOR_EMAIL": "1+acme-deploy[bot]@users.noreply.github.com",
    "GIT_COMMITTER_NAME": "GitHub",
    "GIT_COMMITTER_EMAIL": "noreply@github.com",
}


def git(*arguments, **environment):
    process = subprocess.run(
        ["git", *arguments[1:]],
        cwd=REPOSITORY,
        env={**os.environ, **environment},
        input=arguments[0],
        capture_output=True,
        check=True,
    )
    return process.stdout.decode().strip()


def fail(kind, message):
    raise graphql.GraphQLError(message, extensions={"type": kind})


def create_commit(_root, _info, input):
    """Makes a commit, as GitHub does: its own author, plain files only."""
    branch = input["branch"]
    if branch.get("repositoryNameWithOwner") != NAME:
        fail("NOT_FOUND", "Could not resolve to a Repository with the name 'x'.")
    reference = f"refs/heads/{branch['branchName'].removeprefix('refs/heads/')}"
    head = git(b"", "rev-parse", reference)
    expected = input["expectedHeadOid"]
    if head != expected:
        fail("STALE_DATA", f'Expected branch to point to "{expected}" but it did not. Pull and try again.')
    changes = input.get("fileChanges") or {}
    index = {"GIT_INDEX_FILE": f"{REPOSITORY}/api-index"}
    git(b"", "read-tree", head, **index)
    for addition in changes.get("additions") or []:
        contents = base64.b64decode(addition["contents"], validate=True)
        blob = git(contents, "hash-object", "-w", "--stdin")
        git(b"", "update-index", "--add", "--cacheinfo", f"100644,{blob},{addition['path']}", **index)
    for deletion in changes.get("deletions") or []:
        git(b"", "update-index", "--force-remove", deletion["path"], **index)
    tree = git(b"", "write-tree", **index)
    message = input["message"]
    text = "\n\n".join(part for part in (message["headline"], message.get("body")) if part)
    commit = git(text.encode(), "commit-tree", tree, "-p", head, **BOT)
    git(b"", "update-ref", reference, commit, head)
    return {"commit": {"oid": commit}}


def answer(request):
    """Executes a request after checking it, as the documented schema has it."""
    document = graphql.parse(request["query"])
    errors = graphql.validate(SCHEMA, document)
    if errors:
        return {"errors": [{"message": str(error)} for error in errors]}
    result = graphql.execute_sync(
        SCHEMA,
        document,
        root_value={"createCommitOnBranch": lambda info, input: create_commit(None, info, input)},
        variable_values=request.get("variables"),
    )
    body = {"data": result.data}
    if result.errors:
        body["errors"] = [
            {
                **(error.extensions or {}),
                "path": error.path,
                "locations": [location._asdict() for location in error.locations or []],
                "message": error.message,
            }
            for error in result.errors
        ]
    return body


class Handler(http.server.BaseHTTPRequestHandler):
    """One request after the other."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.path != "/graphql":
            return self.reply(404, {"message": "Not Found"})
        if not re.fullmatch(f"bearer {re.escape(TOKEN)}", self.headers.get("authorization", "")):
            return self.reply(401, {"message": "Bad credentials"})
        if not self.headers.get("user-agent"):
            return self.reply(403, {"message": "Request forbidden by administrative rules."})
        fault, _, detail = (FAULTS.pop(0) if FAULTS else "none").partition(":")
        if fault == "status":
            return self.reply(int(detail), {"message": "Something went wrong"})
        if fault == "error":
            kind, _, message = detail.partition(":")
            error = {"type": kind, "path": ["createCommitOnBranch"], "message": message}
            return self.reply(200, {"data": {"createCommitOnBranch": None}, "errors": [error]})
        if fault == "moved":
            subprocess.run(detail, shell=True, cwd=REPOSITORY, check=True)
        reply = answer(json.loads(body))
        if fault != "drop":
            self.reply(200, reply)

    def reply(self, status, body):
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format, *arguments):
        print(format % arguments, file=sys.stderr)


http.server.HTTPServer(("127.0.0.1", int(PORT)), Handler).serve_forever()
