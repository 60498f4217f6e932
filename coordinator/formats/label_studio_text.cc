#include "coordinator/formats/label_studio_text.h"

#include <cctype>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "coordinator/formats/json_text.h"
#include "coordinator/formats/label_studio_rle.h"
#include "coordinator/formats/xml_text.h"

namespace prelabel {
namespace {

std::string Region(const LabelStudioRegion& region, std::string_view type, std::string_view tag,
                   const std::string& value) {
  return fmt::format(
      "{{\"id\": {}, \"type\": \"{}\", \"from_name\": \"{}\", \"to_name\": \"{}\", "
      "\"original_width\": {}, \"original_height\": {}, \"image_rotation\": 0, {}\"value\": "
      "{{{}\"{}\": [{}]}}}}",
      JsonString(region.id), type, tag, kLabelStudioImage, region.width, region.height,
      region.score ? fmt::format("\"score\": {:.4f}, ", *region.score) : "",
      value.empty() ? "" : value + ", ", type, JsonString(region.label));
}

}  // namespace

std::string LabelStudioRectangle(const LabelStudioRegion& region, const Box& box) {
  const auto percent = [](float value, int side) {
    return side > 0 ? 100 * static_cast<double>(value) / side : 0.0;
  };
  return Region(
      region, "rectanglelabels", kLabelStudioBox,
      fmt::format("\"x\": {:.6f}, \"y\": {:.6f}, \"width\": {:.6f}, \"height\": {:.6f}, "
                  "\"rotation\": 0",
                  percent(box.x1, region.width), percent(box.y1, region.height),
                  percent(box.Width(), region.width), percent(box.Height(), region.height)));
}

Result<std::string> LabelStudioBrush(const LabelStudioRegion& region, const Rle& mask) {
  PRELABEL_TRY(const std::vector<int> bytes, EncodeLabelStudioRle(mask));
  return Region(region, "brushlabels", kLabelStudioBrush,
                fmt::format("\"format\": \"rle\", \"rle\": [{}]", fmt::join(bytes, ", ")));
}

std::string LabelStudioChoice(const LabelStudioRegion& region) {
  return Region(region, "choices", kLabelStudioChoice, "");
}

std::string LabelStudioChoices(const std::vector<std::string>& classes) {
  std::string text = fmt::format("  <Choices name=\"{}\" toName=\"{}\" choice=\"multiple\">\n",
                                 kLabelStudioChoice, kLabelStudioImage);
  for (const std::string& label : classes) {
    text += fmt::format("    <Choice value=\"{}\"/>\n", XmlText(label));
  }
  return text + "  </Choices>\n";
}

std::string LabelStudioLabels(std::string_view tag, std::string_view name, std::string_view to,
                              const std::vector<std::string>& classes) {
  std::string text = fmt::format("  <{} name=\"{}\" toName=\"{}\">\n", tag, name, to);
  for (const std::string& label : classes) {
    text += fmt::format("    <Label value=\"{}\"/>\n", XmlText(label));
  }
  return text + fmt::format("  </{}>\n", tag);
}

std::string LabelStudioFile(std::string_view file) {
  std::string text = "/data/local-files/?d=";
  for (const char c : file) {
    const auto byte = static_cast<unsigned char>(c);
    // RFC 3986 §2.3, and what may stand in a query as it is.
    const bool plain = (byte < 0x80 && std::isalnum(byte) != 0) ||
                       std::string_view("-._~/").find(c) != std::string_view::npos;
    text += plain ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return text;
}

}  // namespace prelabel
