"""Line charts as SVG, with logarithmic axes where they are asked for."""
import math

WIDTH, HEIGHT = 900, 420
LEFT, RIGHT, TOP, BOTTOM = 80, 190, 40, 55
COLOURS = ["#1f5fa8", "#c2410c", "#15803d", "#7e22ce", "#475569", "#b91c1c"]


class Axis:
    """A range of values on so many points of the picture."""

    def __init__(self, values, first, last, logarithmic):
        self.logarithmic = logarithmic
        self.first, self.last = first, last
        values = [value for value in values if value > 0 or not logarithmic] or [1]
        low, high = min(values), max(values)
        if logarithmic:
            self.low, self.high = math.floor(math.log10(low)), math.ceil(math.log10(high))
        else:
            self.low, self.high = min(0, low), high
        if self.high == self.low:
            self.high += 1

    def place(self, value):
        level = math.log10(max(value, 10 ** self.low)) if self.logarithmic else value
        return self.first + (level - self.low) / (self.high - self.low) * (self.last - self.first)

    def ticks(self):
        if self.logarithmic:
            return [10 ** level for level in range(int(self.low), int(self.high) + 1)]
        step = 10 ** math.floor(math.log10(self.high - self.low))
        while (self.high - self.low) / step > 8:
            step *= 2
        return [self.low + step * index
                for index in range(int((self.high - self.low) / step) + 1)]


def number(value):
    """A tick's text: 1K, 2M."""
    for limit, letter in ((1e6, "M"), (1e3, "K")):
        if abs(value) >= limit:
            return f"{value / limit:g}{letter}"
    return f"{value:g}"


def text(x, y, words, anchor="middle", size=12, turn=""):
    words = words.replace("&", "&amp;").replace("<", "&lt;")
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}"'
            f'{turn}>{words}</text>')


def grid(x_axis, y_axis, x_name, y_name):
    parts = []
    for value in x_axis.ticks():
        x = x_axis.place(value)
        parts.append(f'<path d="M{x:.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#e2e8f0"/>')
        parts.append(text(x, HEIGHT - BOTTOM + 18, number(value)))
    for value in y_axis.ticks():
        y = y_axis.place(value)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#e2e8f0"/>')
        parts.append(text(LEFT - 8, y + 4, number(value), "end"))
    parts.append(text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 14, x_name))
    middle = (TOP + HEIGHT - BOTTOM) / 2
    parts.append(text(20, middle, y_name, turn=f' transform="rotate(-90 20 {middle})"'))
    return parts


def chart(title, x_name, y_name, series, log_x=False, log_y=False):
    """A picture of several lines.

    series: a list of (name, [(x, y), ...]); a name that ends in ' (limit)' is drawn dashed.
    """
    points = [point for _, line in series for point in line]
    x_axis = Axis([x for x, _ in points], LEFT, WIDTH - RIGHT, log_x)
    y_axis = Axis([y for _, y in points], HEIGHT - BOTTOM, TOP, log_y)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
             f'font-family="sans-serif"><rect width="100%" height="100%" fill="white"/>',
             text(WIDTH / 2, 22, title, size=15)]
    parts += grid(x_axis, y_axis, x_name, y_name)
    for index, (name, line) in enumerate(series):
        colour = COLOURS[index % len(COLOURS)]
        dashes = ' stroke-dasharray="5 4"' if name.endswith("(limit)") else ""
        path = " ".join(
            f"{'M' if place == 0 else 'L'}{x_axis.place(x):.1f} {y_axis.place(y):.1f}"
            for place, (x, y) in enumerate(line))
        parts.append(f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.5"{dashes}/>')
        y = TOP + 14 + index * 18
        x = WIDTH - RIGHT + 12
        parts.append(f'<path d="M{x} {y - 4}h18" stroke="{colour}" stroke-width="2"{dashes}/>')
        parts.append(text(x + 24, y, name, "start"))
    return "\n".join(parts) + "\n</svg>\n"
