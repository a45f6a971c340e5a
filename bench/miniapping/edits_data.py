"""Requests to change an app, as `miniapp_edits.jsonl` has them: loading a base, and judging what came of it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.limits import VIEW_BY, VIEWS_OF_AGGREGATES
from madeleine_miniapp.domain.naming import stable_name

_TYPES = {"long_text": ("text", ""), "duration_minutes": ("number", "min")}
_CJK = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many of the expected changes were made, what is missing, and what was lost besides."""

    met: int
    expected: int
    missing: tuple[str, ...]
    lost: tuple[str, ...]


def load(path: Path) -> list[dict[str, Any]]:
    """The requests of a file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def base_of(given: dict[str, Any]) -> s.AppSpec:
    """A base as a sound spec: its names become labels, names are made after them."""
    spec = s.AppSpec(title=given["name"])
    names: dict[str, dict[str, str]] = {}
    for entity in given["entities"]:
        name = stable_name(entity["name"], {e.name for e in spec.entities}, "kind")
        made = spec.entities.add(name=name, label=entity["name"])
        known = names.setdefault(entity["name"], {})
        for field in entity["fields"]:
            word, unit = _TYPES.get(field["type"], (field["type"], ""))
            label = field["name"].replace("_", " ")
            known[field["name"]] = stable_name(label, {f.name for f in made.fields}, "field")
            made.fields.add(
                name=known[field["name"]],
                label=label,
                type=s.FieldType.Value(f"FIELD_TYPE_{word.upper()}"),
                unit=unit,
                choices=field.get("choices", ()),
            )
    for view in given["views"]:
        kind = s.ViewType.Value(f"VIEW_TYPE_{view['type'].upper()}")
        entity = next(e for e in spec.entities if e.label == view["entity"])
        aggregate = ""
        if kind in VIEWS_OF_AGGREGATES:
            aggregate = f"number_of_{entity.name}"[:40]
            if all(a.name != aggregate for a in spec.aggregates):
                spec.aggregates.add(name=aggregate, function=s.AGGREGATE_FUNCTION_COUNT, entity=entity.name)
        by = names[view["entity"]][view["by"]] if view.get("by") else ""
        if not by and kind in VIEW_BY:
            by = next((f.name for f in entity.fields if f.type in VIEW_BY[kind]), "")
        if kind in VIEW_BY and not any(f.name == by and f.type in VIEW_BY[kind] for f in entity.fields):
            # A view that our apps could not have.
            continue
        spec.views.add(name=f"view_{len(spec.views) + 1}", type=kind, entity=entity.name, by=by, aggregate=aggregate)
    return spec


def judge(request: dict[str, Any], base: s.AppSpec, after: s.AppSpec) -> Verdict:
    """What of the expected changes an edit made, and what it lost that nobody asked it to."""
    expect = request["expect"]
    missing = [
        f"add {wanted['what']} {wanted.get('any_of') or wanted.get('type_any_of')}"
        for wanted in expect["add"]
        if not _added(wanted, base, after)
    ]
    missing += [f"remove {name}" for name in expect["remove"] if _field(after, name) is not None]
    for old, new in expect["rename"]:
        was, now = _field(base, old), _field(after, new)
        if now is None or (was is not None and _by_name(after, was.name) not in (None, now)) or _field(after, old):
            missing.append(f"rename {old} to {new}")
    expected = len(expect["add"]) + len(expect["remove"]) + len(expect["rename"])
    return Verdict(expected - len(missing), expected, tuple(missing), _lost(request, base, after))


def matches(text: str, wanted: str) -> bool:
    """Whole words in any case, a plain plural aside; Chinese as a substring."""
    if _CJK.search(wanted):
        return wanted.lower() in text.lower()
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text).lower()
    plain = re.sub(r"[_\-]+", " ", plain)
    folded = re.sub(r"[_\-]+", " ", wanted.lower())
    return bool(re.search(rf"(?<![^\W_]){re.escape(folded.removesuffix('s'))}s?(?![^\W_])", plain))


def _added(wanted: dict[str, Any], base: s.AppSpec, after: s.AppSpec) -> bool:
    words = wanted.get("any_of", ())
    types = {kind for t in wanted.get("type_any_of", ()) if wanted["what"] == "field" for kind in _kinds(t)}
    match wanted["what"]:
        case "field":
            before = {(e.name, f.name): f.type for e in base.entities for f in e.fields}
            return any(
                f.type in types and _named(f, words) and before.get((e.name, f.name)) != f.type
                for e in after.entities
                for f in e.fields
            )
        case "view":
            kinds = {s.ViewType.Value(f"VIEW_TYPE_{t.upper()}") for t in wanted["type_any_of"]}
            known = {v.name for v in base.views}
            return any(v.type in kinds and v.name not in known for v in after.views)
        case "choice":
            field = _field(after, wanted["field"])
            was = _field(base, wanted["field"])
            fresh = [c for c in (field.choices if field else ()) if not was or c not in was.choices]
            return any(matches(c, w) for c in fresh for w in words)
        case "entity":
            known = {e.name for e in base.entities}
            return any(
                e.name not in known and any(matches(e.name, w) or matches(e.label, w) for w in words)
                for e in after.entities
            )
        case "formula":
            fields = [f for e in after.entities for f in e.fields if f.formula]
            return any(_named(f, words) for f in fields) or any(
                matches(a.label or a.name, w) for a in after.aggregates if a.expression for w in words
            )
        case "reminder":
            told = [f"{a.name} {a.text} {a.field} {_label(after, a.field)}" for a in after.automations]
            return any(matches(t, w) for t in told for w in words)
        case _:
            raise ValueError(wanted["what"])


def _kinds(word: str) -> set[s.FieldType.ValueType]:
    """The types that a data file's word may mean: minutes are a number here, or a duration."""
    kinds = {s.FieldType.Value(f"FIELD_TYPE_{_TYPES.get(word, (word,))[0].upper()}")}
    return kinds | ({s.FIELD_TYPE_DURATION} if word == "duration_minutes" else set())


