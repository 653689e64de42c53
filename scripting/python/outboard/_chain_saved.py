"""What the scripts of a chain keep, as one text: that of the first one, which has the others' by their place in it."""

from __future__ import annotations

import json


def joined(texts: list[str]) -> str:
    """One JSON text of those of the scripts, in order."""
    whole = json.loads(texts[0] or "{}")
    whole["chain"] = {str(place + 1): json.loads(text) for place, text in enumerate(texts) if place and text}
    return json.dumps(whole, separators=(",", ":"))


def parts_of(saved: str) -> dict[int, str]:
    """Each script's own text again, by its place from 0; those of which nothing is kept are left out."""
    if not saved:
        return {}
    whole = json.loads(saved)
    others = whole.pop("chain", {}) if isinstance(whole, dict) else {}
    parts = {0: whole, **{int(place) - 1: part for place, part in others.items()}}
    return {place: json.dumps(part, separators=(",", ":")) for place, part in parts.items()}
