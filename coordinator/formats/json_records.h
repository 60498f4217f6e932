// The records of a list in a JSON text of any size, one after the other as values: memory is that
// of the largest, within limits. One reading a thread.
#pragma once

#include <boost/json/value.hpp>
#include <cstddef>
#include <functional>
#include <istream>
#include <string>
#include <string_view>

#include "common/base/result.h"

namespace prelabel {

// Most values and bytes of one record.
inline constexpr std::size_t kMaxRecordValues = std::size_t{1} << 20;
inline constexpr std::size_t kMaxRecordBytes = std::size_t{1} << 26;

struct JsonRecordList {
  // Whose value the list is in the object that the text holds; empty: the text is the list.
  std::string key;
  std::string noun;          // of a record, for messages: "task", whose place is "tasks[12]"
  std::string not_a_list;    // the message where the text is something else
  std::string not_a_record;  // … where an element is no object
};

// Errors that they return end the reading.
struct JsonRecordVisitor {
  std::function<Result<void>(std::size_t index, const boost::json::value& record)> on_record;
  // With a key: the other members, as they come. May be empty.
  std::function<Result<void>(std::string_view key, const boost::json::value& value)> on_member{};
};

// InvalidArgument, with a place, as ReadJson; where the text is no such list; where a record is too
// large; or what the visitor returned. Unavailable: the stream fails.
Result<void> ReadJsonRecords(std::istream& in, const JsonRecordList& list,
                             const JsonRecordVisitor& visitor);

}  // namespace prelabel
