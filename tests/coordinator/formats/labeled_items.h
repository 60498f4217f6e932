// Items as writers get them, by hand.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "coordinator/merge/merge.h"

namespace prelabel {

inline LabeledItem Labeled(std::uint32_t source, std::uint64_t item, std::vector<Label> labels,
                           int width = 200, int height = 100) {
  LabeledItem labeled;
  labeled.source = SourceId(source);
  labeled.item = item;
  labeled.looked_at = true;
  labeled.width = width;
  labeled.height = height;
  labeled.labels = std::move(labels);
  return labeled;
}

inline LabeledItem UnreadableItem(std::uint32_t source, std::uint64_t item) {
  LabeledItem labeled = Labeled(source, item, {}, 0, 0);
  labeled.error = "no picture";
  return labeled;
}

inline Label MaskedLabel(int category, float score, Box box, Rle mask) {
  Label label{category, score, box};
  label.mask = std::make_shared<const Rle>(std::move(mask));
  return label;
}

// As a person drew it.
inline Label DrawnLabel(int category, Shape shape, std::uint32_t track = 1) {
  Label label{category, 1, BoundsOf(shape), LabelSource::kHuman, track};
  ShapePoint point;
  point.shape = std::move(shape);
  label.drawn = std::make_shared<const ShapePoint>(std::move(point));
  return label;
}

}  // namespace prelabel
