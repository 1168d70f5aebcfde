"""Who runs something, and pictures of it. Spec: 2.3.0 mod_locations, BusinessDetails and Image."""

from typing import Annotated

from schemas.base import OcpiModel
from schemas.constraints import Digits
from schemas.strings import CiString4, String100, Url
from schemas.types import Integer
from schemas.v2_3_0.enums import ImageCategory


class Image(OcpiModel):
    """A picture on the public web; `type` is its file type (gif, jpeg, png, svg), sizes are pixels."""

    url: Url
    thumbnail: Url | None = None
    category: ImageCategory
    type: CiString4
    width: Annotated[Integer, Digits(5)] | None = None
    height: Annotated[Integer, Digits(5)] | None = None


class BusinessDetails(OcpiModel):
    name: String100
    website: Url | None = None
    logo: Image | None = None
