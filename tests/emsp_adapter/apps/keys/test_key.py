"""What a key opens, as a rule."""

from emsp_adapter.apps.keys.key import Bound, Key, Kind, Scope

EVERY = frozenset(Scope)


def test_what_an_app_never_has_it_has_not_whatever_was_written_for_it() -> None:
    assert Key("a", Kind.APP, EVERY).opens == EVERY - {Scope.SUPPORT, Scope.WEBHOOKS_MANAGE}
    assert Key("b", Kind.BACK_OFFICE, EVERY).opens == EVERY


def test_a_key_for_some_contracts_does_nothing_to_everybodys() -> None:
    bound = Key("c", Kind.BACK_OFFICE, EVERY, contracts=("NL-MSP-C1",))
    assert bound.opens.isdisjoint({Scope.SUPPORT, Scope.WEBHOOKS_MANAGE})


def test_whose_charging_a_key_is_about_is_compared_by_the_bare_contract_id() -> None:
    bound = Bound.to(["NL-MSP-C00122045-K"])
    assert bound.has("nlmspc00122045k")
    assert not bound.has("NL-MSP-C1")
    assert not bound.has(None)
    assert not Bound.to([]).has("NL-MSP-C1")
    assert Bound().has(None)


def test_what_is_looked_for_narrows_what_may_be_seen_and_never_widens_it() -> None:
    mine = Bound.to(["NL-MSP-C1", "NL-MSP-C2"])
    assert mine.within(Bound.to(["NL-MSP-C2", "NL-MSP-C3"])) == Bound.to(["NL-MSP-C2"])
    assert mine.within(Bound()) == Bound().within(mine) == mine
    assert not mine.within(Bound.to(["NL-MSP-C3"])).has("NL-MSP-C3")
