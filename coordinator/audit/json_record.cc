#include "coordinator/audit/json_record.h"

#include <array>
#include <cmath>
#include <cstddef>

#include <fmt/format.h>

#include "coordinator/formats/keyframe_file.h"

namespace prelabel {

namespace json = boost::json;

void JsonRecord::Fail(std::string_view key, std::string_view must) {
  if (problem_.empty()) problem_ = fmt::format("\"{}\" {}", key, must);
}

const json::value* JsonRecord::Find(const json::value& object, std::string_view key) {
  const json::object* members = object.if_object();
  const json::value* value =
      members == nullptr ? nullptr : members->if_contains({key.data(), key.size()});
  if (value == nullptr) Fail(key, "is missing");
  return value;
}

const json::array& JsonRecord::List(const json::value& object, std::string_view key) {
  const json::value* value = Find(object, key);
  if (value == nullptr) return empty_;
  if (value->is_array()) return value->get_array();
  Fail(key, "must be a list");
  return empty_;
}

std::string JsonRecord::Text(const json::value& object, std::string_view key) {
  const json::value* value = Find(object, key);
  if (value == nullptr) return {};
  if (value->is_string()) return {value->get_string().data(), value->get_string().size()};
  Fail(key, "must be a text");
  return {};
}

std::uint64_t JsonRecord::Count(const json::value& object, std::string_view key,
                                std::uint64_t most) {
  const json::value* value = Find(object, key);
  if (value == nullptr) return 0;
  boost::system::error_code error;
  const auto count = value->to_number<std::uint64_t>(error);
  if (!error && count <= most) return count;
  Fail(key, fmt::format("must be a whole number from 0 to {}", most));
  return 0;
}

double JsonRecord::Number(const json::value& object, std::string_view key, double least,
                          double most) {
  const json::value* value = Find(object, key);
  if (value == nullptr) return 0;
  boost::system::error_code error;
  const auto number = value->to_number<double>(error);
  if (!error && number >= least && number <= most) return number;
  Fail(key, fmt::format("must be a number from {} to {}", least, most));
  return 0;
}

Box JsonRecord::Corners(const json::value& object, std::string_view key) {
  std::array<float, 4> corners{};
  const json::array& list = List(object, key);
  if (!ok()) return {};
  bool right = list.size() == corners.size();
  for (std::size_t i = 0; right && i < corners.size(); ++i) {
    boost::system::error_code error;
    const auto number = list[i].to_number<double>(error);
    right = !error && std::abs(number) <= kMaxCoordinate;
    if (right) corners[i] = static_cast<float>(number);
  }
  right = right && corners[0] <= corners[2] && corners[1] <= corners[3];
  if (!right) Fail(key, "must be the pixels [x1, y1, x2, y2], with x1 <= x2 and y1 <= y2");
  return right ? Box{corners[0], corners[1], corners[2], corners[3]} : Box{};
}

}  // namespace prelabel
