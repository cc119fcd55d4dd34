"""The office's pages: one blueprint per workplace; each parses, calls a service and renders."""

from importlib import import_module

from apiflask import APIFlask

WORKPLACES = (  # modules of this package, each with a ``blueprint``
    "auth",
    "today",
    "hotline",
    "hotline_topics",
    "requests",
    "wish_form",
    "wishes",
    "appointments",
    "people",
    "connectivity",
    "channels",
    "messages",
    "weekly_round",
    "silence",
    "letters",
    "parts",
    "households",
    "movement",
    "home_teaching",
    "study_groups",
    "accounts",
    "duties",
    "works",
    "class_table",
    "feedback",
    "monitor",
    "monitor_teachers",
    "measures",
    "held",
    "conflicts",
    "journal",
    "term_sheets",
    "oral",
    "outside_marks",
    "mark_rules",
    "attendance",
    "absence_reasons",
    "absence_totals",
    "cut_offs",
    "presence",
    "followups",
    "incidents",
    "lessons",
    "substitutions",
    "substitution_journal",
    "days",
    "day_lessons",
    "modes",
    "bells",
    "tv",
    "course_plan",
    "assessment_plans",
    "agreed_works",
    "attestation",
    "exam_protocols",
    "exam_debts",
    "exam_papers",
    "imports",
    "revisions",
    "term_dates",
    "held_lessons",
    "course_teachers",
    "checks",
    "norms",
    "schedules",
    "devices",
    "op_files",
    "approval",
    "publish",
    "proposal",
    "timetable_out",
    "changes",
    "strips",
    "packs",
    "notices",
    "school",
    "phone",
    "public",
)


def init_app(app: APIFlask) -> None:
    """Register every workplace, then guard every address."""
    from server.web import access, auth, kept_rows, shell

    for name in WORKPLACES:
        app.register_blueprint(import_module(f"server.web.{name}").blueprint)
    kept_rows.init_app(app)
    auth.init_app(app)
    shell.init_app(app)
    access.init_app(app)
