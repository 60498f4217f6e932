// How large a picture is, from its header: without decoding it. Thread-safe.
#pragma once

#include <filesystem>

#include "common/base/result.h"
#include "common/labels/tiling.h"

namespace prelabel {

// Of the upright picture (EXIF orientation applied), of a file or a member of an archive.
// DataLoss: no picture, or a header that cannot be read. Unavailable: it cannot be opened or read.
Result<ImageSize> ReadPictureSize(const std::filesystem::path& location);

}  // namespace prelabel
