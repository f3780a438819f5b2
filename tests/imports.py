"""Which way do the imports of a source tree run? The arrows of the design, as one function over source texts."""

import ast
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

# A package imports those listed beside it, and itself. The longest name that fits a module is its package.
PACKAGES: dict[str, set[str]] = {
    "rotations": set(),
    "oncall.access": {"rotations"},
    "oncall.incidents": {"rotations", "oncall.access"},
    "oncall.notices": {"rotations", "oncall.access", "oncall.incidents"},
    "oncall.pages": {"rotations", "oncall.access", "oncall.incidents", "oncall.notices"},
    "api": {"rotations", "oncall.access", "oncall.incidents", "oncall.notices"},
    "oncall": {"rotations", "oncall.access", "oncall.incidents", "oncall.notices", "oncall.pages", "api"},
}
DOMAINS = {"rotations", "oncall.access", "oncall.incidents", "oncall.notices"}

# Within a domain, and from one domain to the next, a layer imports the layers before it. A module of no layer
# (errors, secrets) stands at the bottom, beside the engine.
LAYERS = {"models": 1, "actors": 2, "queries": 3, "intake": 4, "services": 5, "apps": 7}
DOORS = {"admin", "authentication", "feeds", "management", "permissions", "receivers", "tasks"}
DOOR_RANK = 6
INTERFACE_RANK = 8

# Services ask who may change what; the permissions of oncall.access are REST framework's and stand at the door.
ASKED_BY_SERVICES = {"rotations.permissions": "queries"}

# A process is started with these; code that imports them could be used in no other.
ENTRANCES = {"oncall.settings", "oncall.urls", "oncall.celery", "oncall.wsgi", "oncall.asgi"}
MAY_IMPORT_ENTRANCES = {"oncall", *ENTRANCES}

# Opened from outside by Django and Celery, never by our own code.
ONLY_FROM_OUTSIDE = {"tasks", "management", "apps"}

PURE = {
    "rotations.engine": "rotations.engine",
    "oncall.incidents.staffing": "rotations.engine",
    "oncall.notices.telling": "rotations.engine",
}


def source_tree(root: Path, *packages: str) -> dict[str, str]:
    """Return the text of every module of ``packages``, by dotted name; migrations are left out."""
    tree = {}
    for package in packages:
        for file in sorted((root / package).rglob("*.py")):
            parts = file.relative_to(root).with_suffix("").parts
            if "migrations" not in parts:
                tree[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file.read_text()
    return tree


def wrong_arrows(tree: Mapping[str, str]) -> list[str]:
    """Return one line for each import of ``tree`` that the design forbids, in order of module."""
    return [
        f"{module} imports {target}: {reason}"
        for module, text in sorted(tree.items())
        for target in dict.fromkeys(_imported(text, tree))
        if (reason := _objection(module, target))
    ]


def _imported(text: str, tree: Mapping[str, str]) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                # ``from rotations import queries`` imports a module, ``from rotations.queries import holder`` a name.
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in tree else node.module


def _objection(module: str, target: str) -> str:
    for pure, allowed in PURE.items():
        ours_or_standard = _within(target, pure) or _within(target, allowed) or _is_standard(target)
        if _within(module, pure) and not ours_or_standard:
            return f"{pure} is pure"
    ours, theirs = _package(module), _package(target)
    if theirs is None:
        return ""
    if ours is None or (theirs != ours and theirs not in PACKAGES[ours]):
        return f"{ours or module} stands below {theirs}"
    if target in ENTRANCES and module not in MAY_IMPORT_ENTRANCES:
        return "an entrance"
    return _layer_objection(module, ours, target, theirs)


def _layer_objection(module: str, ours: str, target: str, theirs: str) -> str:
    if theirs not in DOMAINS:
        return ""
    from_layer, to_layer = _layer(module, ours), _layer(target, theirs)
    if from_layer == to_layer:
        return ""
    if to_layer in ONLY_FROM_OUTSIDE:
        return f"{to_layer} is opened from outside"
    if _rank(to_layer) == 0 or _rank(to_layer) < (_rank(from_layer) if ours in DOMAINS else INTERFACE_RANK):
        return ""
    return f"{from_layer} stands below {to_layer}"


def _package(module: str) -> str | None:
    return max((name for name in PACKAGES if _within(module, name)), key=len, default=None)


def _layer(module: str, package: str) -> str:
    within = module.removeprefix(package).removeprefix(".").partition(".")[0]
    return ASKED_BY_SERVICES.get(module, within)


def _rank(layer: str) -> int:
    return DOOR_RANK if layer in DOORS else LAYERS.get(layer, 0)


def _within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def _is_standard(module: str) -> bool:
    return module.partition(".")[0] in sys.stdlib_module_names
