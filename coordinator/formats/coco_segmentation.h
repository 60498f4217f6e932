// Collects the value of one "segmentation" from the events of a JSON stream. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coordinator/formats/coco_reader.h"
#include "coordinator/formats/json_stream.h"

namespace prelabel {

// A value of a foreign file for a message.
std::string ShownJson(const JsonScalar& value);

class CocoSegmentationBuilder {
 public:
  // The bracket that opens the value; the builder gets all events up to the one that closes it.
  void Start(bool object);
  bool open() const { return !places_.empty(); }

  void Begin(bool object);
  void Key(std::string_view key);
  void Scalar(const JsonScalar& value);
  void End();

  // Has more than 2^20 numbers: no further ones are kept.
  bool too_large() const;

  // Once closed: what is wrong with it, or empty.
  const std::string& problem() const { return problem_; }
  CocoSegmentation Take() { return std::move(value_); }

 private:
  enum class Place : std::uint8_t { kPolygons, kPolygon, kRle, kSize, kCounts, kIgnored };

  Place PlaceOf(bool object);
  void AddInteger(const JsonScalar& value, std::vector<std::int64_t>* list);
  void SetRleKey(const JsonScalar& value);
  void Bad(std::string what);

  std::vector<Place> places_;
  std::string key_;
  std::size_t numbers_ = 0;
  bool has_counts_ = false;
  CocoSegmentation value_;
  std::string problem_;
};

}  // namespace prelabel
