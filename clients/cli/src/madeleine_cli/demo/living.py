"""The meal log alive: both have it open and fill it at once, and a sentence changes it under their hands."""

from __future__ import annotations

import time
from dataclasses import dataclass

from madeleine.common.v1 import operation_pb2 as operations
from madeleine.miniapp.v1 import miniapp_pb2 as miniapp
from madeleine_cli.demo import meals
from madeleine_cli.demo.following import followed
from madeleine_cli.demo.people import Person, chance, new_key
from madeleine_cli.demo.screen import Screen
from madeleine_cli.demo.sheet import Sheet, opened
from madeleine_cli.demo.waiting import DemoFailed

_REQUEST = "add a field for protein in grams"


@dataclass(frozen=True, slots=True)
class Living:
    """How it went, as read back."""

    seen_ms: float
    refused: str
    changes: tuple[str, ...]
    edit_s: float
    version: int


async def fill_and_change(screen: Screen, ana: Person, mei: Person, log: meals.MealLog) -> Living:
    """One record that both write, a refused value, and an edit by a sentence; raises DemoFailed."""
    screen.chapter("Both have the meal log open; a sentence changes it while they write")
    async with opened(ana, log.app.app_id) as anas, opened(mei, log.app.app_id) as meis:
        record_id = await anas.add(log.entity.name, meals.meal_of(log, ana))
        calories = chance.randint(90, 990)
        await meis.until("Ana's record", lambda: meis.value(record_id, log.calories.name) is not None)
        began = time.monotonic()
        await meis.set(record_id, log.calories.name, calories)
        await anas.until("Mei's value", lambda: anas.value(record_id, log.calories.name) == calories)
        seen_ms = (time.monotonic() - began) * 1000
        screen.told(f"Ana adds a meal, Mei puts its {log.calories.label} right: Ana sees it after {seen_ms:.0f} ms")
        refused = await _refused(screen, meis, anas, record_id, log, calories)
        version, changes, edit_s = await _edited(screen, ana, log)
        await meis.until("the changed app", lambda: meis.spec_version >= version)
        field = (await _app(mei, log)).spec.entities[0].fields[-1]
        grams = chance.randint(5, 50)
        await meis.set(record_id, field.name, grams)
        await anas.until("the new field", lambda: anas.value(record_id, field.name) == grams)
        screen.told(f"Mei fills the new field {field.label!r} where she has it open: {grams} {field.unit}")
    return Living(seen_ms, refused, changes, edit_s, version)


async def _refused(
    screen: Screen, sender: Sheet, other: Sheet, record_id: str, log: meals.MealLog, right: float
) -> str:
    """What no number is comes back undone, with the reason, and nobody else keeps it."""
    await sender.set(record_id, log.calories.name, "a lot")
    await sender.until("the refusal", lambda: bool(sender.refusals))
    for sheet in (sender, other):
        await sheet.until("the old value", lambda sheet=sheet: sheet.value(record_id, log.calories.name) == right)
    refusal = sender.refusals[0]
    screen.told(f"'a lot' is undone in {sender.person.name}'s copy: {refusal.field} {refusal.reason}")
    return refusal.reason


async def _edited(screen: Screen, person: Person, log: meals.MealLog) -> tuple[int, tuple[str, ...], float]:
    began = time.monotonic()
    request = miniapp.EditAppRequest(app_id=log.app.app_id, request=_REQUEST, idempotency_key=new_key())
    operation = (await person.api.call(request, miniapp.EditAppResponse)).operation
    watch = miniapp.WatchAppOperationRequest(operation_id=operation.operation_id)
    updates = person.api.stream(watch, miniapp.WatchAppOperationResponse)
    operation = await followed(screen, "the change is worked out", updates, operation)
    if operation.state != operations.OPERATION_STATE_SUCCEEDED:
        raise DemoFailed(f"{_REQUEST!r} was not understood: {operation.error or operation.step}")
    which = {"app_id": log.app.app_id, "edit_id": operation.result_id}
    edit = (await person.api.call(miniapp.GetAppEditRequest(**which), miniapp.GetAppEditResponse)).edit
    screen.said(person.name, log.app.spec.title, _REQUEST)
    for change in edit.changes:
        screen.told(f"shown before it is made: {change.text}")
    apply = miniapp.ApplyAppEditRequest(**which, idempotency_key=new_key())
    app = (await person.api.call(apply, miniapp.ApplyAppEditResponse)).app
    kept = {f.name for f in log.entity.fields} <= {f.name for e in app.spec.entities for f in e.fields}
    if app.version != edit.base_version + 1 or not kept:
        raise DemoFailed(f"version {app.version} after {edit.base_version}; all fields kept: {kept}")
    return app.version, tuple(change.text for change in edit.changes), time.monotonic() - began


async def _app(person: Person, log: meals.MealLog) -> miniapp.App:
    return (await person.api.call(miniapp.GetAppRequest(app_id=log.app.app_id), miniapp.GetAppResponse)).app
