#include "coordinator/cli/run_log.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstring>

#include "common/base/utf8_prefix.h"
#include "coordinator/formats/json_text.h"

namespace prelabel {
namespace {
constexpr std::size_t kMaxWaiting = std::size_t{16} << 20;  // bytes, while the disk is full
constexpr std::size_t kTailLines = 100;
constexpr std::size_t kTailText = 500;  // bytes of a field
// Of these there are many, and none is news.
constexpr std::array<std::string_view, 3> kUsual = {"assigned", "committed", "recalled"};

std::string FormatLine(const std::string& time, std::string_view event,
                       std::initializer_list<RunLog::Field> fields, std::size_t most) {
  std::string line = fmt::format("{{\"time\":\"{}\",\"event\":{}", time, JsonString(event));
  for (const auto& [name, value] : fields) {
    line += fmt::format(",{}:", JsonString(name));
    if (const auto* text = std::get_if<std::string>(&value)) {
      line += JsonString(Utf8Prefix(*text, most));
    } else if (const auto* whole = std::get_if<std::int64_t>(&value)) {
      line += std::to_string(*whole);
    } else {
      const double number = std::get<double>(value);
      line += std::isfinite(number) ? fmt::format("{:.3f}", number) : "null";  // JSON has no NaN
    }
  }
  return line + "}";
}

}  // namespace

std::string UtcNow() {
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const auto millis = now.time_since_epoch().count() % 1000;
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(now)), millis);
}

Result<RunLog> RunLog::Open(const std::filesystem::path& path) {
  const int descriptor = open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor < 0) {
    return Unavailable(std::string("the log cannot be written: ") + std::strerror(errno),
                       path.string());
  }
  RunLog log(descriptor);
  // A coordinator that was killed may have left half a line.
  const off_t size = lseek(descriptor, 0, SEEK_END);
  char last = '\n';
  if (size > 0 && pread(descriptor, &last, 1, size - 1) == 1 && last != '\n') log.lines_ = "\n";
  return log;
}

RunLog::~RunLog() {
  if (descriptor_ < 0) return;
  Flush();
  close(descriptor_);
}

void RunLog::Write(std::string_view event, std::initializer_list<Field> fields) {
  const std::string time = UtcNow();
  const std::string line = FormatLine(time, event, fields, std::string::npos);
  if (lines_.size() < kMaxWaiting) lines_ += line + "\n";
  if (std::find(kUsual.begin(), kUsual.end(), event) != kUsual.end()) return;
  tail_.push_back(FormatLine(time, event, fields, kTailText));
  if (tail_.size() > kTailLines) tail_.pop_front();
}

void RunLog::Flush() {
  std::size_t written = 0;
  while (written < lines_.size()) {
    const ssize_t n = write(descriptor_, lines_.data() + written, lines_.size() - written);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;  // a full disk: the rest waits
    written += static_cast<std::size_t>(n);
  }
  lines_.erase(0, written);
}

}  // namespace prelabel
