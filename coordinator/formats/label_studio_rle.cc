#include "coordinator/formats/label_studio_rle.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

#include "coordinator/formats/cvat_mask.h"

namespace prelabel {
namespace {

constexpr int kSizes[] = {3, 4, 8, 16};  // bits of a length
constexpr int kValueBits = 8;
constexpr std::uint64_t kChannels = 4;

class Bits {
 public:
  // The lowest `count` bits of `value`, the highest first.
  void Append(std::uint64_t value, int count) {
    for (int bit = count - 1; bit >= 0; --bit) {
      if (used_ % 8 == 0) bytes_.push_back(0);
      bytes_.back() |= static_cast<int>(value >> bit & 1U) << (7 - used_ % 8);
      ++used_;
    }
  }

  void AppendRun(int value, std::uint64_t length) {
    while (length > 0) {
      std::size_t size = 0;
      while (size + 1 < std::size(kSizes) && length > std::uint64_t{1} << kSizes[size]) ++size;
      const std::uint64_t part = std::min(length, std::uint64_t{1} << kSizes[size]);
      Append(1, 1);
      Append(size, 2);
      Append(part - 1, kSizes[size]);
      Append(static_cast<std::uint64_t>(value), kValueBits);
      length -= part;
    }
  }

  std::vector<int> Take() { return std::move(bytes_); }

 private:
  std::vector<int> bytes_;
  std::uint64_t used_ = 0;
};

}  // namespace

Result<std::vector<int>> EncodeLabelStudioRle(const Rle& mask) {
  const std::uint64_t pixels = std::uint64_t{mask.height} * mask.width;
  if (pixels >= std::uint64_t{1} << 30) {
    return InvalidArgument("the mask has more pixels than Label Studio's brush can count");
  }
  // The runs down the columns of a mask are those along the rows of the transposed one.
  const std::vector<std::int64_t> counts(mask.counts.begin(), mask.counts.end());
  PRELABEL_TRY(const Rle rows, RleFromRows(mask.width, mask.height, counts));
  Bits bits;
  bits.Append(pixels * kChannels, 32);
  bits.Append(kValueBits - 1, 5);
  for (const int size : kSizes) bits.Append(static_cast<std::uint64_t>(size - 1), 4);
  int value = 0;
  for (const std::uint32_t count : rows.counts) {
    bits.AppendRun(value, count * kChannels);
    value = 255 - value;
  }
  return bits.Take();
}

}  // namespace prelabel
