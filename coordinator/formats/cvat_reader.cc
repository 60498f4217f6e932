#include "coordinator/formats/cvat_reader.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "coordinator/formats/cvat_meta.h"
#include "coordinator/formats/cvat_shape.h"
#include "coordinator/formats/cvat_track.h"
#include "coordinator/formats/xml_stream.h"

namespace prelabel {
namespace {

constexpr std::size_t kMaxTracks = std::size_t{1} << 20;
constexpr std::size_t kMaxAttributes = 256;                      // of a shape
constexpr std::size_t kMaxAttributeText = std::size_t{1} << 14;  // CVAT stores 4096 characters
constexpr std::int64_t kMaxTrackId = std::numeric_limits<std::uint32_t>::max() - 1;

std::string PlaceOf(const XmlElement& element) { return XmlPlace(element.line, element.column); }

std::string_view KindName(ShapeKind kind) {
  constexpr std::string_view kNames[] = {"box",    "ellipse",  "polygon", "polyline",
                                         "points", "skeleton", "mask"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::uint64_t SizeOf(const ShapeKeyframe& keyframe) {
  return sizeof(ShapeKeyframe) + keyframe.shape.points.size() * sizeof(Point) +
         keyframe.shape.mask.counts.size() * sizeof(std::uint32_t);
}

class CvatEvents : public XmlEvents {
 public:
  explicit CvatEvents(CvatVisitor& visitor) : visitor_(visitor) {}

  Result<void> OnBegin(const XmlElement& element) override {
    line_ = element.line;
    column_ = element.column;
    switch (In()) {
      case Place::kDocument:
        if (element.name == "annotations") return Enter(Place::kRoot);
        return InvalidArgument(
            fmt::format("the file begins with <{}>, CVAT's with <annotations>; export as \"CVAT "
                        "for video 1.1\"",
                        element.name.substr(0, 60)),
            PlaceOf(element));
      case Place::kRoot:
        return BeginInRoot(element);
      case Place::kMeta:
        return BeginInMeta(element);
      case Place::kTrack:
        if (IsCvatShape(element.name)) return BeginShape(element);
        return BeginAttribute(element, &track_attributes_);
      case Place::kShape:
        if (keyframe_.shape.kind == ShapeKind::kSkeleton && IsCvatShape(element.name)) {
          return BeginJoint(element);
        }
        return BeginAttribute(element, &keyframe_.attributes);
      case Place::kVersion:
      case Place::kAttribute:
      case Place::kIgnored:
        break;
    }
    return Enter(Place::kIgnored);
  }

  Result<void> OnEnd(std::string_view text) override {
    const Place ended = In();
    places_.pop_back();
    switch (ended) {
      case Place::kVersion:
        if (text == "1.1" || text == "1.0") return Ok();
        return InvalidArgument(
            "the file is of another version than 1.1; export as \"CVAT for video 1.1\"",
            XmlPlace(line_, column_));
      case Place::kMeta:
        if (In() == Place::kMeta) return AtPlace(meta_.End(text), XmlPlace(line_, column_));
        return EndMeta();
      case Place::kAttribute:
        return EndAttribute(text);
      case Place::kShape:
        return EndShape();
      case Place::kTrack:
        return EndTrack();
      case Place::kDocument:
      case Place::kRoot:
      case Place::kIgnored:
        break;
    }
    return Ok();
  }

 private:
  enum class Place : std::uint8_t {
    kDocument,
    kRoot,
    kVersion,
    kMeta,  // and everything below
    kTrack,
    kShape,  // of a track
    kAttribute,
    kIgnored,
  };

  Place In() const { return places_.back(); }
  Result<void> Enter(Place place) {
    places_.push_back(place);
    return Ok();
  }
  Result<void> Problem(std::string message, std::string place) {
    return visitor_.OnProblem(
        {LabelProblem::Severity::kError, std::move(place), std::move(message)});
  }
  static Result<void> AtPlace(Result<void> result, std::string place) {
    if (result) return result;
    return Error{result.error().code, result.error().message, std::move(place)};
  }

  Result<void> BeginInRoot(const XmlElement& element) {
    if (element.name == "version") return Enter(Place::kVersion);
    if (element.name == "track") return BeginTrack(element);
    if (element.name == "image") {
      return InvalidArgument(
          "the file is \"CVAT for images\", which has no keyframes; export as \"CVAT for video "
          "1.1\"",
          PlaceOf(element));
    }
    if (element.name != "meta") return Enter(Place::kIgnored);
    if (has_meta_) return InvalidArgument("<meta> stands twice", PlaceOf(element));
    has_meta_ = true;
    return Enter(Place::kMeta);
  }

  Result<void> BeginInMeta(const XmlElement& element) {
    PRELABEL_TRY(AtPlace(meta_.Begin(element.name), PlaceOf(element)));
    return Enter(Place::kMeta);
  }

  Result<void> EndMeta() {
    const KeyframeMeta meta = meta_.Take();
    first_frame_ = meta.first_frame;
    frame_step_ = meta.frame_step;
    for (const DeclaredLabel& label : meta.labels) labels_.emplace(label.name, label);
    return visitor_.OnMeta(meta);
  }

  // Tracks.

  Result<void> BeginTrack(const XmlElement& element) {
    track_ = CvatTrack{};
    track_.place = PlaceOf(element);
    track_attributes_.clear();
    if (ids_.size() == kMaxTracks) {
      return InvalidArgument(fmt::format("the file has more than {} tracks", kMaxTracks),
                             track_.place);
    }
    const std::string_view* label = element.Find("label");
    if (label == nullptr || label->empty()) {
      PRELABEL_TRY(Problem("the track has no 'label'; write it", track_.place));
      return Enter(Place::kIgnored);
    }
    track_.track.label = *label;
    const Result<std::int64_t> id = ParseCvatNumber(element, "id", kMaxTrackId);
    if (!id) {
      PRELABEL_TRY(Problem(id.error().message, track_.place));
      return Enter(Place::kIgnored);
    }
    track_.track.id = static_cast<std::uint32_t>(id.value() + 1);
    if (!ids_.insert(track_.track.id).second) {
      PRELABEL_TRY(Problem(
          fmt::format("the track's id {} stands twice; number the tracks from 0", id.value()),
          track_.place));
      return Enter(Place::kIgnored);
    }
    return Enter(Place::kTrack);
  }

  Result<void> EndTrack() {
    const auto label = labels_.find(track_.track.label);
    PRELABEL_TRY(AtPlace(CompleteKeyframes(label == labels_.end() ? nullptr : &label->second,
                                           track_attributes_, budget_, track_.track.keyframes),
                         track_.place));
    return visitor_.OnTrack(std::move(track_));
  }

  // Shapes of a track.

  // What people drew; a skeleton's joints say so, too.
  Result<void> BeginShape(const XmlElement& element) {
    keyframe_ = ShapeKeyframe{};
    shape_place_ = PlaceOf(element);
    joint_problem_ = false;
    Result<bool> drawn = ReadShape(element);
    if (!drawn) {
      PRELABEL_TRY(Problem(std::move(drawn.error().message), shape_place_));
      return Enter(Place::kIgnored);
    }
    is_keyframe_ = drawn.value();
    const bool skeleton = element.name == "skeleton";
    return Enter(is_keyframe_ || skeleton ? Place::kShape : Place::kIgnored);
  }

  Result<bool> ReadShape(const XmlElement& element) {
    if (element.name != "skeleton" && element.Find("keyframe") == nullptr) {
      return InvalidArgument(
          fmt::format("<{}> has no 'keyframe'; write 1 where a person drew it", element.name));
    }
    PRELABEL_TRY(const bool drawn, ParseCvatFlag(element, "keyframe", false));
    if (!drawn && element.name != "skeleton") return false;
    PRELABEL_TRY(keyframe_.frame, ParseCvatNumber(element, "frame", kMaxCvatFrame));
    PRELABEL_TRY(keyframe_.outside, ParseCvatFlag(element, "outside", false));
    PRELABEL_TRY(keyframe_.occluded, ParseCvatFlag(element, "occluded", false));
    PRELABEL_TRY(keyframe_.shape, ParseCvatShape(element));
    return drawn;
  }

  Result<void> EndShape() {
    std::vector<ShapeKeyframe>& keyframes = track_.track.keyframes;
    if (!is_keyframe_ || joint_problem_) return Ok();
    PRELABEL_TRY(AtPlace(budget_.Add(SizeOf(keyframe_)), shape_place_));
    const std::int64_t past = keyframe_.frame - first_frame_;
    if (past < 0 || past % frame_step_ != 0) {
      return Problem(
          fmt::format("frame {} is none of the task's, which has those from {} on{}; 'frame' must "
                      "be the number of the source video, as CVAT writes it",
                      keyframe_.frame, first_frame_,
                      frame_step_ > 1 ? fmt::format(" by {}", frame_step_) : ""),
          shape_place_);
    }
    if (!keyframes.empty() && keyframe_.shape.kind != keyframes.front().shape.kind) {
      return Problem(
          fmt::format("the shape is a {}, the track's first a {}; make a track of its own of it",
                      KindName(keyframe_.shape.kind), KindName(keyframes.front().shape.kind)),
          shape_place_);
    }
    if (!keyframes.empty() && keyframe_.frame <= keyframes.back().frame) {
      return Problem(fmt::format("frame {} comes after frame {}; keyframes of a track must ascend",
                                 keyframe_.frame, keyframes.back().frame),
                     shape_place_);
    }
    keyframes.push_back(std::move(keyframe_));
    return Ok();
  }

  Result<void> BeginJoint(const XmlElement& element) {
    const Result<Joint> joint = ReadJoint(element);
    if (joint) {
      keyframe_.shape.joints.push_back(joint.value());
    } else {
      joint_problem_ = true;
      PRELABEL_TRY(Problem(joint.error().message, PlaceOf(element)));
    }
    return Enter(Place::kIgnored);
  }

  Result<Joint> ReadJoint(const XmlElement& element) {
    const std::string_view* label = element.Find("label");
    if (label == nullptr) return InvalidArgument("the joint has no 'label'; write it");
    if (element.name != "points") {
      return InvalidArgument(
          fmt::format("a skeleton's <{}> is not read; its parts must be points", element.name));
    }
    std::vector<Joint>& joints = keyframe_.shape.joints;
    if (joints.size() == kMaxCvatJoints) {
      return InvalidArgument(fmt::format("the skeleton has more than {} joints", kMaxCvatJoints));
    }
    if (std::any_of(joints.begin(), joints.end(),
                    [&](const Joint& joint) { return joint.name == *label; })) {
      return InvalidArgument("the joint " + QuotedExcerpt(*label) + " stands twice");
    }
    Joint joint;
    joint.name = *label;
    PRELABEL_TRY(const bool drawn, ParseCvatFlag(element, "keyframe", false));
    is_keyframe_ = is_keyframe_ || drawn;
    PRELABEL_TRY(joint.outside, ParseCvatFlag(element, "outside", false));
    PRELABEL_TRY(joint.occluded, ParseCvatFlag(element, "occluded", false));
    PRELABEL_TRY(const Shape shape, ParseCvatShape(element));
    if (shape.points.size() != 1) {
      return InvalidArgument(
          fmt::format("the joint has {} points; it must have 1", shape.points.size()));
    }
    joint.at = shape.points.front();
    return joint;
  }

  // Attributes of a shape or track.

  Result<void> BeginAttribute(const XmlElement& element, TextMap* into) {
    if (element.name != "attribute") return Enter(Place::kIgnored);
    const std::string_view* name = element.Find("name");
    if (name == nullptr || name->size() > kMaxAttributeText) {
      PRELABEL_TRY(Problem("the attribute has no 'name' of reasonable length", PlaceOf(element)));
      return Enter(Place::kIgnored);
    }
    if (into->size() == kMaxAttributes) {
      return InvalidArgument(fmt::format("a shape has more than {} attributes", kMaxAttributes),
                             PlaceOf(element));
    }
    attribute_ = &(*into)[std::string(*name)];
    attribute_place_ = PlaceOf(element);
    return Enter(Place::kAttribute);
  }

  Result<void> EndAttribute(std::string_view text) {
    if (text.size() > kMaxAttributeText) {
      return Problem(fmt::format("the attribute's value has more than {} bytes", kMaxAttributeText),
                     attribute_place_);
    }
    *attribute_ = text;
    return Ok();
  }

  CvatVisitor& visitor_;
  std::vector<Place> places_{Place::kDocument};
  std::uint64_t line_ = 0;  // of the last start tag
  std::uint64_t column_ = 0;
  bool has_meta_ = false;
  CvatMetaBuilder meta_;
  std::map<std::string, DeclaredLabel> labels_;
  std::int64_t first_frame_ = 0;
  std::int64_t frame_step_ = 1;

  std::set<std::uint32_t> ids_;
  KeptBytes budget_;
  CvatTrack track_;
  TextMap track_attributes_;
  ShapeKeyframe keyframe_;
  bool is_keyframe_ = false;
  bool joint_problem_ = false;
  std::string shape_place_;
  std::string* attribute_ = nullptr;  // of keyframe_ or track_attributes_
  std::string attribute_place_;
};

class Collector : public CvatVisitor {
 public:
  Result<void> OnMeta(const KeyframeMeta& meta) override {
    file.meta = meta;
    return Ok();
  }
  Result<void> OnTrack(CvatTrack track) override {
    if (!track.track.keyframes.empty()) file.tracks.push_back(std::move(track.track));
    return Ok();
  }
  KeyframeFile file;
};

}  // namespace

Result<void> ReadCvat(std::istream& in, CvatVisitor& visitor) {
  CvatEvents events(visitor);
  return ReadXml(in, events);
}

Result<KeyframeFile> ReadCvatKeyframes(std::istream& in) {
  Collector collector;
  PRELABEL_TRY(ReadCvat(in, collector));
  return std::move(collector.file);
}

}  // namespace prelabel
