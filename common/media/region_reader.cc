#include "common/media/region_reader.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "common/media/archive_member.h"
#include "common/media/image_codec.h"
#include "common/media/jpeg_decoder.h"
#include "common/media/picture_header.h"
#include "common/media/picture_rows.h"

namespace prelabel {
namespace {

constexpr std::uint64_t kMaxPixels = std::uint64_t{1} << 31;

std::size_t RowBytes(int width) { return static_cast<std::size_t>(width) * 3; }

// Sums of squares of pixels, row by row.
class Reducer {
 public:
  Reducer(ImageSize size, std::uint64_t max_pixels) : size_(size) {
    const auto pixels = [&](int by) {
      return static_cast<std::uint64_t>(Side(size_.width, by)) *
             static_cast<std::uint64_t>(Side(size_.height, by));
    };
    while (pixels(by_) > max_pixels && by_ < std::max(size_.width, size_.height)) ++by_;
    image_.width = Side(size_.width, by_);
    image_.height = Side(size_.height, by_);
    image_.bgr.resize(RowBytes(image_.width) * static_cast<std::size_t>(image_.height));
    sums_.resize(RowBytes(image_.width));
  }

  void Add(const std::uint8_t* row) {
    for (int x = 0; x < size_.width; ++x) {
      std::uint64_t* sum = sums_.data() + RowBytes(x / by_);
      for (int c = 0; c < 3; ++c) sum[c] += row[RowBytes(x) + static_cast<std::size_t>(c)];
    }
    if (++rows_ % by_ == 0 || rows_ == size_.height) Close();
  }

  Image Finish() { return std::move(image_); }

 private:
  static int Side(int side, int by) { return (side + by - 1) / by; }

  void Close() {
    const int y = (rows_ - 1) / by_;
    const int down = rows_ - y * by_;
    std::uint8_t* out = image_.bgr.data() + RowBytes(image_.width) * static_cast<std::size_t>(y);
    for (int x = 0; x < image_.width; ++x) {
      const int across = std::min(by_, size_.width - x * by_);
      const std::uint64_t area =
          static_cast<std::uint64_t>(across) * static_cast<std::uint64_t>(down);
      for (std::size_t c = 0; c < 3; ++c) {
        out[RowBytes(x) + c] =
            static_cast<std::uint8_t>((sums_[RowBytes(x) + c] + area / 2) / area);
      }
    }
    std::fill(sums_.begin(), sums_.end(), 0);
  }

  const ImageSize size_;
  int by_ = 1;
  int rows_ = 0;
  Image image_;
  std::vector<std::uint64_t> sums_;  // of one row of `image_`
};

class WholeRegions : public RegionReader {
 public:
  explicit WholeRegions(Image image) : image_(std::move(image)) {}

  ImageSize size() const override { return {image_.width, image_.height}; }

  Result<Image> Read(const Tile& part) override {
    Image out{part.width, part.height, {}};
    out.bgr.resize(RowBytes(part.width) * static_cast<std::size_t>(part.height));
    for (int y = 0; y < part.height; ++y) {
      std::memcpy(out.bgr.data() + RowBytes(part.width) * static_cast<std::size_t>(y),
                  Row(part.y + y) + RowBytes(part.x), RowBytes(part.width));
    }
    return out;
  }

  Result<Image> ReadReduced(std::uint64_t max_pixels) override {
    Reducer reducer(size(), max_pixels);
    for (int y = 0; y < image_.height; ++y) reducer.Add(Row(y));
    return reducer.Finish();
  }

 private:
  const std::uint8_t* Row(int y) const {
    return image_.bgr.data() + RowBytes(image_.width) * static_cast<std::size_t>(y);
  }

  const Image image_;
};

class RowRegions : public RegionReader {
 public:
  using Opener = Result<std::unique_ptr<PictureRows>> (*)(std::span<const std::uint8_t>,
                                                          std::uint64_t);

  RowRegions(std::string bytes, Opener open) : bytes_(std::move(bytes)), open_(open) {}

  // False where the picture is not stored in rows.
  Result<bool> Open() {
    PRELABEL_TRY(rows_, open_(Bytes(), kMaxPixels));
    if (rows_ != nullptr) size_ = {rows_->width(), rows_->height()};
    return rows_ != nullptr;
  }

  std::string TakeBytes() { return std::move(bytes_); }

  ImageSize size() const override { return size_; }

