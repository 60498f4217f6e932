#include "coordinator/formats/coco_keyframes.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "coordinator/formats/close_track.h"
#include "coordinator/formats/coco_reader.h"
#include "coordinator/formats/kept_bytes.h"

namespace prelabel {
namespace {

constexpr std::size_t kMaxImages = std::size_t{1} << 22;
constexpr double kSamePlace = 0.011;  // pixels; our files have two digits

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

// An image, and of which video it is a frame.
struct ImageEntry {
  enum class Whose : std::uint8_t { kThis, kOther, kUnnamed };
  Whose whose = Whose::kUnnamed;
  std::uint64_t index = 0;
  std::optional<std::int64_t> frame;
  std::int64_t width = 0;
  std::int64_t height = 0;
};

// Images and categories, which may stand behind the annotations.
class Tables : public CocoVisitor {
 public:
  explicit Tables(const VideoFacts& video) : video_(video) {}

  Result<void> OnImage(const CocoImage& image) override {
    const std::string place = CocoPlace("images", image.index, image.id);
    if (!image.id.value) return InvalidArgument("'id' is missing; annotations refer to it", place);
    if (images_.size() == kMaxImages) {
      return InvalidArgument(fmt::format("there are more than {} images", kMaxImages), place);
    }
    ImageEntry entry;
    entry.index = image.index;
    if (image.video.value) {
      const bool other = *image.video.value != video_.name;
      entry.whose = other ? ImageEntry::Whose::kOther : ImageEntry::Whose::kThis;
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

  Result<void> OnCategory(const CocoCategory& category) override {
    const std::string place = CocoPlace("categories", category.index, category.id);
    if (!category.id.value || !category.name.value) {
      return InvalidArgument("a category needs 'id' and 'name'", place);
    }
    if (!names_.emplace(*category.id.value, *category.name.value).second) {
      return InvalidArgument("another category has the same 'id'", place);
    }
    return Ok();
  }

  // Once all are there.
  Result<void> Check() const {
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

  // Null: there is no such image. The frame has no value where it is none of the video's.
  const ImageEntry* Find(std::int64_t id) const {
    const auto at = images_.find(id);
    return at == images_.end() ? nullptr : &at->second;
  }
  bool IsOfVideo(const ImageEntry& image) const {
    return image.whose == (has_this_ ? ImageEntry::Whose::kThis : ImageEntry::Whose::kUnnamed);
  }
  const std::string* CategoryName(std::int64_t id) const {
    const auto at = names_.find(id);
    return at == names_.end() ? nullptr : &at->second;
  }
  const std::map<std::int64_t, std::string>& names() const { return names_; }

 private:
  Result<void> CheckImage(const ImageEntry& image, std::int64_t id,
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
      return InvalidArgument(fmt::format(
          "it is {} × {}, but the video {} × {}; coordinates must be those of the video",
          image.width, image.height, video_.width, video_.height));
    }
    const auto [at, inserted] = ids->emplace(*image.frame, id);
    if (inserted) return Ok();
    return InvalidArgument(fmt::format(
        "it is frame {}, as is the image of id {}; where a file has images of several videos, name "
        "them in 'video'",
        *image.frame, at->second));
  }

  const VideoFacts& video_;
  std::map<std::int64_t, ImageEntry> images_;
  std::map<std::int64_t, std::string> names_;
  bool has_this_ = false;
  std::string other_;
};

// What an annotation says about an object in a frame.
struct Entry {
  std::int64_t frame = 0;
  std::uint64_t index = 0;
  std::int64_t category = 0;
  Box box;
  ShapeKind kind = ShapeKind::kBox;
  bool several = false;  // polygons, so that only the box is left
  std::vector<Point> points;
  Rle mask;
};

bool IsPixels(double value) { return std::abs(value) <= kMaxCoordinate; }  // not for NaN

bool IsOutline(const std::vector<double>& polygon, const std::array<double, 4>& bbox) {
  if (polygon.size() != 8) return false;
  const auto [left, top, width, height] = bbox;
  const double corners[] = {left,         top,          left + width, top,
                            left + width, top + height, left,         top + height};
  return std::equal(polygon.begin(), polygon.end(), corners,
                    [](double a, double b) { return std::abs(a - b) <= kSamePlace; });
}

class Tracks : public CocoVisitor {
 public:
  Tracks(const Tables& tables, const VideoFacts& video) : tables_(tables), video_(video) {}

  Result<void> OnAnnotation(const CocoAnnotation& annotation) override {
    const Result<void> added = Add(annotation);
    if (added) return Ok();
    return InvalidArgument(added.error().message,
                           CocoPlace("annotations", annotation.index, annotation.id));
  }

  Result<KeyframeFile> Finish() {
    KeyframeFile file;
    for (const auto& [id, name] : tables_.names()) {
      file.meta.labels.push_back({.name = name, .type = {}, .attributes = {}, .joints = {}});
    }
    const std::int64_t raise = !tracks_.empty() && tracks_.begin()->first == 0 ? 1 : 0;
    std::size_t by_box = 0;
    std::int64_t first_by_box = 0;
    for (auto& [id, entries] : tracks_) {
      std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
        return std::pair(a.frame, a.index) < std::pair(b.frame, b.index);
      });
      PRELABEL_TRY(CheckTrack(id, entries));
      ShapeTrack track;
      if (id + raise > std::numeric_limits<std::uint32_t>::max()) {
        return InvalidArgument("'track_id' is too large", Place(entries.front()));
      }
      track.id = static_cast<std::uint32_t>(id + raise);
      track.label = *tables_.CategoryName(entries.front().category);
      if (FillKeyframes(entries, &track) && by_box++ == 0) first_by_box = id;
      CloseTrack(video_.frames, track);
      file.tracks.push_back(std::move(track));
    }
    if (by_box > 0) {
      file.warnings.push_back(fmt::format(
          "{} {} (the first is {}) {} read by 'bbox', since the segmentations differ in kind from "
          "frame to frame or have several polygons",
          by_box, by_box == 1 ? "track" : "tracks", first_by_box, by_box == 1 ? "is" : "are"));
    }
    return file;
  }

