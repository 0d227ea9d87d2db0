"""The style of the HTML report: one sheet, light and dark by what the reader's system prefers, fit for paper."""

from __future__ import annotations

STYLE = """
:root { color-scheme: light dark; --ground: #ffffff; --card: #f4f5f8; --ink: #1c2026; --quiet: #5c6470; --line: #c9ced8;
  --good: #11703f; --bad: #b3261e; --bad-ground: #fde8e6; --kind-0: #2f6fde; --kind-1: #1b9aaa; --kind-2: #c07a12;
  --kind-3: #8a4fd0; --kind-4: #2c9155; --kind-5: #c2417a; --kind-6: #6b7280; --kind-7: #a3651f; }
@media (prefers-color-scheme: dark) { :root { --ground: #17191d; --card: #22252b; --ink: #e8eaee; --quiet: #a3abb8;
  --line: #454b57; --good: #63d297; --bad: #ff9a92; --bad-ground: #4a201d; --kind-0: #4d8dff; --kind-1: #30b4c4;
  --kind-2: #e0a040; --kind-3: #a97bea; --kind-4: #45b878; --kind-5: #e86fa3; --kind-6: #9aa3b2; --kind-7: #cf8d45; } }
body { margin: 2rem auto; max-width: 76rem; padding: 0 1.5rem; background: var(--ground); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
thead th, td { overflow-wrap: normal; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2.2rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 0.3rem 0.7rem; border-bottom: 1px solid var(--line); vertical-align: top; }
tbody th { font-weight: 500; color: var(--quiet); }
.best { font-weight: 600; color: var(--good); } .broken { color: var(--bad); background: var(--bad-ground); }
.changed td { background: var(--card); } .ratio, .note, .quiet { color: var(--quiet); font-size: 0.88em; }
.pictures, .charts { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(22rem, 1fr)); }
figure { margin: 0; padding: 0.8rem; background: var(--card); border-radius: 6px; }
figcaption { font-weight: 600; margin-bottom: 0.4rem; } figure svg { width: 100%; height: auto; }
.scroll { overflow-x: auto; } .legend { list-style: none; display: flex; flex-wrap: wrap; gap: 0.2rem 1rem; padding: 0;
  margin: 0.4rem 0 0; font-size: 0.88em; } .legend svg { width: 12px; height: 12px; } .chart text { font-size: 12px; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.1rem 1rem; } dt { color: var(--quiet); }
dd { margin: 0; } td, th, li, dd, figcaption, h1 { unicode-bidi: isolate; }
.dark-look { display: none; }
@media (prefers-color-scheme: dark) { .dark-look { display: block; } .light-look.has-dark { display: none; } }
@media print { body { margin: 0; max-width: none; } figure, tr { break-inside: avoid; } }
"""
