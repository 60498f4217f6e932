#include "coordinator/formats/mot_check.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <string_view>
#include <system_error>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "coordinator/formats/mot_reader.h"

namespace prelabel {
namespace {

constexpr std::int64_t kNoTrack = -1;

struct Place {
  std::int64_t id = 0;
  std::int64_t frame = 0;
  std::uint64_t line = 0;
  auto Key() const { return std::tuple(id, frame, line); }
};

class Checker : public MotVisitor {
 public:
  Checker(const MotContext& context, ProblemList& problems)
      : context_(context), problems_(problems) {}

  Result<void> OnEntry(const MotEntry& entry) override {
    if (counts_.boxes++ == 0) detections_ = entry.id == kNoTrack;
    const std::string at = LinePlace(entry.line);
    if (entry.frame < 1) {
      problems_.Error(at, fmt::format("frame is {}; frames start at 1", entry.frame));
    } else if (context_.frames && entry.frame > *context_.frames) {
      problems_.Error(at, fmt::format("frame is {}; seqinfo.ini says that there are {}",
                                      entry.frame, *context_.frames));
    }
    CheckId(entry, at);
    if (entry.width < 0 || entry.height < 0) {
      problems_.Error(at, fmt::format("the box is {} wide and {} high; columns 5 and 6 are width "
                                      "and height",
                                      entry.width, entry.height));
    } else if (entry.width == 0 || entry.height == 0) {
      problems_.Warning(at, "the box is empty");
    }
    CheckClass(entry, at);
    if (entry.visibility && (*entry.visibility < 0 || *entry.visibility > 1)) {
      problems_.Warning(at, fmt::format("visibility is {}, outside of 0 to 1", *entry.visibility));
    }
    return Ok();
  }

  Result<void> OnProblem(const LabelProblem& problem) override {
    problems_.Add(problem);
    return Ok();
  }

  MotCounts Finish() {
    std::sort(places_.begin(), places_.end(),
              [](const Place& a, const Place& b) { return a.Key() < b.Key(); });
    for (std::size_t i = 0; i < places_.size(); ++i) {
      const bool same_track = i > 0 && places_[i].id == places_[i - 1].id;
      counts_.tracks += same_track ? 0 : 1;
      if (same_track && places_[i].frame == places_[i - 1].frame) {
        problems_.Error(LinePlace(places_[i].line),
                        fmt::format("frame {} has track {} on line {} already; a track has one box "
                                    "a frame",
                                    places_[i].frame, places_[i].id, places_[i - 1].line));
      }
    }
    return counts_;
  }

 private:
  void CheckId(const MotEntry& entry, const std::string& at) {
    if (detections_ && entry.id != kNoTrack) {
      problems_.Error(
          at, fmt::format("id is {}, but the first line has -1 (a detection without a track); "
                          "give all boxes a track or none",
                          entry.id));
    } else if (!detections_ && entry.id < 1) {
      problems_.Error(at, fmt::format("id is {}; tracks are numbered from 1", entry.id));
    } else if (!detections_) {
      places_.push_back({entry.id, entry.frame, entry.line});
    }
  }

  void CheckClass(const MotEntry& entry, const std::string& at) {
    if (!entry.class_id) return;
    if (*entry.class_id < 1 && !(detections_ && *entry.class_id == -1)) {
      problems_.Error(at, fmt::format("class is {}; classes are numbered from 1", *entry.class_id));
    } else if (context_.classes && *entry.class_id > *context_.classes) {
      problems_.Error(
          at, fmt::format("class is {}; labels.txt has {}", *entry.class_id, *context_.classes));
    }
  }

  const MotContext& context_;
  ProblemList& problems_;
  bool detections_ = false;
  std::vector<Place> places_;
  MotCounts counts_;
};

}  // namespace

Result<MotCounts> CheckMot(std::istream& in, const MotContext& context, ProblemList& problems) {
  Checker checker(context, problems);
  const Result<void> read = ReadMot(in, checker);
  if (!read) {
    if (read.error().code != ErrorCode::kInvalidArgument) return read.error();
    problems.Error(read.error().context, read.error().message);
  }
  return checker.Finish();
}

Result<std::optional<std::int64_t>> CheckSeqInfo(std::istream& in, ProblemList& problems) {
  const Result<std::map<std::string, std::string>> values = ReadSeqInfo(in);
  if (!values) {
    if (values.error().code != ErrorCode::kInvalidArgument) return values.error();
    problems.Error(values.error().context, values.error().message);
    return std::optional<std::int64_t>();
  }
  std::optional<std::int64_t> frames;
  // Readers convert with int(), which stops at "29.97".
  for (const auto& [key, shown, least] :
       {std::tuple("framerate", "frameRate", 1), std::tuple("seqlength", "seqLength", 0),
        std::tuple("imwidth", "imWidth", 1), std::tuple("imheight", "imHeight", 1)}) {
    const auto at = values.value().find(key);
    const bool length = key == std::string_view("seqlength");
    if (at == values.value().end()) {
      if (length) problems.Error("", "'seqLength' is missing; evaluators need it");
      continue;
    }
    const std::string& text = at->second;
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < least) {
      problems.Error("", fmt::format("'{}' must be an integer from {}, not {}", shown, least,
                                     QuotedExcerpt(text)));
    } else if (length) {
      frames = value;
    }
  }
  return frames;
}

Result<std::int64_t> CheckMotLabels(std::istream& in, ProblemList& problems) {
  std::set<std::string, std::less<>> names;
  std::int64_t count = 0;
  for (std::string name; std::getline(in, name);) {
    if (!name.empty() && name.back() == '\r') name.pop_back();
    ++count;
    const std::string at = LinePlace(static_cast<std::uint64_t>(count));
    if (name.empty()) {
      problems.Error(at, "a class without a name; write one name a line");
    } else if (!names.insert(name).second) {
      problems.Error(at, "the name " + QuotedExcerpt(name) + " stands twice");
    }
  }
  if (in.bad()) return Unavailable("the file cannot be read to its end; try again");
  return count;
}

}  // namespace prelabel
