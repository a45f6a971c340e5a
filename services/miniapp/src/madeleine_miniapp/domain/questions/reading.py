"""Reads a question as a relation over one kind of record; what it cannot place, it does not guess."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from madeleine_miniapp.domain.limits import TEMPORAL
from madeleine_miniapp.domain.questions.deeds import Deed, of_deed
from madeleine_miniapp.domain.questions.dictionary import Dictionary
from madeleine_miniapp.domain.questions.everyday import Everyday
from madeleine_miniapp.domain.questions.facts import Doubt, Facts
from madeleine_miniapp.domain.questions.frames import compose
from madeleine_miniapp.domain.questions.gathering import gather
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.domain.questions.mentions import Kind, Meaning, Mention
from madeleine_miniapp.domain.questions.plans import Plan
from madeleine_miniapp.domain.questions.rewording import asked
from madeleine_miniapp.domain.questions.scanning import Scan, scan
from madeleine_miniapp.domain.questions.subjects import Asker, Subject
from madeleine_miniapp.domain.questions.text import normalise, stems, term_pattern, tokens
from madeleine_miniapp.domain.questions.vocabulary import Vocabulary
from madeleine_miniapp.domain.questions.whose import tells_who_was_there, whose

_DEED = 12.0
_DATED = 4.0
_OTHERS = ("us", "anybody", "who", "each", "rank")
_WEIGHTS = {Kind.CHOICE: 1.2, Kind.FIELD: 1.0, Kind.ENTITY: 1.1, Kind.VALUE: 1.0, Kind.PERSON: 0.3}


@dataclass(frozen=True, slots=True)
class Reading:
    """How a question was read over one subject; it can be computed when there is a plan and nothing is left over."""

    subject: Subject
    plan: Plan | None
    # How well the subject's names cover the question: the rank among readings.
    score: float
    # Phrases that nothing was made of.
    unplaced: tuple[str, ...] = ()
    problem: str = ""
    facts: Facts | None = None
    # Other kinds of record that it is computed from.
    also: tuple[Subject, ...] = ()
    # All that the question names of the subject, what was left out as talk too.
    scan: Scan | None = None

    @property
    def computable(self) -> bool:
        """Whether the whole question was understood."""
        return self.plan is not None and not self.unplaced and not self.problem


def vocabulary_of(
    subject: Subject, asker: Asker, lexicon: Lexicon, placed: Sequence[tuple[str, Meaning]] = ()
) -> Vocabulary:
    """The words of one subject; most of a reading's time, so that who reads often keeps it."""
    spec, entity, beside = subject.spec, subject.entity, subject.beside
    held = Dictionary(spec, entity, lexicon, asker.people, subject.texts, placed, beside)
    return Vocabulary(entity, held, Everyday(spec, entity, lexicon, held.terms, beside), lexicon)


def scanned(
    question: str, subject: Subject, asker: Asker, lexicon: Lexicon, placed: Sequence[tuple[str, Meaning]] = ()
) -> Scan:
    """The mentions of a question in the words of one subject."""
    return scan(asked(question), vocabulary_of(subject, asker, lexicon, placed), asker.now.date())


def scanned_with_texts(question: str, subject: Subject, asker: Asker, lexicon: Lexicon) -> Scan:
    """The mentions of a question, of phrases that name nothing those that stand in short texts of the records."""
    found = scanned(question, subject, asker, lexicon)
    placed: list[tuple[str, Meaning]] = []
    for _, _, phrase in found.unplaced:
        pattern = term_pattern(phrase)
        name = next((n for n, held in subject.texts.items() if any(pattern.search(normalise(t)) for t in held)), None)
        if name is not None:
            field = next((f for f in subject.entity.fields if f.name == name), None)
            placed.append((phrase, Meaning(Kind.VALUE, name, phrase, strength=2, field=field)))
    return scanned(question, subject, asker, lexicon, placed) if placed else found


def read(
    question: str, subject: Subject, asker: Asker, lexicon: Lexicon, placed: Sequence[tuple[str, Meaning]] = ()
) -> Reading:
    """Reads a question over one subject; `placed` are phrases of which the records told the meaning."""
    return read_scan(scanned(question, subject, asker, lexicon, placed), subject, asker, lexicon)


