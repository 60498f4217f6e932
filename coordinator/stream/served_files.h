// What workers may fetch: the files of a run's dataset and models, and the indexes of its videos.
// Immutable but for a small cache; thread-safe.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "common/base/hash.h"
#include "common/media/file_part.h"
#include "common/wire/messages.h"
#include "coordinator/scan/dataset.h"

namespace prelabel {

class ServedFiles {
 public:
  // `dataset` outlives it; `others`: absolute paths besides. 16 bytes a file.
  ServedFiles(const Dataset& dataset, const std::vector<std::string>& others);

  // The part that a fetch asks for, from a disk that may be slow. InvalidArgument: the run has no
  // such file. Other errors are those of ReadFilePart.
  Result<FilePart> Read(const Fetch& fetch) const;

 private:
  bool Has(const std::string& path) const;
  Result<std::shared_ptr<const std::string>> EncodedIndex(const std::string& path) const;

  std::vector<Hash128> files_;  // of their paths, sorted
  std::unordered_map<std::string, const VideoIndex*> videos_;
  mutable std::mutex mutex_;
  // Encoded lately, the last one first; guarded by mutex_.
  mutable std::list<std::pair<std::string, std::shared_ptr<const std::string>>> indexes_;
};

}  // namespace prelabel
