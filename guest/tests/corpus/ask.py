"""Asks the checker of a corpus about files that were edited.

ask.py CORPUS OUT: for each file OUT/ID prints "ID ok" or "ID why not".
"""
import json
import os
import sys

corpus, out = sys.argv[1:]
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(corpus)), "checker"))
import check_edit

ids = set(os.listdir(out))
for name in sorted(os.listdir(os.path.join(corpus, "cases"))):
    with open(os.path.join(corpus, "cases", name), encoding="utf-8") as lines:
        for line in lines:
            case = json.loads(line)
            if case["id"] not in ids:
                continue
            with open(os.path.join(corpus, case["file"]), "rb") as file:
                before = file.read()
            with open(os.path.join(out, case["id"]), "rb") as file:
                after = file.read()
            try:
                report = check_edit.check_case(before, after, case)
                bad = [f"{rule}: {why}" for rule, why in report.items() if why.startswith("FAIL")]
            except Exception as error:
                bad = [f"the checker failed: {error!r}"]
            print(case["id"], "; ".join(bad).replace("\n", " ") or "ok")
