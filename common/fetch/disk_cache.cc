#include "common/fetch/disk_cache.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <system_error>
#include <tuple>
#include <vector>

#include "common/base/hash.h"

namespace prelabel {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kTemporary = ".part-";
constexpr std::chrono::hours kAbandoned{1};  // temporary files of processes that died
constexpr std::uint64_t kLargest = std::uint64_t{1} << 32;

// SHA-256: somebody who may choose URLs must not be able to make two of them meet.
std::string NameOf(const std::string& url) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(url.data(), url.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
    return {};
  }
  std::string name;
  for (unsigned i = 0; i < size; ++i) {
    name += "0123456789abcdef"[digest[i] >> 4];
    name += "0123456789abcdef"[digest[i] & 15U];
  }
  return name;
}

std::string Checksum(std::string_view body) {
  const Hash128 hash = HashBytes(body);
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

}  // namespace

Result<std::unique_ptr<DiskCache>> DiskCache::Open(const fs::path& folder,
                                                   std::uint64_t max_bytes) {
  std::error_code error;
  const bool made = fs::create_directories(folder, error);
  if (!error && made) fs::permissions(folder, fs::perms::owner_all, error);
  if (error || !fs::is_directory(folder, error)) {
    return InvalidArgument("the cache's folder cannot be made: " +
                               (error ? error.message() : std::string("it is no folder")),
                           folder.string());
  }
  if (access(folder.c_str(), W_OK | X_OK) != 0) {
    return InvalidArgument("the cache's folder cannot be written to", folder.string());
  }
  std::unique_ptr<DiskCache> cache(new DiskCache(folder, max_bytes));
  cache->Trim();
  return cache;
}

fs::path DiskCache::FileOf(const std::string& url) const {
  const std::string name = NameOf(url);
  return name.empty() ? fs::path() : folder_ / name.substr(0, 2) / name.substr(2);
}

std::optional<std::string> DiskCache::Get(const std::string& url) {
  const fs::path path = FileOf(url);
  std::error_code error;
  const std::uintmax_t size = path.empty() ? 0 : fs::file_size(path, error);
  if (error || size < sizeof(Hash128) || size > kLargest) return std::nullopt;
  std::ifstream file(path, std::ios::binary);
  std::string bytes(size, '\0');
  if (!file.read(bytes.data(), static_cast<std::streamsize>(size))) return std::nullopt;
  const std::string checksum = bytes.substr(size - sizeof(Hash128));
  bytes.resize(size - sizeof(Hash128));
  if (Checksum(bytes) != checksum) {
    fs::remove(path, error);
    return std::nullopt;
  }
  // When it was used last.
  utimensat(AT_FDCWD, path.c_str(), nullptr, 0);
  return bytes;
}

void DiskCache::Put(const std::string& url, std::string_view body) {
  const fs::path path = FileOf(url);
  if (path.empty() || body.size() > max_bytes_ / 16) return;
  bool trim = false;
  std::uint64_t number = 0;
  {
    const std::lock_guard lock(mutex_);
    number = ++counter_;
    put_ += body.size() + sizeof(Hash128);
    trim = put_ > max_bytes_ / 16;
    if (trim) put_ = 0;
  }
  if (trim) Trim();
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  const fs::path temporary =
      path.parent_path() / fmt::format("{}{}-{}", kTemporary, getpid(), number);
  bool whole = false;
  {
    std::ofstream file(temporary, std::ios::binary);
    file.write(body.data(), static_cast<std::streamsize>(body.size()));
    const std::string checksum = Checksum(body);
    file.write(checksum.data(), static_cast<std::streamsize>(checksum.size()));
    file.close();
    whole = file.good();
  }
  if (whole) fs::rename(temporary, path, error);
  if (!whole || error) fs::remove(temporary, error);
}

void DiskCache::Remove(const std::string& url) {
  std::error_code ignored;
  const fs::path path = FileOf(url);
  if (!path.empty()) fs::remove(path, ignored);
}

void DiskCache::Trim() {
  std::vector<std::tuple<fs::file_time_type, fs::path, std::uint64_t>> files;
  std::uint64_t total = 0;
  std::error_code error;
  const auto now = fs::file_time_type::clock::now();
  fs::recursive_directory_iterator entries(folder_, error);
  for (; !error && entries != fs::recursive_directory_iterator(); entries.increment(error)) {
    std::error_code gone;  // by another process
    if (!entries->is_regular_file(gone) || entries.depth() != 1) continue;
    const auto used = entries->last_write_time(gone);
    const std::uintmax_t size = gone ? 0 : entries->file_size(gone);
    if (gone) continue;
    if (entries->path().filename().string().starts_with(kTemporary)) {
      if (now - used > kAbandoned) fs::remove(entries->path(), gone);
      continue;
    }
    total += size;
    files.emplace_back(used, entries->path(), size);
  }
  if (total <= max_bytes_ - max_bytes_ / 16) return;
  std::sort(files.begin(), files.end());
  for (const auto& [used, path, size] : files) {
    if (total <= max_bytes_ / 10 * 9) break;
    std::error_code gone;
    fs::remove(path, gone);
    total -= size;
  }
}

}  // namespace prelabel
