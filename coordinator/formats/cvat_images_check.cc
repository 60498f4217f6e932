#include "coordinator/formats/cvat_images_check.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "coordinator/formats/cvat_meta.h"
#include "coordinator/formats/cvat_shape.h"
#include "coordinator/formats/keyframe_file.h"
#include "coordinator/formats/xml_stream.h"

namespace prelabel {
namespace {

constexpr double kOutsideTolerance = 1;                   // pixels; boxes may leave by rounding
constexpr std::size_t kMaxImages = std::size_t{1} << 24;  // remembered by name
constexpr std::int64_t kMaxSide = std::int64_t{1} << 24;

std::string PlaceOf(const XmlElement& element) { return XmlPlace(element.line, element.column); }

// What ReadXml is told to end with where nothing more is to be known.
Error Stop() { return InvalidArgument("enough"); }

class Checker : public XmlEvents {
 public:
  explicit Checker(ProblemList& problems) : problems_(problems) {}

  Result<void> OnBegin(const XmlElement& element) override {
    place_ = PlaceOf(element);
    path_.emplace_back(element.name);
    if (path_.size() == 1 && element.name != "annotations") {
      return InvalidArgument("the file begins with another element than CVAT's <annotations>",
                             place_);
    }
    if (path_.size() == 1) return Ok();
    if (path_[1] == "meta") {
      if (path_.size() == 2) return Ok();
      Result<void> begun = meta_.Begin(element.name);
      if (!begun) return Error{begun.error().code, begun.error().message, place_};
      return Ok();
    }
    if (path_.size() == 2 && element.name == "track") {
      return InvalidArgument("tracks and images do not go into one file", place_);
    }
    if (path_[1] != "image") return Ok();
    if (path_.size() == 2) {
      BeginImage(element);
    } else if (path_.size() == 3) {
      BeginShape(element);
    } else if (path_.size() == 4 && element.name == "attribute") {
      const std::string_view* name = element.Find("name");
      if (name == nullptr) {
        problems_.Error(place_, "the attribute has no 'name'");
      } else {
        CheckAttribute(*name);
      }
    }
    return Ok();
  }

  Result<void> OnEnd(std::string_view text) override {
    const bool in_meta = path_.size() > 1 && path_[1] == "meta";
    const std::size_t depth = path_.size();
    path_.pop_back();
    if (!in_meta) return Ok();
    if (depth > 2) {
      Result<void> ended = meta_.End(text);
      if (!ended) return Error{ended.error().code, ended.error().message, place_};
      return Ok();
    }
    has_meta_ = true;
    for (DeclaredLabel& label : meta_.Take().labels) {
      std::string name = label.name;
      labels_.emplace(std::move(name), std::move(label));
    }
    counts.labels = labels_.size();
    return Ok();
  }

  void Finish() {
    if (!has_meta_) problems_.Error("", "<meta> is missing; importers look for labels there");
  }

  CvatImageCounts counts;

 private:
  void BeginImage(const XmlElement& element) {
    ++counts.images;
    const std::string_view* name = element.Find("name");
    if (name == nullptr || name->empty()) {
      problems_.Error(place_, "the image has no 'name'; CVAT finds it by that");
    } else if (names_.size() < kMaxImages && !names_.emplace(*name).second) {
      problems_.Error(place_, "the name " + QuotedExcerpt(*name) + " stands twice");
    }
    if (const auto id = ParseCvatNumber(element, "id", kMaxCvatFrame); !id) {
      problems_.Error(place_, id.error().message);
    } else if (!ids_.insert(id.value()).second) {
      problems_.Error(place_,
                      fmt::format("the id {} stands twice; number the images from 0", id.value()));
    }
    width_ = Side(element, "width");
    height_ = Side(element, "height");
  }

  std::int64_t Side(const XmlElement& element, std::string_view name) {
    const auto side = ParseCvatNumber(element, name, kMaxSide);
    if (side && side.value() > 0) return side.value();
    problems_.Error(place_, side ? fmt::format("'{}' is 0", name) : side.error().message);
    return 0;
  }

