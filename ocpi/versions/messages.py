"""Messages that are passed on at once, from any version into 2.3.0 and back.

`up` reads what a partner said, as an object of its version; `down` writes what it can understand. What is
lost on the way is logged under the correlation id of the request.
Spec: the modules of each version; 2.3.0 changelog.
"""

from collections.abc import Iterable
from typing import Any, TypeVar, cast

from ocpi.errors import NotSpeakable
from ocpi.process.logs import logger
from ocpi.recorder.notes import note
from ocpi.versions.known import CANONICAL
from schemas import codec
from schemas.base import OcpiModel
from schemas.translation.context import Context
from schemas.translation.losses import Loss, Translated, Withheld
from schemas.translation.registry import form_of, translate
from schemas.v2_3_0.enums import VersionNumber

log = logger(__name__)
Model = TypeVar("Model", bound=OcpiModel)


def up(kind: type[Model], data: Any, version: VersionNumber, context: Context) -> Model:
    """`data` is decoded JSON of `version`. Raises ValidationError, NotSpeakable."""
    form = form_of(kind, version)
    if form is None:
        raise NotSpeakable(f"{version} has no {kind.__name__}")
    return cast("Model", crossed(kind, form.model_validate(data), version, CANONICAL, context))


def down(kind: type[OcpiModel], model: OcpiModel, version: VersionNumber, context: Context) -> bytes:
    """`model` is of 2.3.0. Raises NotSpeakable with what keeps it from being told in `version`."""
    return codec.dump(crossed(kind, model, CANONICAL, version, context))


def crossed(
    kind: type[OcpiModel], model: OcpiModel, source: VersionNumber, target: VersionNumber, context: Context
) -> OcpiModel:
    """Raises NotSpeakable."""
    if source == target:
        return model
    match translate(kind, model, source, target, context):
        case Withheld(reason=reason):
            raise NotSpeakable(reason)
        case Translated(value=value, losses=losses):
            _note(kind, target, losses)
            return value


def _note(kind: type[OcpiModel], target: VersionNumber, losses: Iterable[Loss]) -> None:
    if told := [str(loss) for loss in losses]:
        log.info("lost in translation", kind=kind.__name__, to=str(target), losses=told)
        for loss in told:
            note(f"{kind.__name__} in {target}: {loss}", is_read=target == CANONICAL)
