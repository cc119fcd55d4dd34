"""A QR as a drawing for a screen: SVG in the colour of the text around it."""

import zxingcpp

QUIET = 4  # modules of white around it that readers need


def svg(text: str, title: str) -> str:
    """The SVG element of a QR, level M. ``title``: what it is, for who does not see it; both are plain text."""
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    picture = barcode.to_image(scale=1, add_quiet_zones=False)
    height, width = picture.shape
    pixels = bytes(memoryview(picture).cast("B"))
    runs = []
    for y in range(height):
        row, x = pixels[y * width : (y + 1) * width], 0
        while x < width:
            end = x
            while end < width and not row[end]:  # 0 is dark
                end += 1
            if end > x:
                runs.append(f"M{x + QUIET} {y + QUIET}h{end - x}v1h{x - end}z")
            x = max(end, x + 1)
    side = width + 2 * QUIET
    said = title.replace("&", "&amp;").replace("<", "&lt;")
    return (
        f'<svg class="qr" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" role="img">'
        f'<title>{said}</title><rect width="{side}" height="{side}" fill="#fff"/><path d="{"".join(runs)}"/></svg>'
    )
