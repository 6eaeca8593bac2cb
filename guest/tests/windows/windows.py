"""Reads what Towpath says about windows, and prints where Python disagrees."""
import json
import sys
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo, reset_tzpath

from croniter import croniter


reset_tzpath(to=[])  # the database of the package tzdata, not of this machine


def moment(clock, zone):
    """When a clock shows a time, and whether it is left out there."""
    at = clock.replace(tzinfo=zone).timestamp()
    return at, datetime.fromtimestamp(at, zone).replace(tzinfo=None) != clock


def spans(question, zone, first, last):
    times = croniter(question["cron"], first - timedelta(seconds=1))
    while (start := times.get_next(datetime)) <= last:
        begin, skipped = moment(start, zone)
        length = timedelta(seconds=question["length"])
        yield begin, begin + question["length"] if skipped else moment(start + length, zone)[0]


def answer(question):
    zone, at = ZoneInfo(question["zone"]), question["at"]
    clock = datetime.fromtimestamp(at, zone).replace(tzinfo=None)
    slack = timedelta(days=2)
    near = spans(question, zone, clock - timedelta(seconds=question["length"]) - slack, clock + slack)
    if any(begin <= at < end for begin, end in near):
        return True, None
    later = (begin for begin, _ in spans(question, zone, clock - slack, datetime.max - slack))
    return False, int(next(begin for begin in later if begin > at))


for question in json.load(sys.stdin):
    expected = answer(question)
    if (question["open"], question["opens_at"]) != expected:
        when = datetime.fromtimestamp(question["at"], timezone.utc)
        print(question, when, "expected:", expected)
