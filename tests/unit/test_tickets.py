"""How long a session waits for its viewer, and how many do."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rendercanvas_rfb.session.tickets import Ticket, Tickets


def ticket(token: str, principal: object = "ada") -> Ticket:
    return Ticket(token, "plot", principal, f"viewer of {token}")


def test_a_ticket_is_good_once() -> None:
    tickets = Tickets(120.0, 10)
    assert tickets.put(ticket("a"), 0.0) == []
    assert tickets.find("a", 119.9) == ticket("a")
    assert tickets.take("a", 119.9) == ticket("a")
    assert tickets.take("a", 119.9) is None
    assert len(tickets) == 0


def test_a_ticket_is_good_for_its_time() -> None:
    tickets = Tickets(120.0, 10)
    tickets.put(ticket("a"), 5.0)
    assert tickets.next_end == 125.0
    assert tickets.find("a", 125.0) is None
    assert tickets.take("a", 125.0) is None
    assert tickets.drop_ended(124.9) == []
    assert tickets.drop_ended(125.0) == [ticket("a")]
    assert tickets.next_end is None


def test_of_too_many_the_oldest_goes() -> None:
    tickets = Tickets(120.0, 2)
    dropped = [tickets.put(ticket(token), now) for now, token in enumerate("abc")]
    assert dropped == [[], [], [ticket("a")]]
    assert [tickets.find(token, 3.0) is not None for token in "abc"] == [False, True, True]


def test_one_that_is_put_in_again_lives_longer() -> None:
    tickets = Tickets(120.0, 2)
    tickets.put(ticket("a"), 0.0)
    tickets.put(ticket("b"), 1.0)
    assert tickets.put(ticket("a"), 100.0) == []
    assert tickets.next_end == 121.0
    assert tickets.find("a", 200.0) is not None


def test_nobody_else_and_nothing_else_is_admitted() -> None:
    held = ticket("a", ("user", 1))
    assert held.admits("plot", ("user", 1))
    assert not held.admits("plot", ("user", 2))
    assert not held.admits("another", ("user", 1))


def test_a_ticket_does_not_show_its_token() -> None:
    assert "secret" not in repr(Ticket("secret", "plot", "ada", "v1"))


tokens = st.sampled_from("abcdef")


@given(st.lists(st.tuples(st.sampled_from(["put", "take", "drop"]), tokens, st.floats(0, 50))))
def test_there_are_never_more_than_may_be_and_each_ends_once(steps: list[tuple[str, str, float]]) -> None:
    tickets = Tickets(100.0, 3)
    now = 0.0
    live: dict[str, float] = {}
    for action, token, seconds in steps:
        now += seconds
        if action == "put":
            dropped = tickets.put(ticket(token), now)
            live[token] = now
        elif action == "take":
            dropped = []
            expected = token in live and now < live[token] + 100.0
            assert (tickets.take(token, now) is not None) is expected
            if expected:
                del live[token]
        else:
            dropped = tickets.drop_ended(now)
            assert not any(now >= since + 100.0 for t, since in live.items() if t not in {d.token for d in dropped})
        for gone in dropped:
            del live[gone.token]
        assert len(tickets) == len(live) <= 3
