// Embeddings of an image and of its boxes from a model's feature map. Pure; thread-safe.
#pragma once

#include <span>
#include <vector>

#include "common/base/float16.h"
#include "common/geometry/box.h"
#include "worker/detect/projection.h"
#include "worker/model/model.h"

namespace prelabel {

inline constexpr int kImageEmbeddingSize = 64;
inline constexpr int kBoxEmbeddingSize = 32;

class FeatureEmbedder {
 public:
  explicit FeatureEmbedder(int feature_channels)
      : image_(feature_channels, kImageEmbeddingSize), box_(feature_channels, kBoxEmbeddingSize) {}

  int channels() const { return image_.inputs(); }

  // The map's average over all cells, projected to at most 64 values.
  std::vector<Float16> Image(const ModelOutput& output) const;

  // A row of at most 32 values a box: the projected map's average over the cells whose centres lie
  // in the box, along each axis at least the cell of the box's own centre. Boxes are in pixels of
  // the model's input, which is width × height.
  std::vector<Float16> Boxes(const ModelOutput& output, std::span<const Box> boxes, int width,
                             int height) const;

 private:
  RandomProjection image_;
  RandomProjection box_;
};

}  // namespace prelabel
