"""What runs when: one line each, every one a call of a service."""

from apiflask import APIFlask
from apscheduler.schedulers.background import BackgroundScheduler

from server.services import sending, upkeep
from server.services.days import on_time
from server.services.private_pages import files as private_pages


def start(app: APIFlask) -> BackgroundScheduler:
    """The one scheduler of the process that serves."""
    scheduler = BackgroundScheduler(timezone="UTC")
    scheduler.add_job(upkeep.works_for_late_joiners, "interval", hours=1, args=[app], id="late joiners")
    scheduler.add_job(upkeep.remove_leftovers, "cron", hour=1, args=[app], id="leftovers")
    scheduler.add_job(upkeep.remove_old_encodings, "cron", hour=1, args=[app], id="coded forms")
    scheduler.add_job(upkeep.remove_old_sheets, "cron", hour=1, args=[app], id="old sheets")
    scheduler.add_job(upkeep.forget_ended_sessions, "cron", hour=1, args=[app], id="ended sessions")
    scheduler.add_job(upkeep.forget_old_uploads, "cron", hour=1, args=[app], id="old uploads")
    scheduler.add_job(upkeep.forget_unused_pictures, "cron", hour=1, args=[app], id="unused pictures")
    scheduler.add_job(private_pages.tick, "interval", minutes=1, args=[app], id="private pages")
    # often asked, seldom due: many a school's computer is off at night
    scheduler.add_job(upkeep.back_up, "interval", minutes=20, args=[app], id="backup")
    scheduler.add_job(sending.send_due, "interval", minutes=1, args=[app], id="messages")
    scheduler.add_job(on_time.tick, "interval", minutes=1, args=[app], id="day out")  # finds what is due, also late
    scheduler.add_job(upkeep.take_in_stacks, "interval", minutes=1, args=[app], id="stacks")  # of a killed office, too
    scheduler.add_job(upkeep.forget_old_scans, "cron", hour=2, args=[app], id="old scans")
    scheduler.start()
    return scheduler
