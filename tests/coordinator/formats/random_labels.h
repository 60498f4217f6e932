// Labels at random for round trips, on the grid of what files state: corners in hundredths of a
// pixel, scores in ten-thousandths. So what comes back can be compared digit by digit.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "common/geometry/rle.h"
#include "coordinator/merge/merge.h"

namespace prelabel {

// Names that are more than letters: what JSON, XML and URLs each give a meaning, and what is no
// ASCII.
inline std::string TroublesomeName(std::size_t number) {
  constexpr std::array kNames = {"a \"b\" 'c'", "d & e; &amp;", "<f> ]]>",
                                 "g\\h",        "žluťoučký",    "自転車",
                                 "🚲 + 50%#?",   "i\tj",         "{k}: [l, m]"};
  return kNames[number % kNames.size()] + std::string(" ") + std::to_string(number);
}

// `count` categories with ids from 1 that are not their positions.
inline ClassMap TroublesomeClasses(std::size_t count) {
  ClassMap classes;
  for (std::size_t i = 0; i < count; ++i) {
    classes.categories.push_back({static_cast<int>(3 * i + 1), TroublesomeName(i)});
    classes.category_of_class.push_back(static_cast<int>(i));
    classes.threshold_of_class.push_back(0);
  }
  return classes;
}

inline double InHundredths(float value) { return std::round(double{value} * 100) / 100; }
inline double InTenThousandths(float value) { return std::round(double{value} * 10000) / 10000; }

class RandomLabels {
 public:
  explicit RandomLabels(unsigned seed) : random_(seed) {}

  int Below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }

  float Score() { return static_cast<float>(Below(10001)) / 10000; }

  // Within the picture; every other edge is, one time in four, the picture's.
  Box BoxIn(int width, int height) {
    const auto [x1, x2] = Side(width);
    const auto [y1, y2] = Side(height);
    return {x1, y1, x2, y2};
  }

  // Blobs with holes and parts: some rectangles, each setting or clearing.
  Mask MaskOf(std::uint32_t width, std::uint32_t height) {
    Mask mask{height, width, std::vector<std::uint8_t>(std::size_t{width} * height, 0)};
    for (int i = 0; i < 6; ++i) {
      const std::uint32_t x = random_() % width;
      const std::uint32_t y = random_() % height;
      const std::uint32_t right = std::min<std::uint32_t>(width, x + 1 + random_() % 15);
      const std::uint32_t bottom = std::min<std::uint32_t>(height, y + 1 + random_() % 10);
      const std::uint8_t value = i % 3 == 2 ? 0 : 1;
      for (std::uint32_t row = y; row < bottom; ++row) {
        std::fill(mask.pixels.begin() + row * width + x, mask.pixels.begin() + row * width + right,
                  value);
      }
    }
    return mask;
  }

  Label BoxLabel(int categories, int width, int height) {
    Label label{Below(categories), Score(), BoxIn(width, height)};
    label.source = Below(4) == 0 ? LabelSource::kInterpolated : LabelSource::kModel;
    if (Below(3) != 0) label.route = static_cast<Route>(Below(3));
    return label;
  }

 private:
  std::pair<float, float> Side(int pixels) {
    const int whole = 100 * pixels;
    int from = Below(4) == 0 ? 0 : Below(whole);
    int to = Below(4) == 0 ? whole : Below(whole);
    if (from > to) std::swap(from, to);
    if (from == to) to == whole ? --from : ++to;
    return {static_cast<float>(from) / 100, static_cast<float>(to) / 100};
  }

  std::mt19937 random_;
};

}  // namespace prelabel
