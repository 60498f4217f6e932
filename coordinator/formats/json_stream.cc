#include "coordinator/formats/json_stream.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <boost/json/basic_parser_impl.hpp>

namespace prelabel {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxNumberText = 1024;
constexpr std::size_t kFirstChunk = 4096;

// What the parser wants a handler to be. Texts and numbers may come in parts.
struct HandlerLimits {
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = kMaxJsonText;
  static constexpr std::size_t max_key_size = kMaxJsonText;
};

class Handler : public HandlerLimits {
 public:
  explicit Handler(JsonEvents* events) : events_(events) {}

  // What the events returned, or what is wrong with a number.
  const std::optional<Error>& event_error() const { return event_error_; }
  const std::optional<Error>& number_error() const { return number_error_; }

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_array_begin(json::error_code& ec) { return Pass(events_->OnBeginArray(), ec); }
  bool on_object_begin(json::error_code& ec) { return Pass(events_->OnBeginObject(), ec); }
  bool on_array_end(std::size_t, json::error_code& ec) { return Pass(events_->OnEnd(), ec); }
  bool on_object_end(std::size_t, json::error_code& ec) { return Pass(events_->OnEnd(), ec); }

  bool on_key_part(json::string_view part, std::size_t, json::error_code&) { return Keep(part); }
  bool on_key(json::string_view part, std::size_t, json::error_code& ec) {
    return Pass(events_->OnKey(Whole(part)), ec);
  }
  bool on_string_part(json::string_view part, std::size_t, json::error_code&) { return Keep(part); }
  bool on_string(json::string_view part, std::size_t, json::error_code& ec) {
    return Pass(events_->OnScalar(Whole(part)), ec);
  }

  bool on_number_part(json::string_view part, json::error_code& ec) {
    if (parts_.size() + part.size() > kMaxNumberText) return FailLongNumber(ec);
    return Keep(part);
  }
  bool on_int64(std::int64_t value, json::string_view, json::error_code& ec) {
    parts_.clear();
    return Pass(events_->OnScalar(value), ec);
  }
  bool on_uint64(std::uint64_t value, json::string_view, json::error_code& ec) {
    parts_.clear();
    return Pass(events_->OnScalar(static_cast<double>(value)), ec);
  }
  // The parser's value may be off by a bit.
  bool on_double(double rough, json::string_view part, json::error_code& ec) {
    const std::string_view text = Whole(part);
    if (text.size() > kMaxNumberText) return FailLongNumber(ec);
    double value = 0;
    const std::from_chars_result read =
        std::from_chars(text.data(), text.data() + text.size(), value);
    const bool tiny = read.ec == std::errc::result_out_of_range && std::abs(rough) < 1;
    if (tiny) value = 0;
    if ((read.ec != std::errc{} && !tiny) || !std::isfinite(value)) {
      number_error_ = InvalidArgument("a number is out of range; numbers must be below 1.8e308");
      return Abort(ec);
    }
    return Pass(events_->OnScalar(value), ec);
  }
  bool on_bool(bool value, json::error_code& ec) { return Pass(events_->OnScalar(value), ec); }
  bool on_null(json::error_code& ec) { return Pass(events_->OnScalar(nullptr), ec); }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

 private:
  bool Keep(json::string_view part) {
    parts_.append(part.data(), part.size());
    return true;
  }
  // Valid until the next part.
  std::string_view Whole(json::string_view last) {
    if (parts_.empty()) return {last.data(), last.size()};
    whole_.swap(parts_);
    parts_.clear();
    whole_.append(last.data(), last.size());
    return whole_;
  }
  static bool Abort(json::error_code& ec) {
    ec = json::error::exception;
    return false;
  }
  bool FailLongNumber(json::error_code& ec) {
    number_error_ = InvalidArgument(
        fmt::format("a number is written in more than {} characters", kMaxNumberText));
    return Abort(ec);
  }
  bool Pass(Result<void> result, json::error_code& ec) {
    if (result.has_value()) return true;
    event_error_ = std::move(result).error();
    return Abort(ec);
  }

