"""From the list that a station has to the one that it is to have, in messages that it can take.

Pure. A change is for the list with the number before; whoever has another one gets the whole list. Numbers
are never 0, which is that of an empty list.
Spec: OCPP 1.6, 3.5.1; 2.0.1, D01 (a list in several messages: the whole first, changes of it after that).
"""

from collections.abc import Iterator, Mapping, Sequence

from cpo_adapter.ocpp.card_lists import ListedCard, ListLimits, SetList

Cards = Mapping[str, str]
"""The group of each uid, empty where it has none."""

ENTRY_BYTES = 220
"""What the longest entry takes in a message of 2.x: two tokens of 36 characters, and names around them."""


def whole(wanted: Cards, has_version: int, limits: ListLimits) -> list[SetList]:
    """What puts `wanted` in the place of whatever there is."""
    entries = [ListedCard(uid, group) for uid, group in wanted.items()]
    return list(_numbered(entries, has_version, limits, begins_anew=True))


def changes(known: Cards, wanted: Cards, has_version: int, limits: ListLimits) -> list[SetList]:
    """What makes `wanted` of `known`; nothing where they are the same."""
    gone = [ListedCard(uid, is_gone=True) for uid in known if uid not in wanted]
    new = [ListedCard(uid, group) for uid, group in wanted.items() if known.get(uid) != group]
    return list(_numbered([*gone, *new], has_version, limits, begins_anew=False))


def fitting(wanted: Cards, limits: ListLimits, longest_uid: int) -> Cards:
    """As many as the station can keep, the first ones; a uid that its version cannot spell is left out."""
    spelled = [uid for uid in wanted if len(uid) <= longest_uid]
    return {uid: wanted[uid] for uid in spelled[: limits.most]}


def _numbered(
    entries: Sequence[ListedCard], has_version: int, limits: ListLimits, *, begins_anew: bool
) -> Iterator[SetList]:
    size = _entries_per_message(limits, len(entries))
    portions = [tuple(entries[begin : begin + size]) for begin in range(0, len(entries), size)]
    if begins_anew and not portions:
        portions = [()]
    for order, portion in enumerate(portions):
        yield SetList(max(has_version, 0) + 1 + order, portion, is_full=begins_anew and order == 0)


def _entries_per_message(limits: ListLimits, otherwise: int) -> int:
    """At least one, or nothing would ever be sent."""
    by_count = limits.per_message or otherwise
    by_size = limits.bytes_per_message // ENTRY_BYTES if limits.bytes_per_message else by_count
    return max(1, min(by_count, by_size))
