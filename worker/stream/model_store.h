// Models that come from the coordinator, kept in a folder by their SHA-256: the next run, and other
// workers of this machine, find them there. Thread-safe; several processes may share the folder.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "common/job/model_card.h"
#include "worker/stream/file_client.h"

namespace prelabel {

class ModelStore {
 public:
  // The SHA-256 of a file, as 64 lower-case hex digits; empty where it cannot be read.
  using Hash = std::function<std::string(const std::filesystem::path&)>;

  ModelStore(std::shared_ptr<FileClient> client, std::filesystem::path folder, Hash hash)
      : client_(std::move(client)), folder_(std::move(folder)), hash_(std::move(hash)) {}

  // The card at the coordinator's path; its weights will be in the folder, once Fetch has put them
  // there. InvalidArgument: it is no card, or it names a library by path, which does not travel.
  Result<ModelCard> LoadCard(const std::filesystem::path& path);

  // Sees to it that the weights of a card of LoadCard's are there; others are left alone. One at a
  // time: who comes second finds them. InvalidArgument: those at the coordinator are not the
  // card's, or the folder cannot be written to. Unavailable: the coordinator does not answer, or
  // the disk is full.
  Result<void> Fetch(const ModelCard& card);

 private:
  Result<void> Write(const std::string& from, const std::filesystem::path& file);
  // With mutex_ held.
  bool IsThere(const ModelCard& card);

  const std::shared_ptr<FileClient> client_;
  const std::filesystem::path folder_;
  const Hash hash_;
  std::mutex mutex_;  // held while weights come
  // When what lies in the folder under a SHA-256 was last written to, and its size, as of when it
  // was found to be right: every lane asks, and one hash will do. Guarded by mutex_.
  std::map<std::string, std::pair<std::filesystem::file_time_type, std::uintmax_t>> right_;
  std::mutex sources_mutex_;
  std::map<std::string, std::string> sources_;  // SHA-256 → path at the coordinator; guarded
};

// ~/.cache/prelabel/models, or as XDG_CACHE_HOME says (XDG Base Directory Specification); in the
// system's folder for temporary files where there is no home.
std::filesystem::path DefaultModelFolder();

}  // namespace prelabel