  JsonEvents* events_;
  std::optional<Error> event_error_;
  std::optional<Error> number_error_;
  std::string parts_;
  std::string whole_;
};

class IgnoreEvents : public JsonEvents {
 public:
  Result<void> OnBeginObject() override { return Ok(); }
  Result<void> OnBeginArray() override { return Ok(); }
  Result<void> OnEnd() override { return Ok(); }
  Result<void> OnKey(std::string_view) override { return Ok(); }
  Result<void> OnScalar(const JsonScalar&) override { return Ok(); }
};

void ReadChunk(std::istream& in, std::size_t size, std::string* chunk) {
  chunk->resize(size);
  in.read(chunk->data(), static_cast<std::streamsize>(size));
  chunk->resize(static_cast<std::size_t>(in.gcount()));
}

struct Stop {
  std::string place;
  json::error_code reason;
  std::optional<Error> number_error;  // says more than `reason`
};

// The parser does not say where it stopped, and why depends on how the text was cut. It is asked
// again, from `start`: up to `good` in one piece, from there byte by byte.
Stop FindStop(std::istream& in, std::istream::pos_type start, std::uint64_t good, Stop found) {
  in.clear();
  in.seekg(start);
  if (!in) return found;  // a stream that cannot go back
  IgnoreEvents ignore;
  json::basic_parser<Handler> parser({}, &ignore);
  json::error_code ec;
  std::uint64_t line = 1;
  std::uint64_t line_at = 0;
  std::uint64_t at = 0;
  std::string chunk;
  while (!ec) {
    ReadChunk(in, kFirstChunk, &chunk);
    if (chunk.empty()) break;
    const std::size_t step = at + chunk.size() <= good ? chunk.size() : 1;
    for (std::size_t i = 0; i < chunk.size(); i += step) {
      const std::size_t used = parser.write_some(true, chunk.data() + i, step, ec);
      if (!ec && used < step) ec = json::error::extra_data;
      if (ec) break;
      at += step;
      for (std::size_t k = i; k < i + step; ++k) {
        if (chunk[k] == '\n') {
          ++line;
          line_at = at - (i + step - 1 - k);
        }
      }
    }
  }
  found.place = fmt::format("line {}, column {} (byte {})", line, at - line_at + 1, at + 1);
  if (ec) {
    found.reason = ec;
    found.number_error = parser.handler().number_error();
  }
  return found;
}

Error SyntaxError(Stop stop) {
  if (stop.number_error) {
    return InvalidArgument(std::move(stop.number_error->message), std::move(stop.place));
  }
  const json::error_code& ec = stop.reason;
  std::string message;
  if (ec == json::error::incomplete) {
    message = "the file is cut off: a list, an object or a text is not closed";
  } else if (ec == json::error::extra_data) {
    message = "there is more text behind the end of the JSON value; a file holds one";
  } else if (ec == json::error::too_deep) {
    message = "lists and objects are nested more than 32 deep";
  } else if (ec == json::error::string_too_large || ec == json::error::key_too_large) {
    message = "a text is longer than 4 MiB";
  } else {
    message = fmt::format(
        "this is not JSON: {}; write it with a JSON library (NaN, Infinity, "
        "comments, a byte order mark and trailing commas are not JSON)",
        ec.message());
  }
  return InvalidArgument(std::move(message), std::move(stop.place));
}

}  // namespace

Result<void> ReadJson(std::istream& in, JsonEvents& events, std::size_t most) {
  const std::istream::pos_type start = in.tellg();
  json::basic_parser<Handler> parser({}, &events);
  std::uint64_t at = 0;
  bool empty = true;
  bool last = false;
  std::size_t size = std::min(kFirstChunk, most);
  std::string chunk;
  while (!last) {
    ReadChunk(in, size, &chunk);
    size = std::min(2 * size, most);
    if (in.bad()) return Unavailable("the file cannot be read to its end; try again");
    last = in.eof();
    empty = empty && chunk.find_first_not_of(" \t\r\n") == std::string::npos;
    if (last && empty) return InvalidArgument("the file is empty");
    json::error_code ec;
    const std::size_t used = parser.write_some(!last, chunk.data(), chunk.size(), ec);
    if (const auto& error = parser.handler().event_error()) return *error;
    if (!ec && used < chunk.size()) ec = json::error::extra_data;
    if (ec) {
      return SyntaxError(FindStop(in, start, at, {{}, ec, parser.handler().number_error()}));
    }
    at += chunk.size();
  }
  return Ok();
}

}  // namespace prelabel
