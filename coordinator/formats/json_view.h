// Looks into a parsed JSON document that may be anything. Pure; thread-safe.
#pragma once

#include <boost/json/value.hpp>
#include <cmath>
#include <optional>
#include <string_view>

namespace prelabel {

// Null where it is no object or has no such member.
inline const boost::json::value* JsonMember(const boost::json::value& value, std::string_view key) {
  const boost::json::object* object = value.if_object();
  return object == nullptr ? nullptr : object->if_contains({key.data(), key.size()});
}

inline const boost::json::array* JsonList(const boost::json::value& value, std::string_view key) {
  const boost::json::value* member = JsonMember(value, key);
  return member == nullptr ? nullptr : member->if_array();
}

inline std::optional<std::string_view> JsonText(const boost::json::value& value,
                                                std::string_view key) {
  const boost::json::value* member = JsonMember(value, key);
  if (member == nullptr || !member->is_string()) return std::nullopt;
  return std::string_view(member->get_string().data(), member->get_string().size());
}

// Finite, or none.
inline std::optional<double> JsonNumber(const boost::json::value* value) {
  if (value == nullptr) return std::nullopt;
  boost::system::error_code error;
  const double number = value->to_number<double>(error);
  if (error || !std::isfinite(number)) return std::nullopt;
  return number;
}

}  // namespace prelabel
