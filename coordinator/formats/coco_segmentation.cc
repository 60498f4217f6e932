#include "coordinator/formats/coco_segmentation.h"

#include <utility>
#include <variant>

#include <fmt/format.h>

namespace prelabel {
namespace {

constexpr std::size_t kMaxNumbers = std::size_t{1} << 20;

}  // namespace

std::string ShownJson(const JsonScalar& value) {
  if (std::holds_alternative<std::nullptr_t>(value)) return "null";
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return std::to_string(*integer);
  if (const auto* number = std::get_if<double>(&value)) return fmt::format("{:#.6g}", *number);
  return "the text " + QuotedExcerpt(std::get<std::string_view>(value));
}

bool CocoSegmentationBuilder::too_large() const { return numbers_ > kMaxNumbers; }

void CocoSegmentationBuilder::Bad(std::string what) {
  if (problem_.empty()) problem_ = "'segmentation' " + std::move(what);
}

void CocoSegmentationBuilder::Start(bool object) {
  *this = {};
  places_.push_back(object ? Place::kRle : Place::kPolygons);
}

void CocoSegmentationBuilder::Begin(bool object) { places_.push_back(PlaceOf(object)); }

CocoSegmentationBuilder::Place CocoSegmentationBuilder::PlaceOf(bool object) {
  switch (places_.back()) {
    case Place::kPolygons:
      if (object) {
        Bad("must be a list of polygons; it has an object");
        return Place::kIgnored;
      }
      if (++numbers_ <= kMaxNumbers) value_.polygons.emplace_back();
      return Place::kPolygon;
    case Place::kRle:
      if (key_ != "size" && key_ != "counts") return Place::kIgnored;
      if (object) {
        Bad(fmt::format("must not have an object as {}", key_));
        return Place::kIgnored;
      }
      if (key_ == "size") {
        value_.size.clear();
        return Place::kSize;
      }
      has_counts_ = true;
      value_.kind = CocoSegmentation::Kind::kCounts;
      value_.counts.clear();
      return Place::kCounts;
    case Place::kPolygon:
    case Place::kSize:
    case Place::kCounts:
      Bad("must have numbers in its innermost lists");
      return Place::kIgnored;
    case Place::kIgnored:
      break;
  }
  return Place::kIgnored;
}

void CocoSegmentationBuilder::Key(std::string_view key) {
  if (places_.back() == Place::kRle) key_ = key;
}

void CocoSegmentationBuilder::Scalar(const JsonScalar& value) {
  switch (places_.back()) {
    case Place::kPolygons:
      return Bad("must be a list of polygons, each a list; it has " + ShownJson(value));
    case Place::kPolygon:
      if (const auto* integer = std::get_if<std::int64_t>(&value)) {
        if (++numbers_ <= kMaxNumbers) {
          value_.polygons.back().push_back(static_cast<double>(*integer));
        }
      } else if (const auto* number = std::get_if<double>(&value)) {
        if (++numbers_ <= kMaxNumbers) value_.polygons.back().push_back(*number);
      } else {
        Bad("has a polygon with " + ShownJson(value) + " in it");
      }
      return;
    case Place::kRle:
      return SetRleKey(value);
    case Place::kSize:
      return AddInteger(value, &value_.size);
    case Place::kCounts:
      return AddInteger(value, &value_.counts);
    case Place::kIgnored:
      return;
  }
}

void CocoSegmentationBuilder::AddInteger(const JsonScalar& value, std::vector<std::int64_t>* list) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    if (++numbers_ <= kMaxNumbers) list->push_back(*integer);
  } else {
    Bad(fmt::format("has {} in its {}, which are integers", ShownJson(value), key_));
  }
}

void CocoSegmentationBuilder::SetRleKey(const JsonScalar& value) {
  const auto* text = std::get_if<std::string_view>(&value);
  if (key_ == "size") {
    Bad("must have [height, width] as size, not " + ShownJson(value));
  } else if (key_ == "counts" && text == nullptr) {
    Bad("must have a list or a text as counts, not " + ShownJson(value));
  } else if (key_ == "counts") {
    has_counts_ = true;
    value_.kind = CocoSegmentation::Kind::kCompressed;
    value_.compressed = *text;
  }
}

void CocoSegmentationBuilder::End() {
  const Place ended = places_.back();
  places_.pop_back();
  if (ended != Place::kRle) return;
  if (!has_counts_) Bad("must have counts beside its size");
  if (value_.size.size() != 2) Bad("must have [height, width] as size");
}

}  // namespace prelabel
