#include "coordinator/formats/cvat_shape.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "coordinator/formats/cvat_mask.h"
#include "coordinator/formats/keyframe_file.h"
#include "coordinator/formats/label_problem.h"

namespace prelabel {
namespace {

constexpr std::size_t kMaxPoints = std::size_t{1} << 18;  // of one shape
constexpr std::string_view kShapes[] = {"box",    "ellipse", "polygon",  "polyline",
                                        "points", "mask",    "skeleton", "cuboid"};

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

template <class T>
std::optional<T> Parse(std::string_view text) {
  text = Trimmed(text);
  T value{};
  const std::from_chars_result read =
      std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

Result<std::string_view> Require(const XmlElement& element, std::string_view name) {
  const std::string_view* text = element.Find(name);
  if (text == nullptr) {
    return InvalidArgument(fmt::format("<{}> has no '{}'; write it", element.name, name));
  }
  return *text;
}

std::optional<float> Coordinate(std::string_view text) {
  const std::optional<double> value = Parse<double>(text);
  if (!value || !(std::abs(*value) <= kMaxCoordinate)) return std::nullopt;
  return static_cast<float>(*value);
}

Result<float> ParseCoordinate(const XmlElement& element, std::string_view name) {
  PRELABEL_TRY(const std::string_view text, Require(element, name));
  const std::optional<float> value = Coordinate(text);
  if (!value) {
    return InvalidArgument(fmt::format("'{}' must be a number of pixels (up to {}), not {}", name,
                                       kMaxCoordinate, QuotedExcerpt(text)));
  }
  return *value;
}

Result<std::int64_t> ParseInteger(const XmlElement& element, std::string_view name,
                                  std::int64_t least, std::int64_t most) {
  PRELABEL_TRY(const std::string_view text, Require(element, name));
  const std::optional<std::int64_t> value = Parse<std::int64_t>(text);
  if (!value || *value < least || *value > most) {
    return InvalidArgument(fmt::format("'{}' must be a whole number from {} to {}, not {}", name,
                                       least, most, QuotedExcerpt(text)));
  }
  return *value;
}

Result<double> ParseRotation(const XmlElement& element) {
  const std::string_view* text = element.Find("rotation");
  if (text == nullptr) return 0.0;
  const std::optional<double> value = Parse<double>(*text);
  if (!value || !std::isfinite(*value)) {
    return InvalidArgument("'rotation' must be degrees, not " + QuotedExcerpt(*text));
  }
  double turned = std::fmod(*value, 360.0);
  if (turned < 0) turned += 360.0;
  return turned >= 360.0 ? 0.0 : turned;  // what is just below 0 may round up
}

Result<Shape> ParseBox(const XmlElement& element) {
  Shape shape;
  shape.kind = ShapeKind::kBox;
  PRELABEL_TRY(shape.box.x1, ParseCoordinate(element, "xtl"));
  PRELABEL_TRY(shape.box.y1, ParseCoordinate(element, "ytl"));
  PRELABEL_TRY(shape.box.x2, ParseCoordinate(element, "xbr"));
  PRELABEL_TRY(shape.box.y2, ParseCoordinate(element, "ybr"));
  if (shape.box.x2 < shape.box.x1 || shape.box.y2 < shape.box.y1) {
    return InvalidArgument(
        "the box ends left of or above its start; xtl, ytl is its top left corner, xbr, ybr its "
        "bottom right one");
  }
  PRELABEL_TRY(shape.rotation, ParseRotation(element));
  return shape;
}

Result<Shape> ParseEllipse(const XmlElement& element) {
  Shape shape;
  shape.kind = ShapeKind::kEllipse;
  PRELABEL_TRY(const float cx, ParseCoordinate(element, "cx"));
  PRELABEL_TRY(const float cy, ParseCoordinate(element, "cy"));
  PRELABEL_TRY(const float rx, ParseCoordinate(element, "rx"));
  PRELABEL_TRY(const float ry, ParseCoordinate(element, "ry"));
  if (rx < 0 || ry < 0) return InvalidArgument("'rx' and 'ry' are radii and must not be below 0");
  shape.box = {cx - rx, cy - ry, cx + rx, cy + ry};
  PRELABEL_TRY(shape.rotation, ParseRotation(element));
  return shape;
}

// "x,y;x,y;…"
Result<std::vector<Point>> ParsePoints(std::string_view text, std::size_t least) {
  std::vector<Point> points;
  std::string_view rest = text;
  for (bool more = true; more;) {
    const std::size_t end = rest.find(';');
    more = end != std::string_view::npos;
    const std::string_view pair = rest.substr(0, end);
    rest = more ? rest.substr(end + 1) : std::string_view();
    const std::size_t comma = pair.find(',');
    const std::optional<float> x = Coordinate(pair.substr(0, comma));
    const std::optional<float> y =
        comma == std::string_view::npos ? std::nullopt : Coordinate(pair.substr(comma + 1));
    if (!x || !y) {
      return InvalidArgument("'points' must be pairs like \"12.50,3.00;20.00,4.00\"; " +
                             QuotedExcerpt(pair) + " is none");
    }
    if (points.size() == kMaxPoints) {
      return InvalidArgument(fmt::format("a shape has more than {} points", kMaxPoints));
    }
    points.push_back({*x, *y});
  }
  if (points.size() < least) {
    return InvalidArgument(fmt::format("has {} {}; it needs {}", points.size(),
                                       points.size() == 1 ? "point" : "points", least));
  }
  return points;
}

Result<Shape> ParsePointList(const XmlElement& element, ShapeKind kind, std::size_t least) {
  Shape shape;
  shape.kind = kind;
  PRELABEL_TRY(const std::string_view text, Require(element, "points"));
  PRELABEL_TRY(shape.points, ParsePoints(text, least));
  return shape;
}

// "12, 3, 7": runs. The text's size limits their number.
Result<Shape> ParseMask(const XmlElement& element) {
  Shape shape;
  shape.kind = ShapeKind::kMask;
  constexpr auto kFar = static_cast<std::int64_t>(kMaxCoordinate);
  PRELABEL_TRY(const std::int64_t left, ParseInteger(element, "left", -kFar, kFar));
  PRELABEL_TRY(const std::int64_t top, ParseInteger(element, "top", -kFar, kFar));
  PRELABEL_TRY(const std::int64_t width, ParseInteger(element, "width", 1, kMaxCvatMaskSide));
  PRELABEL_TRY(const std::int64_t height, ParseInteger(element, "height", 1, kMaxCvatMaskSide));
  PRELABEL_TRY(const std::string_view text, Require(element, "rle"));
  std::vector<std::int64_t> runs;
  std::string_view rest = text;
  for (bool more = true; more;) {
    const std::size_t end = rest.find(',');
    more = end != std::string_view::npos;
    const std::optional<std::int64_t> run = Parse<std::int64_t>(rest.substr(0, end));
    if (!run) {
      return InvalidArgument("'rle' must be run lengths like \"12, 3, 7\"; " +
                             QuotedExcerpt(rest.substr(0, end)) + " is none");
    }
    runs.push_back(*run);
    rest = more ? rest.substr(end + 1) : std::string_view();
  }
  PRELABEL_TRY(shape.mask, RleFromRows(height, width, runs));
  shape.left = static_cast<std::int32_t>(left);
  shape.top = static_cast<std::int32_t>(top);
  return shape;
}

}  // namespace

bool IsCvatShape(std::string_view name) {
  return std::find(std::begin(kShapes), std::end(kShapes), name) != std::end(kShapes);
}

Result<Shape> ParseCvatShape(const XmlElement& element) {
  if (element.name == "box") return ParseBox(element);
  if (element.name == "ellipse") return ParseEllipse(element);
  if (element.name == "polygon") return ParsePointList(element, ShapeKind::kPolygon, 3);
  if (element.name == "polyline") return ParsePointList(element, ShapeKind::kPolyline, 2);
  if (element.name == "points") return ParsePointList(element, ShapeKind::kPoints, 1);
  if (element.name == "mask") return ParseMask(element);
  if (element.name == "skeleton") {
    Shape shape;
    shape.kind = ShapeKind::kSkeleton;
    return shape;
  }
  return InvalidArgument(
      "cuboids are not read; draw the object as a box or polygon, or take the track out");
}

Result<bool> ParseCvatFlag(const XmlElement& element, std::string_view name, bool missing) {
  const std::string_view* text = element.Find(name);
  if (text == nullptr) return missing;
  if (*text == "0") return false;
  if (*text == "1") return true;
  return InvalidArgument(fmt::format("'{}' must be 0 or 1, not {}", name, QuotedExcerpt(*text)));
}

Result<std::int64_t> ParseCvatNumber(const XmlElement& element, std::string_view name,
                                     std::int64_t most) {
  return ParseInteger(element, name, 0, most);
}

}  // namespace prelabel