def _lost(request: dict[str, Any], base: s.AppSpec, after: s.AppSpec) -> tuple[str, ...]:
    """Fields to keep that are gone or hold less, choices and views that are gone."""
    lost: list[str] = []
    changing = [w for w in request["expect"]["add"] if w["what"] == "field"]
    # A choice that a request names may have got another name: "swap 'ok' for 'calm'".
    reworded = {w["field"] for w in request["expect"]["add"] if w["what"] == "choice"}
    said = request["request"].lower()
    for name in request["expect"]["keep"]:
        was, now = _field(base, name), _field(after, name)
        meant = any(was and _named(was, w["any_of"]) for w in changing)
        if now is None and was is not None and any(o for o in request["expect"]["rename"] if o[0] == name):
            continue
        if was is None or now is None:
            lost.append(f"field {name}")
        elif now.type != was.type and not meant:
            lost.append(f"type of {name}")
        elif not meant and (
            gone := [c for c in was.choices if c not in now.choices and not (name in reworded and c.lower() in said)]
        ):
            lost.append(f"choices {gone} of {name}")
    kept = {v.name for v in after.views}
    words = request["request"].lower()
    spoken = {
        "gallery": "相册",
        "list": "列表",
        "calendar": "日历",
        "board": "看板",
        "table": "表格",
        "chart": "图",
        "checklist": "清单",
        "metric": "指标",
    }
    for view in base.views:
        if view.name in kept:
            continue
        kind = s.ViewType.Name(view.type).removeprefix("VIEW_TYPE_").lower()
        by = next((f for e in base.entities for f in e.fields if f.name == view.by), None)
        replaced = by is not None and (
            any(_label(base, view.by) == n.replace("_", " ") for n in request["expect"]["remove"])
            or any(_named(by, w["any_of"]) for w in changing)
        )
        if kind not in words and spoken.get(kind, kind) not in words and not replaced:
            lost.append(f"view {kind}")
    return tuple(lost)


def _named(field: s.Field, words: Any) -> bool:
    return any(matches(field.name, w) or matches(field.label, w) for w in words)


def _field(spec: s.AppSpec, name: str) -> s.Field | None:
    wanted = name.replace("_", " ").casefold()
    for entity in spec.entities:
        for field in entity.fields:
            if field.label.casefold() == wanted or field.name.replace("_", " ").casefold() == wanted:
                return field
    return None


def _by_name(spec: s.AppSpec, name: str) -> s.Field | None:
    return next((f for e in spec.entities for f in e.fields if f.name == name), None)


def _label(spec: s.AppSpec, name: str) -> str:
    return next((f.label for e in spec.entities for f in e.fields if f.name == name), name)
