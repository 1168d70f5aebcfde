"""Short ways to send an object to another version and look at what arrives."""

from typing import Any

from schemas.base import OcpiModel
from schemas.kinds import PartyId
from schemas.translation.context import Context, Policy
from schemas.translation.losses import Translated, Withheld
from schemas.translation.registry import Kind, form_of, translate
from schemas.v2_3_0.enums import VersionNumber
from tests.build import location, token

V2_1_1, V2_2_1, V2_3_0 = VersionNumber.V2_1_1, VersionNumber.V2_2_1, VersionNumber.V2_3_0

CPO, EMSP = PartyId("FR", "CPO"), PartyId("NL", "MSP")
OF_THE_CPO = Context(owner=CPO, counterpart=EMSP, location=location(), token=token())
OF_THE_EMSP = Context(owner=EMSP, counterpart=CPO, location=location(), token=token())


def context(owner: PartyId = CPO, **facts: Any) -> Context:
    """Knows nothing but what is given; a `Policy` field may be given by its name."""
    policy = {name: facts.pop(name) for name in Policy.__dataclass_fields__ if name in facts}
    return Context(owner=owner, policy=Policy(**policy), **facts)


def down(value: OcpiModel, target: VersionNumber, facts: Context = OF_THE_CPO) -> Translated[OcpiModel]:
    result = translate(type(value), value, V2_3_0, target, facts)
    assert isinstance(result, Translated), result
    return result


def up(
    kind: Kind, wire: dict[str, Any], source: VersionNumber, facts: Context = OF_THE_CPO
) -> Translated[OcpiModel]:
    form = form_of(kind, source)
    assert form
    result = translate(kind, form.model_validate(wire), source, V2_3_0, facts)
    assert isinstance(result, Translated), result
    return result


def why_not(value: OcpiModel, target: VersionNumber, facts: Context = OF_THE_CPO) -> str:
    """The reason why it is withheld."""
    result = translate(type(value), value, V2_3_0, target, facts)
    assert isinstance(result, Withheld), result
    return result.reason


def gone(result: Translated[OcpiModel]) -> list[str]:
    return [loss.pointer for loss in result.losses if loss.gone]


def poorer(result: Translated[OcpiModel]) -> list[str]:
    return [loss.pointer for loss in result.losses if not loss.gone]
