#include "coordinator/report/html_script.h"

namespace prelabel {

const std::string_view kReportScript = R"js(
"use strict";
(function () {
  document.documentElement.classList.add("js");
  var count = function (n) { return n.toLocaleString("en-US"); };
  var percent = function (share) { return (100 * share).toFixed(1); };

  document.querySelectorAll(".cut").forEach(function (cut) {
    var cuts = JSON.parse(cut.dataset.cuts);
    var slider = cut.querySelector("input");
    var detail = cut.closest(".detail");
    var put = function (name, text) {
      var at = cut.querySelector('[data-cut="' + name + '"]');
      if (at) at.textContent = text;
    };
    var show = function () {
      var now = cuts[Number(slider.value)];
      var precise = now.length === 7;
      put("threshold", now[0].toFixed(2));
      put("kept", count(now[1]));
      put("dropped", count(cuts[0][1] - now[1]));
      if (precise) {
        put("precision", now[1] > 0 ? percent(now[2]) + " %" : "–");
        put("interval", now[1] > 0 ? percent(now[3]) + "–" + percent(now[4]) : "");
      }
      slider.setAttribute("aria-valuetext", now[0].toFixed(2));
      var x = now[now.length - 2];
      var y = now[now.length - 1];
      detail.querySelectorAll('[data-mark="line"]').forEach(function (line) {
        line.setAttribute("x1", x);
        line.setAttribute("x2", x);
      });
      detail.querySelectorAll('[data-mark="dot"]').forEach(function (dot) {
        dot.setAttribute("cx", x);
        dot.setAttribute("cy", y);
      });
      detail.querySelectorAll('[data-mark="score"]').forEach(function (line) {
        var at = Number(line.dataset.left) + Number(line.dataset.width) * now[0];
        line.setAttribute("x1", at);
        line.setAttribute("x2", at);
      });
      detail.querySelectorAll("[data-high]").forEach(function (bar) {
        bar.classList.toggle("dropped", Number(bar.dataset.high) <= now[0] + 1e-6);
      });
    };
    slider.addEventListener("input", show);
    // A reload keeps where the slider was.
    if (slider.value !== slider.defaultValue) show();
  });

  var buttons = document.querySelectorAll("[data-filter]");
  buttons.forEach(function (button) {
    button.addEventListener("click", function () {
      var wanted = button.dataset.filter;
      buttons.forEach(function (other) {
        other.setAttribute("aria-pressed", String(other === button));
      });
      document.querySelectorAll(".cls").forEach(function (row) {
        row.hidden = wanted !== "all" && row.dataset.verdict !== wanted;
      });
      document.querySelectorAll(".classlist > .more").forEach(function (more) {
        more.open = wanted !== "all";
      });
    });
  });
})();
)js";

const std::string_view kReportScriptSha256 = "37pCnEhUtTZex1Q6lVN9TJGnGR5jTuXRWa1bG2h3L/0=";

}  // namespace prelabel
