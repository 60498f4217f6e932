#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "coordinator/formats/json_checks.h"
#include "coordinator/formats/json_records.h"
#include "coordinator/formats/json_view.h"

namespace prelabel {
namespace {

namespace json = boost::json;

constexpr double kSlack = 0.01;  // percent that a region may leave the picture by rounding

class Checker {
 public:
  explicit Checker(ProblemList& problems) : problems_(problems) {}

  void Task(std::size_t index, const json::value& task) {
    ++counts.records;
    const std::string place = fmt::format("tasks[{}]", index);
    const json::value* data = JsonMember(task, "data");
    if (data == nullptr || !data->is_object() || data->get_object().empty()) {
      problems_.Error(place, "has no 'data' with the address of its picture or video");
    }
    for (const char* key : {"predictions", "annotations"}) {
      const json::value* list = JsonMember(task, key);
      if (list == nullptr) continue;
      if (!list->is_array()) {
        problems_.Error(place, fmt::format("'{}' must be a list", key));
        continue;
      }
      for (std::size_t i = 0; i < list->get_array().size(); ++i) {
        Regions(list->get_array()[i], fmt::format("{}.{}[{}]", place, key, i));
      }
    }
  }

  RecordCounts counts;

 private:
  void Regions(const json::value& prediction, const std::string& place) {
    const json::array* result = JsonList(prediction, "result");
    if (result == nullptr) {
      problems_.Error(place, "has no list 'result'");
      return;
    }
    if (const json::value* score = JsonMember(prediction, "score")) {
      if (!score->is_null() && !JsonNumber(score)) problems_.Error(place, "'score' is no number");
    }
    std::set<std::string, std::less<>> ids;
    for (std::size_t i = 0; i < result->size(); ++i) {
      const std::string at = fmt::format("{}.result[{}]", place, i);
      const json::value& region = (*result)[i];
      ++counts.labels;
      const auto type = JsonText(region, "type");
      for (const char* key : {"type", "from_name", "to_name"}) {
        const auto text = JsonText(region, key);
        if (text && !text->empty()) continue;
        problems_.Error(at, fmt::format("'{}' is missing; a region without it is not shown", key));
      }
      // The parts of one region share its id, each with a type of its own.
      const auto id = JsonText(region, "id");
      if (id && type && !ids.emplace(fmt::format("{} {}", *id, *type)).second) {
        problems_.Error(at, fmt::format("the id {} stands twice; the later region replaces the "
                                        "earlier",
                                        QuotedExcerpt(*id)));
      }
      if (type) Region(region, *type, at);
    }
  }

  void Region(const json::value& region, std::string_view type, const std::string& at) {
    const bool rectangle = type == "rectanglelabels";
    const bool brush = type == "brushlabels";
    const bool polygon = type == "polygonlabels";
    const bool video = type == "videorectangle";
    if (!rectangle && !brush && !polygon && !video) return;
    if (!video) {
      for (const char* key : {"original_width", "original_height"}) {
        const auto side = JsonNumber(JsonMember(region, key));
        if (side && *side >= 1) continue;
        problems_.Error(at, fmt::format("'{}' must be the picture's, in pixels", key));
      }
    }
    const json::value* value = JsonMember(region, "value");
    if (value == nullptr || !value->is_object()) {
      problems_.Error(at, "has no 'value'");
      return;
    }
    const std::string_view labels = video ? "labels" : type;
    const json::array* names = JsonList(*value, labels);
    if (names == nullptr || names->empty() || !names->front().is_string()) {
      problems_.Error(at, fmt::format("'value.{}' must be a list with the label", labels));
    }
    if (rectangle) Rectangle(*value, at);
    if (brush) Brush(*value, at);
    if (polygon) Polygon(*value, at);
    if (video) Video(*value, at);
  }

