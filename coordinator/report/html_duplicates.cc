#include "coordinator/report/html_duplicates.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "coordinator/report/html_page.h"

namespace prelabel {
namespace {

constexpr std::size_t kGroupsShown = 10;  // the others are folded away

void AddRows(Page& page, const SimilarReport& similar, bool near, std::size_t from,
             std::size_t to) {
  page.Add(
      "<div class=\"card scroll\"><table><thead><tr><th>first</th><th>images</th>{}<th "
      "class=\"left\">others</th></tr></thead>\n<tbody>\n",
      near ? "<th>least cosine</th>" : "");
  for (std::size_t i = from; i < to; ++i) {
    const SimilarGroupReport& group = similar.largest[i];
    page.Add("<tr><td class=\"wrap\">{}</td><td>{}</td>",
             group.names.empty() ? std::string() : EscapeHtml(group.names.front()),
             FormatCount(group.images));
    if (near) page.Add("<td>{:.3f}</td>", group.least_cosine);
    page.Add("<td class=\"left wrap\">");
    for (std::size_t n = 1; n < group.names.size(); ++n) {
      page.Add("{}{}", n == 1 ? "" : ", ", EscapeHtml(group.names[n]));
    }
    if (group.names.size() < group.images) {
      page.Add(" … and {} more", FormatCount(group.images - group.names.size()));
    }
    page.Add("</td></tr>\n");
  }
  page.Add("</tbody></table></div>\n");
}

void AddGroups(Page& page, const SimilarReport& similar, const char* title, bool near) {
  if (similar.largest.empty()) return;
  page.Add("<h3>{}: {}, {} more than needed</h3>\n", title, CountOf(similar.groups, "group"),
           CountOf(similar.extra, "image"));
  const std::size_t shown = std::min(kGroupsShown, similar.largest.size());
  AddRows(page, similar, near, 0, shown);
  if (shown < similar.largest.size()) {
    page.Add("<details><summary>{}</summary>\n",
             CountOf(similar.largest.size() - shown, "more group"));
    AddRows(page, similar, near, shown, similar.largest.size());
    page.Add("</details>\n");
  }
  if (similar.largest.size() < similar.groups) {
    page.Add("<p class=\"soft\">… and {}, no larger.</p>\n",
             CountOf(similar.groups - similar.largest.size(), "more group"));
  }
}

// Only where not all were compared.
void AddLimit(Page& page, const SimilarReport& similar, std::uint64_t images, const char* kind) {
  if (similar.compared >= images) return;
  page.Add(", for {} only {} of them, drawn at random", kind, FormatCount(similar.compared));
}

}  // namespace

std::string DuplicatesSection(const DuplicatesReport& duplicates) {
  if (duplicates.images < 2) return {};
  const bool found = duplicates.same.groups > 0 || (duplicates.near && duplicates.near->groups > 0);
  Page page;
  page.Add("<h2 id=\"duplicates\">Images that are there more than once</h2>\n<p class=\"soft\">{}",
           found
               ? "Labeling one of a group is enough, and no group should be split between training "
                 "and test set. "
               : "None was found. ");
  page.Add("{} were compared", CountOf(duplicates.images, "image"));
  AddLimit(page, duplicates.same, duplicates.images, "copies");
  if (duplicates.near) AddLimit(page, *duplicates.near, duplicates.images, "near ones");
  page.Add("; frames of videos are left out. Copies: the model saw the same pixels. ");
  page.Add("{}</p>\n", duplicates.near
                           ? "Nearly the same: what the model makes of them says that they are the "
                             "first of their group in another quality or size, or a little changed."
                           : "The model has no feature map, so images that are nearly the same are "
                             "not found.");
  AddGroups(page, duplicates.same, "Copies", false);
  if (duplicates.near) AddGroups(page, *duplicates.near, "Nearly the same", true);
  return page.Take();
}

}  // namespace prelabel
