#include <algorithm>
#include <boost/json/value.hpp>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "coordinator/audit/json_record.h"
#include "coordinator/audit/read_answers.h"
#include "coordinator/formats/json_records.h"
#include "coordinator/formats/keyframe_file.h"
#include "coordinator/formats/label_problem.h"

namespace prelabel {
namespace {

Error Wrong(const std::string& place, std::string message) {
  return InvalidArgument(std::move(message), place);
}

namespace json = boost::json;

const json::value* Member(const json::value& value, std::string_view key) {
  const json::object* object = value.if_object();
  return object == nullptr ? nullptr : object->if_contains({key.data(), key.size()});
}

std::optional<std::string_view> TextOf(const json::value* value) {
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string_view(value->get_string().data(), value->get_string().size());
}

class Tasks {
 public:
  explicit Tasks(AnswerCollector& collector) : collector_(collector) {}

  Result<void> Take(std::size_t index, const json::value& task) {
    const std::string place = fmt::format("tasks[{}]", index);
    const json::value* data = Member(task, "data");
    const auto id = data == nullptr ? std::nullopt : TextOf(Member(*data, "audit_id"));
    if (!id) {
      return Wrong(place,
                   "has no data.audit_id; import the audit's tasks as they were written, "
                   "and export as \"JSON\"");
    }
    const json::value* list = Member(task, "annotations");
    if (list == nullptr || !list->is_array()) {
      return Wrong(place, "has no list of annotations; export as \"JSON\", not \"JSON-MIN\"");
    }
    const bool whole = id->find("-image-") != std::string_view::npos;
    for (std::size_t a = 0; a < list->get_array().size(); ++a) {
      const json::value& annotation = list->get_array()[a];
      const std::string annotation_place = fmt::format("{}.annotations[{}]", place, a);
      const json::value* cancelled = Member(annotation, "was_cancelled");
      if (cancelled != nullptr && cancelled->is_bool() && cancelled->get_bool()) continue;
      const json::value* result = Member(annotation, "result");
      if (result == nullptr || !result->is_array()) {
        return Wrong(annotation_place, "has no list \"result\"");
      }
      PRELABEL_TRY(whole ? TakeImage(*id, result->get_array(), annotation_place)
                         : TakeVerdict(*id, result->get_array(), annotation_place));
    }
    return Ok();
  }

 private:
  Result<void> TakeVerdict(std::string_view id, const json::array& result,
                           const std::string& place) {
    for (std::size_t r = 0; r < result.size(); ++r) {
      if (TextOf(Member(result[r], "type")) != "choices") continue;
      const std::string at = fmt::format("{}.result[{}]", place, r);
      const json::value* value = Member(result[r], "value");
      const json::value* choices = value == nullptr ? nullptr : Member(*value, "choices");
      const json::array* list = choices == nullptr ? nullptr : choices->if_array();
      const auto choice = list == nullptr || list->size() != 1 ? std::nullopt : TextOf(&(*list)[0]);
      if (choice != "right" && choice != "wrong") {
        return Wrong(at, "must have one choice, \"right\" or \"wrong\"");
      }
      PRELABEL_TRY(collector_.AddLabel(
          id, *choice == "right" ? LabelAnswer::kRight : LabelAnswer::kWrong, at));
    }
    return Ok();
  }

  Result<void> TakeImage(std::string_view id, const json::array& result, const std::string& place) {
    std::vector<NamedObject> objects;
    for (std::size_t r = 0; r < result.size(); ++r) {
      const auto type = TextOf(Member(result[r], "type"));
      const std::string at = fmt::format("{}.result[{}]", place, r);
      // The same region once more, without its label, or what is said of the picture as a whole.
      if (type == "rectangle" || type == "choices" || type == "textarea") continue;
      if (type != "rectanglelabels") {
        return Wrong(at, "is no labeled rectangle; draw objects of whole images as rectangles");
      }
      PRELABEL_TRY(objects.emplace_back(), ReadRectangle(result[r], at));
    }
    return collector_.AddImage(id, objects, place);
  }

  Result<NamedObject> ReadRectangle(const json::value& region, const std::string& place) const {
    JsonRecord record;
    const double width = record.Number(region, "original_width", 1, kMaxCoordinate);
    const double height = record.Number(region, "original_height", 1, kMaxCoordinate);
    const json::value* value = record.Find(region, "value");
    if (value == nullptr) return Wrong(place, record.problem());
    constexpr double kMost = 1000;  // percent
    const double x = record.Number(*value, "x", -kMost, kMost);
    const double y = record.Number(*value, "y", -kMost, kMost);
    const double w = record.Number(*value, "width", 0, kMost);
    const double h = record.Number(*value, "height", 0, kMost);
    const double turned =
        Member(*value, "rotation") == nullptr ? 0 : record.Number(*value, "rotation", -360, 360);
    const json::array& names = record.List(*value, "rectanglelabels");
    const auto name = names.size() == 1 ? TextOf(&names[0]) : std::nullopt;
    if (!name) record.Fail("rectanglelabels", "must be one name");
    if (!record.ok()) return Wrong(place, record.problem());
    // Turned about its top left corner, clockwise.
    const double radians = turned * 3.14159265358979323846 / 180;
    const double across[] = {0, w / 100 * width, 0, w / 100 * width};
    const double down[] = {0, 0, h / 100 * height, h / 100 * height};
    Box box;
    for (std::size_t i = 0; i < 4; ++i) {
      const auto px = static_cast<float>(x / 100 * width + across[i] * std::cos(radians) -
                                         down[i] * std::sin(radians));
      const auto py = static_cast<float>(y / 100 * height + across[i] * std::sin(radians) +
                                         down[i] * std::cos(radians));
      box = i == 0 ? Box{px, py, px, py}
                   : Box{std::min(box.x1, px), std::min(box.y1, py), std::max(box.x2, px),
                         std::max(box.y2, py)};
    }
    return NamedObject{std::string(*name), box, false};
  }

  AnswerCollector& collector_;
};

}  // namespace

Result<void> ReadLabelStudioAnswers(std::istream& in, AnswerCollector& collector) {
  Tasks tasks(collector);
  return ReadJsonRecords(
      in,
      {"", "task", "the file is no list of tasks; export from Label Studio as \"JSON\"",
       "must be a task with \"data\"; export as \"JSON\""},
      {[&tasks](std::size_t index, const json::value& task) { return tasks.Take(index, task); }});
}

}  // namespace prelabel