  void BeginShape(const XmlElement& element) {
    label_ = nullptr;
    if (element.name != "tag" && !IsCvatShape(element.name)) return;
    ++counts.shapes;
    const std::string_view* label = element.Find("label");
    const auto declared = label == nullptr ? labels_.end() : labels_.find(std::string(*label));
    if (label == nullptr || label->empty()) {
      problems_.Error(place_, "the shape has no 'label'");
    } else if (has_meta_ && declared == labels_.end()) {
      problems_.Error(place_, fmt::format("the label {} is not declared in <meta>; add it there",
                                          QuotedExcerpt(*label)));
    } else if (declared != labels_.end()) {
      label_ = &declared->second;
    }
    if (element.name == "tag") return;
    if (const auto occluded = ParseCvatFlag(element, "occluded", false); !occluded) {
      problems_.Error(place_, occluded.error().message);
    }
    const Result<Shape> shape = ParseCvatShape(element);
    if (!shape) {
      problems_.Error(place_, shape.error().message);
      return;
    }
    if (shape.value().kind == ShapeKind::kSkeleton) return;  // its joints are elements of their own
    const Box box = BoundsOf(shape.value());
    if (shape.value().kind == ShapeKind::kBox && (box.Width() <= 0 || box.Height() <= 0)) {
      problems_.Warning(place_, "the box is empty");
    }
    if (width_ > 0 && height_ > 0 &&
        (box.x1 < -kOutsideTolerance || box.y1 < -kOutsideTolerance ||
         box.x2 > static_cast<double>(width_) + kOutsideTolerance ||
         box.y2 > static_cast<double>(height_) + kOutsideTolerance)) {
      problems_.Warning(place_,
                        fmt::format("the shape leaves the image of {} × {}", width_, height_));
    }
  }

  void CheckAttribute(std::string_view name) {
    if (label_ == nullptr) return;
    const auto& attributes = label_->attributes;
    const bool declared =
        std::any_of(attributes.begin(), attributes.end(),
                    [&](const DeclaredAttribute& attribute) { return attribute.name == name; });
    if (declared) return;
    problems_.Error(place_,
                    fmt::format("the attribute {} of the label {} is not declared in <meta>; "
                                "add it there, or it is lost",
                                QuotedExcerpt(name), QuotedExcerpt(label_->name)));
  }

  ProblemList& problems_;
  std::vector<std::string> path_;
  std::string place_;  // of the last start tag
  CvatMetaBuilder meta_;
  bool has_meta_ = false;
  std::map<std::string, DeclaredLabel> labels_;
  std::set<std::string, std::less<>> names_;
  std::set<std::int64_t> ids_;
  std::int64_t width_ = 0;
  std::int64_t height_ = 0;
  const DeclaredLabel* label_ = nullptr;  // of the open shape
};

class FirstContent : public XmlEvents {
 public:
  Result<void> OnBegin(const XmlElement& element) override {
    if (depth_++ != 1 || (element.name != "image" && element.name != "track")) return Ok();
    images = element.name == "image";
    return Stop();
  }
  Result<void> OnEnd(std::string_view text) override {
    --depth_;
    // A task without anything says what it is for.
    if (text == "annotation") images = true;
    return Ok();
  }
  bool images = false;

 private:
  int depth_ = 0;
};

}  // namespace

Result<CvatImageCounts> CheckCvatImages(std::istream& in, ProblemList& problems) {
  Checker checker(problems);
  const Result<void> read = ReadXml(in, checker);
  if (!read) {
    if (read.error().code != ErrorCode::kInvalidArgument) return read.error();
    problems.Error(read.error().context, read.error().message);
  } else {
    checker.Finish();
  }
  return checker.counts;
}

bool HoldsCvatImages(std::istream& in) {
  FirstContent content;
  (void)ReadXml(in, content);  // what is wrong with the file is found when it is checked
  return content.images;
}

}  // namespace prelabel
