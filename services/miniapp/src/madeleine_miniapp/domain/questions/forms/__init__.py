"""The form of an answer held against the question: everything that was asked, of whom, and as it was asked.

`Facts.left_over` accounts for the words. Here it is what a plan shows: a person for "who", a table for "for each
month", a time of day for "what time", two figures for "the number and the total". A figure that leaves out half of what
was asked looks like the whole, however well its words were understood.
"""

from __future__ import annotations

from collections.abc import Callable

from madeleine_miniapp.domain.questions.facts import Facts
from madeleine_miniapp.domain.questions.forms import (
    chinese,
    counted,
    days,
    figures,
    passed_over,
    people,
    persons,
    quantities,
    records,
    restrictions,
    things,
    unsaid,
)
from madeleine_miniapp.domain.questions.forms.form import Form, form_of
from madeleine_miniapp.domain.questions.forms.parts import unmet
from madeleine_miniapp.domain.questions.plans import Plan

# Each tells the words that ask for what the answer has not; empty: it has, or nothing asks for it.
_CHECKS: tuple[Callable[[Form], str | list[str]], ...] = (
    people.who,
    people.whose_turn,
    days.when,
    days.what_time,
    days.each_bucket,
    people.each_person,
    figures.two_figures,
    figures.what_is_left,
    figures.again,
    records.what_was_done,
    figures.how_many,
    records.where,
    records.which_shop,
    records.what_was_written,
    records.said_in_notes,
    days.since_when,
    days.earliest_ever,
    records.whether,
    records.whether_besides,
    records.remarked,
    people.all_of_us,
    people.who_of_things,
    days.per_time,
    figures.mean_of_each,
    figures.with_its,
    people.who_not,
    people.who_is_most,
    people.for_both,
    figures.compared,
    figures.best_per_record,
    figures.mean_of_several,
    figures.time_spent,
    days.day_without,
    days.days_after,
    figures.units,
    figures.of_what_was_done,
    records.on_each,
    records.asked_of_found,
    records.unread,
    counted.often,
    counted.no_weeks,
    things.things_paid,
    things.of_two_together,
    things.which_thing,
    persons.of_everyone,
    persons.only_people,
    persons.everybody_named,
    things.last_of_what,
    things.whole_list,
    things.of_two_fields,
    persons.who_has_them,
    things.not_done,
    things.asked_outright,
    quantities.fitting_adjective,
    counted.sizes,
    counted.counted_money,
    quantities.longest_and_how_long,
    things.what_is,
    quantities.how_long,
    quantities.how_far,
    counted.a_number,
    counted.named_ones,
    counted.groups_counted,
    things.what_was_ticked,
    counted.how_much,
    quantities.summed_up,
    persons.of_the_other,
    persons.cost_each,
    things.how_was_it,
    things.done_ones,
    quantities.days_in_a_row,
    restrictions.only,
    restrictions.before_that,
    restrictions.before_or_after,
    restrictions.order,
    restrictions.never,
    restrictions.denied_deed,
    restrictions.besides,
    restrictions.others,
    restrictions.habit,
    restrictions.each_time,
    restrictions.together,
    restrictions.by_each,
    restrictions.idle_denial,
    chinese.which_kind,
    chinese.every_how_long,
    chinese.together,
    chinese.what,
    chinese.where,
    chinese.at_home,
    chinese.more_by,
    chinese.counted,
    chinese.one_before,
    chinese.one_figure,
    people.to_one_another,
    chinese.one_and_another,
    people.whose_field,
    people.of_asker,
    restrictions.state,
    things.best_kind,
    things.of_other_records,
    things.pays_latest,
    things.what_to_do,
    quantities.best_time,
    quantities.dearest,
    counted.most_of_them,
    persons.in_company,
    persons.each_in_a_part,
    persons.who_how_much,
    restrictions.both_kinds,
    restrictions.last_without,
    unsaid.state_of_some,
    unsaid.money_of,
    unsaid.money_summed,
    unsaid.most_of_what,
    unsaid.per_other,
    unsaid.each_of_us_told,
    unsaid.with_everybody,
    unsaid.what_beside_who,
    unsaid.what_listed,
    unsaid.figure_beside,
    passed_over.summed,
    passed_over.what_is_still_there,
    passed_over.of_a_unit,
    passed_over.for_each_of_them,
    passed_over.what_and_how_much,
    passed_over.by_what_is_given,
    passed_over.called_elsewhere,
)


def unlike(facts: Facts, plan: Plan) -> list[str]:
    """What the question asks for and the plan's answer does not show: first its parts, then its form."""
    form = form_of(facts, plan)
    return unmet(form) or _misshapen(form)


def _misshapen(form: Form) -> list[str]:
    missed: list[str] = []
    for check in _CHECKS:
        found = check(form)
        missed += [found] if isinstance(found, str) and found else found if isinstance(found, list) else []
    return missed
