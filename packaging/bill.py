"""Prints the bill of materials of the launcher, as CycloneDX JSON.

It lists what cargo links into the launcher, for all targets, and nothing that
only builds or tests it. The same commit gives the same text.
"""

import json
import os
import subprocess
import sys
import uuid
from datetime import datetime, timezone

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL


def main():
    command = ["cargo", "metadata", "--locked", "--format-version", "1"]
    metadata = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    packages = {package["id"]: package for package in metadata["packages"]}
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    root = next(key for key, package in packages.items() if package["name"] == "towpath")
    sums = checksums()
    linked = reach(root, nodes)
    components = {key: component(packages[key], sums) for key in linked}
    bom = Bom(components=(components[key] for key in linked if key != root))
    bom.metadata.component = components[root]
    epoch = int(os.environ.get("SOURCE_DATE_EPOCH", "0"))
    bom.metadata.timestamp = datetime.fromtimestamp(epoch, timezone.utc)
    bom.metadata.tools.components.clear()
    name = f"towpath {packages[root]['version']} {epoch}"
    bom.serial_number = uuid.uuid5(uuid.NAMESPACE_URL, name)
    for key in linked:
        needed = [components[other] for other in dependencies(nodes[key])]
        bom.register_dependency(components[key], needed)
    print(JsonV1Dot6(bom).output_as_string(indent=2))


def dependencies(node):
    """Returns what a package links: not what only builds or tests it."""
    return sorted(
        edge["pkg"]
        for edge in node["deps"]
        if any(kind["kind"] is None for kind in edge["dep_kinds"])
    )


def reach(root, nodes):
    found, ahead = [], [root]
    while ahead:
        key = ahead.pop()
        if key not in found:
            found.append(key)
            ahead.extend(dependencies(nodes[key]))
    return sorted(found)


def component(package, sums):
    name, version = package["name"], package["version"]
    kind = ComponentType.APPLICATION if name == "towpath" else ComponentType.LIBRARY
    purl = PackageURL("cargo", None, name, version)
    made = Component(type=kind, name=name, version=version, purl=purl, bom_ref=str(purl))
    if package["license"]:
        text = package["license"].replace("/", " OR ")
        made.licenses.add(LicenseFactory().make_from_string(text))
    if (name, version) in sums:
        made.hashes.add(HashType(alg=HashAlgorithm.SHA_256, content=sums[name, version]))
    return made


def checksums():
    """Returns the checksum of each package, as the lock file has it."""
    found, name, version = {}, None, None
    with open("Cargo.lock", encoding="utf-8") as lock:
        for line in lock:
            key, _, value = line.strip().partition(" = ")
            value = value.strip('"')
            if key == "name":
                name = value
            elif key == "version":
                version = value
            elif key == "checksum":
                found[name, version] = value
    return found


if __name__ == "__main__":
    sys.exit(main())
