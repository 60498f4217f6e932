#include "coordinator/http/live_page.h"

#include <fmt/format.h>

#include "coordinator/report/html_style.h"
#include "coordinator/report/html_text.h"

namespace prelabel {
namespace {

// What the live page has besides the report's style.
constexpr std::string_view kLiveCss = R"css(
.top { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: 0 24px; }
.answer.running { border-left-color: var(--accent); }
.answer.finished { border-left-color: var(--auto); }
.answer.waiting, .answer.paused, .answer.stopped { border-left-color: var(--review-bar); }
.answer.failed, .answer.lost { border-left-color: var(--hand); }
.answer .sentence { margin-bottom: 12px; font-variant-numeric: tabular-nums; }
.progress { display: flex; gap: 2px; height: 16px; border-radius: 5px; overflow: hidden; background: var(--bar); }
.progress i { display: block; height: 100%; width: 0; background: var(--accent); transition: width 0.4s linear; }
.progress i.bad { background: var(--hand); }
.finished .progress i:first-child { background: var(--auto); }
.lost .progress i:first-child { background: var(--pale); }
.spark { display: block; width: 100%; height: 44px; margin-top: 14px; overflow: visible; }
#spark-say { margin: 6px 0 0; }
.spark path { fill: none; stroke: var(--accent); stroke-width: 1.6; vector-effect: non-scaling-stroke; stroke-linejoin: round; }
.spark path.area { fill: var(--accent); opacity: 0.12; stroke: none; }
.say { margin: 12px 0 0; overflow-wrap: anywhere; }
.say.bad { color: var(--warn); }
.live .tiles { margin-top: 14px; }
.live .filter { display: flex; align-items: center; }
.live .filter input {
  font: inherit; font-size: 14px; padding: 4px 12px; min-width: 0; width: 220px; border: 1px solid var(--line);
  border-radius: 99px; background: var(--card); color: var(--text);
}
.live td.wrap { min-width: 120px; }
.live td.long { white-space: normal; overflow-wrap: anywhere; min-width: 220px; }
.live td.small { white-space: normal; min-width: 168px; }
.live nav + section h2, .live nav + section[hidden] + section h2 { margin-top: 18px; }
.live td i { display: block; font-style: normal; font-size: 13px; color: var(--soft); }
.live #hosts + p, .live #each { margin-top: 12px; }
.live section > p.small { margin: 8px 4px 0; }
.live #log-part > p.small { margin: 0 0 12px; }
.live table td { padding-top: 6px; padding-bottom: 6px; }
.badge.working { background: var(--auto-page); color: var(--auto); }
.badge.loading { background: var(--bar); color: var(--accent); }
.badge.benched, .badge.quarantined { background: var(--hand-page); color: var(--hand); }
.badge.attempt, .badge.worker { background: var(--warn-page); color: var(--warn); }
.hot { color: var(--hand); font-weight: 600; }
.log { max-height: 420px; overflow: auto; font: 12.5px/1.6 ui-monospace, "DejaVu Sans Mono", monospace; padding: 10px 14px; }
.log p { margin: 0; overflow-wrap: anywhere; padding-left: 72px; text-indent: -72px; }
.log time { display: inline-block; width: 72px; text-indent: 0; color: var(--soft); }
.log b { font-weight: 600; }
.empty { padding: 14px 18px; margin: 0; color: var(--soft); }
form.token { display: flex; flex-wrap: wrap; gap: 10px; margin-top: 14px; }
form.token input { font: inherit; flex: 1; min-width: 220px; padding: 7px 12px; border: 1px solid var(--line); border-radius: 8px; background: var(--page); color: var(--text); }
form.token button, a.open { font: inherit; font-weight: 600; padding: 7px 16px; border: 0; border-radius: 8px; background: var(--accent); color: #fff; cursor: pointer; text-decoration: none; }
a.open { display: inline-block; margin-top: 14px; }
@media (prefers-color-scheme: dark) { form.token button, a.open { color: #0f1217; } }
@media (prefers-reduced-motion: reduce) { .progress i { transition: none; } }
@media screen and (max-width: 620px) {
  .live .tiles { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .log p { padding-left: 0; text-indent: 0; }
  .log time { display: block; width: auto; }
}
)css";

constexpr std::string_view kBody = R"html(
<h1 id="job">prelabel</h1>
<p class="lead" id="lead">&nbsp;</p>
<noscript><div class="card note">This page needs JavaScript. Without it: <code>prelabel status RUN</code>.</div></noscript>
<section class="card answer" id="card" aria-label="Progress">
<div class="top"><p class="eyebrow" id="state" role="status">Asking the coordinator …</p><p class="eyebrow" id="when"></p></div>
<p class="sentence" id="sentence">&nbsp;</p>
<div class="progress" id="bar" role="progressbar" aria-valuemin="0" aria-valuemax="100" aria-label="Items done"><i></i><i class="bad"></i></div>
<svg class="spark" id="spark" viewBox="0 0 100 44" preserveAspectRatio="none" aria-hidden="true" hidden><path class="area" d=""/><path d=""/></svg>
<p class="small soft" id="spark-say" hidden></p>
<p class="say" id="say" hidden></p>
<a class="open" id="report" hidden>Open the report</a>
</section>
<div class="tiles" id="tiles"></div>
<nav aria-label="Sections" id="nav"></nav>
<section id="failures-part" hidden><h2 id="failures">Failures</h2>
<div class="card scroll"><table><thead><tr><th>what</th><th class="left">reason</th><th>times</th><th class="left">last</th></tr></thead><tbody></tbody></table></div></section>
<section id="workers-part"><h2 id="workers">Workers</h2>
<div class="filter" id="filter" hidden><input id="find" type="search" placeholder="host, device or number" aria-label="Filter workers" autocomplete="off"></div>
<div class="card scroll" id="hosts" hidden><table><thead><tr><th>host</th><th>workers</th><th>slots</th><th class="left">device</th><th>tasks</th><th>items</th><th>failed</th><th>memory</th><th class="left">state</th></tr></thead><tbody></tbody></table></div>
<p class="soft small" id="hosts-more" hidden></p>
<div class="card scroll" id="each"><table><thead><tr><th>worker</th><th class="left">host</th><th class="left">device</th><th class="left">state</th><th>slots</th><th>tasks</th><th>items</th><th>failed</th><th>memory</th><th>last heard</th></tr></thead><tbody></tbody></table><p class="empty" hidden></p></div>
<p class="soft small" id="each-more" hidden></p></section>
<section id="waits-part" hidden><h2 id="waits">What tasks wait for</h2>
<div class="card scroll"><table><thead><tr><th>tasks</th><th class="left">kind</th><th class="left">why</th></tr></thead><tbody></tbody></table></div>
<p class="soft small" id="waits-more" hidden></p></section>
<section id="log-part" hidden><h2 id="log">Log</h2>
<p class="soft small">The latest first, without assignments and commits; all of it is in log.jsonl.</p>
<div class="card log" tabindex="0"></div></section>
)html";

std::string Head(const std::string& nonce, std::string_view title) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>{}</title>\n<link rel=\"icon\" href=\"data:,\">\n"
      "<style nonce=\"{}\">{}{}</style>\n</head>\n<body class=\"live\">\n<main>",
      title, nonce, kReportCss, kLiveCss);
}

}  // namespace

std::string LivePage(const std::string& nonce) {
  return fmt::format("{}{}</main>\n<script nonce=\"{}\">{}</script>\n</body>\n</html>\n",
                     Head(nonce, "prelabel"), kBody, nonce, LivePageScript());
}

std::string TokenPage(const std::string& file, bool wrong, const std::string& nonce) {
  return fmt::format(
      "{}\n<h1>prelabel</h1>\n<p class=\"lead\">This page asks for a token.</p>\n"
      "<section class=\"card answer{}\"><p class=\"sentence\">{}</p>\n"
      "<p class=\"soft\">It is in <code>{}</code> on the coordinator's machine.</p>\n"
      "<form class=\"token\" method=\"get\"><input name=\"token\" type=\"password\" "
      "autocomplete=\"current-password\" aria-label=\"Token\" autofocus required>"
      "<button>Open</button></form></section>\n</main>\n</body>\n</html>\n",
      Head(nonce, "prelabel"), wrong ? " failed" : "",
      wrong ? "That is not the token of this run." : "Which token does this run have?",
      EscapeHtml(file));
}

std::string PagePolicy(const std::string& nonce) {
  return fmt::format(
      "default-src 'none'; script-src 'nonce-{0}'; style-src 'nonce-{0}'; connect-src 'self'; "
      "img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      nonce);
}

}  // namespace prelabel
