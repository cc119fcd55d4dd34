"""Pictures on paper: where a sheet's files lie, and how a black-and-white printer and a photocopier get them."""

import io
from collections.abc import Iterable, Mapping
from pathlib import Path

from sync.pictures import NAME, Known

AT = "paper-image:"  # stands before a name in the HTML of a sheet
FEW = 32  # colours up to which a picture is a drawing, every line of which is kept as it is
QUALITY = 82  # of JPEG, for anything else


class Pictures:
    """The pictures that sheets may show: those of ``known`` whose file is in one of the folders."""

    def __init__(self, known: Known = {}, folders: Iterable[Path] = ()):  # noqa: B006  # only read
        files = {name: _file(name, folders) for name in known if NAME.fullmatch(name)}
        self._files = {name: file for name, file in files.items() if file}
        self.known: dict[str, Mapping[str, int]] = {name: known[name] for name in self._files}

    def grey(self, name: str) -> tuple[bytes, str]:
        """A picture without colours, and its media type. Raises ValueError for one that is not here or unreadable."""
        if name not in self._files:
            raise ValueError("not a picture of this sheet")
        from PIL import Image  # not for prints without a new picture

        try:
            with Image.open(self._files[name], formats=("WEBP", "PNG")) as picture:
                grey = picture.convert("L")
        except (OSError, SyntaxError) as error:
            raise ValueError("unreadable") from error
        grey.info = {}
        out = io.BytesIO()
        if grey.getcolors(FEW):
            grey.save(out, "PNG", optimize=True)
            return out.getvalue(), "image/png"
        grey.save(out, "JPEG", quality=QUALITY)
        return out.getvalue(), "image/jpeg"


def _file(name: str, folders: Iterable[Path]) -> Path | None:
    return next((folder / name for folder in folders if (folder / name).is_file()), None)
