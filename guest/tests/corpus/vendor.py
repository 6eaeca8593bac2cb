"""Chooses the cases that every clone holds.

vendor.py CORPUS OUT: copies cases of CORPUS next to this file. Only files under a
licence that permits it are taken, small ones, from as many repositories as there are,
and none with a path of a machine in it.
OUT holds what Towpath made of the cases whose bytes are not fixed and what the checker
of the corpus accepted (the tests leave it in `target/tmp/corpus`); it becomes the
expectation.
"""
import collections
import hashlib
import json
import os
import shutil
import sys

PERMISSIVE = {"MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC"}
LARGEST = 6_000
PER_OPERATION = 9

corpus, out = sys.argv[1:]
here = os.path.dirname(os.path.abspath(__file__))


def lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


manifest = {entry["file"]: entry for entry in lines(os.path.join(corpus, "manifest.jsonl"))}


def origin(case):
    """Where the file of a case is from; None when it may not be copied."""
    entry = manifest.get(case["file"], case)
    if entry.get("license") not in PERMISSIVE:
        return None
    path = entry["path"] if isinstance(entry.get("path"), str) else ""
    return {key: entry.get(key) for key in ("repo", "license")} | {
        "commit": entry.get("parent") or entry.get("commit"),
        "path": path,
    }


def is_fit(case):
    """Whether a file is small, and speaks of no place on a machine."""
    with open(os.path.join(corpus, case["file"]), "rb") as file:
        text = file.read()
    return len(text) <= LARGEST and b"/tmp" not in text


def chosen():
    """Yields cases with their origins, few from each repository."""
    for name in sorted(os.listdir(os.path.join(corpus, "cases"))):
        operations = collections.defaultdict(list)
        for case in lines(os.path.join(corpus, "cases", name)):
            if case["file"].startswith("synthetic/"):
                yield name, case, None
            elif (where := origin(case)) and is_fit(case):
                operations[case["op"]].append((case, where))
        for candidates in operations.values():
            by_repository = collections.defaultdict(list)
            for candidate in candidates:
                by_repository[candidate[1]["repo"]].append(candidate)
            taken = 0
            while taken < PER_OPERATION and any(by_repository.values()):
                for repository in sorted(by_repository):
                    if by_repository[repository] and taken < PER_OPERATION:
                        # From the middle: the first ones look alike.
                        queue = by_repository[repository]
                        yield name, *queue.pop(len(queue) // 2)
                        taken += 1


def expected(case):
    """The hashes of what is right."""
    hashes = case.get("expect_sha256") or []
    hashes = [hashes] if isinstance(hashes, str) else list(hashes)
    made = os.path.join(out, case["id"])
    if os.path.exists(made):
        with open(made, "rb") as file:
            hashes.append(hashlib.sha256(file.read()).hexdigest())
    return hashes


for part in ("cases", "files", "replay", "synthetic"):
    shutil.rmtree(os.path.join(here, part), ignore_errors=True)
os.makedirs(os.path.join(here, "cases"))
origins = {}
for name, case, where in chosen():
    target = os.path.join(here, case["file"])
    os.makedirs(os.path.dirname(target), exist_ok=True)
    shutil.copyfile(os.path.join(corpus, case["file"]), target)
    if where:
        origins[case["file"]] = where
    if source := case.get("source_file"):
        # What a promotion takes the version from; of the same repository.
        target = os.path.join(here, source)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copyfile(os.path.join(corpus, source), target)
        path = case.get("source_path") or manifest[source]["path"]
        origins[source] = where | {"path": path}
    kept = ("id", "file", "path", "class", "op", "mode", "intent", "targets", "note", "source_file", "source_path")
    kept = {key: case[key] for key in kept if key in case} | {"expect_sha256": expected(case)}
    with open(os.path.join(here, "cases", name), "a", encoding="utf-8") as file:
        file.write(json.dumps(kept, ensure_ascii=False) + "\n")
with open(os.path.join(here, "manifest.jsonl"), "w", encoding="utf-8") as file:
    for path in sorted(origins):
        file.write(json.dumps({"file": path} | origins[path], ensure_ascii=False) + "\n")
repositories = collections.defaultdict(set)
for where in origins.values():
    repositories[(where["repo"], where["license"])].add(where["commit"])
with open(os.path.join(here, "ORIGIN.md"), "w", encoding="utf-8") as file:
    file.write(
        "# Where these files are from\n\n"
        "The files under `files/` and `replay/` are unchanged copies from the public repositories below, under\n"
        "their licences, whose texts are in `LICENSE-MIT` and `LICENSE-APACHE` in this directory; the\n"
        "copyright is that of the authors of each repository. `manifest.jsonl` names the commit and the path of\n"
        "each file. The files under `synthetic/` were written by hand for these tests.\n\n"
        "| repository | licence | commits |\n| --- | --- | --- |\n"
    )
    for (repository, licence), commits in sorted(repositories.items()):
        file.write(f"| https://github.com/{repository} | {licence} | {len(commits)} |\n")
print(len(origins), "files of", len(repositories), "repositories")
