#include "coordinator/cli/run_log.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cerrno>
#include <chrono>
#include <cstring>

#include "coordinator/formats/json_text.h"

namespace prelabel {

std::string UtcNow() {
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const auto millis = now.time_since_epoch().count() % 1000;
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(now)), millis);
}

Result<RunLog> RunLog::Open(const std::filesystem::path& path) {
  std::FILE* file = std::fopen(path.c_str(), "ae");
  if (file == nullptr) {
    return Unavailable(std::string("the log cannot be written: ") + std::strerror(errno),
                       path.string());
  }
  return RunLog(file);
}

RunLog::~RunLog() {
  if (file_ != nullptr) std::fclose(file_);
}

void RunLog::Write(std::string_view event, std::initializer_list<Field> fields) {
  std::string line = fmt::format("{{\"time\":\"{}\",\"event\":{}", UtcNow(), JsonString(event));
  for (const auto& [name, value] : fields) {
    line += fmt::format(",{}:", JsonString(name));
    if (const auto* text = std::get_if<std::string>(&value)) {
      line += JsonString(*text);
    } else if (const auto* whole = std::get_if<std::int64_t>(&value)) {
      line += std::to_string(*whole);
    } else {
      line += fmt::format("{:.3f}", std::get<double>(value));
    }
  }
  fmt::print(file_, "{}}}\n", line);
}

void RunLog::Flush() { std::fflush(file_); }

}  // namespace prelabel
