// Bodies of URLs on a disk, by the hash of the URL, so that no URL is written there. Several
// processes may share a folder: files appear whole by renaming, what is read is checked, and what
// another process removed is just not there. Thread-safe.
//
// It is only ever a help: where the disk is full, slow or gone, nothing is found and nothing kept.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/result.h"

namespace prelabel {

class DiskCache {
 public:
  // Makes the folder (for this user alone) where it is missing. InvalidArgument: it cannot be made
  // or written to. `max_bytes` bounds what lies in it; each process may put a sixteenth more on top
  // before it looks what the others did.
  static Result<std::unique_ptr<DiskCache>> Open(const std::filesystem::path& folder,
                                                 std::uint64_t max_bytes);

  // What was put for this URL. What is damaged is removed.
  std::optional<std::string> Get(const std::string& url);
  void Put(const std::string& url, std::string_view body);
  void Remove(const std::string& url);

 private:
  DiskCache(std::filesystem::path folder, std::uint64_t max_bytes)
      : folder_(std::move(folder)), max_bytes_(max_bytes) {}

  std::filesystem::path FileOf(const std::string& url) const;
  // Removes the files that were used longest ago until nine tenths of the limit are left.
  void Trim();

  const std::filesystem::path folder_;
  const std::uint64_t max_bytes_;
  std::mutex mutex_;
  std::uint64_t put_ = 0;      // bytes since the folder was last looked through; guarded
  std::uint64_t counter_ = 0;  // of temporary names; guarded
};

}  // namespace prelabel
