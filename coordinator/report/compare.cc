#include "coordinator/report/compare.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "coordinator/report/html_page.h"

namespace prelabel {
namespace {

constexpr std::size_t kMostClasses = 30;
constexpr std::size_t kNameWidth = 16;

void Judge(ClassComparison& entry) {
  if (!entry.a || !entry.b) return;
  entry.verdict_changed =
      entry.a->verdict && entry.b->verdict && entry.a->verdict != entry.b->verdict;
  if (!entry.a->precision || !entry.b->precision) return;
  entry.precision_gain = *entry.b->precision - *entry.a->precision;
  entry.beyond_intervals = entry.a->interval.high < entry.b->interval.low ||
                           entry.b->interval.high < entry.a->interval.low;
}

std::uint64_t MostLabels(const ClassComparison& entry) {
  return std::max(entry.a ? entry.a->labels : 0, entry.b ? entry.b->labels : 0);
}

// What tells two runs apart, and if nothing does, their order.
std::pair<std::string, std::string> NamesOf(const ReportFigures& a, const ReportFigures& b) {
  if (a.model != b.model && !a.model.empty() && !b.model.empty()) return {a.model, b.model};
  if (a.job != b.job) return {a.job, b.job};
  if (a.started != b.started && !a.started.empty() && !b.started.empty()) {
    return {a.started, b.started};
  }
  return {"A", "B"};
}

std::string VerdictWord(const std::optional<ClassFigures>& figures) {
  if (!figures) return "no class";
  if (!figures->verdict || *figures->verdict == Verdict::kNoLabels) return "-";
  return std::string(VerdictName(*figures->verdict));
}

std::string PrecisionWord(const std::optional<ClassFigures>& figures) {
  return figures && figures->precision ? fmt::format("{:.2f}", *figures->precision) : "-";
}

std::string LabelsWord(const std::optional<ClassFigures>& figures) {
  return figures ? FormatCount(figures->labels) : "-";
}

std::string Listed(const std::vector<std::string>& names) {
  constexpr std::size_t kNamed = 8;
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kNamed); ++i) {
    text += (i == 0 ? "" : ", ") + names[i];
  }
  if (names.size() > kNamed) text += fmt::format(" and {} more", names.size() - kNamed);
  return text;
}

void AddClassDifferences(const Comparison& comparison, std::vector<std::string>& sentences) {
  std::vector<std::string> changed;
  std::vector<std::string> better;
  std::vector<std::string> worse;
  std::vector<std::string> only_a;
  std::vector<std::string> only_b;
  for (const ClassComparison& entry : comparison.classes) {
    if (!entry.a) only_b.push_back(entry.name);
    if (!entry.b) only_a.push_back(entry.name);
    if (entry.verdict_changed) {
      changed.push_back(
          fmt::format("{} ({} to {})", entry.name, VerdictWord(entry.a), VerdictWord(entry.b)));
    }
    if (!entry.beyond_intervals) continue;
    (*entry.precision_gain > 0 ? better : worse).push_back(entry.name);
  }
  const auto add = [&sentences](const char* what, const std::vector<std::string>& names) {
    if (!names.empty()) sentences.push_back(what + Listed(names) + ".");
  };
  add("Verdicts that change: ", changed);
  add("More precise in B than intervals explain: ", better);
  add("Less precise in B than intervals explain: ", worse);
  add("Classes of A alone: ", only_a);
  add("Classes of B alone: ", only_b);
}

std::vector<std::string> DifferencesOf(const Comparison& comparison) {
  const ReportFigures& a = comparison.a;
  const ReportFigures& b = comparison.b;
  std::vector<std::string> sentences;
  if (a.verdict && b.verdict) {
    const double less = a.routing.hours_left - b.routing.hours_left;
    sentences.push_back(
        less == 0 ? fmt::format("Both leave {} to people.", HoursText(b.routing.hours_left))
                  : fmt::format("B leaves {} {} to people: {} instead of {}.",
                                HoursText(std::abs(less)), less > 0 ? "less" : "more",
                                HoursText(b.routing.hours_left), HoursText(a.routing.hours_left)));
    if (a.routing.labels_auto != b.routing.labels_auto) {
      sentences.push_back(fmt::format("{} in B need nobody; in A {}.",
                                      CountOf(b.routing.labels_auto, "label"),
                                      FormatCount(a.routing.labels_auto)));
    }
  }
  if (a.items != b.items) {
    sentences.push_back(fmt::format("The data differ: {} in A, {} in B.", CountOf(a.items, "item"),
                                    CountOf(b.items, "item")));
  }
  if (a.drift && b.drift && a.drift != b.drift) {
    sentences.push_back(
        *b.drift ? "B drifted from its reference (" + Listed(b.drifted) + "), A did not."
                 : "A drifted from its reference (" + Listed(a.drifted) + "), B did not.");
  }
  if (!a.reference.empty() && !b.reference.empty() && a.reference != b.reference) {
    sentences.push_back("The references differ: " + a.reference + " and " + b.reference + ".");
  }
  AddClassDifferences(comparison, sentences);
  if (sentences.empty()) sentences.emplace_back("Nothing that both reports say differs.");
  return sentences;
}

