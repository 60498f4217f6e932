// Seeded random projection of features to few values. It keeps lengths and distances in expectation
// (Johnson and Lindenstrauss), with entries ±1/sqrt(outputs) after Achlioptas, "Database-friendly
// random projections", JCSS 66 (2003). Immutable; thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace prelabel {

// Part of what stored features mean: another seed makes them incomparable with earlier runs.
inline constexpr std::uint64_t kProjectionSeed = 0x70726c6162656c31;  // "prlabel1" in ASCII

class RandomProjection {
 public:
  // Identity where `inputs` <= `max_outputs`. Otherwise entry (input i, output o) is negative where
  // number i × outputs + o (from 0) of the SplitMix64 stream of the seed has its top bit set.
  RandomProjection(int inputs, int max_outputs, std::uint64_t seed = kProjectionSeed);

  int inputs() const { return inputs_; }
  int outputs() const { return outputs_; }

  // `out`: outputs() floats. Input i is in[i × in_stride].
  void Apply(const float* in, std::size_t in_stride, std::span<float> out) const;

 private:
  int inputs_;
  int outputs_;
  std::vector<float> matrix_;  // inputs × outputs; empty for the identity
};

}  // namespace prelabel