def read_scan(
    found: Scan,
    subject: Subject,
    asker: Asker,
    lexicon: Lexicon,
    *,
    mine: bool = False,
    known: Callable[[Facts], None] | None = None,
) -> Reading:
    """Reads a question whose mentions over one subject are known; `mine`: of the asker, if it names nobody.

    `known` adds to the facts what was read of the question before, and taken out of it.
    """
    score = sum(_worth(m) for m in found.mentions) + _whole_names(found, subject)
    score += _done_on(found, subject)
    deed = of_deed(found, subject)
    if deed is Deed.HERE:
        score += _DEED
    free = any(m.cue("none") for m in found.mentions) and any(m.cue("unit") for m in found.mentions)
    if len(subject.temporal) > 1 and (
        free or any(m.kind is Kind.TIME or m.cue("which_bucket") for m in found.mentions)
    ):
        # Records of what happened on a day answer questions about days rather than those of what lasts.
        score -= 2
    undated = not subject.temporal and any(f.type in TEMPORAL for e in subject.spec.entities for f in e.fields)
    if undated and any(m.kind is Kind.TIME for m in found.mentions):
        # What has no dates is hardly meant where others of the app have them.
        score -= 2
    try:
        facts = gather(subject, asker, lexicon, found)
        if known is not None:
            known(facts)
        if facts.dated is not None or _asks_for_date(facts):
            # "Started this year" is said of what lasts.
            score += _DATED
        if mine and subject.shared and not facts.people and not any(m.cue(n) for m in facts.items for n in _OTHERS):
            facts.people = [asker.person_id]
        if (
            facts.people
            or facts.has("each")
            or any(m.cue("rank") and not m.cue("order") for m in facts.items)
            or (facts.has("who") and (facts.has("how_many", "count", "sup", "often") or tells_who_was_there(facts)))
        ):
            whose(facts)
    except Doubt as doubt:
        return Reading(subject, None, score, tuple(t for _, _, t in found.unplaced), str(doubt), scan=found)
    if len(found.mentions) == 1 and known is None and found.mentions[0].kind is Kind.CUE:
        # "Last" alone is no question.
        return Reading(subject, None, score, tuple(t for _, _, t in found.unplaced), "it does not ask for a figure")
    plan, left, problem = compose(facts)
    if deed is Deed.ELSEWHERE:
        problem = problem or f"{subject.spec.title} has other records of what was done"
    if plan is not None and not left and len(subject.spec.entities) > 1 and not _names_something(found):
        problem = f"it does not say what of {subject.spec.title} it is about"
    return Reading(subject, plan, score, tuple(left), problem, facts, scan=found)


def _done_on(found: Scan, subject: Subject) -> float:
    """More for records whose one date is called by what the question says was done: taken_at for what one took."""
    names = [stems(f.name) for f in subject.temporal]
    lasted = any(m.cue("took") for m in found.mentions)
    if len(names) != 1 or len(names[0]) != 2 or lasted:
        return 0.0
    return _DATED if names[0][0] in {t.stem for t in tokens(found.text)} else 0.0


def _asks_for_date(facts: Facts) -> bool:
    """ "When did I start it", 什么时候开始读: by the date that is called so."""
    own = {f.name for f in facts.subject.temporal} if facts.subject.beyond is None else set[str]()
    named = [x for m in facts.items if m.kind is Kind.FIELD and not m.cue("when") for x in m.of(Kind.FIELD)]
    return any(m.cue("when") for m in facts.items) and any(x.strength >= 2 and x.name in own for x in named)


def _names_something(found: Scan) -> bool:
    """Whether a question that names a person, or asks when, names what one kind of record has and others may not."""
    kinds = (Kind.FIELD, Kind.CHOICE, Kind.VALUE, Kind.ENTITY)
    asked = any(m.kind is Kind.PERSON or m.cue("when") for m in found.mentions)
    return not asked or any(x.name for m in found.mentions if not m.cue("when") for x in m.of(*kinds))


def _whole_names(found: Scan, subject: Subject) -> float:
    """More for fields all of whose words the question holds, apart: "pages each of us read" for pages_read."""
    held = {t.stem for t in tokens(found.text)}
    names = [stems(f.name) for f in subject.entity.fields] + [stems(f.label) for f in subject.entity.fields]
    whole = {n for n in names if len(n) > 1 and set(n) <= held and not all(len(p) == 1 for p in n)}
    return 6.0 * len(whole)


def _worth(mention: Mention) -> float:
    """How much a mention says for the records that it names something of; who or what is asked about says little."""
    person = any(m.kind is Kind.PERSON for m in mention.meanings)
    asks = any(mention.cue(name) for name in ("what", "who", "where", "when"))
    best = 0.0
    for meaning in mention.meanings:
        if (person and meaning.kind is not Kind.PERSON) or (asks and meaning.kind is Kind.FIELD):
            continue
        if meaning.kind in _WEIGHTS:
            best = max(best, _WEIGHTS[meaning.kind] * meaning.strength * min(len(mention.text), 12) / 3)
    return best
