#include "coordinator/report/html_second_opinion.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "coordinator/report/html_page.h"

namespace prelabel {
namespace {

constexpr std::size_t kClassesShown = 12;

std::string_view TitleOf(View view) {
  switch (view) {
    case View::kFlip:
      return "mirrored";
    case View::kColor:
      return "recolored";
    case View::kScale:
      return "smaller";
    case View::kSecondModel:
      return "second model";
    case View::kPlain:
      break;
  }
  return "";
}

std::string ShareCell(const ClusteredShare& share) {
  if (share.labels == 0) return "<td><span class=\"soft\">–</span></td>";
  return fmt::format("<td>{} <span class=\"soft\">{}</span></td>", ShareText(share.Share()),
                     IntervalText(share.Interval95()));
}

void AddRow(Page& page, const std::string& name, const SecondOpinionResult& result,
            const ClassOpinion& opinion, bool changes) {
  const std::uint64_t labels = opinion.views.empty() ? 0 : opinion.views.front().again.labels;
  page.Add("<tr><td>{}</td><td>{}</td>", name, CountOrDash(labels));
  if (changes) page.Add("{}", ShareCell(opinion.stable));
  for (std::size_t v = 0; v < result.views.size(); ++v) {
    page.Add("{}", ShareCell(opinion.views[v].again));
  }
  page.Add("</tr>\n");
}

}  // namespace

std::string SecondOpinionSection(const Report& report, const Assessment& assessment,
                                 std::span<const std::uint32_t> colors) {
  if (!assessment.second_opinion || assessment.second_opinion->views.empty()) return {};
  const SecondOpinionResult& result = *assessment.second_opinion;
  const bool changes = std::any_of(result.views.begin(), result.views.end(),
                                   [](View view) { return view != View::kSecondModel; });
  Page page;
  page.Add(
      "<h2 id=\"second-looks\">Second looks</h2>\n<p class=\"soft\">Of the labels on {} drawn at "
      "random, the share that is found again where the picture is changed a little{}. A label that "
      "vanishes is more often wrong than one that stays; one that stays may be wrong all the "
      "same.</p>\n",
      CountOf(result.sampled, "picture"),
      result.second_model.empty()
          ? ""
          : fmt::format(", or by a second model ({})", EscapeHtml(result.second_model)));
  page.Add("<div class=\"card scroll\"><table><thead><tr><th>class</th><th>labels</th>{}",
           changes ? "<th>in all changes</th>" : "");
  for (const View view : result.views) page.Add("<th>{}</th>", TitleOf(view));
  page.Add("</tr></thead>\n<tbody>\n");
  AddRow(page, "<b>all</b>", result, result.all, changes);
  std::vector<std::size_t> order;
  for (const std::size_t c : ClassesByLabels(report)) {
    const ClassOpinion& opinion = result.classes[c];
    if (std::any_of(opinion.views.begin(), opinion.views.end(),
                    [](const ViewAgreement& view) { return view.again.labels > 0; })) {
      order.push_back(c);
    }
  }
  for (std::size_t i = 0; i < std::min(order.size(), kClassesShown); ++i) {
    AddRow(page, Swatch(colors[order[i]]) + EscapeHtml(report.classes[order[i]].category.name),
           result, result.classes[order[i]], changes);
  }
  page.Add("</tbody></table></div>\n");
  if (order.size() > kClassesShown) {
    page.Add("<p class=\"soft\">{} with fewer labels: report.json has them all.</p>\n",
             CountOf(order.size() - kClassesShown, "more class", "more classes"));
  }
  return page.Take();
}

}  // namespace prelabel
