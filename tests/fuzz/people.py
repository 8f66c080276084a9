"""Who the lives of a cast are about."""

from collections.abc import Callable
from typing import Any, Final

from tests.fuzz.scene import Scene

Shape = Callable[[dict[str, Any]], None]

ZONES: Final = ("Asia/Tokyo", "America/St_Johns", "Pacific/Apia", "Europe/Paris", "Pacific/Kiritimati")


def person(scene: Scene) -> dict[str, Any]:
    values = scene.shots.generator(0.0).values
    language = scene.chance.choice(("ja", "ko", "fr", "en"))
    name = values.words(50)
    return {
        "first_name": name,
        "last_name": name,
        "email": values.email({}),
        "language": language,
        "zone": "Asia/Tokyo",
    }


def customer(scene: Scene) -> dict[str, Any]:
    zone = scene.chance.choice(ZONES)
    return {"id": f"c-{scene.number}", "company": "Kana", "country": "JP", "zone": zone, "contact": person(scene)}


def partner(scene: Scene) -> dict[str, Any]:
    return {"id": f"p-{scene.number}", "company": "Hikari", "contact": person(scene)}
