// IEEE 754 binary16 as bits, for features in the store. Rounds to nearest, ties to even.
#pragma once

#include <cstdint>

namespace prelabel {

using Float16 = std::uint16_t;

Float16 FloatToHalf(float value);
float HalfToFloat(Float16 bits);

}  // namespace prelabel
