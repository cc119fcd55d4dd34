"""The timetable as it leaves the office: sheets of paper, calendars, a text message, a text in a QR."""
