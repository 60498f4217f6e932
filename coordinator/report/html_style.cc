#include "coordinator/report/html_style.h"

namespace prelabel {

const std::string_view kReportCss = R"css(
:root {
  color-scheme: light dark;
  --page: #f4f5f8; --card: #ffffff; --text: #181c24; --soft: #5b6474; --line: #e1e5eb;
  --accent: #2f6fdb; --pale: #c3cbd8; --warn: #a64b12; --warn-page: #fdf3ea; --bar: #e4ebf7;
  --auto: #15803d; --auto-page: #e3f5e9; --review: #a16207; --review-bar: #e0a21a;
  --review-page: #fcf3d7; --hand: #b4304a; --hand-page: #fce8ec; --shadow: 0 1px 2px rgba(20, 28, 45, 0.05);
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0f1217; --card: #181c24; --text: #e8ebf1; --soft: #98a2b3; --line: #2a313d;
    --accent: #6ea2ff; --pale: #465063; --warn: #f0a36b; --warn-page: #2d2118; --bar: #262e3d;
    --auto: #4ac77c; --auto-page: #15301f; --review: #eebf4d; --review-bar: #d09a1e;
    --review-page: #33290f; --hand: #f28496; --hand-page: #3a1a21; --shadow: none;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 56px; -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--page); color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
}
main { max-width: 1160px; margin: 0 auto; padding: 32px 20px 64px; }
h1 { font-size: 28px; line-height: 1.2; margin: 0 0 4px; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h2 { font-size: 20px; line-height: 1.3; margin: 44px 0 6px; letter-spacing: -0.005em; }
h3 { font-size: 15px; margin: 24px 0 6px; }
h4 { display: flex; justify-content: space-between; align-items: center; gap: 8px; font-size: 15px; margin: 0; }
h4::first-letter { text-transform: uppercase; }
p { margin: 0 0 12px; }
a { color: var(--accent); }
code { font-size: 13px; padding: 1px 5px; border-radius: 4px; background: var(--bar); overflow-wrap: anywhere; }
.soft { color: var(--soft); }
.small { font-size: 13px; }
.lead { color: var(--soft); margin-bottom: 18px; overflow-wrap: anywhere; }
.tiles { display: grid; gap: 12px; grid-template-columns: repeat(auto-fit, minmax(158px, 1fr)); }
.tile, .card {
  background: var(--card); border: 1px solid var(--line); border-radius: 12px; box-shadow: var(--shadow);
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
td.wrap { white-space: normal; overflow-wrap: anywhere; min-width: 130px; }
table.classes td { padding-top: 7px; padding-bottom: 7px; }
details .card { margin-top: 10px; }
.swatch {
  display: inline-block; flex: none; width: 11px; height: 11px; border-radius: 3px; margin-right: 8px;
  box-shadow: inset 0 0 0 1px rgba(0, 0, 0, 0.18);
}
.share { display: block; height: 4px; border-radius: 2px; background: var(--bar); min-width: 90px; margin-top: 4px; }
.share i { display: block; height: 100%; border-radius: 2px; background: var(--accent); }

/* The answer. */
.answer { padding: 22px 24px 20px; border-left: 6px solid var(--soft); }
.answer.automate { border-left-color: var(--auto); }
.answer.review { border-left-color: var(--review-bar); }
.answer.byhand { border-left-color: var(--hand); }
.eyebrow { margin: 0 0 4px; font-size: 13px; font-weight: 600; color: var(--soft); }
.sentence { font-size: 21px; line-height: 1.4; font-weight: 600; letter-spacing: -0.005em; margin-bottom: 14px; overflow-wrap: anywhere; text-wrap: pretty; }
.chips { display: flex; flex-wrap: wrap; gap: 6px 8px; margin-bottom: 18px; }
.pill {
  display: inline-block; padding: 2px 11px; border-radius: 99px; font-size: 13px; text-decoration: none;
  background: var(--bar); color: var(--text);
}
.pill.good { background: var(--auto-page); color: var(--auto); }
.pill.bad { background: var(--warn-page); color: var(--warn); }
.routes { display: flex; gap: 2px; height: 5px; border-radius: 3px; overflow: hidden; background: var(--bar); }
.routes.tall { height: 16px; border-radius: 5px; }
.routes i { display: block; height: 100%; }
.routes .automate, .dot.automate { background: var(--auto); }
.routes .review, .dot.review { background: var(--review-bar); }
.routes .byhand, .dot.byhand { background: var(--hand); }
.keys { display: flex; flex-wrap: wrap; gap: 4px 24px; margin: 10px 0 0; padding: 0; list-style: none; font-variant-numeric: tabular-nums; }
.dot { display: inline-block; width: 9px; height: 9px; border-radius: 50%; margin-right: 7px; background: var(--soft); }
.hours { display: grid; grid-template-columns: repeat(3, auto) 1fr; gap: 4px 44px; margin-top: 20px; padding-top: 18px; border-top: 1px solid var(--line); align-items: start; }
.figure b { display: block; font-size: 28px; line-height: 1.15; font-weight: 650; font-variant-numeric: tabular-nums; }
.figure span { display: block; font-weight: 550; }
.figure small { display: block; color: var(--soft); font-size: 13px; }
.timeline { padding-top: 8px; }
.timeline small { display: block; margin-top: 4px; font-size: 12px; }
.timebar { position: relative; height: 22px; min-width: 120px; border-radius: 5px; background: var(--auto-page); overflow: hidden; }
.timebar .left { position: absolute; inset: 0 auto 0 0; background: var(--review-bar); }
.timebar .range { position: absolute; top: 9px; height: 4px; border-radius: 2px; background: var(--text); opacity: 0.75; }
nav { position: sticky; top: 0; z-index: 5; display: flex; gap: 2px; margin: 18px -8px 0; padding: 6px 0; overflow-x: auto; background: var(--page); scrollbar-width: none; }
nav a { padding: 4px 10px; border-radius: 7px; color: var(--soft); text-decoration: none; white-space: nowrap; font-size: 14px; }
nav a:hover { background: var(--bar); color: var(--text); }
nav + h2 { margin-top: 22px; }
.warnnote { border-color: var(--warn); background: var(--warn-page); }
.answer + p.small { margin: 10px 4px 0; }

/* Class by class. */
.badge { display: inline-block; padding: 1px 9px; border-radius: 6px; font-size: 13px; font-weight: 600; white-space: nowrap; background: var(--bar); color: var(--soft); }
.badge.automate { background: var(--auto-page); color: var(--auto); }
.badge.review { background: var(--review-page); color: var(--review); }
.badge.byhand { background: var(--hand-page); color: var(--hand); }
.badge.drift { background: var(--warn-page); color: var(--warn); }
.filter { display: none; flex-wrap: wrap; gap: 6px; margin: 0 0 12px; }
.js .filter { display: flex; }
.filter button {
  font: inherit; font-size: 14px; padding: 4px 12px; border: 1px solid var(--line); border-radius: 99px;
  background: var(--card); color: var(--soft); cursor: pointer;
}
.filter button[aria-pressed="true"] { border-color: var(--accent); color: var(--text); box-shadow: inset 0 0 0 1px var(--accent); }
.classlist { overflow: hidden; }
.classhead, .cls > summary {
  display: grid; gap: 3px 16px; padding: 10px 18px 10px 34px;
  grid-template-columns: minmax(140px, 1.25fr) 112px 76px minmax(190px, 1fr) 76px minmax(170px, 1fr);
}
.classhead { font-size: 13px; font-weight: 600; color: var(--soft); align-items: end; border-bottom: 1px solid var(--line); }
.classhead .r, .c-num { text-align: right; font-variant-numeric: tabular-nums; }
.cls { margin: 0; border-bottom: 1px solid var(--line); }
.cls:last-child { border-bottom: 0; }
.cls > summary { position: relative; align-items: start; color: var(--text); list-style: none; }
.cls > summary::-webkit-details-marker { display: none; }
.cls > summary::before {
  content: ""; position: absolute; left: 16px; top: 18px; width: 6px; height: 6px; margin-top: -2px;
  border-right: 2px solid var(--soft); border-bottom: 2px solid var(--soft); transform: rotate(-45deg);
}
.cls[open] > summary::before { transform: rotate(45deg); }
.cls > summary:hover { background: color-mix(in srgb, var(--bar) 45%, transparent); }
.c-name { display: flex; align-items: baseline; font-weight: 600; overflow-wrap: anywhere; min-width: 0; }
.c-name > span:last-child { min-width: 0; }
.c-name small, .c-verdict small { display: block; font-weight: 400; color: var(--soft); font-size: 13px; }
.c-prec, .c-routes { font-variant-numeric: tabular-nums; }
.c-prec .value { display: block; }
.c-prec small, .cutfigures small { color: var(--soft); font-size: 13px; }
.c-routes .value { display: block; font-size: 14px; }
.c-routes .value i { font-style: normal; color: var(--soft); }
.c-routes .routes { margin-top: 3px; }
.c-why { grid-column: 1 / -1; color: var(--soft); font-size: 14px; overflow-wrap: anywhere; }
.more { margin: 0; }
.more > summary { padding: 10px 18px; }
.detail { display: grid; gap: 8px 28px; padding: 4px 22px 22px 34px; grid-template-columns: repeat(2, minmax(0, 1fr)); }
.why { grid-column: 1 / -1; display: grid; grid-template-rows: auto 1fr; gap: 0 28px; grid-template-columns: repeat(2, minmax(0, 1fr)); overflow-wrap: anywhere; }
.why .facts { grid-row: 1 / 3; grid-column: 2; }
.lean .why { grid-column: 1; grid-template-columns: minmax(0, 1fr); align-content: start; }
.lean .why .facts { grid-row: auto; grid-column: auto; }
.reasons { margin: 4px 0 10px; padding-left: 18px; }
.reasons li { margin-bottom: 4px; overflow-wrap: anywhere; }
.next { margin: 0 0 10px; }
dl.facts { padding: 2px 0 8px; gap: 3px 14px; font-size: 14px; align-content: start; }
.plot { overflow: visible; min-width: 0; }
.plot figcaption { padding: 0 0 6px; font-size: 13px; }
.plot figcaption b { font-size: 14px; }
.chart { display: block; width: 100%; height: auto; max-width: 560px; overflow: visible; }
.chart .grid, .interval .grid { stroke: var(--line); }
.chart .tick { font-size: 11px; fill: var(--soft); }
.chart .axisname { font-size: 11.5px; fill: var(--soft); }
.chart .end { text-anchor: end; }
.chart .mid { text-anchor: middle; }
.chart .line { fill: none; stroke: var(--accent); stroke-width: 2.2; stroke-linejoin: round; }
.chart .band { fill: var(--accent); opacity: 0.16; }
.goal { stroke: var(--auto); stroke-width: 1.5; stroke-dasharray: 5 3; }
.interval .goal { stroke-dasharray: none; }
.chart .goaltext { fill: var(--auto); }
.chart .thr { stroke: var(--text); stroke-width: 1.2; stroke-dasharray: 3 3; opacity: 0.7; }
.chart .mark { fill: var(--card); stroke: var(--text); stroke-width: 2.4; }
.chart .diagonal { stroke: var(--pale); stroke-dasharray: 2 4; stroke-width: 1.5; }
.chart .lab { fill: var(--accent); opacity: 0.3; }
.chart .lab.dropped { fill: var(--pale); }
.chart .bin line { stroke: var(--accent); stroke-width: 1.4; }
.chart .bin circle { fill: var(--accent); }
.chart .bin.thin line { opacity: 0.35; }
.chart .bin.thin circle { fill: var(--card); stroke: var(--accent); stroke-width: 1.6; }
.interval { display: block; }
.interval .range { stroke: var(--accent); stroke-width: 4; stroke-linecap: round; opacity: 0.4; }
.interval circle { fill: var(--accent); }
.cut { max-width: 560px; }
.slider { display: none; align-items: center; gap: 12px; padding-left: 8%; padding-right: 3%; font-size: 13px; color: var(--soft); }
.js .slider { display: flex; }
.slider input { flex: 1; min-width: 0; accent-color: var(--accent); height: 28px; margin: 0; }
dl.cutfigures { display: grid; grid-template-columns: repeat(auto-fit, minmax(84px, auto)); gap: 6px 18px; padding: 6px 3% 0 8%; justify-content: space-between; }
.cutfigures dt { font-size: 13px; }
.cutfigures dd { font-size: 17px; font-weight: 600; font-variant-numeric: tabular-nums; }
.cutfigures small { display: block; font-weight: 400; }

/* Drift. */
.shiftwords { padding: 16px 20px 8px; margin: 8px 0 16px; border-left: 6px solid var(--auto); }
.shiftwords.drifted { border-left-color: var(--warn); }
.headline { font-size: 17px; font-weight: 600; margin-bottom: 6px; }
.features { display: grid; gap: 14px; grid-template-columns: repeat(auto-fill, minmax(min(100%, 260px), 1fr)); }
.feature { padding: 14px 16px 12px; }
.feature p { margin: 0 0 8px; }
.feature p:last-child { margin: 4px 0 0; }
.feature .means { margin: 8px 0 6px; font-variant-numeric: tabular-nums; }
.overlay .run { fill: var(--accent); opacity: 0.55; }
.overlay .ref { fill: none; stroke: var(--text); stroke-width: 1.6; stroke-linejoin: round; }
.overlay .mean { stroke-width: 1.6; stroke-dasharray: 4 3; }
.overlay .mean.run { stroke: var(--accent); opacity: 1; }
.overlay .base { stroke: var(--line); }
.effect { display: block; position: relative; height: 5px; min-width: 70px; border-radius: 3px; background: var(--bar); }
td .effect { margin: 4px 0 0 auto; max-width: 90px; }
.effect i { display: block; height: 100%; border-radius: 3px; background: var(--soft); }
.effect.over i { background: var(--warn); }
.effect::after { content: ""; position: absolute; left: 50%; top: -2px; bottom: -2px; width: 1.5px; background: var(--text); }
.plotcard { padding: 14px 18px; margin-bottom: 12px; }
.scatter { max-width: none; max-height: 420px; }
.scatter path { fill: none; stroke-linecap: round; stroke-width: 6; }
.scatter .ref { stroke: var(--soft); opacity: 0.42; }
.scatter .run { stroke: var(--accent); opacity: 0.55; }

.hist { display: block; overflow: visible; }
.hist .raw { fill: var(--pale); }
.hist .lab { fill: var(--accent); }
.hist .base { stroke: var(--line); }
.hist .thr { stroke: var(--text); stroke-width: 1.2; stroke-dasharray: 2 2; }
table.trust th, table.trust td { padding-left: 9px; padding-right: 9px; }
table.trust .group { text-align: center; border-bottom: 0; padding-bottom: 0; }
table.trust .first { border-left: 1px solid var(--line); }
table.wanted .share { margin-left: auto; }
.chip { display: inline-block; margin-right: 14px; overflow-wrap: anywhere; }
.chip .swatch { margin-right: 6px; }
.chip b { font-weight: 600; }
.axis { display: flex; justify-content: space-between; width: 180px; font-weight: 400; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 20px; margin: 0 0 12px; color: var(--soft); font-size: 14px; }
.legend span { display: inline-flex; align-items: center; gap: 8px; }
.key { display: inline-block; flex: none; width: 22px; height: 14px; border: 2px solid var(--text); border-radius: 2px; }
.key.dash { border-style: dashed; }
.key.raw { background: var(--pale); border: 0; }
.key.lab { background: var(--accent); border: 0; }
.key.thr { width: 0; border: 0; border-left: 2px dashed var(--text); border-radius: 0; }
.key.refline { height: 0; border: 0; border-top: 2px solid var(--text); border-radius: 0; }
.key.refdot, .key.rundot { width: 10px; height: 10px; border: 0; border-radius: 50%; background: var(--soft); }
.key.rundot { background: var(--accent); }
.samples { display: grid; align-items: start; gap: 14px; grid-template-columns: repeat(auto-fill, minmax(min(100%, 460px), 1fr)); }
.thumbs { display: grid; gap: 12px; grid-template-columns: repeat(auto-fill, minmax(min(100%, 168px), 1fr)); }
.thumb .picture { display: flex; background: var(--bar); aspect-ratio: 4 / 3; }
.thumb .picture img { width: 100%; height: 100%; object-fit: contain; }
.gallery { display: grid; gap: 0 22px; grid-template-columns: repeat(auto-fill, minmax(min(100%, 340px), 1fr)); }
.gallery .thumbs { grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 8px; }
.gallery figcaption { padding: 6px 8px 8px; font-size: 12px; }
figure { margin: 0; overflow: hidden; }
.picture { position: relative; }
.picture img { display: block; width: 100%; height: auto; }
.picture svg { position: absolute; inset: 0; width: 100%; height: 100%; }
.picture g:not(.names) > rect { fill: transparent; stroke-width: 2px; vector-effect: non-scaling-stroke; }
.picture g:not(.names):hover > rect { fill: rgba(255, 255, 255, 0.25); stroke-width: 3px; }
.picture .dash { stroke-dasharray: 5 3; }
.picture .names { pointer-events: none; text-anchor: middle; }
figcaption { padding: 8px 12px 10px; font-size: 13px; overflow-wrap: anywhere; }
figcaption b { display: block; font-weight: 600; }
figcaption span { display: block; color: var(--soft); }
figcaption .counts { display: flex; flex-wrap: wrap; gap: 2px 14px; margin-top: 4px; }
.counts i { font-style: normal; }
.counts .swatch { margin-right: 5px; }
.note { padding: 14px 18px; margin-top: 14px; font-size: 14px; color: var(--soft); }
.note + .card { margin-top: 12px; }
.note b { color: var(--text); }
.note p:last-child { margin: 0; }
.note ul { margin: 0; padding-left: 18px; }
.note li { margin: 3px 0; overflow-wrap: anywhere; }
details { margin-top: 10px; }
summary { cursor: pointer; color: var(--soft); }
summary:focus-visible, a:focus-visible, button:focus-visible { outline: 2px solid var(--accent); outline-offset: -2px; }
details > p { margin: 8px 0 0; font-size: 14px; color: var(--soft); overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 5px 20px; margin: 0; padding: 14px 18px; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
[hidden] { display: none !important; }

@media screen and (max-width: 900px) {
  .classhead { display: none; }
  .cls > summary { grid-template-columns: 1fr auto; padding: 12px 16px 12px 32px; gap: 6px 14px; }
  .cls > summary::before { left: 14px; }
  .c-verdict { text-align: right; }
  .c-num, .c-prec, .c-routes { display: block; text-align: left; }
  .c-num { text-align: right; }
  .cls [data-name]::before { content: attr(data-name); display: block; font-size: 12px; color: var(--soft); }
  .c-prec, .c-routes { grid-column: 1; }
  .cls [data-name="labels"] { grid-column: 2; grid-row: 2; }
  .c-prec { grid-row: 2; }
  .c-routes { grid-row: 3; }
  .cls [data-name="auto from"] { grid-column: 2; grid-row: 3; }
  .hours { grid-template-columns: repeat(3, auto); gap: 14px 28px; justify-content: start; }
  .timeline { grid-column: 1 / -1; }
  .detail, .why { grid-template-columns: minmax(0, 1fr); }
  .why .facts { grid-row: auto; grid-column: auto; }
  .detail { padding: 0 16px 18px; gap: 18px; }
}
@media screen and (max-width: 520px) {
  main { padding: 20px 14px 48px; }
  .answer { padding: 16px 16px 16px; }
  .sentence { font-size: 18px; }
  .hours { grid-template-columns: repeat(2, auto); }
  .keys { flex-direction: column; }
  .thumbs { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 8px; }
  dl { grid-template-columns: minmax(0, 1fr); gap: 0; }
  dl dd { margin-bottom: 8px; }
  dl.cutfigures dd { margin: 0; }
  dl.cutfigures { grid-template-columns: repeat(2, auto); padding: 4px 0 0; justify-content: start; gap: 8px 36px; }
  .slider { padding: 0; }
  th, td { padding-left: 10px; padding-right: 10px; }
}
@media screen and (max-width: 620px) {
  .stack, .stack tbody { display: block; }
  .stack thead { display: none; }
  .stack tr { display: grid; grid-template-columns: repeat(5, auto); gap: 4px 8px; padding: 10px 14px; border-bottom: 1px solid var(--line); justify-content: space-between; }
  .stack tr:last-child { border-bottom: 0; }
  .stack td { display: block; padding: 0; border: 0; text-align: left; font-size: 14px; min-width: 0; }
  .stack td:first-child { grid-column: 1 / 5; font-size: 15px; }
  .stack td:nth-child(2) { text-align: right; }
  .stack td .effect { margin-left: 0; min-width: 56px; }
  .stack [data-name]::before { content: attr(data-name); display: block; font-size: 12px; color: var(--soft); }
}
@media print {
  :root { --page: #ffffff; --shadow: none; }
  html { zoom: 0.7; }
  body { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  main { max-width: none; padding: 0; }
  nav, .filter, .slider, .js .filter, .js .slider { display: none; }
  .tile, .card:not(.classlist), tr, .cls > summary, .plot, figure { break-inside: avoid; }
  h2, h3, h4 { break-after: avoid; }
  .scroll { overflow: visible; }
}
)css";

}  // namespace prelabel
