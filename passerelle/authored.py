"""A file that an operator wrote, on its way to a service that reads it."""

from pathlib import Path

from passerelle.output import EXIT_USAGE, fail


def authored(file: Path) -> dict[str, str]:
    """Its name, whose ending says what it is written in, and its text."""
    try:
        text = file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        fail(f"{file} cannot be read: {error}", EXIT_USAGE)
    return {"file": file.name, "text": text}
