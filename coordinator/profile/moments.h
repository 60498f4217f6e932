// Count, mean and covariance of vectors from running sums. Deterministic for a fixed order of Add
// and Merge. Pure values.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "common/base/float16.h"

namespace prelabel {

struct Moments {
  std::uint64_t count = 0;
  std::vector<double> sum;    // d values
  std::vector<double> outer;  // sums of products, upper triangle by rows: d (d + 1) / 2
  friend bool operator==(const Moments&, const Moments&) = default;

  std::size_t dimensions() const { return sum.size(); }
  // The first vector sets the dimensions; vectors of others are not added.
  void Add(std::span<const Float16> vector);
  void Merge(const Moments& other);
  std::vector<double> Mean() const;        // zeros without any
  std::vector<double> Covariance() const;  // d × d, unbiased; zeros for less than two
};

}  // namespace prelabel
