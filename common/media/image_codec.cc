#include "common/media/image_codec.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <memory>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <span>
#include <string>
#include <string_view>

#include "common/media/archive_member.h"
#include "common/media/jpeg_decoder.h"
#include "common/media/opencv_threads.h"
#include "common/media/picture_header.h"

namespace prelabel {
namespace {

// A decompression bomb must not end a worker: 2^28 pixels are 768 MiB of BGR.
constexpr std::uint64_t kMaxPixels = std::uint64_t{1} << 28;
constexpr std::uint64_t kMaxFileBytes = std::uint64_t{1} << 30;
constexpr std::string_view kKinds = "JPEG, PNG, BMP, TIFF and WebP are read";

Result<std::string> ReadFile(const std::filesystem::path& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (std::filesystem::is_directory(status)) return DataLoss("is a folder, not a picture");
  // Reading a pipe or a device may never end.
  if (std::filesystem::is_other(status)) return DataLoss("is no file but a pipe or a device");
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                             std::fclose);
  if (file == nullptr) {
    // Of a scanned file this is the machine's trouble, not the picture's.
    return Unavailable(fmt::format("cannot be opened: {}", std::strerror(errno)));
  }
  std::string bytes;
  const auto size = std::filesystem::file_size(path, error);
  if (!error && size > kMaxFileBytes) return DataLoss("the file is larger than 1 GiB");
  bytes.resize(error ? 65536 : static_cast<std::size_t>(size) + 1);
  std::size_t used = 0;
  for (;;) {
    if (used > kMaxFileBytes) return DataLoss("the file is larger than 1 GiB");
    used += std::fread(bytes.data() + used, 1, bytes.size() - used, file.get());
    if (used < bytes.size()) break;
    bytes.resize(bytes.size() * 2);
  }
  if (std::ferror(file.get()) != 0) {
    return Unavailable(fmt::format("reading failed: {}", std::strerror(errno)));
  }
  bytes.resize(used);
  if (bytes.empty()) return DataLoss("the file is empty (0 bytes)");
  return bytes;
}

std::uint32_t BigEndian32(std::span<const std::uint8_t> bytes, std::size_t at) {
  return std::uint32_t{bytes[at]} << 24 | std::uint32_t{bytes[at + 1]} << 16 |
         std::uint32_t{bytes[at + 2]} << 8 | bytes[at + 3];
}

// PNG is signature, then chunks of length, type, data, CRC up to IEND (ISO/IEC 15948 section 5).
bool PngIsTruncated(std::span<const std::uint8_t> bytes) {
  std::size_t at = 8;
  while (at + 12 <= bytes.size()) {
    if (std::memcmp(bytes.data() + at + 4, "IEND", 4) == 0) return false;
    at += std::size_t{12} + BigEndian32(bytes, at);
  }
  return true;
}

Image ToImage(const cv::Mat& mat) {
  Image image;
  image.width = mat.cols;
  image.height = mat.rows;
  image.bgr.resize(mat.total() * 3);
  mat.copyTo(cv::Mat(mat.rows, mat.cols, CV_8UC3, image.bgr.data()));
  return image;
}

cv::Mat View(const Image& image) {
  return {image.height, image.width, CV_8UC3, const_cast<std::uint8_t*>(image.bgr.data())};
}

// EXIF 2.3 tag 0x0112: 5 to 8 are transposed; then which sides are swapped.
Image ApplyOrientation(Image image, int orientation) {
  if (orientation <= 1) return image;
  cv::Mat mat = View(image);
  if (orientation >= 5) cv::transpose(mat, mat);
  constexpr int kKeep = 2;
  constexpr int kFlip[9] = {kKeep, kKeep, 1, -1, 0, kKeep, 1, -1, 0};
  if (kFlip[orientation] != kKeep) {
    cv::Mat flipped;
    cv::flip(mat, flipped, kFlip[orientation]);
    mat = flipped;
  }
  return ToImage(mat);
}

std::span<const std::uint8_t> Span(std::string_view bytes) {
  return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}

// Of the picture that is there, why it cannot be read.
std::string Damage(PictureKind kind) {
  switch (kind) {
    case PictureKind::kPng:
      return "the PNG is damaged";
    case PictureKind::kTiff:
      return "the TIFF is damaged, or has samples of another kind than 8 or 16 bits, which are "
             "read; convert it";
    default:
      return "the picture is damaged (" + std::string(kKinds) + ")";
  }
}

Result<Image> DecodeOther(std::span<const std::uint8_t> bytes) {
  const PictureHeader header = ReadPictureHeader(bytes);
  // OpenCV reads more kinds than those that are promised, and looks less closely at some of them.
  if (header.kind == PictureKind::kUnknown) {
    return DataLoss("is not a picture, or of an unknown kind (" + std::string(kKinds) + ")");
  }
  if (header.kind == PictureKind::kGif || header.animated) {
    return DataLoss(
        fmt::format("is {}, which is not read ({}); save the frame that you mean, or "
                    "make a video of it",
                    header.animated ? "an animated WebP" : "a GIF", kKinds));
  }
  if (header.pixels > kMaxPixels) return DataLoss("the picture has too many pixels");
  if (header.kind == PictureKind::kPng && PngIsTruncated(bytes)) {
    return DataLoss("the PNG is truncated: the file ends in the middle of the picture");
  }
  const cv::Mat raw(1, static_cast<int>(bytes.size()), CV_8UC1,
                    const_cast<std::uint8_t*>(bytes.data()));
  // OpenCV 4.6 turns PNG and TIFF, and does not look for EXIF data in WebP.
  const bool webp = header.kind == PictureKind::kWebp;
  const cv::Mat decoded =
      cv::imdecode(raw, webp ? cv::IMREAD_COLOR | cv::IMREAD_IGNORE_ORIENTATION : cv::IMREAD_COLOR);
  if (decoded.empty()) return DataLoss(Damage(header.kind));
  return ApplyOrientation(ToImage(decoded), header.orientation);
}

Result<Image> Decode(std::span<const std::uint8_t> bytes) {
  if (!LooksLikeJpeg(bytes)) return DecodeOther(bytes);
  PRELABEL_TRY(DecodedJpeg jpeg, DecodeJpeg(bytes, kMaxPixels));
  return ApplyOrientation(std::move(jpeg.image), jpeg.orientation);
}

}  // namespace