  void Rectangle(const json::value& value, const std::string& at) {
    double numbers[4];
    constexpr const char* kNames[] = {"x", "y", "width", "height"};
    for (std::size_t i = 0; i < 4; ++i) {
      const auto number = JsonNumber(JsonMember(value, kNames[i]));
      if (!number || *number < -kSlack || *number > 100 + kSlack) {
        problems_.Error(
            at, fmt::format("'{}' must be percent of the picture's side, 0 to 100", kNames[i]));
        return;
      }
      numbers[i] = *number;
    }
    if (numbers[0] + numbers[2] > 100 + kSlack || numbers[1] + numbers[3] > 100 + kSlack) {
      problems_.Warning(at, "the rectangle leaves the picture");
    }
  }

  void Brush(const json::value& value, const std::string& at) {
    const json::array* bytes = JsonList(value, "rle");
    bool good = bytes != nullptr && !bytes->empty() && JsonText(value, "format") == "rle";
    for (std::size_t i = 0; good && i < bytes->size(); ++i) {
      const auto byte = JsonNumber(&(*bytes)[i]);
      good = byte && *byte >= 0 && *byte <= 255 && *byte == static_cast<int>(*byte);
    }
    if (!good) {
      problems_.Error(at, "a brush needs \"format\": \"rle\" and in 'rle' bytes from 0 to 255");
    }
  }

  void Polygon(const json::value& value, const std::string& at) {
    const json::array* points = JsonList(value, "points");
    bool good = points != nullptr && points->size() >= 3;
    for (std::size_t i = 0; good && i < points->size(); ++i) {
      const json::array* point = (*points)[i].if_array();
      good = point != nullptr && point->size() == 2;
      for (std::size_t k = 0; good && k < 2; ++k) {
        const auto number = JsonNumber(&(*point)[k]);
        good = number && *number >= -kSlack && *number <= 100 + kSlack;
      }
    }
    if (!good) {
      problems_.Error(at, "a polygon needs 3 points [x, y] or more, in percent of the picture");
    }
  }

  void Video(const json::value& value, const std::string& at) {
    const json::array* sequence = JsonList(value, "sequence");
    const auto frames = JsonNumber(JsonMember(value, "framesCount"));
    if (sequence == nullptr || sequence->empty()) {
      problems_.Error(at, "a track needs keyframes in 'sequence'");
      return;
    }
    double before = 0;
    for (std::size_t i = 0; i < sequence->size(); ++i) {
      const std::string place = fmt::format("{}.sequence[{}]", at, i);
      const json::value& keyframe = (*sequence)[i];
      const auto frame = JsonNumber(JsonMember(keyframe, "frame"));
      if (!frame || *frame < 1 || (frames && *frame > *frames) || *frame <= before) {
        problems_.Error(place, "'frame' must ascend, from 1 to 'framesCount'");
        return;
      }
      before = *frame;
      const json::value* enabled = JsonMember(keyframe, "enabled");
      if (enabled == nullptr || !enabled->is_bool()) {
        problems_.Error(place, "'enabled' must be true or false");
      }
      for (const char* key : {"x", "y", "width", "height"}) {
        if (JsonNumber(JsonMember(keyframe, key))) continue;
        problems_.Error(place, fmt::format("'{}' must be percent of the picture's side", key));
      }
    }
  }

  ProblemList& problems_;
};

}  // namespace

Result<RecordCounts> CheckLabelStudio(std::istream& in, ProblemList& problems) {
  Checker checker(problems);
  const Result<void> read =
      ReadJsonRecords(in, {"", "task", "is no list of tasks", "must be a task with 'data'"},
                      {[&checker](std::size_t index, const json::value& task) -> Result<void> {
                        checker.Task(index, task);
                        return Ok();
                      }});
  if (!read) {
    if (read.error().code != ErrorCode::kInvalidArgument) return read.error();
    problems.Error(read.error().context, read.error().message);
  }
  return checker.counts;
}

}  // namespace prelabel
