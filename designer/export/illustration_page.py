"""An illustration as one HTML page in which its steps are walked by click and by arrow keys.

There is no script in it and nothing is fetched: the steps are radio buttons, and style says which picture is seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape

from designer.export.illustration_svg import illustration_svg
from designer.export.inline_svg import without_control_letters
from designer.illustration.illustration import Step
from designer.illustration.palette import DARK, LIGHT, Ink, Palette
from designer.illustration.scene import Scene


def illustration_page(scenes: Mapping[Step, Scene], title: str) -> str:
    """The text of the page.

    Args:
        scenes: The picture of each step.
        title: What is illustrated.
    """
    lines = [
        "<!DOCTYPE html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(title)}</title>",
        f"<style>\n{_style(scenes)}\n</style>",
        "</head>",
        "<body>",
        f"<h1>{escape(title)}</h1>",
        *_steps(scenes),
        "</body>",
        "</html>",
        "",
    ]
    return without_control_letters("\n".join(lines))


def _steps(scenes: Mapping[Step, Scene]) -> Iterator[str]:
    """Radio buttons, what names them, and a figure for each."""
    for step in scenes:
        checked = " checked" if step is next(iter(scenes)) else ""
        yield f'<input type="radio" name="step" id="step-{step.value}"{checked}>'
    yield '<nav aria-label="Steps">'
    for step in scenes:
        yield f'<label for="step-{step.value}">{escape(step.title)}</label>'
    yield "</nav>"
    yield "<main>"
    for step, scene in scenes.items():
        yield f'<figure class="step-{step.value}">'
        yield f'<div class="light-look">{illustration_svg(scene, LIGHT, has_tips=True)}</div>'
        yield f'<div class="dark-look">{illustration_svg(scene, DARK, has_tips=True)}</div>'
        yield f"<figcaption>{escape(scene.sentence)}</figcaption>"
        yield "</figure>"
    yield "</main>"


def _style(scenes: Mapping[Step, Scene]) -> str:
    shown = ", ".join(f"#step-{step.value}:checked ~ main .step-{step.value}" for step in scenes)
    chosen = ", ".join(f'#step-{step.value}:checked ~ nav [for="step-{step.value}"]' for step in scenes)
    focused = ", ".join(f'#step-{step.value}:focus-visible ~ nav [for="step-{step.value}"]' for step in scenes)
    return "\n".join(
        [
            f":root {{ color-scheme: light dark; {_variables(LIGHT)} }}",
            f"@media (prefers-color-scheme: dark) {{ :root {{ {_variables(DARK)} }} }}",
            "body { margin: 1.5rem auto; max-width: 78rem; padding: 0 1rem; background: var(--ground);",
            "  color: var(--text); font: 15px/1.5 'DejaVu Sans', Verdana, sans-serif; }",
            "h1 { font-size: 1.3rem; } figure { display: none; margin: 1rem 0; } svg { width: 100%; height: auto; }",
            # Unseen, and still there for the keyboard and for screen readers.
            "input { position: absolute; opacity: 0; } nav { display: flex; flex-wrap: wrap; gap: 0.5rem; }",
            "label { padding: 0.4rem 0.8rem; border: 1px solid var(--edge); border-radius: 6px; cursor: pointer;",
            "  background: var(--panel); }",
            f"{chosen} {{ border-color: var(--accent); color: var(--accent); font-weight: bold; }}",
            f"{focused} {{ outline: 2px solid var(--accent); outline-offset: 2px; }}",
            f"{shown} {{ display: block; }}",
            ".dark-look { display: none; }",
            "@media (prefers-color-scheme: dark) { .dark-look { display: block; } .light-look { display: none; } }",
            "@media print { figure { display: block; break-inside: avoid; } nav { display: none; } }",
        ]
    )


def _variables(palette: Palette) -> str:
    names = (Ink.GROUND, Ink.PANEL, Ink.EDGE, Ink.TEXT, Ink.ACCENT)
    return " ".join(f"--{ink.name.lower()}: {palette.css(ink)};" for ink in names)
