"""The page that asks for which class, where a workplace belongs to one."""

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from server.extensions import db
from server.policy import Action
from server.services import people
from server.web import access


def choose(action: Action, title: str, here: str, endpoint: str) -> str | Response:
    """The classes on which the person holds the right; who has one goes there. ``here`` is the place in the menu."""
    realm = access.realm(action)
    own = None if realm.everything else realm.groups
    classes = [group for group in people.classes(db.session, own) if group.kind == "class"]
    if len(classes) == 1:
        return redirect(url_for(endpoint, slug=classes[0].slug))
    return render_template("attendance/choose.html", classes=classes, title=title, here=here, endpoint=endpoint)
