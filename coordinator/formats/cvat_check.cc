#include "coordinator/formats/cvat_check.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "coordinator/formats/cvat_reader.h"

namespace prelabel {
namespace {

constexpr std::size_t kMaxNames = std::size_t{1} << 16;  // of labels with attributes, remembered

const DeclaredLabel* FindLabel(const KeyframeMeta& meta, const std::string& name) {
  const auto at = std::find_if(meta.labels.begin(), meta.labels.end(),
                               [&](const DeclaredLabel& label) { return label.name == name; });
  return at == meta.labels.end() ? nullptr : &*at;
}

const DeclaredAttribute* FindAttribute(const DeclaredLabel& label, const std::string& name) {
  const auto at =
      std::find_if(label.attributes.begin(), label.attributes.end(),
                   [&](const DeclaredAttribute& attribute) { return attribute.name == name; });
  return at == label.attributes.end() ? nullptr : &*at;
}

bool IsEmptyBox(const ShapeKeyframe& keyframe) {
  const Shape& shape = keyframe.shape;
  return !keyframe.outside &&
         (shape.kind == ShapeKind::kBox || shape.kind == ShapeKind::kEllipse) &&
         (shape.box.Width() <= 0 || shape.box.Height() <= 0);
}

class Checker : public CvatVisitor {
 public:
  explicit Checker(ProblemList& problems) : problems_(problems) {}

  Result<void> OnMeta(const KeyframeMeta& meta) override {
    meta_ = meta;
    counts_.labels = meta.labels.size();
    return Ok();
  }

  Result<void> OnTrack(CvatTrack read) override {
    const ShapeTrack& track = read.track;
    ++counts_.tracks;
    counts_.keyframes += track.keyframes.size();
    Remember({track.label, ""}, read.place);
    if (track.keyframes.empty()) {
      problems_.Error(read.place,
                      "the track has no keyframe that can be read, on which CVAT's importer stops; "
                      "take it out");
      return Ok();
    }
    const ShapeKeyframe* before = nullptr;
    for (const ShapeKeyframe& keyframe : track.keyframes) {
      CheckKeyframe(track, keyframe, std::exchange(before, &keyframe), read.place);
    }
    if (track.keyframes.front().shape.kind == ShapeKind::kMask && Visible(track) > 1) {
      problems_.Warning(read.place,
                        "the track has several masks; CVAT's importer keeps the first alone");
    }
    CheckEnd(track, read.place);
    return Ok();
  }

  Result<void> OnProblem(const LabelProblem& problem) override {
    problems_.Add(problem);
    return Ok();
  }

  CvatCounts Finish(bool complete) {
    if (!complete) return counts_;
    if (!meta_) {
      problems_.Error("", "<meta> is missing; importers look for labels there");
      return counts_;
    }
    for (const auto& [name, place] : places_) {
      const DeclaredLabel* label = FindLabel(*meta_, name.first);
      if (label == nullptr && name.second.empty()) {
        problems_.Error(place, fmt::format("the label {} is not declared in <meta>; add it there",
                                           QuotedExcerpt(name.first)));
      } else if (label != nullptr && !name.second.empty() &&
                 FindAttribute(*label, name.second) == nullptr) {
        problems_.Error(place,
                        fmt::format("the attribute {} of the label {} is not declared in <meta>; "
                                    "add it there, or it is lost",
                                    QuotedExcerpt(name.second), QuotedExcerpt(name.first)));
      }
    }
    return counts_;
  }

 private:
  // A label, and one of its attributes or "".
  using Name = std::pair<std::string, std::string>;

  void Remember(Name name, const std::string& place) {
    if (places_.size() < kMaxNames) places_.emplace(std::move(name), place);
  }

  static std::size_t Visible(const ShapeTrack& track) {
    return static_cast<std::size_t>(
        std::count_if(track.keyframes.begin(), track.keyframes.end(),
                      [](const ShapeKeyframe& keyframe) { return !keyframe.outside; }));
  }

  // `before` is null for the first one.
  void CheckKeyframe(const ShapeTrack& track, const ShapeKeyframe& keyframe,
                     const ShapeKeyframe* before, const std::string& place) {
    if (IsEmptyBox(keyframe)) {
      problems_.Warning(place, fmt::format("the box of frame {} is empty", keyframe.frame));
    }
    const DeclaredLabel* label = meta_ ? FindLabel(*meta_, track.label) : nullptr;
    for (const auto& [name, value] : keyframe.attributes) {
      if (before != nullptr) {
        const auto at = before->attributes.find(name);
        if (at != before->attributes.end() && at->second == value) continue;  // it holds
      }
      Remember({track.label, name}, place);
      const DeclaredAttribute* declared = label == nullptr ? nullptr : FindAttribute(*label, name);
      if (declared == nullptr ||
          (declared->input_type != "select" && declared->input_type != "radio")) {
        continue;
      }
      const auto& values = declared->values;
      if (std::find(values.begin(), values.end(), value) == values.end()) {
        problems_.Warning(place,
                          fmt::format("{} is {} in frame {}, which is none of its values",
                                      QuotedExcerpt(name), QuotedExcerpt(value), keyframe.frame));
      }
    }
  }

  // CVAT shows what is not closed up to the end of the task.
  void CheckEnd(const ShapeTrack& track, const std::string& place) {
    if (!meta_ || !meta_->frames || *meta_->frames < 1) return;
    const std::int64_t end = meta_->first_frame + (*meta_->frames - 1) * meta_->frame_step;
    const ShapeKeyframe& last = track.keyframes.back();
    if (last.frame > end) {
      problems_.Error(place, fmt::format("the track has a keyframe at frame {}; the task's last "
                                         "frame is {}",
                                         last.frame, end));
    } else if (last.frame < end && !last.outside) {
      problems_.Warning(
          place, fmt::format("the track is not closed: CVAT shows its last shape, of frame {}, up "
                             "to frame {}; where it leaves, add a keyframe with outside=\"1\"",
                             last.frame, end));
    }
  }

  ProblemList& problems_;
  std::optional<KeyframeMeta> meta_;
  std::map<Name, std::string> places_;  // where they stand first
  CvatCounts counts_;
};

}  // namespace

Result<CvatCounts> CheckCvat(std::istream& in, ProblemList& problems) {
  Checker checker(problems);
  const Result<void> read = ReadCvat(in, checker);
  if (!read) {
    if (read.error().code != ErrorCode::kInvalidArgument) return read.error();
    problems.Error(read.error().context, read.error().message);
  }
  return checker.Finish(read.has_value());
}

}  // namespace prelabel
