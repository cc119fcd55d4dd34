"""Soft checks of a timetable, each a pure function over days that were read: what should not be, left to people."""
