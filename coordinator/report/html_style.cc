#include "coordinator/report/html_style.h"

namespace prelabel {

const std::string_view kReportCss = R"css(
:root {
  color-scheme: light dark;
  --page: #f5f6f8; --card: #ffffff; --text: #1b1f27; --soft: #5d6675; --line: #e2e5ea;
  --accent: #2f6fdb; --pale: #c3cbd8; --warn: #b3541e; --warn-page: #fdf1e9; --bar: #dfe9fb;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12151b; --card: #1a1f27; --text: #e7eaf0; --soft: #98a2b3; --line: #2c333f;
    --accent: #6ea2ff; --pale: #465063; --warn: #f0a36b; --warn-page: #33241a; --bar: #233352;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
}
main { max-width: 1120px; margin: 0 auto; padding: 36px 20px 56px; }
h1 { font-size: 28px; line-height: 1.2; margin: 0 0 4px; letter-spacing: -0.01em; }
h2 { font-size: 18px; margin: 36px 0 4px; }
h3 { font-size: 15px; margin: 20px 0 4px; }
p { margin: 0 0 12px; }
.soft { color: var(--soft); }
.lead { color: var(--soft); margin-bottom: 22px; overflow-wrap: anywhere; }
.tiles { display: grid; gap: 12px; grid-template-columns: repeat(auto-fit, minmax(158px, 1fr)); }
.tile, .card {
  background: var(--card); border: 1px solid var(--line); border-radius: 10px;
}
.tile { padding: 14px 16px 12px; }
.tile b { display: block; font-size: 26px; line-height: 1.2; font-weight: 650; font-variant-numeric: tabular-nums; }
.tile span { display: block; font-weight: 550; }
.tile small { display: block; color: var(--soft); font-size: 13px; line-height: 1.4; }
.tile.warn { background: var(--warn-page); border-color: var(--warn); }
.tile.warn b { color: var(--warn); }
.scroll { overflow-x: auto; }
pre {
  margin: 0 0 12px; padding: 10px 12px; overflow-x: auto; background: var(--card);
  border: 1px solid var(--line); border-radius: 8px; font-size: 13px;
}
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: 9px 12px; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
tbody tr:last-child td { border-bottom: 0; }
th { font-size: 13px; font-weight: 600; color: var(--soft); vertical-align: bottom; }
th:first-child, td:first-child, .left { text-align: left; }
td .from { display: block; color: var(--soft); font-size: 13px; }
td.wrap { white-space: normal; overflow-wrap: anywhere; }
table.classes td { padding-top: 7px; padding-bottom: 7px; }
details .card { margin-top: 10px; }
.swatch {
  display: inline-block; width: 11px; height: 11px; border-radius: 3px; margin-right: 8px;
  box-shadow: inset 0 0 0 1px rgba(0, 0, 0, 0.18);
}
.share { display: block; height: 4px; border-radius: 2px; background: var(--bar); min-width: 90px; margin-top: 4px; }
.share i { display: block; height: 100%; border-radius: 2px; background: var(--accent); }
.hist { display: block; overflow: visible; }
.hist .raw { fill: var(--pale); }
.hist .lab { fill: var(--accent); }
.hist .base { stroke: var(--line); }
.hist .thr { stroke: var(--text); stroke-width: 1.2; stroke-dasharray: 2 2; }
table.trust th, table.trust td { padding-left: 9px; padding-right: 9px; }
table.trust .group { text-align: center; border-bottom: 0; padding-bottom: 0; }
table.trust .first { border-left: 1px solid var(--line); }
table.wanted .share { margin-left: auto; }
.chip { display: inline-block; white-space: nowrap; margin-right: 14px; }
.chip .swatch { margin-right: 6px; }
.chip b { font-weight: 600; }
.axis { display: flex; justify-content: space-between; width: 180px; font-weight: 400; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 20px; margin: 0 0 12px; color: var(--soft); font-size: 14px; }
.legend span { display: inline-flex; align-items: center; gap: 8px; }
.key { display: inline-block; width: 22px; height: 14px; border: 2px solid var(--text); border-radius: 2px; }
.key.dash { border-style: dashed; }
.key.raw { background: var(--pale); border: 0; }
.key.lab { background: var(--accent); border: 0; }
.key.thr { width: 0; border: 0; border-left: 2px dashed var(--text); border-radius: 0; }
.samples { display: grid; align-items: start; gap: 14px; grid-template-columns: repeat(auto-fill, minmax(min(100%, 460px), 1fr)); }
figure { margin: 0; overflow: hidden; }
.picture { position: relative; }
.picture img { display: block; width: 100%; height: auto; }
.picture svg { position: absolute; inset: 0; width: 100%; height: 100%; }
.picture g:not(.names) > rect { fill: transparent; stroke-width: 2px; vector-effect: non-scaling-stroke; }
.picture g:not(.names):hover > rect { fill: rgba(255, 255, 255, 0.25); stroke-width: 3px; }
.picture .dash { stroke-dasharray: 5 3; }
.picture .names { pointer-events: none; text-anchor: middle; }
figcaption { padding: 8px 12px 10px; font-size: 13px; overflow-wrap: anywhere; }
figcaption span { display: block; color: var(--soft); }
figcaption .counts { display: flex; flex-wrap: wrap; gap: 2px 14px; margin-top: 4px; }
.counts i { font-style: normal; white-space: nowrap; }
.counts .swatch { margin-right: 5px; }
.note { padding: 14px 18px; margin-top: 14px; font-size: 14px; color: var(--soft); }
.note + .card { margin-top: 12px; }
.note b { color: var(--text); }
.note p:last-child { margin: 0; }
details { margin-top: 10px; }
summary { cursor: pointer; color: var(--soft); }
details p { margin: 8px 0 0; font-size: 14px; color: var(--soft); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 5px 20px; margin: 0; padding: 14px 18px; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
@media print { body { background: none; } .tile, .card, tr { break-inside: avoid; } }
)css";

}  // namespace prelabel
