"""Makes the table `occurrences.txt`: the instants at which cron expressions are due, through changes of local time.

    pip install tzdata==2026.6 && PYTHONTZPATH= python3 occurrences.py > occurrences.txt

It shares no code with the calendar of taskvisor. It walks through each minute of the year in UTC, reads the local time of each with
`zoneinfo`, and applies the rule to the local times that it has seen:

- an expression with a wildcard or a step in the hour or the minute is due at each instant whose local time matches;
- any other is due at the first instant whose local time matches, of those that show the same local time; and if no instant shows a local
  time that matches, at the first instant after it.

A row is: zone, expression, number of instants, checksum of all, and the instants around each change of local time (for the last and the
first hours of it) or, if there are few, all of them.
"""

import sys
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

ZONES = [
    ("America/New_York", 2027),
    ("Australia/Lord_Howe", 2027),
    ("Africa/Cairo", 2024),
    ("Pacific/Apia", 2011),
    ("UTC", 2027),
]
EXPRESSIONS = ["30 2 * * *", "15 0,2,14 * * *", "*/20 * * * *", "0 */2 * * *", "0 0 * * *", "45 1 1-20 * SUN"]
MINUTE = timedelta(minutes=1)


def values(field, low, high):
    chosen = set()
    for item in field.split(","):
        base, _, step = item.partition("/")
        if base == "*":
            first, last = low, high
        elif "-" in base:
            first, last = map(int, base.split("-"))
        else:
            first = last = int(base)
        chosen.update(range(first, last + 1, int(step or 1)))
    return chosen


def matcher(expression):
    minute, hour, day, month, weekday = expression.replace("SUN", "0").split()
    minutes, hours = values(minute, 0, 59), values(hour, 0, 23)
    days, months, weekdays = values(day, 1, 31), values(month, 1, 12), values(weekday, 0, 6)
    either = day != "*" and weekday != "*"

    def matches(local):
        of_month, of_week = local.day in days, local.isoweekday() % 7 in weekdays
        on_day = (of_month or of_week) if either else (of_month and of_week)
        return on_day and local.minute in minutes and local.hour in hours and local.month in months

    return matches


def occurrences(expression, walk):
    matches = matcher(expression)
    periodic = any(sign in field for field in expression.split()[:2] for sign in "*/")
    due, seen = [], set()
    previous = None
    for instant, local in walk:
        if periodic:
            if matches(local):
                due.append(instant)
        else:
            # Local times that were skipped between the minute before and this one.
            skipped = previous + MINUTE if previous else local
            was_due = False
            while skipped < local:
                was_due |= matches(skipped) and skipped not in seen
                seen.add(skipped)
                skipped += MINUTE
            if was_due or matches(local) and local not in seen:
                due.append(instant)
            seen.add(local)
        previous = local
    return due


def fnv1a(text):
    """The FNV-1a hash of 64 bits."""
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value


def minutes_of(zone, year):
    instant = datetime(year, 1, 1, tzinfo=timezone.utc)
    while instant.year == year:
        yield instant, instant.astimezone(zone).replace(tzinfo=None, fold=0)
        instant += MINUTE


def main():
    for name, year in ZONES:
        zone = ZoneInfo(name)
        walk = list(minutes_of(zone, year))
        offsets = [instant.astimezone(zone).utcoffset() for instant, _ in walk]
        changes = [walk[index][0] for index in range(1, len(walk)) if offsets[index] != offsets[index - 1]]
        for expression in EXPRESSIONS:
            due = occurrences(expression, walk)
            texts = [instant.strftime("%Y-%m-%dT%H:%M:%SZ") for instant in due]
            checksum = f"{fnv1a(chr(10).join(texts)):016x}"
            near = [
                text
                for text, instant in zip(texts, due)
                if any(change - timedelta(hours=26) <= instant <= change + timedelta(hours=26) for change in changes)
            ]
            if len(near) > 60:
                near = [
                    text
                    for text, instant in zip(texts, due)
                    if any(change - timedelta(hours=2) <= instant <= change + timedelta(hours=2) for change in changes)
                ]
            print(f"{name} {year} | {expression} | {len(due)} | {checksum} | {' '.join(near)}")


sys.exit(main())
