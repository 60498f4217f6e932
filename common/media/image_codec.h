// Reads and writes still pictures (adapter over OpenCV). Thread-safe.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "common/media/image.h"

namespace prelabel {

// Decodes a file to BGR (gray is widened, alpha dropped, 16 bit scaled to 8, EXIF orientation
// applied as viewers and labeling tools do), with the pixels of cv::imread (docs/datasets.md,
// "Pictures", has them kind by kind). Of an animated PNG or a TIFF of several pages the first
// picture. A JPEG with stray bytes or without its end marker but with every pixel is read. DataLoss
// where the file is a GIF or an animated WebP, and where the file is empty,
// truncated, damaged, no picture or over 2^28 pixels: the message says which. Unavailable where it
// cannot be opened or read (missing, no permission, stale, a failing disk) or memory is short:
// another machine may fare better.
Result<Image> ReadImage(const std::filesystem::path& path);

// The same of a member of an archive, where the path is such a location (archive_member.h).
Result<Image> ReadPicture(const std::filesystem::path& location);

// The bytes of a file, which is opened with the errors of ReadImage: at most 1 GiB.
Result<std::string> ReadPictureFile(const std::filesystem::path& path);

// The same of bytes in memory. Errors have no context.
Result<Image> DecodeImage(std::string_view bytes);

// Plain stretch to width × height, bilinear as OpenCV's INTER_LINEAR. Empty where either side is.
Image ResizeStretch(const Image& image, int width, int height);

// JPEG bytes at the given quality (1 to 100).
Result<std::vector<std::uint8_t>> EncodeJpeg(const Image& image, int quality);

}  // namespace prelabel
