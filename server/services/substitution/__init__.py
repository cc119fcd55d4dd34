"""Absent teachers and their lessons: who is away, who could stand in, what was decided, and what the accounts get."""
