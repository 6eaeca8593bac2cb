"""Plans an edit with Towpath's engine, from Python.

    pip install wasmtime==50.0.1
    python plan.py towpath-engine-0.1.0.wasm DIRECTORY IMAGE FILE

The engine is a component that imports one interface, which reads files, and
exports the planner. This host serves the files of a directory, asks for a
plan, and prints it as a diff; it writes nothing. guest/wit/ says what every
function and field means.
"""

import sys
from pathlib import Path

from wasmtime import Config, Engine, Store
from wasmtime import component as wasm

REPOSITORY = "towpath:promotion/repository@0.1.0"
PLANNER = "towpath:promotion/planner@0.1.0"


def main(engine_file, directory, image, file):
    engine = Engine(Config())
    component = wasm.Component.from_file(engine, engine_file)
    linker = wasm.Linker(engine)
    serve(linker, Path(directory))
    store = Store(engine)
    planner = linker.instantiate(store, component)

    decide = planner.get_func(store, index(planner, store, "decide"))
    (_, request_type), = decide.type(store).params
    request = value(request_type, {
        "intent": ("set", {"images": [image], "files": [file]}),
        "source": {"environment": "from Python"},
    })
    answer = decide(store, request)
    decide.post_return(store)
    if answer.tag == "err":
        problem = answer.payload.problem
        print(f"error[{answer.payload.kind}]: {problem.message}", file=sys.stderr)
        return 1
    plan = answer.payload
    print(plan.diff, end="")
    for change in plan.files:
        for edit in change.edits:
            old, new = bytes(edit.old).decode(), bytes(edit.replacement).decode()
            print(f"{change.path}: bytes {edit.start}..{edit.end}: {old} -> {new}")
    return 0


def serve(linker, root):
    """Gives the engine the one thing that it can ask for."""

    def under(_store, _view, directory):
        paths = (path for path in (root / directory).rglob("*") if path.is_file())
        names = sorted(path.relative_to(root).as_posix() for path in paths)
        return [record(path=name, kind="file") for name in names]

    def read(_store, _view, paths):
        return [(root / path).read_bytes() if (root / path).is_file()
                else wasm.Variant("not-found") for path in paths]

    # A directory has no history: no commits, no branches, no revision.
    with linker.root() as top, top.add_instance(REPOSITORY) as repository:
        repository.add_func("list", under)
        repository.add_func("read", read)
        repository.add_func("log", lambda _store, _view, _query: [])
        repository.add_func("blobs", lambda _store, _view, ids: [wasm.Variant("not-found") for _ in ids])
        repository.add_func("refs", lambda _store, _view, _prefix: [])
        repository.add_func("revision", lambda _store, _view: None)


def index(instance, store, name):
    """Returns where the planner's function of this name is."""
    planner = instance.get_export_index(store, PLANNER)
    return instance.get_export_index(store, name, planner)


def record(**fields):
    made = wasm.Record()
    for name, field in fields.items():
        setattr(made, name, field)
    return made


def value(kind, given):
    """Makes a value of a type; what is not given is empty, none or false."""
    if isinstance(kind, wasm.RecordType):
        given = given or {}
        return record(**{name: value(field, given.get(name)) for name, field in kind.fields})
    if isinstance(kind, wasm.VariantType):
        tag, payload = given
        payload = value(dict(kind.cases)[tag], payload)
        # A variant of one case is that case.
        return wasm.Variant(tag, payload) if len(kind.cases) > 1 else payload
    if given is None and isinstance(kind, wasm.ListType):
        return []
    if given is None and isinstance(kind, wasm.Bool):
        return False
    if given is None and isinstance(kind, wasm.String):
        return ""
    if given is None and isinstance(kind, (wasm.S64, wasm.U64, wasm.U32)):
        return 0
    return given


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
