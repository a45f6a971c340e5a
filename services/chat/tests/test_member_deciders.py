"""Given what happened in a group, when roles, bans, mutes or settings are to change, then these events follow."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from google.protobuf.message import Message

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1 import events_pb2 as events
from madeleine_chat.application.judging import sealed, subject_of
from madeleine_chat.domain import frame, membership, moderation, talking
from madeleine_chat.domain.conversation import Conversation, evolve
from madeleine_common.errors import Denied, DomainError, FailedPrecondition, Invalid, NotFound
from madeleine_common.testing import Scenario

NOW = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=2)
C = "c"
OWNER, ADMIN, MEMBER, GUEST = pb.MEMBER_ROLE_OWNER, pb.MEMBER_ROLE_ADMIN, pb.MEMBER_ROLE_MEMBER, pb.MEMBER_ROLE_GUEST
ROLES = {"ana": OWNER, "oli": OWNER, "adi": ADMIN, "ali": ADMIN, "ben": MEMBER, "cleo": MEMBER, "gus": GUEST}
Role = pb.MemberRole.ValueType


def member(person_id: str, role: Role) -> pb.Member:
    made = pb.Member(person_id=person_id, display_name=person_id.title(), role=role)
    made.joined_at.FromDatetime(NOW)
    return made


def added(person_id: str, role: Role = MEMBER, by: str = "ana") -> events.MemberAdded:
    return events.MemberAdded(conversation_id=C, member=member(person_id, role), added_by=by)


def removed(person_id: str, by: str = "ana") -> events.MemberRemoved:
    return events.MemberRemoved(conversation_id=C, person_id=person_id, removed_by=by)


def banned(person_id: str, by: str = "ana") -> events.MemberBanned:
    event = events.MemberBanned(conversation_id=C, person_id=person_id, banned_by=by, display_name=person_id.title())
    event.banned_at.FromDatetime(NOW)
    return event


def muted(person_id: str, until: datetime | None = LATER, by: str = "ana") -> events.MemberMuted:
    event = events.MemberMuted(conversation_id=C, person_id=person_id, muted_by=by)
    if until is not None:
        event.until.FromDatetime(until)
    return event


def group(*people: str, kind=pb.CONVERSATION_KIND_GROUP) -> list[Message]:
    creator = pb.Member(person_id="ana", role=OWNER)
    made = events.ConversationCreated(
        conversation_id=C, kind=kind, title="Picnic", assistant_mode=pb.ASSISTANT_MODE_MENTION, creator=creator
    )
    return [made, added("ana", OWNER), *(added(p, ROLES[p]) for p in people)]


def given(*happened: Message) -> Scenario[Conversation]:
    return Scenario(Conversation(), evolve).given(*happened)


def after(*happened: Message) -> Conversation:
    state = Conversation()
    for event in happened:
        state = evolve(state, event)
    return state


def when(decide, **command):
    """The decider as the application calls it, its events without their seals."""

    def judged(state: Conversation) -> Sequence[Message]:
        return [new.message for new in sealed(partial(decide, **command))(state)]

    return judged


change = partial(when, membership.change_role)
ban = partial(when, moderation.ban, now=NOW)
unban = partial(when, moderation.unban)
mute = partial(when, moderation.mute, until=LATER, now=NOW)
leave = partial(when, membership.remove_member)
update = partial(when, frame.update)
say = partial(when, talking.send, actor_name="", message_id="q", text="hello", in_reply_to="")


def test_owners_make_and_unmake_owners_and_admins() -> None:
    talk = group("oli", "adi", "ben", "gus")
    given(*talk).when(change(actor="ana", person_id="ben", role=OWNER)).then(added("ben", OWNER))
    given(*talk).when(change(actor="ana", person_id="adi", role=MEMBER)).then(added("adi", MEMBER))
    given(*talk).when(change(actor="ana", person_id="oli", role=GUEST)).then(added("oli", GUEST))
    given(*talk).when(change(actor="adi", person_id="gus", role=MEMBER)).then(added("gus", MEMBER, by="adi"))
    given(*talk).when(change(actor="ana", person_id="ben", role=MEMBER)).then()
    state = given(*talk).when(change(actor="ana", person_id="ana", role=ADMIN)).then(added("ana", ADMIN))
    assert list(state.members) == ["ana", "oli", "adi", "ben", "gus"]


def test_the_last_owner_cannot_step_down() -> None:
    down = change(actor="ana", person_id="ana", role=MEMBER)
    given(*group("adi", "ben")).when(down).then_refused(FailedPrecondition, reason="LAST_OWNER")
    given(*group("oli"), removed("oli", "oli")).when(down).then_refused(FailedPrecondition, reason="LAST_OWNER")


def test_who_just_left_is_not_promoted() -> None:
    promoting = change(actor="ana", person_id="ben", role=ADMIN)
    given(*group("ben"), removed("ben", "ben")).when(promoting).then_refused(NotFound, reason="MEMBER_NOT_FOUND")
    alone = group(kind=pb.CONVERSATION_KIND_DIRECT)
    given(*alone).when(change(actor="ana", person_id="ana", role=GUEST)).then_refused(
        FailedPrecondition, reason="DIRECT_CONVERSATION"
    )


def test_when_all_owners_leave_the_group_is_handed_on_down_to_a_guest_and_ends_with_the_last() -> None:
    happened = group("oli", "gus", "ben")
    for who, heirs in (("ana", []), ("oli", [added("ben", OWNER, by="oli")]), ("ben", [added("gus", OWNER, by="ben")])):
        gone = removed(who, who)
        given(*happened).when(leave(actor=who, person_id=who)).then(gone, *heirs)
        happened += [gone, *heirs]
    state = given(*happened).when(leave(actor="gus", person_id="gus")).then(removed("gus", "gus"))
    assert not state.members
    happened.append(removed("gus", "gus"))
    given(*happened).when(say(actor="gus", now=NOW)).then_refused(Denied, reason="NOT_A_MEMBER")


def test_a_ban_removes_and_keeps_out() -> None:
    talk = group("ben")
    state = given(*talk).when(ban(actor="ana", person_id="ben", name="Ben")).then(removed("ben"), banned("ben"))
    assert list(state.members) == ["ana"]
    adding = when(membership.add_member, actor="ana", person_id="ben", name="Ben", role=MEMBER, now=NOW)
    out = [*talk, removed("ben"), banned("ben")]
    given(*out).when(adding).then_refused(FailedPrecondition, reason="BANNED")
    given(*out).when(ban(actor="ana", person_id="ben", name="Ben")).then()
    lifted = events.MemberUnbanned(conversation_id=C, person_id="ben", unbanned_by="ana")
    given(*out).when(unban(actor="ana", person_id="ben")).then(lifted)
    given(*out, lifted).when(adding).then(added("ben"))
    given(*out, lifted).when(unban(actor="ana", person_id="ben")).then_refused(NotFound, reason="BAN_NOT_FOUND")


def test_a_stranger_can_be_banned_and_oneself_cannot() -> None:
    given(*group()).when(ban(actor="ana", person_id="eve", name="Eve")).then(banned("eve"))
    given(*group()).when(ban(actor="ana", person_id="ana", name="Ana")).then_refused(Invalid, text="person_id")


def test_bans_and_mutes_are_sealed_by_whom_they_are_about() -> None:
    state = after(*group("ben"))
    quiet = events.NotificationsMuted(conversation_id=C, person_id="ben")
    lifted = events.MemberUnbanned(conversation_id=C, person_id="ben", unbanned_by="ana")
    for event in (banned("ben"), muted("ben"), quiet, lifted, added("ben"), removed("ben")):
        assert subject_of(event, state) == "person:ben"


def test_who_is_muted_reads_and_writes_again_afterwards() -> None:
    asked = events.MessageSent(
        conversation_id=C, message_id="q", sender_id="ben", sender_name="Ben", text="hello",
        memory_space=f"conversation:{C}",
    )  # fmt: skip
    answered = events.AnswerCompleted(conversation_id=C, message_id="a", in_reply_to="q", text="hi")
    talk = [*group("ben"), asked, answered, muted("ben")]
    again = partial(when, talking.regenerate, actor="ben", message_id="a", new_message_id="b")
    edit = partial(when, talking.edit, actor="ben", text="hullo")
    for refused in (say(actor="ben", now=NOW), edit(message_id="q", now=NOW), edit(message_id="a", now=NOW),
                    again(now=NOW)):  # fmt: skip
        given(*talk).when(refused).then_refused(Denied, reason="MUTED", text=LATER.isoformat())
    with pytest.raises(Denied) as error:
        say(actor="ben", now=NOW)(after(*talk))
    assert error.value.metadata == {"until": LATER.isoformat()}
    thumb = when(talking.rate, actor="ben", message_id="a", rating=pb.RATING_UP, reason="")
    given(*talk).when(thumb).then(
        events.AnswerRated(conversation_id=C, message_id="a", rated_by="ben", rating=pb.RATING_UP, text="hi")
    )
    given(*talk).when(say(actor="ben", now=LATER)).then(asked)
    given(*talk, muted("ben", None)).when(say(actor="ben", now=NOW)).then(asked)


def test_a_mute_outlasts_leaving_and_coming_back_and_a_new_role() -> None:
    back = [*group("ben"), muted("ben"), removed("ben", "ben"), added("ben")]
    given(*back).when(say(actor="ben", now=NOW)).then_refused(Denied, reason="MUTED")
    given(*back, added("ben", ADMIN)).when(say(actor="ben", now=NOW)).then_refused(Denied, reason="MUTED")


def test_mutes_end_in_the_future_and_change_nothing_twice() -> None:
    talk = group("ben")
    given(*talk).when(mute(actor="ana", person_id="ben")).then(muted("ben"))
    given(*talk, muted("ben")).when(mute(actor="ana", person_id="ben")).then()
    given(*talk, muted("ben")).when(mute(actor="ana", person_id="ben", until=None)).then(muted("ben", None))
    given(*talk).when(mute(actor="ana", person_id="ben", until=None)).then()
    given(*talk).when(mute(actor="ana", person_id="ben", until=NOW)).then_refused(Invalid, text="until")
    given(*talk).when(mute(actor="ana", person_id="eve")).then_refused(NotFound, reason="MEMBER_NOT_FOUND")


def test_notifications_are_everybodys_own() -> None:
    quiet = partial(when, frame.mute_notifications, now=NOW)
    wish = events.NotificationsMuted(conversation_id=C, person_id="gus")
    wish.until.FromDatetime(LATER)
    talk = group("gus")
    state = given(*talk).when(quiet(actor="gus", until=LATER)).then(wish)
    assert state.notifications == {"gus": LATER}
    given(*talk, wish).when(quiet(actor="gus", until=LATER)).then()
    given(*talk, wish).when(quiet(actor="gus", until=None)).then(
        events.NotificationsMuted(conversation_id=C, person_id="gus")
    )
    given(*talk).when(quiet(actor="gus", until=NOW)).then_refused(Invalid, text="until")
    given(*talk).when(quiet(actor="eve", until=LATER)).then_refused(Denied, reason="NOT_A_MEMBER")
    assert not after(*talk, wish, removed("gus")).notifications


def test_a_group_is_renamed_and_its_memory_switched() -> None:
    named = events.ConversationRenamed(conversation_id=C, title="Hike", changed_by="adi")
    off = events.ConversationMemoryChanged(conversation_id=C, memory_off=True, changed_by="adi")
    talk = group("adi", "ben")
    both = update(actor="adi", title="Hike", memory_off=True)
    given(*talk).when(both).then(named, off)
    given(*talk, named, off).when(both).then()
    given(*talk, off).when(update(actor="adi", title=None, memory_off=False)).then(
        events.ConversationMemoryChanged(conversation_id=C, changed_by="adi")
    )
    given(*talk).when(update(actor="adi", title="", memory_off=None)).then(
        events.ConversationRenamed(conversation_id=C, changed_by="adi")
    )
    alone = group(kind=pb.CONVERSATION_KIND_DIRECT)
    mine = events.ConversationMemoryChanged(conversation_id=C, memory_off=True, changed_by="ana")
    given(*alone).when(update(actor="ana", title=None, memory_off=True)).then(mine)
    given(*alone).when(update(actor="ana", title="us", memory_off=None)).then_refused(
        FailedPrecondition, reason="DIRECT_CONVERSATION"
    )


def test_where_memory_is_off_nothing_is_sent_to_it() -> None:
    off = events.ConversationMemoryChanged(conversation_id=C, memory_off=True, changed_by="ana")
    state = after(*group(), off)
    (sent,) = say(actor="ana", now=NOW)(state)
    assert isinstance(sent, events.MessageSent)
    assert not sent.memory_space
    (edited,) = when(talking.edit, actor="ana", message_id="q", text="hullo", now=NOW)(evolve(state, sent))
    assert isinstance(edited, events.MessageEdited)
    assert edited.memory_off
    assert state.memory_space == f"conversation:{C}"


# Who may do what to whom, by role; what is not listed is refused. None: it is done to the group itself.
ABOVE = {OWNER: {OWNER, ADMIN, MEMBER, GUEST}, ADMIN: {MEMBER, GUEST}}
EVERYBODY = {OWNER, ADMIN, MEMBER, GUEST}
Command = Callable[[str, str], Callable[[Conversation], Sequence[Message]]]
COMMANDS: dict[str, tuple[Command, Callable[[Role, Role], bool]]] = {
    "remove": (lambda actor, other: leave(actor=actor, person_id=other), lambda a, o: o in ABOVE.get(a, ())),
    "ban": (lambda actor, other: ban(actor=actor, person_id=other, name=""), lambda a, o: o in ABOVE.get(a, ())),
    "mute": (
        lambda actor, other: mute(actor=actor, person_id=other),
        lambda a, o: (a, o) in {(OWNER, ADMIN), (OWNER, MEMBER), (OWNER, GUEST), (ADMIN, MEMBER), (ADMIN, GUEST)},
    ),
    "make owner": (lambda actor, other: change(actor=actor, person_id=other, role=OWNER), lambda a, o: a == OWNER),
    "make admin": (lambda actor, other: change(actor=actor, person_id=other, role=ADMIN), lambda a, o: a == OWNER),
    "make guest": (
        lambda actor, other: change(actor=actor, person_id=other, role=GUEST),
        lambda a, o: o in ABOVE.get(a, ()),
    ),
    "rename": (lambda actor, _: update(actor=actor, title="x", memory_off=None), lambda a, _: a in ABOVE),
    "memory": (lambda actor, _: update(actor=actor, title=None, memory_off=True), lambda a, _: a in ABOVE),
    "assistant": (
        lambda actor, _: when(
            frame.set_assistant_mode, actor=actor, mode=pb.ASSISTANT_MODE_SILENT, speak_threshold=0.5
        ),
        lambda a, _: a in ABOVE,
    ),
    "unban": (lambda actor, _: unban(actor=actor, person_id="eve"), lambda a, _: a in ABOVE),
    "add": (
        lambda actor, _: when(membership.add_member, actor=actor, person_id="new", name="", role=MEMBER, now=NOW),
        lambda a, _: a in ABOVE,
    ),
    "write": (lambda actor, _: say(actor=actor, now=NOW), lambda a, _: a in EVERYBODY),
}  # fmt: skip


@pytest.mark.parametrize("name", COMMANDS)
def test_rights_are_those_of_the_table(name: str) -> None:
    command, allowed = COMMANDS[name]
    state = after(*group(*(p for p in ROLES if p != "ana")), banned("eve"))
    wanted = {"make owner": OWNER, "make admin": ADMIN, "make guest": GUEST}.get(name)
    for actor in [*ROLES, "eve", "zoe"]:
        role = state.members[actor].role if actor in state.members else pb.MEMBER_ROLE_UNSPECIFIED
        for other, theirs in ROLES.items():
            if actor == other:
                continue
            if allowed(role, theirs):
                assert bool(command(actor, other)(state)) == (theirs != wanted), (actor, other)
            else:
                with pytest.raises(Denied):
                    command(actor, other)(state)


@pytest.mark.parametrize("seed", range(20))
def test_whatever_people_try_a_group_has_an_owner_and_no_banned_member(seed: int) -> None:
    chance = random.Random(seed)
    people = [*ROLES, "eve", "new"]
    state = after(*group(*(p for p in ROLES if p != "ana")))
    done = 0
    for _ in range(200):
        actor, other = chance.choice(people), chance.choice(people)
        command, allowed = COMMANDS[chance.choice([n for n in COMMANDS if n != "write"])]
        try:
            decided = command(actor, other)(state)
        except DomainError:
            continue
        mine = state.members[actor].role
        theirs = state.members[other].role if other in state.members else GUEST
        assert allowed(mine, theirs) or actor == other or not decided
        for event in decided:
            state = evolve(state, event)
        done += bool(decided)
        assert not state.members or any(m.role == OWNER for m in state.members.values())
        assert not state.bans.keys() & state.members.keys()
    assert done
