# ruff: noqa: E501 - patterns of questions, one line each.
"""People where people were asked for: who, whose, each of us, everyone."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.limits import NUMERIC
from madeleine_miniapp.domain.questions.forms.form import Form
from madeleine_miniapp.domain.questions.frames.absent import WHO_NOT
from madeleine_miniapp.domain.questions.frames.rows import WHO_AS_WELL
from madeleine_miniapp.domain.questions.mentions import Kind

# Not "people who", "no matter who", "by who".
_WHO = re.compile(
    r"(?<!people )(?<!person )(?<!someone )(?<!anyone )(?<!everyone )(?<!those )(?<!matter )\b(?:who|whose|whom|who's|which (?:one )?of us|which (?:person|flatmate|member))\b(?! (?:knows|cares|else cares))"
)
# What no record answers, or only a figure with a list.
_TURN = re.compile(r"\bwhose (?:turn|go|job)\b")
# A person with a figure is no record.
_PAIR = 2
_PERSONS = re.compile(
    r"\b(?:each|every) (?:one )?(?:of us|of them|person|member|flatmate|reader|one of us)\b|\bper (?:person|head|member|flatmate|reader)\b|\b(?:everyone|everybody|each person|each flatmate)'s\b|\b(?:we|they|us) each\b|\bwho\b[^,;?]*\bhow (?:much|many|far|long|often)\b"
)
_WHO_OF_THINGS = re.compile(r"\bor [\w' ]{2,30}? ?[-–—:,;] ?who\b")
_ALL_OF_US = re.compile(
    r"(?:did|do|does|has|have|had|is|are|was|were) (?:everyone|everybody|all (?:\w+ )?of us|both of us|we all|we both)\b"
)
_ALL_DID = re.compile(
    r"\b(?:everyone|everybody|all of us|we all|both of us|all (?:two|three|four|five)(?: of us)?) (?:\w+ed|did|was|were|had|went|came|ate|saw|took part|took)\b"
)
_WHO_IS_MOST = re.compile(
    r"\bwho(?:'s| is| was) (?:the |our )?(?:\w+est|best|worst|most \w+|least \w+) (?:reader|runner|eater|spender|payer|climber|swimmer|cyclist|one|person|flatmate|of us)\b"
)
_FOR_BOTH = re.compile(
    r"\b(for|of|by|on|in|at|from|to|with) [^\W\d]+(?: [^\W\d]+)?,? and (?:also )?\1 [^\W\d]+\b(?!.*\b(?:together|combined|altogether|in total)\b)"
)
_ASKER = re.compile(
    "(?<![给帮跟和与告诉教让])我(?!们|想|要知道|猜|觉得|记得|看看|问|查)(?=[^，。？?,]{0,6}(?:的|负责|名下|带|付|花|垫|交|出|欠|请|跑|读|看|做|吃|练|买|记))"
)
_TO_SOMEBODY = re.compile(
    r"给[我他她]|\b(?:paid|pay|gave|give|sent|send|transferred) (?:back )?(?:to )?(?:me|him|her)\b|\bto (?:me|him|her)\b"
)
_EACH = re.compile("各|每|分别")
_TOGETHER = re.compile(r"\b(?:together|combined|altogether|in total|in all|all told|total)\b")


def who(form: Form) -> str:
    """ "Who" asks for people."""
    named = form.plan.key in form.people and form.plan.verdict in ("who", "least")
    # "Nobody put in who chose it": of which records it is not said.
    named = named or any(c.negated and c.field in form.people for c in form.facts.conditions)
    said = form.said(_WHO)
    # "Companies whose next step is due" asks for companies.
    of_things = said == "whose" and not any(m.text.startswith("whose") for m in form.facts.items)
    return "" if named or form.tells_people or of_things else said


def whose_turn(form: Form) -> str:
    """ "Whose turn is it", which no record tells, and "how much, and who", which takes a figure with a list."""
    # Records show both.
    shown = len(form.names) > _PAIR and form.tells_people
    both = shown and any(form.types.get(n) in NUMERIC for n in form.names)
    # 谁最多, 多少: the people, each with the figure.
    told = form.said(WHO_AS_WELL)
    ranked = form.plan.verdict in ("who", "least") and form.facts.has("sup", "more", "less", "often", "rank")
    each = form.plan.key in form.people and len(form.names) == _PAIR
    each = each and bool(told.startswith("谁") or form.said(_EACH) or ranked)
    return form.said(_TURN) or ("" if both or each else told)


def each_person(form: Form) -> str:
    """ "Each of us": a row for each."""
    return (
        form.said(_PERSONS)
        if not form.facts.per_head and form.facts.subject.shared and not form.names & form.people
        else ""
    )


def whose_field(form: Form) -> list[str]:
    """谁经手的钱最多: of several fields of people, the one that is named."""
    persons = {f.name for f in form.facts.subject.fields(s.FIELD_TYPE_PERSON)}
    if form.plan.key not in persons:
        return []
    named = [
        m
        for m in form.facts.items
        if not m.cue("who") and any(x.name in persons for x in m.of(Kind.FIELD) if x.strength > 1)
    ]
    meant = {x.name for m in named for x in m.of(Kind.FIELD)}
    return [named[0].text] if named and form.plan.key not in meant else []


def of_asker(form: Form) -> str:
    """我名下: of the asker alone, or beside others."""
    facts = form.facts
    if not facts.subject.shared or form.plan.key in form.people or facts.per_head:
        return ""
    own = facts.asker.person_id.encode() in form.plan.relation.SerializeToString()
    own = own or any(c.kind is Kind.PERSON for c in facts.conditions)
    # What is told of oneself besides, 我没去成, is no part of the question.
    asked = max((m.end for m in facts.items), default=0)
    spoken = _ASKER.search(form.text, 0, asked)
    return "" if own or facts.people or spoken is None else spoken.group()


def to_one_another(form: Form) -> str:
    """ "Did I pay Ben more than he paid me": to whom is no other than by whom."""
    persons = {f.name for f in form.facts.subject.fields(s.FIELD_TYPE_PERSON)}
    filtered = {c.field for c in form.facts.conditions} & persons
    return form.said(_TO_SOMEBODY) if form.plan.key in form.people and len(persons) > 1 and not filtered else ""


def all_of_us(form: Form) -> str:
    """ "Did everyone": that anyone did is no answer."""
    everyone = _ALL_OF_US.match(form.text)
    if everyone and form.plan.verdict == "any":
        return everyone.group()
    # "The last run everyone joined": one that all have in common.
    one = form.plan.told.startswith(("latest", "first", "records that match"))
    return form.said(_ALL_DID) if one and form.facts.subject.shared else ""


def who_of_things(form: Form) -> str:
    """ "Tesco, Aldi or Spar - who gets most": one of these, nobody of us."""
    fields = [c.field for c in form.facts.conditions if not c.negated]
    several = any(fields.count(f) > 1 for f in fields)
    return "who" if several and form.plan.key in form.people and _WHO_OF_THINGS.search(form.text) else ""


def who_not(form: Form) -> str:
    """ "Who hasn't": the people, no records."""
    told = {"value", "count", "day"} if form.plan.key in form.people else {"value", "count"}
    return form.said(WHO_NOT) if form.facts.subject.shared and not form.names <= form.people | told else ""


def who_is_most(form: Form) -> str:
    """ "Who is the fastest runner": people are compared, no records."""
    return form.said(_WHO_IS_MOST) if form.facts.subject.shared and form.plan.key not in form.people else ""


def for_both(form: Form) -> str:
    """ "For Ada and for Ben": a figure for each, unless they are added up."""
    apart = [c.field for c in form.facts.conditions if not c.negated and c.kind is Kind.CHOICE]
    several = len(form.facts.people) > 1 or len(set(apart)) < len(apart)
    alone = several and len(form.plan.shown) < 2 and not form.said(_TOGETHER)
    return form.said(_FOR_BOTH) if alone else ""
