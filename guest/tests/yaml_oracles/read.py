"""Reads the documents of a JSON list, and prints the value of `k` of each."""

import json
import sys
import warnings

warnings.simplefilter("ignore")


def pyyaml():
    import yaml

    return yaml.safe_load


def ruamel():
    from ruamel.yaml import YAML

    return YAML(typ="safe", pure=True).load


def read(load, document):
    try:
        value = load(document)["k"]
    except Exception as error:
        return {"error": str(error)}
    return value if isinstance(value, str) else {"type": type(value).__name__, "value": str(value)}


load = {"pyyaml": pyyaml, "ruamel": ruamel}[sys.argv[1]]()
for document in json.load(sys.stdin):
    print(json.dumps(read(load, document)))
