"""Sets a value in a file with the round trip of ruamel.yaml."""

import json
import sys

from ruamel.yaml import YAML

file, asked = sys.argv[1], json.loads(sys.argv[2])
yaml = YAML()
yaml.preserve_quotes = True
with open(file, newline="") as stream:
    document = yaml.load(stream)
*path, last = asked["path"]
place = document
for step in path:
    place = place[step]
if "name" in asked and place["name"] != asked["name"]:
    sys.exit("no such image")
place[last] = asked["value"]
with open(file, "w", newline="") as stream:
    yaml.dump(document, stream)
