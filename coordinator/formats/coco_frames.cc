#include "coordinator/formats/coco_frames.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

namespace prelabel {
namespace {

constexpr std::size_t kMaxImages = std::size_t{1} << 22;

// The last number in a file's name without folder and extension.
std::optional<std::int64_t> NumberIn(std::string_view path) {
  constexpr std::string_view kDigits = "0123456789";
  std::string_view name = path.substr(std::min(path.find_last_of("/\\") + 1, path.size()));
  if (const std::size_t dot = name.rfind('.'); dot != std::string_view::npos && dot > 0) {
    name = name.substr(0, dot);
  }
  const std::size_t last = name.find_last_of(kDigits);
  if (last == std::string_view::npos) return std::nullopt;
  const std::size_t before = name.find_last_not_of(kDigits, last);
  const std::size_t first = before == std::string_view::npos ? 0 : before + 1;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(name.data() + first, name.data() + last + 1, value);
  if (error != std::errc{}) return std::nullopt;
  return value;
}

}  // namespace

Result<void> CocoFrames::OnImage(const CocoImage& image) {
  const std::string place = CocoPlace("images", image.index, image.id);
  if (!image.id.value) return InvalidArgument("'id' is missing; annotations refer to it", place);
  if (images_.size() == kMaxImages) {
    return InvalidArgument(fmt::format("there are more than {} images", kMaxImages), place);
  }
  CocoFrame entry;
  entry.index = image.index;
  if (image.video.value) {
    const bool other = *image.video.value != video_.name;
    entry.whose = other ? CocoFrame::Whose::kOther : CocoFrame::Whose::kThis;
    has_this_ = has_this_ || !other;
    if (other && other_.empty()) other_ = *image.video.value;
  }
  entry.frame = image.frame_index.value;
  if (!entry.frame && image.file_name.value) entry.frame = NumberIn(*image.file_name.value);
  entry.width = image.width.value.value_or(0);
  entry.height = image.height.value.value_or(0);
  if (!images_.emplace(*image.id.value, entry).second) {
    return InvalidArgument("another image has the same 'id'", place);
  }
  return Ok();
}

Result<void> CocoFrames::OnCategory(const CocoCategory& category) {
  const std::string place = CocoPlace("categories", category.index, category.id);
  if (!category.id.value || !category.name.value) {
    return InvalidArgument("a category needs 'id' and 'name'", place);
  }
  if (!names_.emplace(*category.id.value, *category.name.value).second) {
    return InvalidArgument("another category has the same 'id'", place);
  }
  return Ok();
}

Result<void> CocoFrames::Check() const {
  if (!has_this_ && !other_.empty()) {
    return InvalidArgument(
        fmt::format("the images are of the video {}, none is of {}; 'video' of an image must be "
                    "the name of the video that the keyframes are for",
                    QuotedExcerpt(other_), QuotedExcerpt(video_.name)),
        "images");
  }
  std::map<std::int64_t, std::int64_t> ids;  // by frame
  for (const auto& [id, image] : images_) {
    if (!IsOfVideo(image)) continue;
    const Result<void> good = CheckImage(image, id, &ids);
    if (!good) {
      return InvalidArgument(good.error().message,
                             fmt::format("images[{}] (id {})", image.index, id));
    }
  }
  return Ok();
}

Result<void> CocoFrames::CheckImage(const CocoFrame& image, std::int64_t id,
                                    std::map<std::int64_t, std::int64_t>* ids) const {
  if (!image.frame) {
    return InvalidArgument(
        "which frame it is cannot be told; add 'frame_index' (from 0), or name the file like "
        "frame_000012.jpg");
  }
  if (*image.frame < 0 || *image.frame >= video_.frames) {
    return InvalidArgument(fmt::format(
        "it is frame {}, but the video {} has the frames 0 to {}; is the file of another video?",
        *image.frame, QuotedExcerpt(video_.name), video_.frames - 1));
  }
  if (image.width > 0 && image.height > 0 && video_.width > 0 && video_.height > 0 &&
      (image.width != video_.width || image.height != video_.height)) {
    return InvalidArgument(
        fmt::format("it is {} × {}, but the video {} × {}; coordinates must be those of the video",
                    image.width, image.height, video_.width, video_.height));
  }
  const auto [at, inserted] = ids->emplace(*image.frame, id);
  if (inserted) return Ok();
  return InvalidArgument(fmt::format(
      "it is frame {}, as is the image of id {}; where a file has images of several videos, name "
      "them in 'video'",
      *image.frame, at->second));
}

const CocoFrame* CocoFrames::Find(std::int64_t id) const {
  const auto at = images_.find(id);
  return at == images_.end() ? nullptr : &at->second;
}

bool CocoFrames::IsOfVideo(const CocoFrame& image) const {
  return image.whose == (has_this_ ? CocoFrame::Whose::kThis : CocoFrame::Whose::kUnnamed);
}

const std::string* CocoFrames::CategoryName(std::int64_t id) const {
  const auto at = names_.find(id);
  return at == names_.end() ? nullptr : &at->second;
}

}  // namespace prelabel
