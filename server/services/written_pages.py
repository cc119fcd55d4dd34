"""A photographed or scanned page of writing → ink on white paper: no shadow, no lamp, a few inks. Pure.

Lines that are thin and dark on a light ground need few bits and must stay sharp, which photos' encodings cannot do.
"""

from PIL import Image, ImageFilter, ImageMath, ImageStat

BLANK = 0.72  # share of a page that is paper: below it, it is a picture of something else
PAPER, INK = 0.84, 0.35  # of the paper's own light: from here on paper, down to there the darkest ink
INKS = (
    (255, 255, 255), (170, 170, 170), (85, 85, 85), (0, 0, 0),  # the greys between are the edges of letters
    (200, 30, 30), (40, 60, 180), (20, 120, 50),  # pens of teachers and students
)  # fmt: skip
GROUND = 8  # the paper's light is looked for in squares of so many pixels


def paper(picture: Image.Image) -> Image.Image | None:
    """The page (mode L or RGB) evenly lit, its paper white; None when it is no page of writing."""
    lit = Image.merge(picture.mode, [_evenly(channel) for channel in picture.split()])
    histogram = lit.convert("L").histogram()
    return lit if histogram[255] + sum(histogram[230:255]) >= BLANK * picture.width * picture.height else None


def inked(page: Image.Image) -> Image.Image:
    """The page of ``paper`` in a palette of INKS."""
    inks = INKS if page.mode == "RGB" else INKS[:4]
    palette = Image.new("P", (1, 1))
    palette.putpalette([value for ink in inks for value in ink])
    return page.convert("RGB").quantize(len(inks), palette=palette, dither=Image.Dither.NONE)


def _evenly(channel: Image.Image) -> Image.Image:
    """Each pixel by the light of the paper around it."""
    size = tuple(max(1, length // GROUND) for length in channel.size)
    around = channel.resize(size, Image.Resampling.BOX).filter(ImageFilter.MaxFilter(5))
    light = around.filter(ImageFilter.GaussianBlur(6)).resize(channel.size, Image.Resampling.BICUBIC)
    if ImageStat.Stat(light).extrema[0][0] == 0:
        light = light.point(lambda value: max(value, 1))
    step = 255 / (PAPER - INK)

    def divided(args: dict) -> Image.Image:
        return args["convert"](
            args["min"](args["max"]((args["float"](args["seen"]) / args["light"] - INK) * step, 0), 255), "L"
        )

    return ImageMath.lambda_eval(divided, seen=channel, light=light)
