from pipeline.strangers import FRESH_SECONDS, Strangers


def test_the_oldest_of_a_source_makes_room() -> None:
    strangers: Strangers[int] = Strangers(per_source=2, total=10)

    assert [strangers.came(n, "a", now=n) for n in range(2)] == [None, None]
    assert strangers.came(2, "a", now=2) == 0
    strangers.went(0)
    assert strangers.came(3, "b", now=3) is None
    assert len(strangers) == 3


def test_the_fresh_have_time_to_show_who_they_are() -> None:
    strangers: Strangers[int] = Strangers(per_source=2, total=10)
    strangers.came(0, "a", now=0)
    strangers.came(1, "a", now=0)

    assert strangers.came(2, "a", now=FRESH_SECONDS - 0.1) is None
    assert strangers.came(3, "a", now=FRESH_SECONDS) == 0


def test_who_behaved_is_the_newest_again() -> None:
    strangers: Strangers[int] = Strangers(per_source=2, total=10)
    for now, key in enumerate((0, 1, 0)):
        strangers.came(key, "a", now)

    assert strangers.came(2, "a", now=9) == 1


def test_the_oldest_of_all_makes_room_where_there_are_too_many() -> None:
    strangers: Strangers[int] = Strangers(per_source=2, total=3)

    gone = [strangers.came(n, str(n), now=0) for n in range(4)]

    assert gone == [None, None, None, 0]


def test_who_left_takes_no_room() -> None:
    strangers: Strangers[int] = Strangers(per_source=1, total=1)
    strangers.came(0, "a", now=0)

    strangers.went(0)
    strangers.went(0)

    assert len(strangers) == 0
    assert strangers.came(1, "a", now=9) is None
