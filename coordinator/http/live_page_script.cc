#include "coordinator/http/live_page.h"

namespace prelabel {

namespace {

constexpr std::string_view kScript = R"js(
"use strict";
(() => {
  const ASK = 1000, ASK_HIDDEN = 5000, PATIENCE = 8000;  // milliseconds
  const ROWS = 50, HOSTS = 15, SAMPLES = 240;
  const at = id => document.getElementById(id);
  const count = n => n.toLocaleString("en-US");
  const plural = (n, word) => count(n) + " " + word + (n === 1 ? "" : "s");
  const show = (element, there) => { element.toggleAttribute("hidden", !there); };  // SVG, too
  const put = (element, text) => { if (element.textContent !== text) element.textContent = text; };

  const duration = s => s < 90 ? Math.round(s) + " s"
    : s < 5400 ? Math.round(s / 60) + " min"
    : s < 172800 ? (s / 3600).toFixed(1) + " h" : (s / 86400).toFixed(1) + " days";
  const rate = r => r >= 100 ? count(Math.round(r)) : r.toFixed(1);
  const memory = bytes => bytes <= 0 ? ""
    : bytes < 1e9 ? Math.round(bytes / 1e6) + " MB" : (bytes / 1e9).toFixed(1) + " GB";
  const clock = utc => {  // or milliseconds
    const date = new Date(utc);
    return isNaN(date) ? "" : date.toLocaleTimeString("en-GB");
  };

  // Rows of cells {text, kind, badge}. What did not change stays, so that it can be selected.
  const fill = (body, rows) => {
    while (body.rows.length > rows.length) body.deleteRow(-1);
    rows.forEach((cells, i) => {
      const row = body.rows[i] || body.insertRow();
      cells.forEach((cell, j) => {
        const td = row.cells[j] || row.insertCell();
        const kind = cell.kind || "";
        if (td.className !== kind) td.className = kind;
        if (!cell.badge) return put(td, cell.text);
        let badge = td.firstChild;
        if (!badge || badge.nodeName !== "B") {
          td.textContent = "";
          badge = td.appendChild(document.createElement("b"));
        }
        if (badge.className !== "badge " + cell.badge) badge.className = "badge " + cell.badge;
        put(badge, cell.text);
        if (td.childNodes.length < 2) td.append(document.createElement("i"));
        put(td.lastChild, cell.rest || "");
      });
    });
  };

  const tile = (title, value, note, warn) => ({ title, value, note, warn });
  const fillTiles = tiles => {
    const box = at("tiles");
    while (box.children.length > tiles.length) box.lastChild.remove();
    tiles.forEach((tile, i) => {
      let card = box.children[i];
      if (!card) {
        card = box.appendChild(document.createElement("div"));
        for (const name of ["b", "span", "small"]) card.append(document.createElement(name));
      }
      card.className = tile.warn ? "tile warn" : "tile";
      [tile.value, tile.title, tile.note].forEach((text, j) => put(card.children[j], text));
    });
  };

  const over = status => !["running", "waiting", "paused"].includes(status.state);
  let workers = [];
  let wanted = "all";
  const WORDS = ["working", "idle", "loading", "benched"];
  const buttons = ["all", ...WORDS].map(word => {
    const button = document.createElement("button");
    button.type = "button";
    button.addEventListener("click", () => { wanted = word; showWorkers(workers); });
    at("filter").append(button);
    return button;
  });
  at("find").addEventListener("input", () => showWorkers(workers));

  // Trouble first.
  const weight = w => (w.state === "benched" ? 4 : 0) + (w.failures > 0 ? 2 : 0)
    + (w.silent_seconds > 10 ? 1 : 0);

  const showWorkers = workers => {
    const states = new Map(WORDS.map(word => [word, 0]));
    const hosts = new Map();
    for (const w of workers) {
      states.set(w.state, (states.get(w.state) || 0) + 1);
      const host = hosts.get(w.host)
        || { workers: 0, slots: 0, devices: new Set(), held: 0, items: 0, failures: 0, memory: 0,
          states: new Map() };
      hosts.set(w.host, host);
      host.workers += 1;
      host.slots += w.slots;
      host.devices.add(w.device);
      host.held += w.held;
      host.items += w.items_done;
      host.failures += w.failures;
      host.memory += w.resident_bytes;
      host.states.set(w.state, (host.states.get(w.state) || 0) + 1);
    }
    const many = workers.length > 20;
    show(at("filter"), many);
    buttons.forEach((button, i) => {
      const word = ["all", ...WORDS][i];
      put(button, word + " " + count(i === 0 ? workers.length : states.get(word)));
      button.setAttribute("aria-pressed", String(wanted === word));
    });
    if (!many) wanted = "all";
    const words = many ? at("find").value.trim().toLowerCase() : "";

    const hit = name => !words || name.toLowerCase().includes(words);
    const by = [...hosts].filter(([name]) => hit(name))
      .sort((a, b) => (b[1].states.get("benched") || 0) - (a[1].states.get("benched") || 0)
        || b[1].failures - a[1].failures || (a[0] < b[0] ? -1 : 1));
    const several = many && hosts.size > 1 && by.length > 0;
    show(at("hosts"), several);
    if (several) {
      fill(at("hosts").querySelector("tbody"), by.slice(0, HOSTS).map(([name, h]) => [
        { text: name, kind: "wrap" }, { text: count(h.workers) }, { text: count(h.slots) },
        { text: [...h.devices].sort().join(", "), kind: "left small" }, { text: count(h.held) },
        { text: count(h.items) }, { text: count(h.failures), kind: h.failures ? "hot" : "soft" },
        { text: memory(h.memory) },
        { text: [...h.states].sort().map(([word, n]) => n + " " + word).join(", "), kind: "left" }]));
    }
    show(at("hosts-more"), several && by.length > HOSTS);
    put(at("hosts-more"), "… and " + plural(by.length - HOSTS, "more host"));

    const some = workers.filter(w => (wanted === "all" || w.state === wanted)
      && (!words || (w.id + " " + w.host + " " + w.device).toLowerCase().includes(words)));
    some.sort((a, b) => weight(b) - weight(a) || a.id - b.id);
    fill(at("each").querySelector("tbody"), some.slice(0, ROWS).map(w => [
      { text: String(w.id) }, { text: w.host, kind: "left wrap" }, { text: w.device, kind: "left small" },
      { text: w.state, badge: w.state, rest: w.reason, kind: "left" }, { text: count(w.slots) },
      { text: w.running === w.held ? count(w.held) : w.held + " (" + w.running + " run)" },
      { text: count(w.items_done) },
      { text: count(w.failures), kind: w.failures ? "hot" : "soft" },
      { text: memory(w.resident_bytes) },
      { text: w.silent_seconds < 1 ? "now" : duration(w.silent_seconds) + " ago",
        kind: w.silent_seconds > 10 ? "hot" : "" }]));
    const none = at("each").querySelector(".empty");
    show(at("each").querySelector("table"), some.length > 0);
    show(none, some.length === 0);
    put(none, workers.length ? "No worker is like that." : "No worker is connected.");
    show(at("each-more"), some.length > ROWS);
    put(at("each-more"), "… and " + plural(some.length - ROWS, "more worker")
      + "; a word above narrows it down");
    put(at("workers"), workers.length ? "Workers (" + count(workers.length) + ")" : "Workers");
  };

  // Items a second over the last minutes, of what this page saw.
  const samples = [];
  const showSpark = status => {
    const time = Date.parse(status.written) / 1000;
    const before = samples[samples.length - 1];
    if (before && (time <= before.time || status.items_done < before.items)) return;
    samples.push({ time, items: status.items_done });
    if (samples.length > SAMPLES) samples.shift();
    const points = [];
    for (let i = 3; i < samples.length; ++i) {  // over three samples: commits come in groups
      const from = samples[i - 3];
      points.push((samples[i].items - from.items) / (samples[i].time - from.time));
    }
    const most = Math.max(...points, 1e-9);
    for (const id of ["spark", "spark-say"]) {
      show(at(id), points.length > 5 && status.state !== "finished");
    }
    put(at("spark-say"), "Items a second since " + clock(1000 * samples[0].time) + ", at most "
      + rate(most));
    const line = points.map((value, i) => (i ? "L" : "M")
      + (100 * i / Math.max(1, points.length - 1)).toFixed(2) + " "
      + (43 - 41 * value / most).toFixed(2)).join("");
    const paths = at("spark").querySelectorAll("path");
    paths[0].setAttribute("d", line && line + "L100 44L0 44Z");
    paths[1].setAttribute("d", line);
  };

  const TITLES = { running: "Running", paused: "Paused", waiting: "Waiting for the disk", draining: "The workers leave",
    writing: "Writing labels and the report", stopped: "Stopped", failed: "Failed",
    finished: "Finished" };

  const showProgress = status => {
    const total = Math.max(1, status.items);
    const failed = status.items_failed / total;
    const done = status.items_done / total;
    const left = status.state === "running" ? status.eta_seconds : null;
    const percent = Math.floor(100 * done) + " %";
    put(at("job"), status.job);
    document.title = (status.state === "running" ? percent : TITLES[status.state] || status.state)
      + " – " + status.job;
    put(at("lead"), "prelabel " + status.prelabel
      + (status.started ? ", started " + new Date(status.started).toLocaleString("en-GB") : "")
      + (status.endpoint ? ", workers connect to " + status.endpoint : ""));
    at("card").className = "card answer " + status.state;
    let title = TITLES[status.state] || status.state;
    if (status.state === "running" && status.workers.length === 0) title = "Waiting for workers";
    else if (status.state === "running" && status.linking) title = "Linking tracks";
    put(at("state"), title);
    put(at("when"), clock(status.written));
    put(at("sentence"), percent + ", " + count(status.items_done) + " of "
      + plural(status.items, "item")
      + (left !== null ? ", about " + duration(left) + " left" : ""));
    const parts = at("bar").children;
    parts[0].style.width = 100 * (done - failed) + "%";
    parts[1].style.width = 100 * failed + "%";
    at("bar").setAttribute("aria-valuenow", String(Math.floor(100 * done)));
    const say = status.reason || (status.state === "finished" && status.report
      ? "The report is at " + status.report + " on the coordinator's machine." : "");
    show(at("say"), say !== "");
    at("say").className = status.state === "finished" ? "say soft" : "say bad";
    put(at("say"), say);
    const working = status.workers.filter(w => w.state === "working").length;
    const slots = status.workers.reduce((sum, w) => sum + w.slots, 0);
    const hours = status.compute_seconds / 3600;
    const tiles = [
      tile("items a second", status.items_per_second > 0 ? rate(status.items_per_second) : "–",
        "since the first result"),
      tile("left", left === null ? "–" : duration(left),
        left !== null ? "at that rate" : done === 1 ? "every item is done" : "not known"),
      status.workers.length || !over(status)
        ? tile(status.workers.length === 1 ? "worker" : "workers", count(status.workers.length),
          working + " working, " + plural(slots, "slot"))
        : tile(status.workers_joined === 1 ? "worker" : "workers", count(status.workers_joined),
          "took part and have left"),
      tile("tasks done", count(status.tasks_done), "of " + count(status.tasks)),
      tile("in models", duration(status.compute_seconds),
        hours >= 1 ? hours.toFixed(1) + " device hours" : "all workers together"),
      tile("quarantined", count(status.items_failed), plural(status.failed_attempts,
        "failed attempt"), status.items_failed > 0)];
    if (status.second_looks > 0) {
      tiles.push(tile("second looks", count(status.second_looks_done),
        "of " + count(status.second_looks)));
    }
    fillTiles(tiles);
  };

  const showFailures = failures => {
    show(at("failures-part"), failures.length > 0);
    fill(at("failures-part").querySelector("tbody"), failures.map(f => [
      { text: f.kind === "worker" ? "worker left" : f.kind, badge: f.kind },
      { text: f.reason, kind: "left long" }, { text: count(f.count) },
      { text: f.what + ", " + clock(f.last), kind: "left" }]));
  };

  const showWaits = (unfinished, more) => {
    const first = 20;
    show(at("waits-part"), unfinished.length > 0);
    fill(at("waits-part").querySelector("tbody"), unfinished.slice(0, first).map(t => [
      { text: t.first === t.last ? String(t.first)
        : t.first + "–" + t.last + " (" + count(t.last - t.first + 1) + ")" },
      { text: t.kind, kind: "left" }, { text: t.why, kind: "left long" }]));
    show(at("waits-more"), unfinished.length > first);
    put(at("waits-more"), "… and " + count(unfinished.length - first) + (more ? " or more" : "")
      + " further lines: prelabel status RUN --all");
  };

  const showContents = () => {
    const parts = [["failures", "Failures"], ["workers", "Workers"], ["waits", "Tasks"], ["log", "Log"]]
      .filter(([id]) => !at(id + "-part").hidden);
    if (at("nav").children.length === parts.length) return;
    at("nav").replaceChildren(...parts.map(([id, name]) => {
      const link = document.createElement("a");
      link.href = "#" + id;
      link.textContent = name;
      return link;
    }));
  };

  let logged = "";
  const showLog = lines => {
    const key = JSON.stringify(lines.slice(-1)) + lines.length;
    if (key === logged) return;
    logged = key;
    show(at("log-part"), lines.length > 0);
    at("log-part").querySelector(".log").replaceChildren(...[...lines].reverse().map(line => {
      const { time, event, ...rest } = line;
      const row = document.createElement("p");
      const when = row.appendChild(document.createElement("time"));
      when.textContent = clock(time);
      row.appendChild(document.createElement("b")).textContent = event;
      row.append(Object.entries(rest).map(([name, value]) => "  " + name + "=" + value).join(""));
      return row;
    }));
  };

  // Kept by the browser, so that the link still works when the coordinator has gone.
  let report = "";
  const keepReport = async status => {
    if (!status.report || report) return;
    report = "report/?of=" + encodeURIComponent(status.started);
    try {
      const answer = await fetch(report);
      await answer.arrayBuffer();
      if (!answer.ok) return;
      at("report").href = report;
      show(at("report"), true);
    } catch (gone) {}
  };

  let last = null;
  let heard = 0;
  const lost = why => {
    if (last && ["finished", "stopped", "failed"].includes(last.state)) return;  // as it said
    if (last && Date.now() - heard < 3000) return;
    at("card").className = "card answer lost";
    put(at("state"), last ? "Connection lost" : "No connection");
    put(at("say"), why + (last ? " What is shown is of " + clock(last.written) + "." : ""));
    at("say").className = "say bad";
    show(at("say"), true);
    document.title = "Connection lost" + (last ? " – " + last.job : "");
  };

  const ask = async () => {
    try {
      const answer = await fetch("api/v1/status",
        { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
      if (answer.ok) {
        const status = await answer.json();
        // After a last word there is another coordinator behind the address.
        if (last && last.started !== status.started) location.reload();
        last = status;
        heard = Date.now();
        showProgress(status);
        showSpark(status);
        // At the end, when all have left, those who did it stay to be seen.
        if (status.workers.length || !over(status)) showWorkers(workers = status.workers);
        showFailures(status.failures);
        showWaits(status.unfinished, status.more);
        showLog(status.log);
        showContents();
        keepReport(status);
      } else if (answer.status === 401) {
        lost("The token is not valid any more: open the page anew.");
      } else if (answer.status === 503) {
        put(at("state"), "The run starts …");
      } else {
        lost("The coordinator answered with status " + answer.status + ".");
      }
    } catch (failed) {
      lost("The coordinator does not answer: it has ended, or the network is down.");
    }
    setTimeout(ask, document.hidden ? ASK_HIDDEN : ASK);
  };
  document.addEventListener("visibilitychange", () => { if (!document.hidden && last) heard = Date.now(); });
  ask();
})();
)js";

}  // namespace

std::string_view LivePageScript() { return kScript; }

}  // namespace prelabel
