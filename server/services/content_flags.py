"""Says what a lesson lacks before it is complete: its form, a resource's source or size, the date of control. Pure."""

from collections.abc import Iterable
from datetime import date
from typing import Protocol
from urllib.parse import urlsplit

from flask_babel import lazy_gettext as _l

from sync.pages import LARGE_KB

FLAGS = {
    "form": _l("How is the lesson held? Choose its form."),
    "source": _l("A resource has no source. Say where it is from."),
    "size": _l("A video does not say how large it is. Write its size in KB: on slow internet families decide by it."),
    "without": _l("A video is large, and there is nothing to do without it. Write the main things into the material, "
                  "or choose a TV lesson."),
    "due": _l("A task has no date of control."),
}


# Pages that play a video, and files that are one: data enough for an hour of reading.
VIDEO_HOSTS = ("youtube.com", "youtu.be", "rutube.ru", "vkvideo.ru", "vimeo.com", "dailymotion.com", "kinescope.io",
               "vk.com/video", "ok.ru/video", "dzen.ru/video", "my.mail.ru/video")  # fmt: skip
VIDEO_ENDINGS = (".mp4", ".m4v", ".webm", ".mkv", ".avi", ".mov", ".wmv", ".mpg", ".mpeg", ".3gp", ".flv", ".ogv")


class HasSource(Protocol):
    """A resource: ``size_kb`` None where nobody said it."""

    source: str
    url: str
    size_kb: int | None


class HasDue(Protocol):
    """A task, stored or being typed."""

    due_on: date | None
    withdrawn: bool


def is_video(url: str) -> bool:
    """Whether an address leads to a video, as far as it tells."""
    try:
        parts = urlsplit(url.strip().lower())
        host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    except ValueError:
        return False
    where = f"{host}{parts.path}"
    on_host = any(host == name or where.startswith(name) or host.endswith(f".{name}") for name in VIDEO_HOSTS)
    return bool(host) and (on_host or parts.path.endswith(VIDEO_ENDINGS))


def flags(
    form: str | None, resources: Iterable[HasSource], tasks: Iterable[HasDue], instead: bool = True
) -> list[str]:  # fmt: skip
    """Codes of FLAGS in their order; a withdrawn task needs no date.

    ``instead``: there is a text on the page, or a broadcast, for who cannot load something large.
    """
    resources = list(resources)
    lacking = {
        "form": not form,
        "source": any(not resource.source.strip() for resource in resources),
        "size": any(resource.size_kb is None and is_video(resource.url) for resource in resources),
        "without": not instead and any((resource.size_kb or 0) >= LARGE_KB for resource in resources),
        "due": any(task.due_on is None for task in tasks if not task.withdrawn),
    }
    return [code for code in FLAGS if lacking[code]]
