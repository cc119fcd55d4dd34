"""School days as the timetable office works on them: read whole, checked, changed by deeds, approved, told."""
