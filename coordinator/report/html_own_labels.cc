#include "coordinator/report/html_own_labels.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "coordinator/report/html_page.h"

namespace prelabel {
namespace {

constexpr std::size_t kClassesShown = 15;     // the others are folded away
constexpr std::size_t kUnwrittenShown = 100;  // report.json has them all
constexpr std::size_t kUnwrittenOpen = 8;     // the others are folded away
constexpr std::size_t kNamesShown = 20;

// Which columns there are.
struct Columns {
  bool automated = false;
  bool expected = false;
  bool ignored = false;
};

std::string ShareCell(const ClusteredShare& share) {
  if (share.labels == 0) return "<td><span class=\"soft\">–</span></td>";
  return fmt::format("<td>{} <span class=\"soft\">{}</span></td>", ShareText(share.Share()),
                     IntervalText(share.Interval95()));
}

void AddRow(Page& page, const std::string& name, const ClassAgreement& agreement,
            const ClassConfidence* confidence, const Columns& columns) {
  page.Add("<tr><td>{}</td><td>{}</td><td>{}</td>", name, CountOrDash(agreement.recall.labels),
           CountOrDash(agreement.precision.labels));
  if (columns.ignored) page.Add("<td>{}</td>", CountOrDash(agreement.ignored));
  page.Add("<td>{}</td>{}", CountOrDash(agreement.precision.found), ShareCell(agreement.precision));
  if (columns.expected) {
    page.Add("<td>{}</td>", confidence == nullptr || !confidence->calibrated
                                ? "<span class=\"soft\">–</span>"
                                : IntervalText(confidence->interval));
  }
  page.Add("{}", ShareCell(agreement.recall));
  if (columns.automated) {
    page.Add("<td>{}</td>{}", CountOrDash(agreement.automated.labels),
             ShareCell(agreement.automated));
  }
  page.Add("</tr>\n");
}

void OpenTable(Page& page, const Columns& columns) {
  page.Add(
      "<div class=\"card scroll\"><table><thead><tr><th>class</th><th>objects</th><th>labels</th>"
      "{}<th>right</th><th>precision</th>{}<th>recall</th>{}</tr></thead>\n<tbody>\n",
      columns.ignored ? "<th>left out</th>" : "", columns.expected ? "<th>expected</th>" : "",
      columns.automated ? "<th>routed auto</th><th>of these right</th>" : "");
}

const ClassConfidence* ConfidenceOf(const Report& report, std::size_t c) {
  return report.assessment && c < report.assessment->confidence.size()
             ? &report.assessment->confidence[c]
             : nullptr;
}

void AddClasses(Page& page, const Report& report, const OwnLabels& own,
                std::span<const std::uint32_t> colors) {
  std::vector<std::size_t> order;
  Columns columns;
  columns.automated = own.all.automated.labels > 0;
  columns.ignored = own.all.ignored > 0;
  for (std::size_t c = 0; c < own.classes.size(); ++c) {
    const ClassAgreement& of_class = own.classes[c];
    if (of_class.recall.labels + of_class.precision.labels + of_class.ignored == 0) continue;
    order.push_back(c);
    const ClassConfidence* confidence = ConfidenceOf(report, c);
    columns.expected = columns.expected || (confidence != nullptr && confidence->calibrated);
  }
  if (order.empty()) return;
  std::stable_sort(order.begin(), order.end(), [&own](std::size_t a, std::size_t b) {
    return own.classes[a].recall.labels > own.classes[b].recall.labels;
  });
  const auto add_row = [&](std::size_t c) {
    AddRow(page, Swatch(colors[c]) + EscapeHtml(report.classes[c].category.name), own.classes[c],
           ConfidenceOf(report, c), columns);
  };
  OpenTable(page, columns);
  AddRow(page, "<b>all</b>", own.all, report.assessment ? &report.assessment->all : nullptr,
         columns);
  const std::size_t shown = std::min(kClassesShown, order.size());
  for (std::size_t i = 0; i < shown; ++i) add_row(order[i]);
  page.Add("</tbody></table></div>\n");
  if (shown == order.size()) return;
  page.Add("<details><summary>{}</summary>\n",
           CountOf(order.size() - shown, "more class", "more classes"));
  OpenTable(page, columns);
  for (std::size_t i = shown; i < order.size(); ++i) add_row(order[i]);
  page.Add("</tbody></table></div></details>\n");
}

// Classes that are written and that the labels do not have.
void AddUnjudged(Page& page, const Report& report, const OwnLabels& own) {
  std::vector<std::size_t> order;
  for (std::size_t c = 0; c < own.classes.size(); ++c) {
    if (own.classes[c].unjudged > 0) order.push_back(c);
  }
  if (order.empty()) return;
  std::stable_sort(order.begin(), order.end(), [&own](std::size_t a, std::size_t b) {
    return own.classes[a].unjudged > own.classes[b].unjudged;
  });
  page.Add(
      "<p class=\"soft\">{} in these images {} of classes that the sources' labels do not have, "
      "and "
      "{} neither right nor wrong: ",
      CountOf(own.all.unjudged, "label"), own.all.unjudged == 1 ? "is" : "are",
      own.all.unjudged == 1 ? "counts as" : "count as");
  for (std::size_t i = 0; i < std::min(kNamesShown, order.size()); ++i) {
    page.Add("{}{} ({})", i == 0 ? "" : ", ", EscapeHtml(report.classes[order[i]].category.name),
             FormatCount(own.classes[order[i]].unjudged));
  }
  if (order.size() > kNamesShown) {
    page.Add(" … and {}", CountOf(order.size() - kNamesShown, "more class", "more classes"));
  }
  page.Add(".</p>\n");
}

void AddUnwrittenRows(Page& page, std::span<const UnwrittenClass* const> rows) {
  page.Add(
      "<div class=\"card scroll\"><table><thead><tr><th>class</th><th>objects</th><th "
      "class=\"left\">nearest names here</th></tr></thead>\n<tbody>\n");
  for (const UnwrittenClass* row : rows) {
    page.Add("<tr><td class=\"wrap\">{}</td><td>{}</td><td class=\"left wrap\">",
             EscapeHtml(row->name), FormatCount(row->objects));
    for (const std::string& name : row->nearest) {
      page.Add("<span class=\"chip\">{}</span>", EscapeHtml(name));
    }
    page.Add("{}</td></tr>\n", row->nearest.empty() ? "<span class=\"soft\">none</span>" : "");
  }
  page.Add("</tbody></table></div>\n");
}

// Classes that the labels have and that are not written: first those that may be other names of
// ones that are.
void AddUnwritten(Page& page, const OwnLabels& own) {
  if (own.unwritten.empty()) return;
  std::vector<const UnwrittenClass*> order;
  for (const UnwrittenClass& unwritten : own.unwritten) order.push_back(&unwritten);
  std::stable_sort(order.begin(), order.end(), [](const auto* a, const auto* b) {
    if (a->nearest.empty() != b->nearest.empty()) return b->nearest.empty();
    return a->objects > b->objects;
  });
  page.Add(
      "<h3>Their classes that are not written here</h3>\n<p class=\"soft\">Their objects count "
      "nowhere above. Where one is another name of a class here, have that class written under it "
      "(<code>labels.classes</code>).</p>\n");
  const std::size_t shown = std::min(kUnwrittenShown, order.size());
  const std::size_t open = std::min(kUnwrittenOpen, shown);
  const std::span<const UnwrittenClass* const> rows(order);
  AddUnwrittenRows(page, rows.first(open));
  if (open < shown) {
    page.Add("<details><summary>{}</summary>\n",
             CountOf(shown - open, "more class", "more classes"));
    AddUnwrittenRows(page, rows.subspan(open, shown - open));
    page.Add("</details>\n");
  }
  if (shown < order.size()) {
    page.Add("<p class=\"soft\">… and {}: report.json has them all.</p>\n",
             CountOf(order.size() - shown, "more class", "more classes"));
  }
}

void AddProblems(Page& page, const OwnLabels& own) {
  if (own.problem_count == 0) return;
  page.Add("<div class=\"card note\"><p>{} of labels could not be read{}:</p><ul>",
           CountOf(own.problem_count, "file"),
           own.unreadable == 0
               ? std::string()
               : fmt::format("; {} left out", CountOf(own.unreadable, "image is", "images are")));
  for (const std::string& problem : own.problems) {
    page.Add("<li class=\"wrap\">{}</li>", EscapeHtml(problem));
  }
  page.Add("</ul>");
  if (own.problems.size() < own.problem_count) {
    page.Add("<p>… and {} more.</p>", FormatCount(own.problem_count - own.problems.size()));
  }
  page.Add("</div>\n");
}

}  // namespace

std::string OwnLabelsSection(const Report& report, const OwnLabels& own,
                             std::span<const std::uint32_t> colors) {
  Page page;
  page.Add(
      "<h2 id=\"own-labels\">Against the sources' own labels</h2>\n<p class=\"soft\">{} of {} that "
      "the model looked at came with labels of {} own",
      FormatCount(own.images), CountOf(report.totals.all.looked_at, "item"),
      own.images == 1 ? "its" : "their");
  if (own.empty > 0) {
    page.Add(" ({} without an object of a class that is written here)", FormatCount(own.empty));
  }
  if (own.without > 0) {
    page.Add("; {} of the same sources had none and {} not compared", FormatCount(own.without),
             own.without == 1 ? "was" : "were");
  }
  page.Add(
      ". A label is right where it {}. Intervals (95 %) count images, and say what more images of "
      "this kind would show; of these images the shares are exact, as far as their own labels are "
      "right. Verdicts and routes above do not rest on them: nobody can tell from a file who drew "
      "it.</p>\n",
      own.whole_pictures
          ? "names a class of which the picture has an object, wherever that is"
          : "has an IoU of at least 0.5 with an object of its class that no more confident one has "
            "taken");
  if (own.all.ignored > 0) {
    page.Add(
        "<p class=\"soft\">Left out: labels in regions of crowds and on objects that are marked as "
        "difficult, which are neither right nor wrong.</p>\n");
  }
  AddClasses(page, report, own, colors);
  AddUnjudged(page, report, own);
  AddUnwritten(page, own);
  AddProblems(page, own);
  return page.Take();
}

}  // namespace prelabel
