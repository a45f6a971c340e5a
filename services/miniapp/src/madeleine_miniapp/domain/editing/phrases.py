"""What field a phrase describes: "protein in grams", "where I ate (home, canteen)", "是谁浇的"."""

from __future__ import annotations

import re
from dataclasses import replace

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.editing.described import SCALE, Described, measured, scaled, typed_by_words
from madeleine_miniapp.domain.editing.field_words import type_named
from madeleine_miniapp.domain.editing.labelling import singular
from madeleine_miniapp.domain.editing.options import options
from madeleine_miniapp.domain.editing.phrase_words import GRADES, IF_ANY, IN_A_ROW, ROW, WRITTEN, without_purpose
from madeleine_miniapp.domain.editing.text import BRACKETED, Prepared, bare
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.units import unit_named


def described(text: str, prepared: Prepared) -> Described | None:
    """The field that a phrase describes; None for one without a word."""
    if (
        hit := re.match(
            r"^(?P<x>.*[^\s(,:-])[\s,:-]+(?:yes ?/ ?no|y/n|yes or"
            r" no)\s*$",
            text,
            re.I,
        )
    ) and not is_chinese(text):
        # "swimmer yes/no"
        made = described(hit["x"], prepared)
        return made and replace(made, type=s.FIELD_TYPE_BOOLEAN, unit="", choices=())
    text = re.sub(r"\bbetween\s+(\d+)\s+and\s+(\d+)\b", r"\1 to \2", text, flags=re.I)
    text = IF_ANY.sub("", without_purpose(text))
    if hit := IN_A_ROW.match(text):
        parts = re.split(r"\s*/\s*|\s+", hit["c"])
        made = described(hit["x"], prepared)
        return made and _with_choices(replace(made, unit=""), tuple(parts), hit["x"])
    if must := re.search(r",?\s+(required|mandatory|compulsory|obligatory)$", text, re.I):
        made = described(text[: must.start()], prepared)
        return made and replace(made, required=True)
    text, default = _default(re.sub(r"\s+instead\b", "", text, flags=re.I))
    inside = prepared.bracket(text)
    outside = re.sub(BRACKETED, " ", text)
    outside = re.sub(r"\s+(?:too|also|as well|please)(?=\s*[:：])", "", outside, flags=re.I)
    label_part, colon, after = re.sub(r"(?<!\d)[:：](?!//)", "\0", outside, count=1).partition("\0")
    choices: tuple[str, ...] = ()
    if colon and after.strip():
        choices = options(after, prepared)
        if ROW.fullmatch(after.strip()):
            choices = tuple(after.split())
        label_part = re.sub(
            r"\s+as\s+(?:an?\s+)?(?:options?|choices?|list"
            r"|drop-?down)\s*$",
            "",
            label_part,
            flags=re.I,
        )
    label_part, offered = _offered(label_part, prepared)
    choices = choices or offered
    quoted = prepared.quoted(label_part)
    phrase = prepared.plain(label_part)
    made = typed_by_words(phrase, quoted[0] if len(quoted) == 1 else "")
    if made is None:
        return None
    if inside and not choices:
        made = _with_bracket(made, inside, prepared)
    if choices:
        made = _with_choices(made, choices, phrase)
    if made.type == s.FIELD_TYPE_DATE:
        made = replace(made, label=singular(made.label))
    made = replace(made, label=re.sub(r"\s*多选$", "", made.label))
    return replace(made, default=default if default in made.choices or not made.choices else "")


def _with_choices(made: Described, choices: tuple[str, ...], phrase: str) -> Described:
    if {bare(c) for c in choices} in ({"yes", "no"}, {"y", "n"}, {"是", "否"}, {"有", "没有"}):
        return replace(made, type=s.FIELD_TYPE_BOOLEAN, choices=(), unit="")
    if len(choices) < 2:
        return made
    several = re.search(
        r"\b(?:several|multiple|multi|more than one|any of|tickable|to tick|tick|all that apply)\b|多选|可多选|几个都",
        phrase,
        re.I,
    )
    if several:
        label = re.sub(r"\s+to tick(?: off| several)?$", "", made.label, flags=re.I)
        return replace(made, label=label, type=s.FIELD_TYPE_MULTI_CHOICE, choices=choices, unit="")
    return replace(made, label=singular(made.label), type=s.FIELD_TYPE_CHOICE, choices=choices, unit="")