  Result<Image> Read(const Tile& part) override {
    PRELABEL_TRY(Hold(part.y, part.y + part.height));
    Image out{part.width, part.height, {}};
    out.bgr.resize(RowBytes(part.width) * static_cast<std::size_t>(part.height));
    for (int y = 0; y < part.height; ++y) {
      std::memcpy(out.bgr.data() + RowBytes(part.width) * static_cast<std::size_t>(y),
                  band_.data() + Offset(part.y + y) + RowBytes(part.x), RowBytes(part.width));
    }
    return out;
  }

  Result<Image> ReadReduced(std::uint64_t max_pixels) override {
    // As large as it is: no second decoder, and nothing to average.
    if (static_cast<std::uint64_t>(size_.width) * static_cast<std::uint64_t>(size_.height) <=
        max_pixels) {
      return Read({0, 0, size_.width, size_.height});
    }
    PRELABEL_TRY(const auto rows, open_(Bytes(), kMaxPixels));
    Reducer reducer(size_, max_pixels);
    std::vector<std::uint8_t> row(RowBytes(size_.width));
    for (int y = 0; y < size_.height; ++y) {
      PRELABEL_TRY(rows->Next(row.data()));
      reducer.Add(row.data());
    }
    return reducer.Finish();
  }

 private:
  std::span<const std::uint8_t> Bytes() const {
    return {reinterpret_cast<const std::uint8_t*>(bytes_.data()), bytes_.size()};
  }
  std::size_t Offset(int y) const {
    return RowBytes(size_.width) * static_cast<std::size_t>(y - top_);
  }

  // Makes the band hold the rows [from, to).
  Result<void> Hold(int from, int to) {
    if (from < top_ || rows_ == nullptr) {
      band_.clear();
      top_ = bottom_ = 0;
      rows_.reset();  // nothing is held while the next one opens
      PRELABEL_TRY(rows_, open_(Bytes(), kMaxPixels));
    }
    const int kept_from = std::min(from, bottom_);
    band_.erase(band_.begin(), band_.begin() + static_cast<std::ptrdiff_t>(Offset(kept_from)));
    top_ = kept_from;
    if (from > bottom_) {
      PRELABEL_TRY(rows_->Skip(from - bottom_));
      top_ = bottom_ = from;
    }
    if (to <= bottom_) return Ok();
    band_.resize(Offset(to));
    for (; bottom_ < to; ++bottom_) {
      PRELABEL_TRY(rows_->Next(band_.data() + Offset(bottom_)));
    }
    return Ok();
  }

  std::string bytes_;
  const Opener open_;
  ImageSize size_;
  std::unique_ptr<PictureRows> rows_;  // stands before row bottom_
  std::vector<std::uint8_t> band_;     // rows [top_, bottom_)
  int top_ = 0;
  int bottom_ = 0;
};

Result<std::unique_ptr<RegionReader>> Open(std::string bytes) {
  const PictureHeader header =
      ReadPictureHeader({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  RowRegions::Opener open = nullptr;
  if (header.kind == PictureKind::kJpeg) open = OpenJpegRows;
  if (header.kind == PictureKind::kPng) open = OpenPngRows;
  if (open != nullptr) {
    auto regions = std::make_unique<RowRegions>(std::move(bytes), open);
    PRELABEL_TRY(const bool in_rows, regions->Open());
    if (in_rows) return std::unique_ptr<RegionReader>(std::move(regions));
    bytes = regions->TakeBytes();
  }
  PRELABEL_TRY(Image image, DecodeImage(bytes));
  return std::unique_ptr<RegionReader>(std::make_unique<WholeRegions>(std::move(image)));
}

}  // namespace

Result<std::unique_ptr<RegionReader>> OpenRegionsOf(std::string bytes) {
  try {
    return Open(std::move(bytes));
  } catch (const std::bad_alloc&) {
    return Unavailable("not enough memory to open the picture");
  }
}

Result<std::unique_ptr<RegionReader>> OpenRegions(const std::filesystem::path& location) {
  const auto member = ParseMemberLocation(location.native());
  const std::string shown = member ? ShownMember(*member) : location.string();
  try {
    PRELABEL_TRY(std::string bytes, member ? ReadMember(*member) : ReadPictureFile(location));
    auto regions = Open(std::move(bytes));
    if (regions) return regions;
    Error error = regions.error();
    error.context = shown;
    return error;
  } catch (const std::bad_alloc&) {
    return Unavailable("not enough memory to open the picture", shown);
  }
}

}  // namespace prelabel
