#include "coordinator/report/html_sample.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <vector>

#include <fmt/format.h>

#include "common/geometry/box.h"
#include "coordinator/report/html_text.h"

namespace prelabel {
namespace {

// Of a page's usual sans-serif, in parts of the font's size; generous, so that names never touch.
constexpr float kLetterWidth = 0.6F;
constexpr float kLineHeight = 1.25F;
constexpr float kPicturesWidthInLetters = 52;  // the font's size is the picture's width over this

bool Overlap(const Box& a, const Box& b) {
  return a.x1 < b.x2 && b.x1 < a.x2 && a.y1 < b.y2 && b.y1 < a.y2;
}

// Black or white, whichever is read more easily on the color: ITU-R BT.601 luma.
const char* InkOn(std::uint32_t rgb) {
  const double luma = 0.299 * (rgb >> 16 & 0xFF) + 0.587 * (rgb >> 8 & 0xFF) + 0.114 * (rgb & 0xFF);
  return luma > 140 ? "#000" : "#fff";
}

// Where a name goes: above its box, or inside it where there is no room; within the picture.
Box NamePlace(const Box& box, float text_width, float text_height, const SamplePicture& sample) {
  const auto width = static_cast<float>(sample.width);
  const auto height = static_cast<float>(sample.height);
  const float x = std::clamp(box.x1, 0.0F, std::max(0.0F, width - text_width));
  const float above = box.y1 - text_height;
  const float y =
      std::clamp(above >= 0 ? above : box.y1, 0.0F, std::max(0.0F, height - text_height));
  return {x, y, x + text_width, y + text_height};
}

void AddBoxes(std::string& svg, const SamplePicture& sample, const Report& report,
              std::span<const std::uint32_t> colors) {
  // Small boxes on top, or the pointer would not reach them.
  std::vector<const SampleBox*> order;
  for (const SampleBox& box : sample.boxes) order.push_back(&box);
  std::stable_sort(order.begin(), order.end(), [](const SampleBox* a, const SampleBox* b) {
    return a->box.Area() > b->box.Area();
  });
  auto out = std::back_inserter(svg);
  for (const SampleBox* box : order) {
    fmt::format_to(out, "<g><title>{} {:.2f}",
                   EscapeHtml(report.classes[box->category].category.name), box->score);
    if (box->track_id != 0) fmt::format_to(out, ", track {}", box->track_id);
    fmt::format_to(out,
                   "{}</title><rect{} x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" "
                   "stroke=\"#{:06x}\"/></g>\n",
                   box->interpolated ? ", interpolated" : "",
                   box->interpolated ? " class=\"dash\"" : "", box->box.x1, box->box.y1,
                   box->box.Width(), box->box.Height(), colors[box->category]);
  }
}

void AddNames(std::string& svg, const SamplePicture& sample, const Report& report,
              std::span<const std::uint32_t> colors) {
  std::vector<const SampleBox*> order;
  for (const SampleBox& box : sample.boxes) order.push_back(&box);
  std::stable_sort(order.begin(), order.end(),
                   [](const SampleBox* a, const SampleBox* b) { return a->score > b->score; });
  const float font = std::max(8.0F, static_cast<float>(sample.width) / kPicturesWidthInLetters);
  auto out = std::back_inserter(svg);
  fmt::format_to(out, "<g class=\"names\" font-size=\"{:.1f}\">\n", font);
  std::vector<Box> taken;
  for (const SampleBox* box : order) {
    const std::string& name = report.classes[box->category].category.name;
    const std::string text = fmt::format("{} {:.2f}", name, box->score);
    const Box place = NamePlace(box->box, static_cast<float>(text.size()) * kLetterWidth * font,
                                kLineHeight * font, sample);
    if (std::any_of(taken.begin(), taken.end(),
                    [&](const Box& other) { return Overlap(place, other); })) {
      continue;
    }
    taken.push_back(place);
    fmt::format_to(out,
                   "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" "
                   "fill=\"#{:06x}\"/><text x=\"{:.1f}\" y=\"{:.1f}\" fill=\"{}\">{}</text>\n",
                   place.x1, place.y1, place.Width(), place.Height(), colors[box->category],
                   (place.x1 + place.x2) / 2, place.y2 - 0.3F * font, InkOn(colors[box->category]),
                   EscapeHtml(text));
  }
  svg += "</g>";
}

// What is in the picture, the most frequent class of the report first.
std::string CountsByClass(const SamplePicture& sample, const Report& report,
                          std::span<const std::uint32_t> colors) {
  std::vector<std::size_t> counts(report.classes.size());
  for (const SampleBox& box : sample.boxes) ++counts[box.category];
  std::string text;
  for (const std::size_t c : ClassesByLabels(report)) {
    if (counts[c] == 0) continue;
    fmt::format_to(std::back_inserter(text),
                   "<i><i class=\"swatch\" style=\"background:#{:06x}\"></i>{} {}</i>", colors[c],
                   FormatCount(counts[c]), EscapeHtml(report.classes[c].category.name));
  }
  return text;
}

// <div> with the picture and its boxes; names are optional.
std::string PictureWithBoxes(const SamplePicture& sample, const Report& report,
                             std::span<const std::uint32_t> colors, bool names) {
  std::string text = fmt::format(
      "<div class=\"picture\"><img src=\"data:image/jpeg;base64,{}\" width=\"{}\" height=\"{}\" "
      "alt=\"{} with its labels\">",
      Base64(sample.jpeg), sample.width, sample.height, EscapeHtml(sample.name));
  fmt::format_to(std::back_inserter(text), "<svg viewBox=\"0 0 {} {}\">\n", sample.width,
                 sample.height);
  AddBoxes(text, sample, report, colors);
  if (names) AddNames(text, sample, report, colors);
  return text + "</svg></div>";
}

}  // namespace

std::string SampleFigure(const SamplePicture& sample, const Report& report,
                         std::span<const std::uint32_t> colors) {
  std::string figure = "<figure class=\"card\">" + PictureWithBoxes(sample, report, colors, true);
  std::size_t interpolated = 0;
  for (const SampleBox& box : sample.boxes) interpolated += box.interpolated ? 1 : 0;
  fmt::format_to(std::back_inserter(figure), "<figcaption>{}<span>{}", EscapeHtml(sample.name),
                 CountOf(sample.boxes.size(), "label"));
  if (interpolated > 0) {
    fmt::format_to(std::back_inserter(figure), ", {} interpolated", FormatCount(interpolated));
  }
  figure += "</span><span class=\"counts\">" + CountsByClass(sample, report, colors) +
            "</span></figcaption></figure>\n";
  return figure;
}

std::string ThumbFigure(const SamplePicture& sample, const Report& report,
                        std::span<const std::uint32_t> colors) {
  return fmt::format(
      "<figure class=\"card thumb\">{}<figcaption><b>{}</b><span>{}, "
      "{}</span></figcaption></figure>"
      "\n",
      PictureWithBoxes(sample, report, colors, false), EscapeHtml(sample.note),
      EscapeHtml(sample.name), CountOf(sample.boxes.size(), "label"));
}

}  // namespace prelabel
