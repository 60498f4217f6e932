#include "coordinator/formats/voc_check.h"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "coordinator/formats/text_lines.h"
#include "coordinator/formats/voc_reader.h"

namespace prelabel {
namespace {

constexpr std::size_t kMaxLine = 4096;
constexpr std::size_t kMaxLabels = std::size_t{1} << 16;
constexpr std::int64_t kMaxSide = std::int64_t{1} << 24;

const std::string* Find(const std::map<std::string, std::string>& texts, const std::string& name) {
  const auto at = texts.find(name);
  return at == texts.end() ? nullptr : &at->second;
}

// Readers convert with int(), which stops at "12.5".
std::optional<std::int64_t> Whole(const std::string& text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (value < -kMaxSide || value > kMaxSide) return std::nullopt;
  return value;
}

class Checker {
 public:
  Checker(const VocPicture& picture, const std::set<std::string>* labels, ProblemList& problems)
      : picture_(picture), labels_(labels), problems_(problems) {}

  void Check() {
    const std::string* file = Find(picture_.texts, "filename");
    if (file == nullptr || file->empty()) {
      problems_.Error("", "<filename> is missing; pictures are found by it");
    }
    const std::int64_t width = Side("size/width");
    const std::int64_t height = Side("size/height");
    for (const VocObject& object : picture_.objects) {
      const std::string* name = Find(object.texts, "name");
      if (name == nullptr || name->empty()) {
        problems_.Error(object.place, "the object has no <name>; write its class");
      } else if (labels_ != nullptr && !labels_->contains(*name)) {
        problems_.Error(
            object.place,
            fmt::format("the class {} is not in labelmap.txt; add it there", QuotedExcerpt(*name)));
      }
      for (const char* flag : {"difficult", "truncated", "occluded"}) {
        const std::string* text = Find(object.texts, flag);
        if (text == nullptr || *text == "0" || *text == "1") continue;
        problems_.Error(object.place,
                        fmt::format("<{}> must be 0 or 1, not {}", flag, QuotedExcerpt(*text)));
      }
      if (Find(object.texts, "difficult") == nullptr) {
        problems_.Error(object.place, "<difficult> is missing; readers of the devkit need it");
      }
      CheckBox(object, width, height);
    }
  }

 private:
  std::int64_t Side(const std::string& name) {
    const std::string* text = Find(picture_.texts, name);
    const auto side = text == nullptr ? std::nullopt : Whole(*text);
    if (side && *side > 0) return *side;
    problems_.Error("", fmt::format("<{}> must be the picture's, in pixels", name));
    return 0;
  }

  void CheckBox(const VocObject& object, std::int64_t width, std::int64_t height) {
    std::int64_t corners[4];
    constexpr const char* kNames[] = {"xmin", "ymin", "xmax", "ymax"};
    for (std::size_t i = 0; i < 4; ++i) {
      const std::string* text = Find(object.texts, std::string("bndbox/") + kNames[i]);
      if (text == nullptr) {
        problems_.Error(object.place, fmt::format("the box has no <{}>", kNames[i]));
        return;
      }
      const auto corner = Whole(*text);
      if (!corner) {
        problems_.Error(object.place,
                        fmt::format("<{}> must be a whole number of pixels, from 1, not "
                                    "{}",
                                    kNames[i], QuotedExcerpt(*text)));
        return;
      }
      corners[i] = *corner;
    }
    if (corners[0] > corners[2] || corners[1] > corners[3]) {
      problems_.Error(object.place, "the box ends before it begins; exchange min and max");
    } else if (corners[0] < 1 || corners[1] < 1) {
      problems_.Error(object.place,
                      fmt::format("the box begins at ({}, {}); pixels are counted from 1",
                                  corners[0], corners[1]));
    } else if (width > 0 && height > 0 && (corners[2] > width || corners[3] > height)) {
      problems_.Error(
          object.place,
          fmt::format("the box ends at ({}, {}), outside of the picture of {} × {}; cut "
                      "it off at the edge",
                      corners[2], corners[3], width, height));
    }
  }

  const VocPicture& picture_;
  const std::set<std::string>* labels_;
  ProblemList& problems_;
};

}  // namespace

Result<std::set<std::string>> CheckVocLabelMap(std::istream& in, ProblemList& problems) {
  std::set<std::string> names;
  for (std::uint64_t number = 1;; ++number) {
    const Result<std::optional<std::string>> line = NextTextLine(in, number, kMaxLine);
    if (!line) {
      if (line.error().code != ErrorCode::kInvalidArgument) return line.error();
      problems.Error(line.error().context, line.error().message);
      return names;
    }
    if (!line.value()) break;
    std::string_view text = *line.value();
    while (!text.empty() && (text.back() == '\r' || text.back() == ' ')) text.remove_suffix(1);
    if (text.empty() || text.front() == '#') continue;
    std::size_t colons = 0;
    for (const char c : text) colons += c == ':' ? 1 : 0;
    const std::string name(text.substr(0, text.find(':')));
    if (colons != 3) {
      problems.Error(LinePlace(number), fmt::format("has {} ':', not 3; write name:red,green,blue:"
                                                    "parts:actions",
                                                    colons));
    } else if (name.empty()) {
      problems.Error(LinePlace(number), "a class without a name");
    } else if (names.size() == kMaxLabels) {
      problems.Error(LinePlace(number), fmt::format("has more than {} classes", kMaxLabels));
      break;
    } else if (!names.insert(name).second) {
      problems.Error(LinePlace(number), "the name " + QuotedExcerpt(name) + " stands twice");
    }
  }
  return names;
}

Result<std::uint64_t> CheckVoc(std::istream& in, const std::set<std::string>* labels,
                               ProblemList& problems) {
  const Result<VocPicture> picture = ReadVoc(in);
  if (!picture) {
    if (picture.error().code != ErrorCode::kInvalidArgument) return picture.error();
    problems.Error(picture.error().context, picture.error().message);
    return std::uint64_t{0};
  }
  Checker(picture.value(), labels, problems).Check();
  return std::uint64_t{picture.value().objects.size()};
}

}  // namespace prelabel
