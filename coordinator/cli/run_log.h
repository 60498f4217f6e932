// log.jsonl: one JSON object a line, one line a state change. Appends; not thread-safe.
#pragma once

#include <cstdio>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "common/base/result.h"

namespace prelabel {

class RunLog {
 public:
  using Value = std::variant<std::string, std::int64_t, double>;
  using Field = std::pair<std::string_view, Value>;

  // Unavailable: the file cannot be opened for appending.
  static Result<RunLog> Open(const std::filesystem::path& path);
  RunLog(RunLog&& other) noexcept : file_(std::exchange(other.file_, nullptr)) {}
  RunLog& operator=(RunLog&&) = delete;
  RunLog(const RunLog&) = delete;
  RunLog& operator=(const RunLog&) = delete;
  ~RunLog();

  // {"time": now in UTC, "event": …, fields in order}. A log that cannot be written does not stop a
  // run.
  void Write(std::string_view event, std::initializer_list<Field> fields);

  // Hands the lines so far to the system: once a turn of the loop, not once a task. The destructor
  // does it too.
  void Flush();

 private:
  explicit RunLog(std::FILE* file) : file_(file) {}
  std::FILE* file_;
};

// Now, as 2026-01-31T12:00:00.123Z.
std::string UtcNow();

}  // namespace prelabel
