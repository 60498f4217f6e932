#include "coordinator/formats/coco_keyframes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "coordinator/formats/close_track.h"
#include "coordinator/formats/coco_frames.h"
#include "coordinator/formats/coco_reader.h"
#include "coordinator/formats/kept_bytes.h"

namespace prelabel {
namespace {

constexpr double kSamePlace = 0.011;  // pixels; our files have two digits

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
  Tracks(const CocoFrames& frames, const VideoFacts& video) : frames_(frames), video_(video) {}

  Result<void> OnAnnotation(const CocoAnnotation& annotation) override {
    const Result<void> added = Add(annotation);
    if (added) return Ok();
    return InvalidArgument(added.error().message,
                           CocoPlace("annotations", annotation.index, annotation.id));
  }

  Result<KeyframeFile> Finish() {
    KeyframeFile file;
    for (const auto& [id, name] : frames_.names()) {
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
      track.label = *frames_.CategoryName(entries.front().category);
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
    const CocoFrame* image = frames_.Find(*annotation.image_id.value);
    if (image == nullptr) {
      return InvalidArgument(fmt::format("'image_id' is {}, which is not in 'images'; add it there",
                                         *annotation.image_id.value));
    }
    if (!frames_.IsOfVideo(*image)) return Ok();
    if (!annotation.track_id.value) {
      return InvalidArgument("'track_id' is missing; keyframes of an object need one");
    }
    const std::int64_t id = *annotation.track_id.value;
    if (id < 0) return InvalidArgument(fmt::format("'track_id' is {}, below 0", id));
    if (!annotation.category_id.value ||
        frames_.CategoryName(*annotation.category_id.value) == nullptr) {
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

  const CocoFrames& frames_;
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
  CocoFrames frames(video);
  PRELABEL_TRY(const CocoOutline outline,
               Read(in, {.images = true, .categories = true, .annotations = false}, frames));
  if (outline.results) {
    return InvalidArgument("a list of results has no tracks; give COCO instances");
  }
  PRELABEL_TRY(frames.Check());
  Tracks tracks(frames, video);
  PRELABEL_TRY(Read(in, {.images = false, .categories = false, .annotations = true}, tracks));
  return tracks.Finish();
}

}  // namespace prelabel
