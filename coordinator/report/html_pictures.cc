#include "coordinator/report/html_pictures.h"

#include <vector>

#include "coordinator/report/html_page.h"
#include "coordinator/report/html_sample.h"

namespace prelabel {
namespace {

void AddThumbs(Page& page, const Report& report, const std::vector<SamplePicture>& pictures,
               std::span<const std::uint32_t> colors) {
  page.Add("<div class=\"thumbs\">\n");
  for (const SamplePicture& picture : pictures) {
    page.Add("{}", ThumbFigure(picture, report, colors));
  }
  page.Add("</div>\n");
}

}  // namespace

std::string PicturesSection(const Report& report, std::span<const std::uint32_t> colors) {
  Page page;
  if (!report.odd.empty()) {
    page.Add(
        "<h2 id=\"odd\">Most unlike the reference</h2>\n<p class=\"soft\">The pictures that stand "
        "out most, first. Do you want these labeled at all? Then they are the ones to "
        "audit.</p>\n");
    AddThumbs(page, report, report.odd, colors);
  }
  if (!report.least_confident.empty()) {
    page.Add(
        "<h2 id=\"least-confident\">Least confident</h2>\n<p class=\"soft\">Where the written "
        "labels "
        "are weakest. Point at a box for its name and score.</p>\n");
    AddThumbs(page, report, report.least_confident, colors);
  }
  bool any = false;
  for (const PictureGroup& group : report.gallery) {
    if (group.pictures.empty()) continue;
    if (!any) {
      page.Add(
          "<h2 id=\"gallery\">Image quality</h2>\n<p class=\"soft\">Extremes of what was measured: "
          "a "
          "covered lens, a wrong exposure or a broken file shows here first.</p>\n<div "
          "class=\"gallery\">\n");
    }
    any = true;
    page.Add("<div><h3>{}</h3>", EscapeHtml(group.title));
    AddThumbs(page, report, group.pictures, colors);
    page.Add("</div>\n");
  }
  if (any) page.Add("</div>\n");
  return page.Take();
}

}  // namespace prelabel
