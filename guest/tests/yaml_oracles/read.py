"""Reads the documents of a JSON list, and prints the value of `k` of each, or its events."""

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


def events(document):
    import yaml

    def event(event):
        kind = type(event).__name__.removesuffix("Event").lower()
        tag, anchor = getattr(event, "tag", None), getattr(event, "anchor", None)
        if kind == "scalar":
            return [kind, event.value, event.style, anchor, tag]
        style = getattr(event, "flow_style", None), getattr(event, "explicit", None)
        return [kind, *style, anchor, tag]

    # The byte order mark is not for the parser of a text.
    return [event(each) for each in yaml.parse(document.removeprefix("\ufeff"), Loader=yaml.SafeLoader)]


def read_events(document):
    try:
        return events(document)
    except Exception as error:
        return {"error": str(error)}


def read(load, document):
    try:
        value = load(document)["k"]
    except Exception as error:
        return {"error": str(error)}
    return value if isinstance(value, str) else {"type": type(value).__name__, "value": str(value)}


reader = sys.argv[1]
if reader == "events":
    answer = read_events
else:
    load = {"pyyaml": pyyaml, "ruamel": ruamel}[reader]()
    answer = lambda document: read(load, document)
for document in json.load(sys.stdin):
    print(json.dumps(answer(document)))
