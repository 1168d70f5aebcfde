"""What is expected of an answer, each with the sentence that is told when it is not so."""

from typing import Any

from passerelle.conformance.exchange import Exchange, Wrong


def http(answer: Exchange, *allowed: int) -> None:
    if answer.http not in allowed:
        raise Wrong(f"{answer.told()} came where HTTP {_either(allowed)} is expected")


def status(answer: Exchange, *allowed: int) -> None:
    if answer.status not in allowed:
        raise Wrong(f"{answer.told()} came where status_code {_either(allowed)} is expected")


def success(answer: Exchange) -> None:
    if not answer.is_success:
        raise Wrong(f"{answer.told()} came where a success is expected")


def refusal(answer: Exchange) -> None:
    """Any refusal by HTTP or OCPI status."""
    if answer.is_success:
        raise Wrong("the request was accepted: a refusal is expected")


def listed(answer: Exchange) -> list[dict[str, Any]]:
    """`data` as a list of objects."""
    success(answer)
    if not isinstance(answer.data, list) or not all(isinstance(each, dict) for each in answer.data):
        raise Wrong("data is no list of objects")
    return answer.data


def one(answer: Exchange) -> dict[str, Any]:
    """`data` as one object."""
    success(answer)
    if not isinstance(answer.data, dict):
        raise Wrong("data is no object")
    return answer.data


def header(answer: Exchange, name: str) -> str:
    value = answer.headers.get(name)
    if value is None:
        raise Wrong(f"the header {name} is missing")
    return value


def number(answer: Exchange, name: str) -> int:
    value = header(answer, name)
    if not (value.isascii() and value.isdigit()):
        raise Wrong(f"the header {name} is {value[:40]!r}: a number is expected")
    return int(value)


def that(is_so: object, otherwise: str) -> None:
    if not is_so:
        raise Wrong(otherwise)


def _either(allowed: tuple[int, ...]) -> str:
    return " or ".join(map(str, allowed))
