from pipeline.admission import PROMISE_SECONDS, Admission, Overload


def test_calls_are_taken_up_to_the_limit() -> None:
    admission = Admission(2, 100)

    assert admission.overload(0, calls=1, lag_ms=0) is None
    assert admission.overload(0, calls=2, lag_ms=0) is Overload.MAX_CALLS


def test_promised_calls_count_until_their_streams_come() -> None:
    admission = Admission(2, 100)
    admission.promised(0)
    admission.promised(0)
    assert admission.overload(1, calls=0, lag_ms=0) is Overload.MAX_CALLS

    admission.stream_came()

    assert admission.promises(1) == 1
    assert admission.overload(1, calls=0, lag_ms=0) is None


def test_promises_are_given_up_when_no_stream_comes() -> None:
    admission = Admission(1, 100)
    admission.promised(0)
    assert admission.promised_until(1) == PROMISE_SECONDS

    assert admission.overload(PROMISE_SECONDS, calls=0, lag_ms=0) is None
    assert admission.promised_until(PROMISE_SECONDS) is None


def test_a_stream_that_was_promised_elsewhere_is_no_debt() -> None:
    admission = Admission(1, 100)

    admission.stream_came()

    assert admission.promises(0) == 0


def test_a_late_loop_takes_no_calls() -> None:
    admission = Admission(0, 100)

    assert admission.overload(0, calls=500, lag_ms=100) is None
    assert admission.overload(0, calls=0, lag_ms=101) is Overload.LOOP_LAG
    assert Admission(0, 0).overload(0, calls=0, lag_ms=5000) is None


def test_draining_goes_before_everything_else() -> None:
    admission = Admission(1, 100)
    admission.draining = True

    assert admission.overload(0, calls=1, lag_ms=500) is Overload.DRAINING


def test_the_busier_waits_longer_and_who_takes_nothing_longest() -> None:
    admission = Admission(100, 100)
    patience = [admission.patience(0, calls=calls, lag_ms=0) for calls in (0, 1, 50, 99, 100)]
    admission.draining = True
    patience.append(admission.patience(0, calls=0, lag_ms=0))

    assert patience[0] == 0
    assert patience == sorted(set(patience))
