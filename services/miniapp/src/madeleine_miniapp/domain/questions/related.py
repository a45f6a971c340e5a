"""Records that name a record of another kind: a session of reading and its book, read as one kind of record.

A session says which book it was, by title. What the book's own record says of it - genre, format, author, state - then
restricts and groups sessions as their own fields do: "minutes on audiobooks", "pages read per genre".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.domain.questions.mentions import Kind, Mention
from madeleine_miniapp.domain.questions.reading import Reading
from madeleine_miniapp.domain.questions.subjects import Asker, Beyond, Subject
from madeleine_miniapp.domain.questions.text import stems

# How big a thing is, is not how much of it was done.
_SIZE = re.compile(r"\bthick|^length in|page count|厚")
# How many texts, and which part of them, must be titles of the other records.
_SEVERAL, _MOST = 3, 0.6
_TELLING = (s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_MULTI_CHOICE, s.FIELD_TYPE_TEXT, s.FIELD_TYPE_RATING)


def related(subjects: Sequence[tuple[Subject, Asker]], lexicon: Lexicon) -> list[tuple[Subject, Asker]]:
    """Each kind of record that names another one, with what that says of it."""
    both = [(_both(subject, other, lexicon), asker) for subject, asker in subjects for other, _ in subjects]
    return [(subject, asker) for subject, asker in both if subject is not None]


def _both(subject: Subject, other: Subject, lexicon: Lexicon) -> Subject | None:
    """A kind of record with the fields of another that it names by a text; None if it names none."""
    if subject.app_id != other.app_id or subject.entity.name == other.entity.name or other.title is None:
        return None
    link = link_to(subject, other)
    if link is None:
        return None
    own = {f.name for f in subject.entity.fields}
    said = {stems(subject.spec.title)[:1], *lexicon.of_entity(subject.entity)}
    entity = s.Entity()
    entity.CopyFrom(subject.entity)
    added: list[s.Field] = []
    for f in other.entity.fields:
        if f.type not in _TELLING or f.name in own or f.name == other.title.name:
            continue
        field = entity.fields.add()
        field.CopyFrom(f)
        # "Reading" is what is done in every session, and no state of its book.
        kept = [c for c in f.choices if stems(c) not in said]
        del field.choices[:]
        field.choices.extend(kept)
        added.append(field)
    shared = [f for f in other.person_fields if f in subject.person_fields]
    beyond = Beyond(other.entity.name, link.name, other.title.name, tuple(f.name for f in added), tuple(shared[:1]))
    texts = dict(subject.texts) | {f.name: other.texts[f.name] for f in added if f.name in other.texts}
    counts = dict(subject.counts) | {f.name: other.counts[f.name] for f in added if f.name in other.counts}
    return replace(subject, entity=entity, texts=texts, counts=counts, beyond=beyond)


def link_to(subject: Subject, other: Subject) -> s.Field | None:
    """The text by which records name those of another kind: called so, or most of its texts are titles there."""
    held = subject.fields(s.FIELD_TYPE_TEXT)
    called = {stems(other.entity.name), stems(other.entity.label)} - {()}
    by_name = next((f for f in held if {stems(f.name), stems(f.label)} & called), None)
    if by_name is not None or other.title is None or not _each_once(other):
        return by_name
    titles = {text.casefold() for text in other.texts.get(other.title.name, ())}
    for f in held:
        texts = {text.casefold() for text in subject.texts.get(f.name, ())}
        if len(texts) >= _SEVERAL and len(texts & titles) >= _MOST * len(texts):
            return f
    return None


def _each_once(subject: Subject) -> bool:
    """Whether no two records have the same title: a list of things, and no log of what was done."""
    title = subject.title.name if subject.title is not None else ""
    return subject.texts_of(title) == len(set(subject.texts.get(title, ())))


def _is_log(subject: Subject, of: Subject) -> bool:
    return not _each_once(subject) and subject.title is not None and link_to(subject, of) == subject.title


def with_logs(subjects: Sequence[Subject]) -> list[Subject]:
    """Each kind of record, and whether others of its app are a log of what was done with what it lists."""
    made: list[Subject] = []
    for subject in subjects:
        others = [o for o in subjects if o.app_id == subject.app_id and o.entity.name != subject.entity.name]
        logs = [o for o in others if o.temporal and _each_once(subject) and _is_log(o, subject)]
        made.append(replace(subject, logged=tuple(o.entity.name for o in logs)))
    return made


def rests_on_both(found: Reading) -> bool:
    """Whether a reading tells or restricts records by what the related ones say, and gives figures of them.

    "How many novels did I read" counts novels, not the sessions in which they were read.
    """
    plan, facts, beyond = found.plan, found.facts, found.subject.beyond
    if not found.computable or plan is None or facts is None or beyond is None:
        return False
    told = {c.field for c in facts.conditions} | {f.name for f in facts.groups} | {c.name for c in plan.shown}
    # A list of sittings is no list of things; the latest one, or the things each once, are.
    one = plan.relation.extend.input.sort.limit == 1 or [c.name for c in plan.shown] == [beyond.link]
    if not told & set(beyond.fields) or not (plan.figure or plan.key or plan.verdict or one):
        return False
    if any(_SIZE.search(m.text) and m.of(Kind.FIELD) for m in facts.items if m.cue("how_long") is None):
        return False
    for index, mention in enumerate(facts.items[:-1]):
        after = facts.items[index + 1]
        if (mention.cue("how_many") or mention.cue("distinct")) and _names_other(after, beyond):
            return False
    return True


def _names_other(mention: Mention, beyond: Beyond) -> bool:
    return any(m.name in beyond.fields or m.name == beyond.link for m in mention.of(Kind.CHOICE, Kind.FIELD))