def _with_bracket(made: Described, inside: str, prepared: Prepared) -> Described:
    folded = bare(inside)
    if folded in ("multiple", "several", "multi-select", "多选"):
        return made
    if folded in ("who", "whom", "person", "member", "谁", "成员"):
        return replace(made, type=s.FIELD_TYPE_PERSON)
    if unit := unit_named(folded):
        return measured(made, unit)
    if kind := type_named(inside):
        return replace(made, type=kind)
    if scale := SCALE.fullmatch(inside.strip()):
        return scaled(made, scale)
    remark = re.search(
        r"[,;]?\s*(?:[-–—]\s*)?(?:(?:can|may|could) be\s+)?(?:more than one|several|multiple|any number)(?:"
        r" (?:is|are))?"
        r"(?: possible| allowed| at once)?\s*$|[,，]?\s*(?:可以?多选|可选多个)\s*$",
        inside,
        re.I,
    )
    if remark and remark.start() > 0:
        parts = options(inside[: remark.start()], prepared)
        return replace(made, type=s.FIELD_TYPE_MULTI_CHOICE, choices=parts, unit="") if len(parts) > 1 else made
    parts = options(inside, prepared)
    if GRADES.fullmatch(inside):
        parts = tuple(inside.split())
    if parts and all(WRITTEN.fullmatch(part) for part in parts):
        # "A contact (name & phone)": what is to be written into it.
        return made
    if len(parts) == 2 and (kind := type_named(parts[0])) is not None and (unit := unit_named(parts[1].lower())):
        # "Needle size (number, mm)".
        return replace(made, type=kind, unit=unit)
    if folded in ("required", "mandatory", "必填"):
        return replace(made, required=True)
    return _with_choices(made, parts, made.label + " " + inside) if len(parts) > 1 else made


def _default(text: str) -> tuple[str, str]:
    hit = re.search(
        r"[,，]?\s*\(?(?:(?:with )?(?:the )?default(?:s to| is|ing to)?|默认为?|默认是)\s*[:：]?\s*"
        r"(?:\")?([\w\- ]{1,30})\"?\)?\s*$",
        text,
        re.I,
    )
    return (text[: hit.start()], hit[1].strip()) if hit else (text, "")


def _offered(text: str, prepared: Prepared) -> tuple[str, tuple[str, ...]]:
    """A phrase without its "with options a, b", and these."""
    if is_chinese(text) and (
        hit := re.match(r"^(?P<x>.+?)[,，]\s*(?:可以?|能)?(?:多选|选多个|多项选择)\s*[:：]?\s*(?P<y>.*)$", text)
    ):
        return hit["x"] + " 多选", options(hit["y"], prepared)
    hit = re.search(
        r"\s*(?:(?:with|having) (?:the )?(?:options?|choices?|values?)|(?:from|out of|as) "
        r"(?:an? )?(?:list|dropdown|selection|choices?|options?)(?: of)?"
        r"|(?:which|that) (?:is|can be|could be)(?: either)?|(?:being )?(?:either|one of)"
        r"|可选|选项(?:有|是|为)|分为|分成)\s*[:：]?\s+(.+)$"
        if not is_chinese(text)
        else r"(?:可以?选|选项(?:有|是|为)|分为|分成|分(?![钟数类])(?=[^,，]+、)|只能选|从)\s*[:：]?\s*(.+)$",
        text,
        re.I,
    )
    if not hit:
        return text, ()
    found = options(hit[1], prepared)
    return (text[: hit.start()], found) if len(found) > 1 else (text, ())
