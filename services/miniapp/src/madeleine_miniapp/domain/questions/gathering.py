"""Makes facts of a question's mentions: what each means, then limits, negations, groups, filters, people, in order."""

from __future__ import annotations

import re

from madeleine_miniapp.domain.questions.absences import find_absences
from madeleine_miniapp.domain.questions.among import tell_among
from madeleine_miniapp.domain.questions.asking import (
    ask_amount,
    ask_either,
    ask_everybody,
    ask_in_unit,
    ask_kind,
    ask_left,
    ask_other_side,
    ask_which,
    ask_who,
    ask_whom,
    done_by_means,
)
from madeleine_miniapp.domain.questions.catalogues import leave_to_others
from madeleine_miniapp.domain.questions.chatter import without_chatter
from madeleine_miniapp.domain.questions.contrasts import compare_by_degree, take_notes, take_opposed, tell_places
from madeleine_miniapp.domain.questions.dating import (
    date_beside,
    date_by,
    date_of_thing,
    take_begun,
    take_defined,
    take_to_finish,
)
from madeleine_miniapp.domain.questions.deadlines import date_of_deed, date_of_paying, take_deadlines
from madeleine_miniapp.domain.questions.denials import leave_out_cancelled
from madeleine_miniapp.domain.questions.explained import take_named_after, take_price, take_skipped
from madeleine_miniapp.domain.questions.facts import Doubt, Facts
from madeleine_miniapp.domain.questions.filters import (
    find_done,
    find_filters,
    find_finished,
    find_states,
    find_under_way,
)
from madeleine_miniapp.domain.questions.flows import direct
from madeleine_miniapp.domain.questions.goals import take_goal
from madeleine_miniapp.domain.questions.groups import find_groups
from madeleine_miniapp.domain.questions.joint_groups import further_groups
from madeleine_miniapp.domain.questions.journeys import find_nth_day, set_off
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.domain.questions.limits import find_limits
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.negations import find_negations
from madeleine_miniapp.domain.questions.nights import take_last_night
from madeleine_miniapp.domain.questions.overspending import find_overspent
from madeleine_miniapp.domain.questions.own_figures import take_own_figure
from madeleine_miniapp.domain.questions.people import find_heads, find_people, refuse_deeds, take_doer
from madeleine_miniapp.domain.questions.polarity import tell_opposites, turn_round
from madeleine_miniapp.domain.questions.scanning import Scan
from madeleine_miniapp.domain.questions.selecting import select, take_days
from madeleine_miniapp.domain.questions.settling import (
    split_times,
    take_counted,
    take_included,
    take_length,
    take_mean,
    take_rest,
    take_sittings,
    take_states,
    take_usual,
    take_verbs,
)
from madeleine_miniapp.domain.questions.stretches import take_dates, take_ends, take_lasted, take_owned, take_waits
from madeleine_miniapp.domain.questions.subjects import Asker, Subject
from madeleine_miniapp.domain.questions.unanswerable import as_one, check_degrees, check_values
from madeleine_miniapp.domain.questions.venues import ask_venue
from madeleine_miniapp.domain.questions.years import take_years

_NOBODY = re.compile(r"\b(?:nobody|no one|no-one|none of us|neither of us)\b|谁[都也]没|没有?人")


def gather(subject: Subject, asker: Asker, lexicon: Lexicon, scan: Scan) -> Facts:
    """The facts of a question; raises Doubt."""
    facts = Facts(subject, asker, lexicon, without_chatter(scan))
    tell_opposites(facts)
    ask_which(facts)
    tell_among(facts)
    take_years(facts)
    take_sittings(facts)
    take_verbs(facts)
    ask_venue(facts)
    compare_by_degree(facts)
    tell_places(facts)
    ask_kind(facts)
    ask_amount(facts)
    ask_in_unit(facts)
    ask_left(facts)
    done_by_means(facts)
    ask_either(facts)
    turn_round(facts)
    take_last_night(facts)
    split_times(facts)
    take_owned(facts)
    take_ends(facts)
    take_dates(facts)
    as_one(facts)
    ask_who(facts)
    ask_everybody(facts)
    ask_whom(facts)
    ask_other_side(facts)
    date_by(facts)
    date_beside(facts)
    date_of_thing(facts)
    date_of_deed(facts)
    date_of_paying(facts)
    take_deadlines(facts)
    take_to_finish(facts)
    take_lasted(facts)
    take_waits(facts)
    take_begun(facts)
    take_rest(facts)
    take_mean(facts)
    take_own_figure(facts)
    take_length(facts)
    take_usual(facts)
    set_off(facts)
    take_included(facts)
    take_defined(facts)
    take_named_after(facts)
    take_price(facts)
    take_skipped(facts)
    find_overspent(facts)
    find_absences(facts)
    take_goal(facts)
    find_limits(facts)
    find_negations(facts)
    _refuse_nobody(facts)
    select(facts)
    take_counted(facts)
    take_states(facts)
    take_notes(facts)
    find_groups(facts)
    further_groups(facts)
    take_doer(facts)
    find_states(facts)
    find_filters(facts)
    check_values(facts)
    check_degrees(facts)
    leave_out_cancelled(facts)
    take_opposed(facts)
    take_days(facts)
    facts.settle_limits()
    find_nth_day(facts)
    direct(facts)
    find_under_way(facts)
    find_finished(facts)
    find_done(facts)
    find_people(facts)
    find_heads(facts)
    refuse_deeds(facts)
    leave_to_others(facts)
    return facts


def _refuse_nobody(facts: Facts) -> None:
    """Raises Doubt for "what has nobody ..." over the records of several people."""
    denied = any(c.negated and c.kind is Kind.CHOICE for c in facts.conditions)
    if facts.subject.shared and _NOBODY.search(facts.scan.text) and denied:
        raise Doubt("it asks what nobody has; I can only tell what somebody has not")