 private:
  Result<void> Add(const CocoAnnotation& annotation) {
    if (!annotation.image_id.value) return InvalidArgument("'image_id' is missing");
    const ImageEntry* image = tables_.Find(*annotation.image_id.value);
    if (image == nullptr) {
      return InvalidArgument(fmt::format("'image_id' is {}, which is not in 'images'; add it there",
                                         *annotation.image_id.value));
    }
    if (!tables_.IsOfVideo(*image)) return Ok();
    if (!annotation.track_id.value) {
      return InvalidArgument("'track_id' is missing; keyframes of an object need one");
    }
    const std::int64_t id = *annotation.track_id.value;
    if (id < 0) return InvalidArgument(fmt::format("'track_id' is {}, below 0", id));
    if (!annotation.category_id.value ||
        tables_.CategoryName(*annotation.category_id.value) == nullptr) {
      return InvalidArgument("'category_id' is missing or not in 'categories'");
    }
    if (!annotation.bbox.value) {
      return InvalidArgument("'bbox' is missing; write [left, top, width, height]");
    }
    Entry entry;
    entry.frame = *image->frame;
    entry.index = annotation.index;
    entry.category = *annotation.category_id.value;
    PRELABEL_TRY(SetBox(*annotation.bbox.value, &entry));
    if (annotation.segmentation.value) {
      PRELABEL_TRY(SetSegmentation(*annotation.segmentation.value, *annotation.bbox.value, &entry));
    }
    PRELABEL_TRY(budget_.Add(sizeof(Entry) + sizeof(ShapeKeyframe) +
                             entry.points.size() * sizeof(Point) +
                             entry.mask.counts.size() * sizeof(std::uint32_t)));
    tracks_[id].push_back(std::move(entry));
    return Ok();
  }

  static Result<void> SetBox(const std::array<double, 4>& bbox, Entry* entry) {
    const auto [left, top, width, height] = bbox;
    if (width < 0 || height < 0) {
      return InvalidArgument(fmt::format(
          "'bbox' is {} wide and {} high; it must be [left, top, width, height]", width, height));
    }
    if (!IsPixels(left) || !IsPixels(top) || !IsPixels(left + width) || !IsPixels(top + height)) {
      return InvalidArgument("'bbox' is far outside of any picture; are these pixels?");
    }
    entry->box = {static_cast<float>(left), static_cast<float>(top),
                  static_cast<float>(left + width), static_cast<float>(top + height)};
    return Ok();
  }

