# ruff: noqa: E501 - tables of words, one line each.
"""All words that name something in one kind of record."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.limits import NUMERIC, TEMPORAL
from madeleine_miniapp.domain.questions import english
from madeleine_miniapp.domain.questions.concepts import FIELDS, RECORDS, Stems, translated
from madeleine_miniapp.domain.questions.everyday import Everyday
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.domain.questions.mentions import Kind, Meaning
from madeleine_miniapp.domain.questions.text import Token, normalise, stem, stems, tokens
from madeleine_miniapp.domain.questions.words import is_void

_CHOOSING = (s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_MULTI_CHOICE)
_UNITS = {
    "kcal": "kcal kilocalories calories cals 大卡 千卡 卡",
    "g": "g grams gram 克",
    "kg": "kg kilos kilograms kilo 公斤 千克",
    "h": "hours hour hrs h 小时 钟头",
    "hours": "hours hour hrs h 小时",
    "min": "minutes minute mins min 分钟",
    "minutes": "minutes minute mins min 分钟",
    "s": "seconds secs 秒",
    "km": "km k kms kilometres kilometers kilometre 公里 千米",
    "m": "m metres meters metre meter 米",
    "mi": "miles mile 英里",
    "ml": "ml millilitres milliliters 毫升",
    "l": "l litres liters litre 升",
    "litres": "l litres liters litre 升",
    "bpm": "bpm beats",
    "°c": "degrees celsius 度",
    "c": "degrees celsius 度",
    "mmhg": "mmhg",
    "cm": "cm centimetres 厘米",
    "eur": "eur euros euro 欧元 欧 钱 块",
    "usd": "usd dollars dollar bucks 美元",
    "gbp": "gbp pounds pound quid 英镑",
    "cny": "cny yuan rmb 元 块 块钱 钱",
    "steps": "steps 步",
    "pages": "pages 页",
    "pcs": "pieces 个 件",
    "%": "percent",
}
# What comes in, where the records are of what is sold or earned.
_TAKINGS = (
    "takings", "revenue", "turnover", "income", "earnings", "proceeds", "gross", "intake", "made", "earned", "take", "sales",
    "took in", "takeings", "profit before costs", "营业额", "销售额", "流水", "收入", "营收", "进账", "收益", "赚", "卖了多少钱", "业绩",
)  # fmt: skip
_POURED = "杯瓶份包袋盒罐块颗件只斤"
_REMARKS = frozenset(
    stems(w) for w in ("note", "notes", "comment", "comments", "remark", "remarks", "memo", "备注", "笔记")
)
_STATES = frozenset(stems(w) for w in ("status", "state", "stage", "progress", "状态", "进度"))
_BY_TYPE = {
    s.FIELD_TYPE_MONEY: "cost,price,money,spend,spending,spent,pay,paid,how expensive,costs,钱,花,花了,多少钱,金额,花费,费用",
    s.FIELD_TYPE_DURATION: "minutes,mins,hours,time,how long,long,duration,分钟,小时,时间,多久,时长",
    s.FIELD_TYPE_RATING: "stars,star,rating,rated,score,星,评分,打分,分,分数,得分,分值",
}
_LOOSE = frozenset({"at", "by", "on", "in", "of", "to", "for", "is", "the", "and", "no", "per", "id", "a", "read", "between", "name", "total", "time", "date", "day", "avg", "average", "last", "first", "min", "max"})  # fmt: skip
_SUFFIX = re.compile(r"(?:日记|记录|账本|打卡|清单|计划|日志|追踪|管理|本|表)$")
# 家里的冰箱 is called 冰箱, too.
_TITLE_PARTS = re.compile(r"我们?的?|咱们?的?|家里?的?|的|里|[与和及&·]|\s+")
_DATED = re.compile(r"(?:的?日期|的?时间|日)$")
_ROLES = (s.FIELD_TYPE_PERSON, s.FIELD_TYPE_BOOLEAN)
_ROLE = re.compile(r"^(?:由谁|谁|已经?|是否|是不是|有没有|有无)|(?:的?人|人员|者|员|的|了|没有?|吗)$")
_MEASURED = re.compile(r"(?:次数|数量|量|数|时间|金额)$")
_SAID_WITH_ALL = frozenset(
    {
        "do",
        "did",
        "does",
        "done",
        "have",
        "had",
        "has",
        "get",
        "got",
        "go",
        "went",
        "take",
        "took",
        "make",
        "made",
        "put",
        "one",
        "be",
        "is",
        "are",
    }
)
_FUNCTIONS = frozenset(
    stem(w) for w in ("average", "avg", "mean", "total", "sum", "max", "maximum", "min", "minimum", "number", "count")
)
# A single word that is also a word for asking is no name by itself, unless it is the field's own.
_GENERIC = frozenset({("time",), ("long",), ("count",), ("number",), ("amount",), ("total",), ("what",), ("when",), ("day",), ("date",), ("who",), ("where",), ("new",), ("high",), ("low",), ("ok",), ("good",), ("bad",), ("by",), ("from",), ("to",), ("through",), ("none",), ("no",), ("yes",), ("hour",), ("name",), ("one",)})  # fmt: skip


def _names_some(entity: s.Entity, word: str, lexicon: Lexicon) -> bool:
    """Whether a Chinese word for the records is one for some of their choices: 茶, where there is green tea and wine."""
    said = {stems(w) for w in translated(word)} if is_chinese(word) else set[Stems]()
    for f in entity.fields:
        if any(stems(word) in lexicon.of_choice(c) for c in f.choices):
            continue
        held = [
            any(len(w) == 1 and w[0] in stems(c) for w in said) or (is_chinese(word) and word in c) for c in f.choices
        ]
        if any(held) and not all(held):
            return True
    return False


class Vocabulary:
    """Finds the names of one entity's fields, choices, values and records, and of people, in a question."""

    def __init__(
        self,
        spec: s.AppSpec,
        entity: s.Entity,
        lexicon: Lexicon,
        people: Mapping[str, str],
        texts: Mapping[str, Sequence[str]],
        placed: Iterable[tuple[str, Meaning]] = (),
        beside: Iterable[s.Entity] = (),
    ) -> None:
        self._terms: dict[Stems, list[Meaning]] = defaultdict(list)
        # States whose other forms mean something else, with their words.
        self._exact: dict[Stems, tuple[str, ...]] = {}
        self._longest = 1
        self._entity = entity
        self._called = {stems(entity.name), stems(entity.label)}
        self._takings = lexicon.takings(entity)
        self.particular = lexicon.particular
        for f in entity.fields:
            self._field(f, lexicon)
            if other := next(
                (e for e in spec.entities if e.name != entity.name and stems(e.name) == stems(f.name)), None
            ):
                # The book of a session is called as books are.
                for key in lexicon.of_entity(other):
                    self._put(key, Meaning(Kind.FIELD, f.name, strength=1, field=f))
        for key in {stems(entity.name), stems(entity.label)}:
            self._put(key, Meaning(Kind.ENTITY, entity.name))
        for key in lexicon.of_entity(entity):
            if not _names_some(entity, "".join(key), lexicon):
                self._put(key, Meaning(Kind.ENTITY, entity.name, strength=2))
        self._title(spec, lexicon)
        for name, person in people.items():
            self._put(stems(name), Meaning(Kind.PERSON, value=person))
        for name, held in texts.items():
            for text in held:
                self._value(name, text)
                field = next((f for f in entity.fields if f.name == name), None)
                for key in lexicon.of_choice(text) if len(text) < 20 else ():
                    self._put(key, Meaning(Kind.VALUE, name, text, strength=1, field=field))
        for phrase, meaning in placed:
            self._put(stems(phrase), meaning)
        self.everyday = Everyday(spec, entity, lexicon, self._terms, beside)

    def find(self, given: Sequence[Token], at: int) -> list[tuple[int, Meaning]]:
        """What may begin at a token: (number of tokens, meaning)."""
        found: list[tuple[int, Meaning]] = []
        near = given[at : at + self._longest]
        for size in range(1, len(near) + 1):
            meant = self._terms.get(tuple(t.stem for t in near[:size]), ())
            found += [(size, meaning) for meaning in meant if not self._weak(near[:size], meaning)]
        if at and english.is_particle(given[at - 1].text, given[at].text):
            # "The longest sleep I put down" is not "feeling down".
            found = [(size, m) for size, m in found if size > 1 or m.kind is not Kind.CHOICE or m.strength == 3]
        if near and not is_void(near[0].text):
            # "weekly shop at Lidl" means the value "weekly shop Lidl".
            telling = [i for i, t in enumerate(near) if not is_void(t.text)]
            for count in range(2, len(telling) + 1):
                size = telling[count - 1] + 1
                if size == count:
                    continue
                meant = self._terms.get(tuple(near[i].stem for i in telling[:count]), ())
                found += [(size, meaning) for meaning in meant if meaning.kind is Kind.VALUE]
        return found

    def names(self, word: str) -> bool:
        """Whether a word is the name of anything here but the one field of people."""
        people = [f.name for f in self._entity.fields if f.type == s.FIELD_TYPE_PERSON]
        meant = self._terms.get(stems(word), ())
        return any(m.kind is not Kind.FIELD or [m.name] != people for m in meant)

    def choices_called(self, labels: Sequence[str]) -> list[Meaning]:
        """The choices that have one of these very names."""
        held = [
            Meaning(Kind.CHOICE, f.name, choice, strength=2, field=f)
            for f in self._entity.fields
            if f.type in _CHOOSING
            for choice in f.choices
            if choice in labels
        ]
        return held[:1]

    def _weak(self, given: Sequence[Token], meaning: Meaning) -> bool:
        """A value that is but an empty word is no name, a state in another form neither."""
        if meaning.kind is Kind.CHOICE and meaning.strength == 3:
            exact = self._exact.get(tuple(t.stem for t in given))
            return exact is not None and exact != tuple(t.text for t in given)
        if meaning.kind is Kind.FIELD and given[0].text == "times" and len(given) == 1:
            return True
        plain = len(given) == 1 and not is_chinese(given[0].text)
        if (
            plain
            and meaning.strength < 3
            and meaning.kind in (Kind.FIELD, Kind.CHOICE)
            and given[0].text in _SAID_WITH_ALL
        ):
            # "got", "done": other words for a name that are said with anything.
            return True
        if meaning.kind is not Kind.VALUE or len(given) > 1:
            return False
        # "trained" is not the place "train".
        bare = given[0].text.removesuffix("'s")
        alike = normalise(meaning.value) in (bare, bare.removesuffix("s"), bare.removesuffix("es"))
        return is_void(given[0].text) or (meaning.strength == 2 and not alike and not is_chinese(bare))

    def _put(self, key: Stems, meaning: Meaning) -> None:
        if not key:
            return
        held = self._terms[key]
        for index, other in enumerate(held):
            if (other.kind, other.name, other.value) == (meaning.kind, meaning.name, meaning.value):
                if meaning.strength > other.strength:
                    held[index] = meaning
                return
        held.append(meaning)
        self._longest = max(self._longest, len(key))

    def _field(self, f: s.Field, lexicon: Lexicon) -> None:
        def put(key: Stems, strength: int) -> None:
            self._put(key, Meaning(Kind.FIELD, f.name, strength=strength, field=f))

        names = {stems(f.name, camel=True), stems(f.name), stems(f.label)} - {()}
        for key in names:
            put(key, 3)
            # "pages_read" is called pages, "started_at" started; unless another field is called so, too.
            for part in key if len(key) > 1 else ():
                if len(part) > 2 and part not in _LOOSE:
                    put((part,), 2 if f.type in NUMERIC | TEMPORAL | {s.FIELD_TYPE_PERSON} else 1)
                    for other in lexicon.of_part(part) if f.type in NUMERIC else ():
                        # "Brew temp" is a temperature.
                        put(other, 1)
        for name in (f.name, f.label):
            # 奶量 is how much 奶.
            if is_chinese(name) and f.type in NUMERIC and (bare := _MEASURED.sub("", name)) != name and bare:
                put(stems(bare), 2)
            if is_chinese(name) and f.type in TEMPORAL and len(bare := _DATED.sub("", name)) > 1:
                put(stems(bare), 2)
        for name in (f.name, f.label):
            # 负责人 is who is 负责; 已备好 is whether it is 备好.
            if is_chinese(name) and f.type in _ROLES and len(bare := _ROLE.sub("", name)) > 1:
                put(stems(bare), 2)
        for key in lexicon.of_field(f):
            # "average hours" asks for a mean; only a field's own name may hold such a word.
            if key not in _GENERIC and key[0] not in _FUNCTIONS:
                put(key, 2)
        if f.type in NUMERIC and names & lexicon.of_words(FIELDS, "quantity") and f.type != s.FIELD_TYPE_MONEY:
            # 几杯 of what is sold by number are as many as the number says.
            for word in _POURED:
                put(stems(f"几{word}"), 3)
                put(stems(f"多少{word}"), 3)
            for word in ("cups", "pieces", "portions", "servings", "bottles", "bags", "units", "packs", "boxes"):
                put(stems(word), 2)
        for word in _UNITS.get(f.unit.casefold(), f.unit).split() if f.unit else ():
            put(stems(word), 2)
        for word in _BY_TYPE.get(f.type, "").split(","):
            put(stems(word), 1)
        if f.type == s.FIELD_TYPE_MONEY and f.name in self._takings:
            for word in _TAKINGS:
                put(stems(word), 2)
        if f.type in _CHOOSING:
            for choice in f.choices:
                self._choice(f, choice, lexicon)

    def _choice(self, f: s.Field, choice: str, lexicon: Lexicon) -> None:
        own = stems(choice)
        meaning = Meaning(Kind.CHOICE, f.name, choice, field=f)
        self._put(own, meaning)
        if {stems(f.name), stems(f.label)} & _STATES and choice.casefold().endswith("ing"):
            # "pages that I read" are not those of books that I am reading.
            self._exact[own] = tuple(t.text for t in tokens(normalise(choice)))
        for key in lexicon.of_choice(choice):
            # A climb is any record of a log of climbs, not only one whose style is bouldering.
            if key != ("no",) and key not in self._called:
                self._put(key, Meaning(Kind.CHOICE, f.name, choice, strength=2, field=f))

    def _title(self, spec: s.AppSpec, lexicon: Lexicon) -> None:
        self._put(stems(spec.title), Meaning(Kind.ENTITY, "", strength=2))
        for key in lexicon.of_words(RECORDS, spec.title):
            self._put(key, Meaning(Kind.ENTITY, "", strength=2))
        if is_chinese(spec.title):
            bare = _SUFFIX.sub("", spec.title)
            for part in (bare, *_TITLE_PARTS.split(bare)):
                if len(part) > 1:
                    self._put(stems(part), Meaning(Kind.ENTITY, "", strength=1))
            return
        for word in stems(spec.title):
            if not is_void(word):
                self._put((word,), Meaning(Kind.ENTITY, "", strength=1))
                for key in lexicon.of_entity_titled(self._entity, word):
                    self._put(key, Meaning(Kind.ENTITY, self._entity.name, strength=2))

    def _value(self, name: str, text: str) -> None:
        if len(text) > 80:
            return
        key = tuple(t.stem for t in tokens(normalise(text)))
        held = next((f for f in self._entity.fields if f.name == name), None)
        if len("".join(key)) < 2 or len(key) > 12:
            return
        meaning = Meaning(Kind.VALUE, name, text, strength=2, field=held)
        self._put(key, meaning)
        # "weekly shop at Lidl" for "weekly shop Lidl" and the like: empty words may be left out.
        bare = tuple(t.stem for t in tokens(normalise(text)) if not is_void(t.text))
        # Half of a remark names no record: "something sweet" is not the note "needed something sweet".
        remark = held is not None and bool({stems(held.name), stems(held.label)} & _REMARKS)
        if len(bare) >= 2 and bare != key and not remark:
            self._put(bare, meaning)
