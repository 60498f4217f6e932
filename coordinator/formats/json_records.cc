#include "coordinator/formats/json_records.h"

#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "coordinator/formats/json_stream.h"

namespace prelabel {
namespace {

namespace json = boost::json;

class RecordEvents : public JsonEvents {
 public:
  RecordEvents(const JsonRecordList& list, const JsonRecordVisitor& visitor)
      : list_(list), visitor_(visitor) {}

  Result<void> OnBeginObject() override { return Begin(true); }
  Result<void> OnBeginArray() override { return Begin(false); }

  Result<void> OnKey(std::string_view key) override {
    if (open_.empty()) {  // of the text's object
      member_ = key;
      return Ok();
    }
    PRELABEL_TRY(Count(key.size()));
    open_.back().key = key;
    return Ok();
  }

  Result<void> OnScalar(const JsonScalar& scalar) override {
    if (!started_) return NotList();
    if (open_.empty() && in_list_) return NotRecord();
    json::value value;
    if (const auto* text = std::get_if<std::string_view>(&scalar)) {
      PRELABEL_TRY(Count(text->size()));
      value.emplace_string().assign(text->data(), text->size());
    } else {
      PRELABEL_TRY(Count(8));
      if (const auto* flag = std::get_if<bool>(&scalar)) value = *flag;
      if (const auto* whole = std::get_if<std::int64_t>(&scalar)) value = *whole;
      if (const auto* number = std::get_if<double>(&scalar)) value = *number;
    }
    if (open_.empty()) return Done(std::move(value));
    Put(std::move(value));
    return Ok();
  }

  Result<void> OnEnd() override {
    if (open_.empty()) {  // the list, or the object around it
      in_list_ = false;
      return Ok();
    }
    json::value done = std::move(open_.back().value);
    open_.pop_back();
    if (open_.empty()) return Done(std::move(done));
    Put(std::move(done));
    return Ok();
  }

  // Where the text has ended.
  Result<void> Finish() const { return seen_list_ ? Ok() : Result<void>(NotList()); }

 private:
  struct Open {
    json::value value;
    std::string key;
  };

  Error NotList() const { return InvalidArgument(list_.not_a_list); }
  Error NotRecord() const { return InvalidArgument(list_.not_a_record, Place()); }

  std::string Place() const {
    if (!in_list_) return JsonPlace(member_);
    return fmt::format("{}s[{}]", list_.noun, index_);
  }
  static std::string JsonPlace(const std::string& member) { return "'" + member + "'"; }

  Result<void> Begin(bool object) {
    if (!started_) {
      started_ = true;
      if (object == list_.key.empty()) return NotList();
      in_list_ = seen_list_ = !object;
      return Ok();
    }
    if (open_.empty() && in_list_ && !object) return NotRecord();
    if (open_.empty() && !in_list_ && !object && member_ == list_.key && !seen_list_) {
      in_list_ = seen_list_ = true;
      return Ok();
    }
    PRELABEL_TRY(Count(32));
    open_.push_back({object ? json::value(json::object_kind) : json::value(json::array_kind), {}});
    return Ok();
  }

  Result<void> Done(json::value value) {
    values_ = 0;
    bytes_ = 0;
    if (in_list_) return visitor_.on_record(index_++, value);
    return visitor_.on_member ? visitor_.on_member(member_, value) : Ok();
  }

  Result<void> Count(std::size_t bytes) {
    bytes_ += bytes;
    if (++values_ <= kMaxRecordValues && bytes_ <= kMaxRecordBytes) return Ok();
    return InvalidArgument(
        fmt::format("the {} has more than {} values or {} bytes", in_list_ ? list_.noun : "value",
                    kMaxRecordValues, kMaxRecordBytes),
        Place());
  }

  void Put(json::value value) {
    Open& parent = open_.back();
    if (json::array* list = parent.value.if_array()) {
      list->push_back(std::move(value));
    } else {
      parent.value.get_object()[parent.key] = std::move(value);
    }
  }

  const JsonRecordList& list_;
  const JsonRecordVisitor& visitor_;
  bool started_ = false;
  bool in_list_ = false;
  bool seen_list_ = false;
  std::string member_;
  std::size_t index_ = 0;
  std::vector<Open> open_;
  std::size_t values_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace

Result<void> ReadJsonRecords(std::istream& in, const JsonRecordList& list,
                             const JsonRecordVisitor& visitor) {
  RecordEvents events(list, visitor);
  PRELABEL_TRY(ReadJson(in, events));
  return events.Finish();
}

}  // namespace prelabel