  Result<void> SetSegmentation(const CocoSegmentation& segmentation,
                               const std::array<double, 4>& bbox, Entry* entry) const {
    if (segmentation.kind != CocoSegmentation::Kind::kPolygons) {
      PRELABEL_TRY(entry->mask, SegmentationRle(segmentation));
      entry->kind = ShapeKind::kMask;
      if (video_.width > 0 && video_.height > 0 &&
          (entry->mask.width != static_cast<std::uint32_t>(video_.width) ||
           entry->mask.height != static_cast<std::uint32_t>(video_.height))) {
        return InvalidArgument(fmt::format("'segmentation' is for {} × {}, the video is {} × {}",
                                           entry->mask.width, entry->mask.height, video_.width,
                                           video_.height));
      }
      return Ok();
    }
    if (segmentation.polygons.empty()) return Ok();
    entry->several = segmentation.polygons.size() > 1;
    const std::vector<double>& polygon = segmentation.polygons.front();
    if (entry->several || IsOutline(polygon, bbox)) return Ok();
    if (polygon.size() < 6 || polygon.size() % 2 != 0) {
      return InvalidArgument(
          fmt::format("the polygon has {} numbers; it needs an even number of them, at least 6",
                      polygon.size()));
    }
    entry->kind = ShapeKind::kPolygon;
    for (std::size_t i = 0; i < polygon.size(); i += 2) {
      if (!IsPixels(polygon[i]) || !IsPixels(polygon[i + 1])) {
        return InvalidArgument("the polygon is far outside of any picture; are these pixels?");
      }
      entry->points.push_back({static_cast<float>(polygon[i]), static_cast<float>(polygon[i + 1])});
    }
    return Ok();
  }

  static std::string Place(const Entry& entry) {
    return fmt::format("annotations[{}]", entry.index);
  }

  static Result<void> CheckTrack(std::int64_t id, const std::vector<Entry>& entries) {
    for (std::size_t i = 1; i < entries.size(); ++i) {
      const Entry& before = entries[i - 1];
      if (entries[i].frame == before.frame) {
        return InvalidArgument(
            fmt::format("track {} is in frame {} already ({}); it can be there once", id,
                        before.frame, Place(before)),
            Place(entries[i]));
      }
      if (entries[i].category != before.category) {
        return InvalidArgument(
            fmt::format("track {} is of category {}, but of {} in {}; an object has one class", id,
                        entries[i].category, before.category, Place(before)),
            Place(entries[i]));
      }
    }
    return Ok();
  }

  // Whether boxes are taken though there was more.
  static bool FillKeyframes(std::vector<Entry>& entries, ShapeTrack* track) {
    ShapeKind kind = entries.front().kind;
    bool by_box = false;
    for (const Entry& entry : entries) by_box = by_box || entry.several || entry.kind != kind;
    if (by_box) kind = ShapeKind::kBox;
    for (Entry& entry : entries) {
      ShapeKeyframe keyframe;
      keyframe.frame = entry.frame;
      keyframe.shape.kind = kind;
      if (kind == ShapeKind::kBox) keyframe.shape.box = entry.box;
      if (kind == ShapeKind::kPolygon) keyframe.shape.points = std::move(entry.points);
      if (kind == ShapeKind::kMask) keyframe.shape.mask = std::move(entry.mask);
      track->keyframes.push_back(std::move(keyframe));
    }
    return by_box;
  }

  const Tables& tables_;
  const VideoFacts& video_;
  KeptBytes budget_;
  std::map<std::int64_t, std::vector<Entry>> tracks_;
};

Result<CocoOutline> Read(std::istream& in, const CocoSections& sections, CocoVisitor& visitor) {
  in.clear();
  in.seekg(0);
  return ReadCoco(in, sections, visitor);
}

}  // namespace

Result<KeyframeFile> ReadCocoKeyframes(std::istream& in, const VideoFacts& video) {
  Tables tables(video);
  PRELABEL_TRY(const CocoOutline outline,
               Read(in, {.images = true, .categories = true, .annotations = false}, tables));
  if (outline.results) {
    return InvalidArgument("a list of results has no tracks; give COCO instances");
  }
  PRELABEL_TRY(tables.Check());
  Tracks tracks(tables, video);
  PRELABEL_TRY(Read(in, {.images = false, .categories = false, .annotations = true}, tracks));
  return tracks.Finish();
}

}  // namespace prelabel
