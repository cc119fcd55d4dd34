"""What the reader's site costs students: bytes a day for each class, in words, in numbers and drawn."""

from apiflask import APIBlueprint
from flask import render_template

from server.extensions import db
from server.naming import klass_short
from server.policy import Action
from server.services import charts, site_figures
from server.services.site_figures import SchoolSize, SiteLine
from server.web import drafts
from server.web.access import needs

blueprint = APIBlueprint("site_sizes", __name__, url_prefix="/site-sizes", enable_openapi=False)
IN_A_CHART = 12  # classes whose names fit beside each other


@blueprint.get("/")
@needs(Action.FIGURES_VIEW, Action.DAY_PUBLISH)
def home() -> str:
    """The newest figures of each class."""
    size = site_figures.school_size(db.session, drafts.moment().today)
    return render_template("site_sizes/home.html", size=size, charts=_charts(size), seconds=site_figures.seconds,
                           kilobytes=_kilobytes)  # fmt: skip


def _charts(size: SchoolSize) -> list[charts.Bars]:
    """Bars of kB a day, a dozen classes in each."""
    own = list({line.slug: line for line in reversed(size.lines)}.values())[::-1]
    drawn = [line for line in own if line.daily is not None]
    most = max((_kilobytes(line.daily or 0) for line in drawn), default=0)
    top = float(max(2, -(-int(most + 1) // 2) * 2))
    return [charts.bars([_bar(line) for line in drawn[start : start + IN_A_CHART]], top)
            for start in range(0, len(drawn), IN_A_CHART)]  # fmt: skip


def _bar(line: SiteLine) -> tuple[str, float, str]:
    value = _kilobytes(line.daily or 0)
    return klass_short(line.name), value, f"{value:g}".replace(".", ",")


def _kilobytes(size: int) -> float:
    """kB of 1000 bytes, with one place below ten."""
    return round(size / 1000, 1) if size < 10_000 else float(round(size / 1000))
