"""Looks at the cases one after the other; one that goes wrong never keeps the next from being seen."""

from collections.abc import AsyncIterator, Iterable
from typing import Final

from ocpi.wire.interfaces import opposite, serving_role
from passerelle.conformance.case import Case, Interface, Stage
from passerelle.conformance.exchange import NothingToSee, Wrong
from passerelle.conformance.target import Target
from passerelle.conformance.unseen import UNSEEN
from passerelle.conformance.verdict import Colour, Verdict

_SHOWN: Final = 2
_UNREADABLE: Final = (KeyError, TypeError, ValueError, AttributeError, IndexError)


async def examine(target: Target, cases: Iterable[Case], *, may_write: bool) -> AsyncIterator[Verdict]:
    """Every case gets its verdict, also when it cannot be looked at."""
    for case in cases:
        reason = _why_not(case, target, may_write=may_write)
        yield Verdict.of(case, Colour.GREY, reason) if reason else await look(case, target)


async def look(case: Case, target: Target) -> Verdict:
    before = len(target.exchanges)
    try:
        seen = await case.look(target)
    except NothingToSee as nothing:
        return Verdict.of(case, Colour.GREY, str(nothing))
    except Wrong as wrong:
        return Verdict.of(case, Colour.RED, str(wrong), _last(target, before))
    except _UNREADABLE as error:  # what came is shaped in a way that no case has thought of
        text = f"the answer cannot be read as the specification has it ({type(error).__name__}: {error})"
        return Verdict.of(case, Colour.RED, text, _last(target, before))
    return Verdict.of(case, Colour.GREEN, seen)


def unseen() -> list[Verdict]:
    return [
        Verdict(number, Colour.GREY, f"not to be seen by one partner: {why}")
        for number, why in UNSEEN.items()
    ]


def _why_not(case: Case, target: Target, *, may_write: bool) -> str | None:
    """The first reason that holds, if any."""
    is_in = target.us.their_token is not None
    reasons = (
        (target.version not in case.versions, f"means nothing in {target.version}"),
        (target.role not in case.roles, f"means nothing for a platform in the role {target.role}"),
        (_needs_token_a(case) and target.token_a is None, "needs a fresh TOKEN_A: run with --register"),
        (case.stage >= Stage.REGISTERED and not is_in, "the registration did not succeed"),
        (case.writes and not may_write, "pushes or changes something: run with --write"),
    )
    lacks = (_lacks(target, each) for each in case.interfaces)
    return next((reason for holds, reason in reasons if holds), None) or next(filter(None, lacks), None)


def _needs_token_a(case: Case) -> bool:
    return case.stage is not Stage.REGISTERED


def _lacks(target: Target, interface: Interface) -> str | None:
    module, side = interface
    if not target.has(module, side):
        return f"the platform has no {module} {side}"
    served_by, played = serving_role(module, side), target.us.roles[0][0]
    if target.role == "HUB":
        return f"run with --as {opposite(played)}" if played == served_by else None
    return None if target.role == served_by else f"the platform serves {module} {side} in another role"


def _last(target: Target, before: int) -> list[dict[str, str]]:
    return [each.shown() for each in target.exchanges[before:][-_SHOWN:]]
