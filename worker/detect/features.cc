#include "worker/detect/features.h"

#include <algorithm>
#include <cmath>

namespace prelabel {
namespace {

struct CellRange {
  int begin = 0;
  int end = 0;
};

// The cells of one axis whose centres, at (i + 0.5) × cell, lie in [low, high).
CellRange CoveredCells(float low, float high, float size, int cells) {
  const float per_pixel = static_cast<float>(cells) / size;
  const auto index = [&](float position) {
    return static_cast<int>(std::clamp(position, 0.0F, static_cast<float>(cells)));
  };
  CellRange range{index(std::ceil(low * per_pixel - 0.5F)),
                  index(std::ceil(high * per_pixel - 0.5F))};
  if (range.begin < range.end) return range;
  const float centre = (low + high) / 2;
  range.begin = std::min(index(std::floor(centre * per_pixel)), cells - 1);
  range.end = range.begin + 1;
  return range;
}

}  // namespace

std::vector<Float16> FeatureEmbedder::Image(const ModelOutput& output) const {
  const std::size_t cells = static_cast<std::size_t>(output.feature_height) * output.feature_width;
  std::vector<float> average(static_cast<std::size_t>(output.feature_channels));
  for (std::size_t channel = 0; channel < average.size(); ++channel) {
    const float* plane = output.features.data() + channel * cells;
    float sum = 0;
    for (std::size_t cell = 0; cell < cells; ++cell) sum += plane[cell];
    average[channel] = sum / static_cast<float>(cells);
  }
  std::vector<float> projected(static_cast<std::size_t>(image_.outputs()));
  image_.Apply(average.data(), 1, projected);
  std::vector<Float16> embedding(projected.size());
  std::transform(projected.begin(), projected.end(), embedding.begin(), FloatToHalf);
  return embedding;
}

std::vector<Float16> FeatureEmbedder::Boxes(const ModelOutput& output, std::span<const Box> boxes,
                                            int width, int height) const {
  const int columns = output.feature_width;
  const std::size_t cells = static_cast<std::size_t>(output.feature_height) * columns;
  const auto values = static_cast<std::size_t>(box_.outputs());
  // Projecting is linear: projecting each covered cell once, before averaging, saves doing so for
  // every box that covers it.
  std::vector<float> projected(cells * values);
  std::vector<char> ready(cells, 0);
  std::vector<Float16> rows;
  rows.reserve(boxes.size() * values);
  std::vector<float> sums(values);
  for (const Box& box : boxes) {
    const CellRange x = CoveredCells(box.x1, box.x2, static_cast<float>(width), columns);
    const CellRange y =
        CoveredCells(box.y1, box.y2, static_cast<float>(height), output.feature_height);
    std::fill(sums.begin(), sums.end(), 0.0F);
    for (int row = y.begin; row < y.end; ++row) {
      for (int column = x.begin; column < x.end; ++column) {
        const std::size_t cell = static_cast<std::size_t>(row) * columns + column;
        const std::span<float> values_here(projected.data() + cell * values, values);
        if (ready[cell] == 0) {
          box_.Apply(output.features.data() + cell, cells, values_here);
          ready[cell] = 1;
        }
        for (std::size_t i = 0; i < values; ++i) sums[i] += values_here[i];
      }
    }
    const auto count = static_cast<float>((x.end - x.begin) * (y.end - y.begin));
    for (const float sum : sums) rows.push_back(FloatToHalf(sum / count));
  }
  return rows;
}

}  // namespace prelabel
