"""Tells from one download to the next who is who: what was known of a student stays known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from .submission import Member, Origin, Submission


def remembering(
    found: Iterable[Submission], known: Mapping[str, Origin], *, has_roster: bool
) -> list[Submission]:
    """The submissions with what an earlier download or roster told of their members.

    Args:
        known: how each key's submission was handed over the last time.
        has_roster: whether a roster was at hand now: it may say that a team has other members.
    """
    return [
        replace(submission, origin=_remembering(submission, known.get(submission.student), has_roster))
        for submission in found
    ]


def _remembering(submission: Submission, known: Origin | None, has_roster: bool) -> Origin | None:
    origin = submission.origin
    if origin is None or known is None or known.layout != origin.layout:
        return origin
    before = {member.id: member for member in known.members if member.id}
    if not any(member.id in before for member in origin.members):
        # Only a roster told who they are: the platform gives a name of its own, or nothing but the key.
        told = any(member.name or member.email for member in origin.members)
        return origin if has_roster and told else replace(origin, members=known.members or origin.members)
    return replace(origin, members=tuple(_filled(m, before.get(m.id, m)) for m in origin.members))


def _filled(member: Member, known: Member) -> Member:
    return replace(member, name=member.name or known.name, email=member.email or known.email)
