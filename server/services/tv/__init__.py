"""TV lessons of a week: which broadcast is for which lesson, what does not fit, and putting it into the day."""
