"""Pieces that the drawings of these tools share: the fonts of every report, round ticks, a page of SVG."""
import math

# As in Sources/Reports/ReportPage.swift.
FONTS = 'system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif'


def step(low, high, intervals=5):
    """The distance of ticks: 1, 2 or 5 times a power of ten, so that there are about as many intervals, never more."""
    rough = (high - low) / intervals
    power = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * (1 - 1e-9))


def ticks(low, high, intervals=5):
    """Round ticks of which the first is at or below `low` and the last at or above `high`."""
    distance = step(low, high, intervals)
    first, last = math.floor(low / distance + 1e-9), math.ceil(high / distance - 1e-9)
    digits = max(0, -math.floor(math.log10(distance)))
    return [round(place * distance, digits) for place in range(first, last + 1)]


def text(values):
    """Ticks as texts, all with as many digits as their distance has."""
    digits = max(0, -math.floor(math.log10(values[1] - values[0]) + 1e-9))
    return [f"{value:.{digits}f}" for value in values]


def page(width, height, body, style=""):
    """A white page with text 12 px high."""
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img">'
            f"<style>text{{font-family:{FONTS};font-size:12px;fill:#222}}{style}</style>"
            f'<rect width="{width}" height="{height}" fill="#fff"/>' + "\n".join(body) + "</svg>\n")
