#!/usr/bin/env python3
"""Makes the first inputs of the fuzz targets from the files of the tests.

    fuzz/seeds.py && cargo +nightly fuzz run edit

With the folder of a larger corpus as argument, its files and cases as well.
"""

import json
import pathlib
import sys
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
TESTS = HERE.parent / "tests" / "cases"
CORPORA = [HERE.parent / "guest/tests/corpus", *map(pathlib.Path, sys.argv[1:])]
# Long files only slow the search down.
LONGEST = 4000

# As in fuzz_targets/plan.rs.
NAMES = [
    "kustomization.yaml",
    "values.yaml",
    "values.json",
    "app.yaml",
    "compose.yaml",
    "Chart.yaml",
    ".argocd-source.yaml",
    "kustomization.json",
]
LETTERS = {
    "--image": "i",
    "--tag": "t",
    "--digest": "d",
    "--chart": "c",
    "--revision": "r",
    "--key": "k",
    "--value": "v",
    "--ignore": "g",
    "--document": "D",
    "--container": "C",
    "--marker": "M",
}
SWITCHES = {
    "--all": 1,
    "--create": 2,
    "--allow-moving-tags": 4,
    "--allow-moving-revisions": 8,
    "--docker-hub-names": 16,
}


def write(target, count, content):
    folder = HERE / "corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"seed-{count}").write_bytes(content)


def name_of(path):
    name = path.name
    if name in NAMES:
        return NAMES.index(name)
    if name.startswith("kustomization") or name == "Kustomization":
        return 0
    if name.startswith(("docker-compose", "compose")):
        return 4
    return 2 if path.suffix == ".json" else 1 if "values" in name else 3


def plan(path, options, switches, text):
    lines = "".join(letter + value + "\n" for letter, value in options)
    return bytes([name_of(path), switches]) + lines.encode() + b"\n" + text


def of_file(count, path, text):
    write("parse", count, text)
    write("key_path", count, b"image.tag\n" + text)
    # One byte for the operation, two for the place, and a line for the value.
    kind = count % 7 + (128 if path.suffix == ".json" else 0)
    write("edit", count, bytes([kind, 0, count % 40]) + b"1.10\n" + text)


def of_case(count, path, case, text):
    new = next((target.get("new", "") for target in case.get("targets", [])), "v2")
    image = case.get("intent", {}).get("image") or "app"
    write("image", count, f"{image}:{new}\n{image} app:v1 other".encode())
    options = [("i", image), ("t", new)] if ":" not in new else [("i", new)]
    write("plan", count, plan(path, options, count % 2, text))


def of_scenario(count, folder):
    files = [path for path in (folder / "in").rglob("*") if path.is_file()]
    if len(files) != 1:
        return
    options, switches = [], 0
    arguments = iter(tomllib.loads((folder / "case.toml").read_text())["args"])
    for argument in arguments:
        switches |= SWITCHES.get(argument, 0)
        name, _, value = argument.partition("=")
        if name in LETTERS:
            options.append((LETTERS[name], value or next(arguments, "")))
    write("plan", count, plan(files[0], options, switches, files[0].read_bytes()))


def main():
    count = 0
    for corpus in CORPORA:
        for path in sorted([*corpus.glob("files/**/*"), *corpus.glob("synthetic/**/*")]):
            if path.is_file() and path.stat().st_size <= LONGEST:
                count += 1
                of_file(count, path, path.read_bytes())
        for cases in sorted(corpus.glob("cases/*.jsonl")):
            for case in map(json.loads, cases.read_text().splitlines()):
                path = corpus / case["file"]
                if path.stat().st_size <= LONGEST:
                    count += 1
                    of_case(count, path, case, path.read_bytes())
    for folder in sorted(TESTS.iterdir()):
        count += 1
        of_scenario(count, folder)
    print(f"made the seeds of {count} files and cases")


main()
