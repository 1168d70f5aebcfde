"""Pictures of a category that the other version does not list are OTHER there. Spec: mod_locations, Image."""

from schemas.lists import is_listed
from schemas.translation.crossing import Crossing
from schemas.v2_3_0.business import Image
from schemas.v2_3_0.enums import ImageCategory


def image_down(image: Image, crossing: Crossing) -> Image:
    category = image.category
    if not is_listed(category, crossing.route.target):
        crossing.change("category", reason=f"{category} is not in the list of {crossing.route.target}")
        category = ImageCategory.OTHER
    return crossing.carry(image, Image, category=category)
