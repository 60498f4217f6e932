// Seeded random numbers of our own definition: the standard library's distributions differ between
// implementations. Not thread-safe; a value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace prelabel {

// The output function of SplitMix64: spreads what numbers differ in over all bits. One to one.
constexpr std::uint64_t MixBits(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31);
}

// Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
class SplitMix64 {
 public:
  static constexpr std::uint64_t kStep = 0x9E3779B97F4A7C15U;  // of the state

  explicit SplitMix64(std::uint64_t seed) : state_(seed) {}

  std::uint64_t Next() {
    state_ += kStep;
    return MixBits(state_);
  }

  // In [0, n), n > 0; every value as likely as the others: what would favor some is drawn again.
  std::uint64_t Below(std::uint64_t n) {
    const std::uint64_t unfair = (0 - n) % n;
    std::uint64_t drawn = Next();
    while (drawn < unfair) drawn = Next();
    return drawn % n;
  }

  // In [0, 1), 53 bits.
  double Uniform() { return static_cast<double>(Next() >> 11) * 0x1p-53; }

  // Fisher and Yates.
  template <class T>
  void Shuffle(std::vector<T>& values) {
    for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[Below(i)]);
  }

 private:
  std::uint64_t state_;
};

}  // namespace prelabel
