"""Compares what was said to a fake forge, and what it said, with the forge's
published API. Reads lines of JSON: {method, path, body, status, answer}.
Prints a line for every difference."""

import json
import re
import sys

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match


def main():
    document, *more = [json.load(open(path, encoding="utf-8")) for path in sys.argv[1:]]
    for other in more:
        for path, item in other["paths"].items():
            known = document["paths"].setdefault(path, item)
            for method, operation in item.items():
                known[method]["responses"].update(operation["responses"])
    spec = Spec(document)
    for line in sys.stdin:
        exchange = json.loads(line)
        name = f"{exchange['method']} {exchange['path']}"
        for fault in spec.faults(exchange):
            print(f"{name}: {fault}")


class Spec:
    def __init__(self, document):
        self.is_swagger = "swagger" in document
        self.document = document
        self.operations = [
            (re.compile(re.sub(r"\{[^}]*\}", "([^/]+)", re.escape(path).replace(r"\{", "{").replace(r"\}", "}"))), path)
            for path in document["paths"]
        ]
        # A path without parameters goes before one with.
        self.operations.sort(key=lambda operation: operation[1].count("{"))
        self.shared = {
            name: nullable(document[name])
            for name in ("components", "definitions", "responses", "parameters")
            if name in document
        }

    def faults(self, exchange):
        path, _, query = exchange["path"].partition("?")
        item = next((self.document["paths"][name] for pattern, name in self.operations if pattern.fullmatch(path)), None)
        operation = (item or {}).get(exchange["method"].lower())
        if operation is None:
            return ["is not in the contract"]
        return [
            *self.query(operation, item, query),
            *self.request(operation, exchange["body"]),
            *self.response(operation, str(exchange["status"]), exchange["answer"]),
        ]

    def query(self, operation, item, query):
        parameters = [self.resolve(p) for p in [*operation.get("parameters", []), *item.get("parameters", [])]]
        known = {p["name"] for p in parameters if p["in"] == "query"}
        return [
            f"has the unknown parameter {name!r}"
            for name in (part.split("=")[0] for part in query.split("&") if part)
            if name not in known
        ]

    def request(self, operation, body):
        if self.is_swagger:
            parameters = [self.resolve(p) for p in operation.get("parameters", [])]
            schema = next((p["schema"] for p in parameters if p["in"] == "body"), None)
        else:
            content = self.resolve(operation.get("requestBody", {})).get("content", {})
            schema = content.get("application/json", {}).get("schema")
        if schema is None:
            return [] if body is None else ["has a body, and none is known"]
        faults = self.check("the request", schema, body or {}, strict=True)
        return faults

    def response(self, operation, status, answer):
        response = operation["responses"].get(status)
        if response is None:
            # Every forge refuses a wrong token, is busy, and breaks.
            return [] if status in ("401", "403", "404", "429") or status >= "500" else [f"answers the unknown status {status}"]
        response = self.resolve(response)
        if self.is_swagger:
            schema = response.get("schema")
        else:
            schema = response.get("content", {}).get("application/json", {}).get("schema")
        if schema is None or answer is None:
            return []
        return self.check("the answer", schema, without_null(answer) if self.is_swagger else answer)

    def check(self, what, schema, value, strict=False):
        schema = nullable(schema)
        faults = []
        if strict:
            known = self.resolve(schema).get("properties")
            if known is not None and isinstance(value, dict):
                faults = [f"{what} has the unknown field {name!r}" for name in value if name not in known]
        whole = {**schema, **self.shared} if "$ref" not in schema else {"allOf": [schema], **self.shared}
        error = best_match(Draft202012Validator(whole).iter_errors(value))
        if error is not None:
            faults.append(f"{what} at {error.json_path}: {error.message[:300]}")
        return faults

    def resolve(self, value):
        while "$ref" in value:
            found = self.document
            for part in value["$ref"].split("/")[1:]:
                found = found[part.replace("~1", "/").replace("~0", "~")]
            value = found
        return value


def nullable(schema):
    """Writes OpenAPI 3.0's `nullable` as JSON Schema does."""
    if isinstance(schema, list):
        return [nullable(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    schema = {name: nullable(part) for name, part in schema.items() if name != "example"}
    if schema.pop("nullable", None) is True:
        return {"anyOf": [schema, {"type": "null"}]}
    return schema


def without_null(value):
    """Swagger 2.0 has no word for null; these forges send it for what is not there."""
    if isinstance(value, list):
        return [without_null(part) for part in value]
    if isinstance(value, dict):
        return {name: without_null(part) for name, part in value.items() if part is not None}
    return value


if __name__ == "__main__":
    main()
