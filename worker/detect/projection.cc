#include "worker/detect/projection.h"

#include <algorithm>
#include <cmath>

#include "common/base/random.h"

namespace prelabel {
RandomProjection::RandomProjection(int inputs, int max_outputs, std::uint64_t seed)
    : inputs_(inputs), outputs_(std::min(inputs, max_outputs)) {
  if (inputs <= max_outputs) return;
  SplitMix64 random(seed);
  const float scale = static_cast<float>(1 / std::sqrt(static_cast<double>(outputs_)));
  matrix_.resize(static_cast<std::size_t>(inputs_) * static_cast<std::size_t>(outputs_));
  for (float& entry : matrix_) entry = (random.Next() >> 63) != 0 ? -scale : scale;
}

void RandomProjection::Apply(const float* in, std::size_t in_stride, std::span<float> out) const {
  const auto outputs = static_cast<std::size_t>(outputs_);
  const auto inputs = static_cast<std::size_t>(inputs_);
  if (matrix_.empty()) {
    for (std::size_t o = 0; o < outputs; ++o) out[o] = in[o * in_stride];
    return;
  }
  std::fill(out.begin(), out.end(), 0.0F);
  float* sums = out.data();
  const float* row = matrix_.data();
  for (std::size_t i = 0; i < inputs; ++i, row += outputs) {
    const float value = in[i * in_stride];
    for (std::size_t o = 0; o < outputs; ++o) sums[o] += value * row[o];
  }
}

}  // namespace prelabel
