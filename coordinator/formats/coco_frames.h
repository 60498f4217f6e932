// Which frame of a video an image of a COCO file is, and how the file's categories are called;
// keyframe_reader.h says how. Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "common/base/result.h"
#include "coordinator/formats/coco_reader.h"
#include "coordinator/formats/keyframe_reader.h"

namespace prelabel {

// An image.
struct CocoFrame {
  enum class Whose : std::uint8_t { kThis, kOther, kUnnamed };  // of which video it is
  Whose whose = Whose::kUnnamed;
  std::uint64_t index = 0;
  std::optional<std::int64_t> frame;  // after Check it has one where it is of the video
  std::int64_t width = 0;
  std::int64_t height = 0;
};

// Images and categories, which may stand behind the annotations that refer to them. The video
// outlives this.
class CocoFrames : public CocoVisitor {
 public:
  explicit CocoFrames(const VideoFacts& video) : video_(video) {}

  Result<void> OnImage(const CocoImage& image) override;
  Result<void> OnCategory(const CocoCategory& category) override;

  // Once all are there. InvalidArgument with its place: an image of the video whose frame cannot be
  // told, is none of the video's or another image's, or that has another size; or no image of it
  // where images name videos.
  Result<void> Check() const;

  // Null: there is no such image.
  const CocoFrame* Find(std::int64_t id) const;
  bool IsOfVideo(const CocoFrame& image) const;
  // Null: there is no such category.
  const std::string* CategoryName(std::int64_t id) const;
  const std::map<std::int64_t, std::string>& names() const { return names_; }

 private:
  Result<void> CheckImage(const CocoFrame& image, std::int64_t id,
                          std::map<std::int64_t, std::int64_t>* ids) const;

  const VideoFacts& video_;
  std::map<std::int64_t, CocoFrame> images_;
  std::map<std::int64_t, std::string> names_;
  bool has_this_ = false;
  std::string other_;  // another video that is named
};

}  // namespace prelabel
