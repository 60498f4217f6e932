#include "common/base/float16.h"

#include <bit>

namespace prelabel {

Float16 FloatToHalf(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const auto sign = static_cast<std::uint32_t>((bits >> 16) & 0x8000U);
  const std::uint32_t magnitude = bits & 0x7FFFFFFFU;
  if (magnitude > 0x7F800000U) return static_cast<Float16>(sign | 0x7E00U);   // NaN
  if (magnitude >= 0x47800000U) return static_cast<Float16>(sign | 0x7C00U);  // 65536 and above
  if (magnitude < 0x33000000U) return static_cast<Float16>(sign);             // under 2^-25
  const std::uint32_t exponent = magnitude >> 23;
  std::uint32_t mantissa = (magnitude & 0x7FFFFFU) | 0x800000U;
  // Normal halves drop 13 bits; below 2^-14 each step of the exponent drops one more.
  const std::uint32_t drop = exponent >= 113 ? 13 : 126 - exponent;
  std::uint32_t half =
      exponent >= 113 ? ((exponent - 112) << 10) + ((mantissa >> 13) & 0x3FFU) : mantissa >> drop;
  const std::uint32_t rest = mantissa & ((1U << drop) - 1);
  const std::uint32_t tie = 1U << (drop - 1);
  if (rest > tie || (rest == tie && (half & 1U) != 0)) ++half;  // may carry into the exponent
  return static_cast<Float16>(sign | half);
}

float HalfToFloat(Float16 bits) {
  const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000U) << 16;
  const std::uint32_t exponent = (bits >> 10) & 0x1FU;
  const std::uint32_t mantissa = bits & 0x3FFU;
  if (exponent == 0) {
    const float magnitude = static_cast<float>(mantissa) * 0x1p-24F;
    return sign != 0 ? -magnitude : magnitude;
  }
  const std::uint32_t wide = exponent == 31 ? 0x7F800000U : (exponent + 112) << 23;
  return std::bit_cast<float>(sign | wide | (mantissa << 13));
}

}  // namespace prelabel
