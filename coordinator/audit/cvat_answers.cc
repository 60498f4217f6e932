#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "coordinator/audit/cvat_audit.h"
#include "coordinator/audit/read_answers.h"
#include "coordinator/formats/cvat_shape.h"
#include "coordinator/formats/label_problem.h"
#include "coordinator/formats/xml_stream.h"

namespace prelabel {
namespace {

Error Wrong(const std::string& place, std::string message) {
  return InvalidArgument(std::move(message), place);
}

constexpr std::size_t kMaxObjects = std::size_t{1} << 16;  // in one image
constexpr std::size_t kMaxName = 4096;                     // bytes

std::string Trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(kBlank) - first + 1));
}

class CvatAnswers : public XmlEvents {
 public:
  explicit CvatAnswers(AnswerCollector& collector) : collector_(collector) {}

  Result<void> OnBegin(const XmlElement& element) override {
    const std::string place = XmlPlace(element.line, element.column);
    ++depth_;
    if (depth_ == 1 && element.name != "annotations") {
      return Wrong(place,
                   fmt::format("the file begins with <{}>, CVAT's with <annotations>; export as "
                               "\"CVAT for images 1.1\"",
                               element.name.substr(0, 60)));
    }
    if (depth_ == 2 && element.name == "track") {
      return Wrong(place,
                   "the file has tracks; make the task of pictures, not of a video, and "
                   "export as \"CVAT for images 1.1\"");
    }
    if (depth_ == 2 && element.name == "image") {
      in_image_ = true;
      image_ = {};
      image_.place = place;
      return Ok();
    }
    if (!in_image_) return Ok();
    if (depth_ == 3) return BeginMember(element, place);
    if (depth_ == 4 && in_member_ && element.name == "attribute") {
      const std::string_view* name = element.Find("name");
      attribute_ = name == nullptr             ? nullptr
                   : *name == "audit_id"       ? &member_.id
                   : *name == "verdict"        ? &member_.verdict
                   : *name == "looked_through" ? &member_.looked_through
                                               : nullptr;
    }
    return Ok();
  }

  Result<void> OnEnd(std::string_view text) override {
    const int ended = depth_--;
    if (!in_image_) return Ok();
    if (ended == 4 && attribute_ != nullptr) {
      *std::exchange(attribute_, nullptr) = Trimmed(text.substr(0, kMaxName));
    } else if (ended == 3 && in_member_) {
      in_member_ = false;
      return EndMember();
    } else if (ended == 2) {
      in_image_ = false;
      return EndImage();
    }
    return Ok();
  }

 private:
  // A shape or tag of the image.
  struct Member {
    bool tag = false;
    std::string label;
    std::string id;
    std::string verdict;
    std::string looked_through;
    Box bounds;
    std::string place;
  };
  struct ImageRead {
    std::string place;
    std::string id;  // of its tag; empty: it is no whole image
    bool looked_through = false;
    std::vector<NamedObject> objects;
  };

  Result<void> BeginMember(const XmlElement& element, const std::string& place) {
    const bool tag = element.name == "tag";
    if (!tag && !IsCvatShape(element.name)) return Ok();
    member_ = {};
    member_.tag = tag;
    member_.place = place;
    in_member_ = true;
    const std::string_view* label = element.Find("label");
    if (label == nullptr || label->size() > kMaxName) {
      return Wrong(place, "the shape or tag has no 'label' of reasonable length");
    }
    member_.label = *label;
    if (tag) return Ok();
    if (element.name == "skeleton" || element.name == "points" || element.name == "polyline") {
      in_member_ = false;  // covers no area
      return Ok();
    }
    const Result<Shape> shape = ParseCvatShape(element);
    if (!shape) return Wrong(place, shape.error().message);
    member_.bounds = BoundsOf(shape.value());
    return Ok();
  }

  Result<void> EndMember() {
    if (member_.tag) {
      if (member_.id.empty()) return Ok();
      if (!image_.id.empty() && image_.id != member_.id) {
        return Wrong(member_.place, "the image has two tags with an audit_id; keep its own");
      }
      const bool yes = member_.looked_through == "yes";
      if (!yes && member_.looked_through != "no" && !member_.looked_through.empty()) {
        return Wrong(member_.place, "'looked_through' must be yes or no, not " +
                                        QuotedExcerpt(member_.looked_through));
      }
      image_.id = member_.id;
      image_.looked_through = image_.looked_through || yes;
      return Ok();
    }
    if (!member_.id.empty()) {
      LabelAnswer answer = LabelAnswer::kNone;
      if (member_.verdict == "right") {
        answer = LabelAnswer::kRight;
      } else if (member_.verdict == "wrong") {
        answer = LabelAnswer::kWrong;
      } else if (!member_.verdict.empty() && member_.verdict != "unchecked") {
        return Wrong(member_.place, "'verdict' must be unchecked, right or wrong, not " +
                                        QuotedExcerpt(member_.verdict));
      }
      return collector_.AddLabel(member_.id, answer, member_.place);
    }
    if (image_.objects.size() == kMaxObjects) {
      return Wrong(member_.place, fmt::format("the image has more than {} objects", kMaxObjects));
    }
    image_.objects.push_back({std::move(member_.label), member_.bounds});
    return Ok();
  }

  Result<void> EndImage() {
    if (image_.id.empty() || !image_.looked_through) return Ok();
    return collector_.AddImage(image_.id, image_.objects, image_.place);
  }

  AnswerCollector& collector_;
  int depth_ = 0;
  bool in_image_ = false;
  bool in_member_ = false;
  ImageRead image_;
  Member member_;
  std::string* attribute_ = nullptr;  // of member_
};

}  // namespace

Result<void> ReadCvatAnswers(std::istream& in, AnswerCollector& collector) {
  CvatAnswers events(collector);
  return ReadXml(in, events);
}

}  // namespace prelabel
