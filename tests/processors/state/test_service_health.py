"""When somebody else's model is given up."""

from __future__ import annotations

from processors.state.service_health import LULL, PATIENCE, ServiceHealth


def failing(*, spoke: bool, at: float = 10.0) -> ServiceHealth:
    """Services that told of an error."""
    health = ServiceHealth()
    if spoke:
        health.spoke()
    health.failed(at)
    return health


def test_services_that_tell_of_nothing_are_waited_for() -> None:
    health = ServiceHealth()

    assert health.deadline() is None
    assert not health.given_up(1000.0)


def test_one_error_and_no_greeting_is_enough() -> None:
    health = failing(spoke=False)

    assert health.deadline() == 10.0 + PATIENCE
    assert not health.given_up(10.0 + PATIENCE - 0.001)
    assert health.given_up(10.0 + PATIENCE)


def test_errors_before_the_greeting_do_not_put_it_off() -> None:
    health = failing(spoke=False)

    health.failed(10.0 + LULL + 1.0)

    assert health.deadline() == 10.0 + PATIENCE


def test_services_that_speak_after_all_live() -> None:
    health = failing(spoke=False)

    health.spoke()

    assert health.deadline() is None
    assert not health.given_up(10.0 + PATIENCE)


def test_one_error_in_mid_call_proves_nothing() -> None:
    health = failing(spoke=True)

    assert health.deadline() is None
    health.failed(10.0 + PATIENCE)  # another one, much later
    assert not health.given_up(10.0 + PATIENCE)


def test_errors_that_keep_coming_do() -> None:
    health = failing(spoke=True)
    now = 10.0
    while now < 10.0 + PATIENCE:
        assert not health.given_up(now)
        now += LULL
        health.failed(now)

    assert health.given_up(now)


def test_speech_between_errors_makes_them_harmless() -> None:
    health = failing(spoke=True)
    health.failed(10.0 + LULL)
    health.spoke()
    health.failed(10.0 + 2 * LULL)

    assert not health.given_up(10.0 + PATIENCE)
    assert health.given_up(10.0 + 2 * LULL + PATIENCE)
