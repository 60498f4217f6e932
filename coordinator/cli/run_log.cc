#include "coordinator/cli/run_log.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <cerrno>
#include <chrono>
#include <cstring>

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
  boost::json::object line;
  line["time"] = UtcNow();
  line["event"] = event;
  for (const auto& [name, value] : fields) {
    std::visit([&, key = name](const auto& v) { line[key] = v; }, value);
  }
  fmt::print(file_, "{}\n", boost::json::serialize(line));
  std::fflush(file_);
}

}  // namespace prelabel
