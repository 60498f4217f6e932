// What a model said about one item, as kept in the store: low-threshold predictions and features.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/base/float16.h"
#include "common/geometry/box.h"
#include "common/geometry/rle.h"

namespace prelabel {

struct Prediction {
  std::uint16_t class_id = 0;  // index into the model card's classes
  float score = 0;             // in [0, 1]
  Box box;                     // pixels of the original image
  friend bool operator==(const Prediction&, const Prediction&) = default;
};

// Statistics of the resized image that the model saw. Brightness is the perceived one,
// sqrt(.241 R² + .691 G² + .068 B²) / 255 (Finley, "HSP color model"), its mean over pixels.
struct ImageStats {
  float brightness = 0;  // [0, 1]
  float contrast = 0;    // standard deviation of luma / 255 (Rec. 601)
  float sharpness = 0;   // variance of the 4-neighbour Laplacian of luma
  float entropy = 0;     // of the 256-bin luma histogram, bits
  float mean_red = 0;    // [0, 1]
  float mean_green = 0;
  float mean_blue = 0;
  // Hasler and Süsstrunk, "Measuring colourfulness in natural images" (2003), M3 / 255; 0: gray.
  float colorfulness = 0;
  friend bool operator==(const ImageStats&, const ImageStats&) = default;
};

// One image or frame. An item that could not be read has `error` set and nothing else.
struct ItemResult {
  std::uint64_t item = 0;  // index within the source: position in the sorted file list, or frame
  std::string error;       // why the item is quarantined; empty when it was labelled
  int width = 0;           // of the original image, pixels
  int height = 0;
  std::vector<Prediction> predictions;  // descending score; ties as the model's order
  // One a prediction, of the original image's size; empty where the model outlines nothing.
  std::vector<Rle> masks;
  // One a prediction: how many models found it; empty where boxes of several were not fused.
  std::vector<std::uint8_t> votes;
  ImageStats stats;
  std::vector<Float16> embedding;       // of the image, at most 64 values; empty without features
  std::vector<Float16> box_embeddings;  // predictions.size() rows of at most 32 values
  // Video frames only; descriptors of appearance.h.
  std::vector<std::uint8_t> appearance;  // rows of the first predictions
  std::vector<std::uint8_t> scene;       // of the whole frame

  bool ok() const { return error.empty(); }
  friend bool operator==(const ItemResult&, const ItemResult&) = default;
};

}  // namespace prelabel