Result<Image> ReadImage(const std::filesystem::path& path) {
  UseOneThread();
  const auto named = [&](Error error) {
    error.context = path.string();
    return error;
  };
  try {
    const Result<std::string> bytes = ReadFile(path);
    if (bytes.has_error()) return named(bytes.error());
    Result<Image> image = Decode(Span(bytes.value()));
    if (image.has_error()) return named(image.error());
    return image;
  } catch (const cv::Exception& e) {
    return DataLoss("the picture cannot be decoded: " + e.err, path.string());
  } catch (const std::bad_alloc&) {
    return Unavailable("not enough memory to decode the picture", path.string());
  }
}

Result<std::string> ReadPictureFile(const std::filesystem::path& path) {
  Result<std::string> bytes = ReadFile(path);
  if (bytes) return bytes;
  Error error = bytes.error();
  error.context = path.string();
  return error;
}

Result<Image> ReadPicture(const std::filesystem::path& location) {
  const auto member = ParseMemberLocation(location.native());
  if (!member) return ReadImage(location);
  PRELABEL_TRY(const std::string bytes, ReadMember(*member));
  Result<Image> image = DecodeImage(bytes);
  if (image) return image;
  Error error = image.error();
  error.context = ShownMember(*member);
  return error;
}

Result<Image> DecodeImage(std::string_view bytes) {
  UseOneThread();
  try {
    return Decode(Span(bytes));
  } catch (const cv::Exception& e) {
    return DataLoss("the picture cannot be decoded: " + e.err);
  } catch (const std::bad_alloc&) {
    return Unavailable("not enough memory to decode the picture");
  }
}

Image ResizeStretch(const Image& image, int width, int height) {
  UseOneThread();
  if (image.empty() || width <= 0 || height <= 0) return {};
  Image resized;
  resized.width = width;
  resized.height = height;
  resized.bgr.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
  cv::Mat out = View(resized);
  cv::resize(View(image), out, out.size(), 0, 0, cv::INTER_LINEAR);
  return resized;
}

Result<std::vector<std::uint8_t>> EncodeJpeg(const Image& image, int quality) {
  if (image.empty()) return InvalidArgument("an empty picture cannot be written as JPEG");
  try {
    std::vector<std::uint8_t> bytes;
    if (cv::imencode(".jpg", View(image), bytes, {cv::IMWRITE_JPEG_QUALITY, quality})) return bytes;
    return Internal("the JPEG encoder failed");
  } catch (const cv::Exception& e) {
    return Internal("the JPEG encoder failed: " + e.err);
  }
}

}  // namespace prelabel
