#include "coordinator/formats/input_file.h"

#include <cerrno>
#include <cstring>
#include <system_error>

namespace prelabel {

Result<std::ifstream> OpenRegularFile(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    return InvalidArgument(error ? "cannot be read: " + error.message() : "is no file");
  }
  std::ifstream in(path, std::ios::binary);
  if (!in) return InvalidArgument(std::string("cannot be read: ") + std::strerror(errno));
  return in;
}

Result<std::string> ReadWholeFile(const std::filesystem::path& path, std::uint64_t max_bytes) {
  Result<std::ifstream> in = OpenRegularFile(path);
  if (in.has_error()) return InvalidArgument(in.error().message, path.string());
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error) return InvalidArgument("cannot be read: " + error.message(), path.string());
  if (size > max_bytes) {
    return InvalidArgument("is larger than " + std::to_string(max_bytes >> 20) + " MiB",
                           path.string());
  }
  std::string text(size, '\0');
  if (!in.value().read(text.data(), static_cast<std::streamsize>(size))) {
    return InvalidArgument("cannot be read to its end", path.string());
  }
  return text;
}

}  // namespace prelabel