void AddRun(std::string& text, char letter, const std::string& name, const ReportFigures& run) {
  auto out = std::back_inserter(text);
  fmt::format_to(out, "{}  {}\n", letter, Shorten(name, 76));
  fmt::format_to(out, "   {}, {}", CountOf(run.items, "item"), CountOf(run.labels, "label"));
  if (run.verdict) {
    fmt::format_to(out, ", {} left, {} saved", HoursText(run.routing.hours_left),
                   HoursText(run.routing.hours_saved));
  } else {
    text += ", not judged";
  }
  text += run.drift ? (*run.drift ? ", drift" : ", no drift") : "";
  text += "\n";
}

}  // namespace

Comparison CompareReports(ReportFigures a, ReportFigures b) {
  Comparison comparison;
  std::tie(comparison.name_a, comparison.name_b) = NamesOf(a, b);
  std::map<std::string, ClassComparison> by_name;
  for (const ClassFigures& figures : a.classes) {
    by_name[figures.name].a = figures;
  }
  for (const ClassFigures& figures : b.classes) {
    by_name[figures.name].b = figures;
  }
  for (auto& [name, entry] : by_name) {
    entry.name = name;
    Judge(entry);
    if (MostLabels(entry) > 0) comparison.classes.push_back(std::move(entry));
  }
  std::stable_sort(comparison.classes.begin(), comparison.classes.end(),
                   [](const ClassComparison& x, const ClassComparison& y) {
                     return MostLabels(x) > MostLabels(y);
                   });
  comparison.a = std::move(a);
  comparison.b = std::move(b);
  comparison.differences = DifferencesOf(comparison);
  return comparison;
}

std::string FormatComparison(const Comparison& comparison) {
  std::string text;
  auto out = std::back_inserter(text);
  AddRun(text, 'A', comparison.name_a, comparison.a);
  AddRun(text, 'B', comparison.name_b, comparison.b);
  text += "\n";
  for (const std::string& sentence : comparison.differences) text += WrapText(sentence, 80);
  if (comparison.classes.empty()) return text + "\nNeither has labels.\n";
  std::size_t width = 5;
  const std::size_t shown = std::min(comparison.classes.size(), kMostClasses);
  for (std::size_t i = 0; i < shown; ++i) {
    width = std::max(width, comparison.classes[i].name.size());
  }
  width = std::min(width, kNameWidth);
  fmt::format_to(out, "\n{:<{}} {:>10} {:>10}  {:>5} {:>5} {:>7}  {:<8}  {}\n", "class", width,
                 "labels A", "labels B", "prec.", "prec.", "B - A", "verdict", "verdict");
  fmt::format_to(out, "{:<{}} {:>10} {:>10}  {:>5} {:>5} {:>7}  {:<8}  {}\n", "", width, "", "",
                 "A", "B", "", "A", "B");
  bool marked = false;
  for (std::size_t i = 0; i < shown; ++i) {
    const ClassComparison& entry = comparison.classes[i];
    const std::string gain = entry.precision_gain ? fmt::format("{:+.2f}{}", *entry.precision_gain,
                                                                entry.beyond_intervals ? "*" : " ")
                                                  : "- ";
    marked = marked || entry.beyond_intervals;
    fmt::format_to(out, "{:<{}} {:>10} {:>10}  {:>5} {:>5} {:>7}  {:<8}  {}\n",
                   Shorten(entry.name, width), width, LabelsWord(entry.a), LabelsWord(entry.b),
                   PrecisionWord(entry.a), PrecisionWord(entry.b), gain, VerdictWord(entry.a),
                   VerdictWord(entry.b));
  }
  if (comparison.classes.size() > shown) {
    fmt::format_to(out, "... and {} with fewer labels\n",
                   CountOf(comparison.classes.size() - shown, "class", "classes"));
  }
  if (marked) text += "* the two 95 % intervals do not overlap\n";
  return text;
}

}  // namespace prelabel
