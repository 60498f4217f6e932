// Vectors of one size, as rows of a matrix. A value.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace prelabel {

struct Rows {
  std::size_t dimensions = 0;
  std::vector<float> values;  // row-major

  std::size_t count() const { return dimensions == 0 ? 0 : values.size() / dimensions; }
  std::span<const float> row(std::size_t i) const {
    return {values.data() + i * dimensions, dimensions};
  }
};

}  // namespace prelabel
