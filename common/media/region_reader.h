// Parts of a picture, upright, with the pixels of ReadPicture. Baseline JPEG and PNG without
// interlacing are decoded row by row: of the picture no more is held than the rows of the last
// part; parts that descend are read in one pass. Other kinds are decoded as a whole, once.
// An object belongs to one thread at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "common/base/result.h"
#include "common/labels/tiling.h"
#include "common/media/image.h"

namespace prelabel {

class RegionReader {
 public:
  virtual ~RegionReader() = default;

  // Of the upright picture.
  virtual ImageSize size() const = 0;

  // `part` lies in the picture. DataLoss: the file is damaged or truncated at or above it.
  virtual Result<Image> Read(const Tile& part) = 0;

  // The whole picture, smaller by the least whole number that leaves at most `max_pixels` (>= 1)
  // of it: each pixel the mean, rounded, of a square of those, at the right and lower edge of what
  // is left of it.
  virtual Result<Image> ReadReduced(std::uint64_t max_pixels) = 0;
};

using RegionOpener =
    std::function<Result<std::unique_ptr<RegionReader>>(const std::filesystem::path&)>;

// Of a file or a member of an archive, which is read into memory as it is stored. Errors as those
// of ReadPicture; what is read in rows may have 2^31 pixels.
Result<std::unique_ptr<RegionReader>> OpenRegions(const std::filesystem::path& location);

// The same of a picture's encoded bytes. Errors have no context.
Result<std::unique_ptr<RegionReader>> OpenRegionsOf(std::string bytes);

}  // namespace prelabel
