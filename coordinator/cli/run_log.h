// log.jsonl: one JSON object a line, one line a state change. Appends; not thread-safe.
#pragma once

#include <cstdint>
#include <deque>
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
  RunLog(RunLog&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)),
        lines_(std::exchange(other.lines_, {})),
        tail_(std::exchange(other.tail_, {})) {}
  RunLog& operator=(RunLog&&) = delete;
  RunLog(const RunLog&) = delete;
  RunLog& operator=(const RunLog&) = delete;
  ~RunLog();

  // {"time": now in UTC, "event": …, fields in order}. A log that cannot be written does not stop a
  // run.
  void Write(std::string_view event, std::initializer_list<Field> fields);

  // Hands the lines so far to the system: once a turn of the loop, not once a task. The destructor
  // does it too. What a full disk does not take waits, up to 16 MiB.
  void Flush();

  // The last lines without what is usual (assignments, commits and the like), oldest first; long
  // texts in them are cut.
  const std::deque<std::string>& tail() const { return tail_; }

 private:
  explicit RunLog(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;
  std::string lines_;  // not written yet
  std::deque<std::string> tail_;
};

// Now, as 2026-01-31T12:00:00.123Z.
std::string UtcNow();

}  // namespace prelabel
