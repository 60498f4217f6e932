// A large picture's rows from the top down, decoded as they are asked for: memory for one of them
// and not for all. Private to common/media. An object belongs to one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "common/base/result.h"

namespace prelabel {

class PictureRows {
 public:
  virtual ~PictureRows() = default;

  int width() const { return width_; }
  int height() const { return height_; }

  // The next row as 3 × width() bytes BGR, with the pixels of ReadImage. At most height() calls.
  // DataLoss: the file is truncated or damaged there; later calls say the same.
  virtual Result<void> Next(std::uint8_t* bgr) = 0;
  // Passes over rows; the same errors.
  virtual Result<void> Skip(int rows) = 0;

 protected:
  int width_ = 0;
  int height_ = 0;
};

// Null where the picture is not stored in rows from the top (progressive, interlaced, turned by
// EXIF): it has to be decoded as a whole. `bytes` outlive the object. DataLoss: a header that
// cannot be read, or more than `max_pixels`.
Result<std::unique_ptr<PictureRows>> OpenJpegRows(std::span<const std::uint8_t> bytes,
                                                  std::uint64_t max_pixels);
// That of a PNG's eXIf chunk, 1 to 8; 1 where it has none, or the bytes end before.
int PngOrientation(std::span<const std::uint8_t> bytes);
Result<std::unique_ptr<PictureRows>> OpenPngRows(std::span<const std::uint8_t> bytes,
                                                 std::uint64_t max_pixels);

}  // namespace prelabel
