"""Is this a CDR of that party, for a session that we know, billed once?

Spec: 2.3.0 mod_cdrs, CDR object (id, session_id, credit); transport_and_format, party ids.
"""

from typing import Final

from ocpi.pricing.subject import Subject

_LONGEST: Final = 36
_LONGEST_CREDIT: Final = 39


def check_identity(subject: Subject) -> None:
    _check_id(subject)
    known = subject.known
    if known.is_repeated:
        subject.error("cdr_repeated", "/id", None, subject.wire.id)
    if known.other_cdr is not None:
        subject.error("session_billed_twice", "/session_id", known.other_cdr, subject.wire.id)
    if known.overlapping:
        subject.warn("overlaps_other_cdr", "/start_date_time", None, ", ".join(known.overlapping))
    if known.session is False:
        subject.warn("session_unknown", "/session_id", None, subject.wire.session_id)
    if known.token is False:
        subject.error("token_unknown", "/cdr_token")
    if known.authorization is False:
        subject.warn(
            "authorization_unknown", "/authorization_reference", None, subject.wire.authorization_reference
        )
    if known.evse is False:
        subject.error("evse_not_of_party", "/cdr_location/evse_uid", subject.wire.party_id)


def _check_id(subject: Subject) -> None:
    name = subject.wire.id
    if not name:
        subject.error("id_missing", "/id", "an id")
        return
    longest = _LONGEST_CREDIT if subject.wire.credit else _LONGEST
    if len(name) > longest:
        subject.warn("id_too_long", "/id", longest, len(name))
