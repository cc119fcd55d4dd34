"""Names of people, as every list writes them."""

from server.models import Person


def full_name(person: Person) -> str:
    """``Иванова Мария Петровна``: the order of class registers, in every language of the office."""
    return " ".join(part for part in (person.last_name, person.first_name, person.middle_name) if part)


def short_name(person: Person) -> str:
    """``Иванова М. П.``."""
    initials = " ".join(f"{part[0]}." for part in (person.first_name, person.middle_name) if part)
    return f"{person.last_name} {initials}".strip()
