"""Totals of a timetable, whatever file it came from, under the names that the samples' counts.json uses."""

from server.importers.rows import Timetable


def count(timetable: Timetable) -> dict[str, object]:
    """Name → total. A half-week lesson is one that all its cards hold on the same one of two kinds of week."""
    lessons, cards = timetable.lessons, [card for lesson in timetable.lessons for card in lesson.cards]
    weeks = [{card.weeks for card in lesson.cards} for lesson in lessons]
    return {
        "classes": len(timetable.classes),
        "teachers": len(timetable.teachers),
        "subjects": len(timetable.subjects),
        "rooms": len(timetable.rooms),
        "groups": len(timetable.groups),
        "lessons": len(lessons),
        "cards": len(cards),
        "unplaced_lessons": sum(not lesson.cards for lesson in lessons),
        "cards_without_room": sum(not card.rooms for card in cards),
        "lessons_two_teachers": sum(len(lesson.teachers) == 2 for lesson in lessons),
        "lessons_joined_classes": sum(len(lesson.class_names) > 1 for lesson in lessons),
        "lessons_numerator": sum(masks == {"10"} for masks in weeks),
        "lessons_denominator": sum(masks == {"01"} for masks in weeks),
        "double_lessons": sum(lesson.periods_per_card == 2 for lesson in lessons),
        "period0_cards": sum(card.period == 0 for card in cards),
    }
