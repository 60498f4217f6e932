// A JSON text (RFC 8259) of any size as a stream of events. The adapter of the JSON parser, whose
// headers stay in json_stream.cc. One reading a thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <istream>
#include <string_view>
#include <variant>

#include "common/base/result.h"

namespace prelabel {

// Integers that fit 64 bits with a sign are integers; all other numbers are doubles, exact to the
// last bit and finite.
using JsonScalar = std::variant<std::nullptr_t, bool, std::int64_t, double, std::string_view>;

// Gets what stands in the text, in its order. An error that it returns ends the reading.
class JsonEvents {
 public:
  virtual ~JsonEvents() = default;
  virtual Result<void> OnBeginObject() = 0;
  virtual Result<void> OnBeginArray() = 0;
  virtual Result<void> OnEnd() = 0;  // of the innermost object or array
  virtual Result<void> OnKey(std::string_view key) = 0;
  virtual Result<void> OnScalar(const JsonScalar& value) = 0;
};

// The longest text and key, in bytes.
inline constexpr std::size_t kMaxJsonText = std::size_t{1} << 22;

// Reads from where the stream stands to its end, at most `most` bytes at a time. InvalidArgument
// with the line, column and byte where it is not JSON, nested over 32 deep, or a text or number is
// too long or large; or what the events returned. Unavailable: the stream fails.
Result<void> ReadJson(std::istream& in, JsonEvents& events,
                      std::size_t most = std::size_t{1} << 18);

}  // namespace prelabel
