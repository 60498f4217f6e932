#include "coordinator/formats/voc_reader.h"

#include <cstddef>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "coordinator/formats/xml_stream.h"

namespace prelabel {
namespace {

constexpr std::size_t kMaxObjects = std::size_t{1} << 16;
constexpr std::size_t kMaxTexts = 256;

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

class VocEvents : public XmlEvents {
 public:
  Result<void> OnBegin(const XmlElement& element) override {
    place_ = XmlPlace(element.line, element.column);
    if (path_.empty() && element.name != "annotation") {
      return InvalidArgument(
          fmt::format("the file begins with <{}>, Pascal VOC's with <annotation>",
                      element.name.substr(0, 60)),
          place_);
    }
    path_.emplace_back(element.name);
    if (path_.size() == 2 && element.name == "object") {
      if (picture_.objects.size() == kMaxObjects) {
        return InvalidArgument(fmt::format("the picture has more than {} objects", kMaxObjects),
                               place_);
      }
      picture_.objects.emplace_back().place = place_;
    }
    return Ok();
  }

  Result<void> OnEnd(std::string_view text) override {
    const std::string name = Name();
    if (InObject() && name == "attributes/attribute/name") {
      attribute_ = Trimmed(text);
    } else if (InObject() && name == "attributes/attribute/value") {
      value_ = Trimmed(text);
    } else if (InObject() && name == "attributes/attribute") {
      PRELABEL_TRY(Put(attribute_, std::move(value_), &picture_.objects.back().attributes));
      attribute_.clear();
      value_.clear();
    } else if (path_.size() > 1 && !(path_.size() == 2 && path_[1] == "object")) {
      PRELABEL_TRY(Put(name, std::string(Trimmed(text)),
                       InObject() ? &picture_.objects.back().texts : &picture_.texts));
    }
    path_.pop_back();
    return Ok();
  }

  VocPicture Take() { return std::move(picture_); }

 private:
  bool InObject() const { return path_.size() > 2 && path_[1] == "object"; }

  // Of the innermost element, below the object or the root.
  std::string Name() const {
    std::string name;
    for (std::size_t i = InObject() ? 2 : 1; i < path_.size(); ++i) {
      name += (name.empty() ? "" : "/") + path_[i];
    }
    return name;
  }

  Result<void> Put(const std::string& name, std::string text,
                   std::map<std::string, std::string>* into) {
    if (into->size() == kMaxTexts) {
      return InvalidArgument(fmt::format("has more than {} elements of its own", kMaxTexts),
                             place_);
    }
    into->emplace(name, std::move(text));
    return Ok();
  }

  VocPicture picture_;
  std::vector<std::string> path_;
  std::string place_;
  std::string attribute_;
  std::string value_;
};

}  // namespace

Result<VocPicture> ReadVoc(std::istream& in) {
  XmlLimits limits;
  limits.text = std::size_t{1} << 14;
  VocEvents events;
  PRELABEL_TRY(ReadXml(in, events, limits));
  return events.Take();
}

}  // namespace prelabel
