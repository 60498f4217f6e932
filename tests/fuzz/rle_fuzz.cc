// Arbitrary masks come back from their encoding; arbitrary texts and counts never crash the
// decoder, an error has a reason, and what is accepted has one spelling that is accepted again.
// Input: one byte for the kind, two for the size, then the mask, the text or the counts.
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include "common/geometry/rle.h"
#include "tests/fuzz/check.h"

namespace {

using prelabel::Mask;
using prelabel::Rle;

constexpr std::uint64_t kMaxDecodedPixels = 1U << 20;

void CheckValid(const Rle& rle) {
  const std::uint64_t pixels = std::uint64_t{rle.height} * rle.width;
  FUZZ_CHECK(std::accumulate(rle.counts.begin(), rle.counts.end(), std::uint64_t{0}) == pixels);
  for (std::size_t i = 1; i < rle.counts.size(); ++i) FUZZ_CHECK(rle.counts[i] > 0);
  const auto again = prelabel::ParseRle(rle.height, rle.width, prelabel::CompressCounts(rle));
  FUZZ_CHECK(again.has_value());
  FUZZ_CHECK(again.value() == rle);
  if (pixels > kMaxDecodedPixels) return;
  const Mask mask = prelabel::DecodeMask(rle);
  FUZZ_CHECK(prelabel::EncodeMask(mask) == rle);
  FUZZ_CHECK(std::accumulate(mask.pixels.begin(), mask.pixels.end(), std::uint64_t{0}) ==
             prelabel::Area(rle));
}

void Check(const prelabel::Result<Rle>& rle) {
  if (rle.has_value()) {
    CheckValid(rle.value());
  } else {
    FUZZ_CHECK(rle.error().code == prelabel::ErrorCode::kInvalidArgument);
    FUZZ_CHECK(!rle.error().message.empty());
  }
}

// A size from a byte: small ones, 0, -1, and powers of two up to the limits and beyond.
std::int64_t Side(std::uint8_t byte) {
  if (byte < 200) return byte;
  if (byte == 255) return -1;
  return std::int64_t{1} << (byte - 200);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const std::uint8_t kind = data[0];
  const std::string_view rest(reinterpret_cast<const char*>(data) + 3, size - 3);
  if (kind % 3 == 0) {
    const std::uint32_t height = 1 + data[1] % 64;
    const std::uint32_t width = static_cast<std::uint32_t>(rest.size()) / height;
    if (width == 0) return 0;
    Mask mask{height, width, {}};
    for (std::size_t i = 0; i < std::size_t{height} * width; ++i) {
      mask.pixels.push_back(static_cast<std::uint8_t>(rest[i]) & 1U);
    }
    const Rle rle = prelabel::EncodeMask(mask);
    FUZZ_CHECK(prelabel::DecodeMask(rle) == mask);
    CheckValid(rle);
  } else if (kind % 3 == 1) {
    Check(prelabel::ParseRle(Side(data[1]), Side(data[2]), rest));
  } else {
    std::vector<std::int64_t> counts;  // one to eight bytes each, as the first of them says
    for (std::size_t i = 0; i < rest.size();) {
      const std::size_t bytes = 1 + static_cast<std::uint8_t>(rest[i++]) % 8;
      std::uint64_t value = 0;
      for (std::size_t k = 0; k < bytes && i < rest.size(); ++k) {
        value = value << 8 | static_cast<std::uint8_t>(rest[i++]);
      }
      counts.push_back(static_cast<std::int64_t>(value));
    }
    Check(prelabel::MakeRle(Side(data[1]), Side(data[2]), counts));
  }
  return 0;
}
