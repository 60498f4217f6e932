#include "coordinator/formats/cvat_text.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "coordinator/formats/cvat_mask.h"
#include "coordinator/formats/xml_text.h"

namespace prelabel {
namespace {

template <class T>
std::string Exact(T value) {
  std::string text = fmt::format("{:.2f}", value);
  double read = 0;
  std::from_chars(text.data(), text.data() + text.size(), read);
  if (static_cast<T>(read) == value) return text;
  return fmt::format("{}", value);
}

// Center and radius of what a reader turns into these edges: center - radius and center + radius,
// in single precision. With two digits, where that gives the edges back.
std::pair<std::string, std::string> CenterAndRadius(float low, float high) {
  const double center = (static_cast<double>(low) + high) / 2;
  const double radius = (static_cast<double>(high) - low) / 2;
  const auto hundredths = [](double value) {
    const std::string text = fmt::format("{:.2f}", value);
    double read = 0;
    std::from_chars(text.data(), text.data() + text.size(), read);
    return static_cast<float>(read);
  };
  const float c = hundredths(center);
  const float r = hundredths(radius);
  if (c - r == low && c + r == high) return {Exact(c), Exact(r)};
  return {Exact(static_cast<float>(center)), Exact(static_cast<float>(radius))};
}

std::string PointList(const std::vector<Point>& points) {
  std::string text;
  for (const Point& point : points) {
    if (!text.empty()) text += ';';
    text += Exact(point.x) + "," + Exact(point.y);
  }
  return text;
}

std::string_view ElementOf(ShapeKind kind) {
  constexpr std::string_view kNames[] = {"box",    "ellipse",  "polygon", "polyline",
                                         "points", "skeleton", "mask"};
  return kNames[static_cast<std::size_t>(kind)];
}

void AppendAttribute(const DeclaredAttribute& attribute, std::string& out) {
  fmt::format_to(std::back_inserter(out),
                 "            <attribute>\n              <name>{}</name>\n"
                 "              <mutable>{}</mutable>\n"
                 "              <input_type>{}</input_type>\n"
                 "              <default_value>{}</default_value>\n"
                 "              <values>{}</values>\n            </attribute>\n",
                 XmlText(attribute.name), attribute.is_mutable ? "True" : "False",
                 XmlText(attribute.input_type.empty() ? "text" : attribute.input_type),
                 XmlText(attribute.default_value),
                 XmlText(fmt::format("{}", fmt::join(attribute.values, "\n"))));
}

}  // namespace

std::string CvatColor(std::size_t label) {
  constexpr int kLow = 64;
  constexpr int kSteps = 255 - kLow;
  const int hue = static_cast<int>(label * 275 % 720);  // half degrees
  const auto channel = [hue](int shift) {
    const int distance = std::abs((hue + shift) % 720 - 360);  // from red, green or blue, 0 to 360
    const int share = std::min(std::max(distance - 120, 0), 120);
    return kLow + kSteps * share / 120;
  };
  return fmt::format("#{:02x}{:02x}{:02x}", channel(0), channel(480), channel(240));
}

std::string XmlComment(std::string_view text) {
  std::string comment = XmlText(text);
  for (std::size_t at = 0; (at = comment.find("--", at)) != std::string::npos;) {
    comment[at + 1] = '_';
  }
  return comment;
}

Result<std::string> CvatGeometry(const Shape& shape) {
  const std::string turned =
      shape.rotation == 0 ? "" : fmt::format(" rotation=\"{}\"", Exact(shape.rotation));
  switch (shape.kind) {
    case ShapeKind::kBox:
      return fmt::format(" xtl=\"{}\" ytl=\"{}\" xbr=\"{}\" ybr=\"{}\"{}", Exact(shape.box.x1),
                         Exact(shape.box.y1), Exact(shape.box.x2), Exact(shape.box.y2), turned);
    case ShapeKind::kEllipse: {
      const auto [cx, rx] = CenterAndRadius(shape.box.x1, shape.box.x2);
      const auto [cy, ry] = CenterAndRadius(shape.box.y1, shape.box.y2);
      return fmt::format(" cx=\"{}\" cy=\"{}\" rx=\"{}\" ry=\"{}\"{}", cx, cy, rx, ry, turned);
    }
    case ShapeKind::kPolygon:
    case ShapeKind::kPolyline:
    case ShapeKind::kPoints:
      return fmt::format(" points=\"{}\"", PointList(shape.points));
    case ShapeKind::kSkeleton:
      return std::string();
    case ShapeKind::kMask:
      break;
  }
  // The runs down the columns of a mask are those along the rows of the transposed one.
  const std::vector<std::int64_t> counts(shape.mask.counts.begin(), shape.mask.counts.end());
  PRELABEL_TRY(const Rle rows, RleFromRows(shape.mask.width, shape.mask.height, counts));
  return fmt::format(" rle=\"{}\" left=\"{}\" top=\"{}\" width=\"{}\" height=\"{}\"",
                     fmt::join(rows.counts, ", "), shape.left, shape.top, shape.mask.width,
                     shape.mask.height);
}

void AppendCvatLabel(const DeclaredLabel& label, std::string_view color, std::string& out) {
  fmt::format_to(std::back_inserter(out),
                 "        <label>\n          <name>{}</name>\n          <color>{}</color>\n"
                 "          <type>{}</type>\n          <attributes>\n",
                 XmlText(label.name), color, XmlText(label.type));
  for (const DeclaredAttribute& attribute : label.attributes) AppendAttribute(attribute, out);
  out += "          </attributes>\n        </label>\n";
  for (const std::string& joint : label.joints) {
    fmt::format_to(std::back_inserter(out),
                   "        <label>\n          <name>{}</name>\n          <color>{}</color>\n"
                   "          <type>points</type>\n          <attributes></attributes>\n"
                   "          <parent>{}</parent>\n        </label>\n",
                   XmlText(joint), color, XmlText(label.name));
  }
}

Result<void> AppendCvatShape(const ShapeKeyframe& keyframe, std::string& out) {
  const Shape& shape = keyframe.shape;
  PRELABEL_TRY(const std::string geometry, CvatGeometry(shape));
  const std::string_view element = ElementOf(shape.kind);
  const auto flag = [](bool value) { return value ? 1 : 0; };
  auto to = std::back_inserter(out);
  fmt::format_to(
      to, "    <{} frame=\"{}\" keyframe=\"1\" outside=\"{}\" occluded=\"{}\"{} z_order=\"0\">\n",
      element, keyframe.frame, flag(keyframe.outside), flag(keyframe.occluded), geometry);
  for (const Joint& joint : shape.joints) {
    fmt::format_to(to,
                   "      <points label=\"{}\" keyframe=\"1\" outside=\"{}\" occluded=\"{}\" "
                   "points=\"{}\">\n      </points>\n",
                   XmlText(joint.name), flag(joint.outside), flag(joint.occluded),
                   PointList({joint.at}));
  }
  for (const auto& [name, value] : keyframe.attributes) {
    fmt::format_to(to, "      <attribute name=\"{}\">{}</attribute>\n", XmlText(name),
                   XmlText(value));
  }
  fmt::format_to(to, "    </{}>\n", element);
  return Ok();
}

}  // namespace prelabel
