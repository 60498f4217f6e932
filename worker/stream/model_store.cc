#include "worker/stream/model_store.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <system_error>
#include <utility>

#include "worker/stream/streamed_file.h"

namespace prelabel {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMostCardBytes = std::uint64_t{1} << 20;
constexpr std::size_t kStep = std::size_t{1} << 20;

Error Named(Error error, const std::string& path) {
  if (error.context.empty()) error.context = path;
  return error;
}

}  // namespace

fs::path DefaultModelFolder() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  fs::path base;
  if (cache != nullptr && *cache == '/') {
    base = cache;
  } else if (home != nullptr && *home == '/') {
    base = fs::path(home) / ".cache";
  } else {
    base = fs::temp_directory_path();
  }
  return base / "prelabel" / "models";
}

Result<ModelCard> ModelStore::LoadCard(const fs::path& path) {
  const auto text = client_->ReadAll(FetchKind::kFile, path.native(), 0,
                                     std::numeric_limits<std::uint64_t>::max(), kMostCardBytes);
  if (!text) return Named(text.error(), path.string());
  PRELABEL_TRY(ModelCard card, ParseModelCard(text.value(), path, path.parent_path()));
  for (const std::string& library : card.custom_ops) {
    if (library.find('/') == std::string::npos) continue;
    return InvalidArgument(
        "custom_ops names a library by its path, and libraries do not travel to workers: install "
        "it where their linker looks and name the file alone, or share the disk "
        "(cluster.transport: shared)",
        path.string());
  }
  const std::lock_guard lock(sources_mutex_);
  sources_[card.sha256] = card.weights.native();
  card.weights = folder_ / (card.sha256 + card.weights.extension().string());
  return card;
}

Result<void> ModelStore::Write(const std::string& from, const fs::path& file) {
  const auto source = StreamedFile::Open(client_, from);
  if (!source) return Named(source.error(), from);
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> out(std::fopen(file.c_str(), "wbx"),
                                                            std::fclose);
  if (out == nullptr) {
    return InvalidArgument(std::string("cannot be written: ") + std::strerror(errno) +
                               "; name another folder with --model-cache",
                           file.string());
  }
  StreamedFile& bytes = *source.value();
  for (std::uint64_t at = 0; at < bytes.size();) {
    const auto part = bytes.Read(at, kStep);
    if (!part) return Named(part.error(), from);
    if (std::fwrite(part.value().data(), 1, part.value().size(), out.get()) !=
        part.value().size()) {
      return Unavailable(std::string("cannot be written: ") + std::strerror(errno), file.string());
    }
    at += part.value().size();
  }
  if (std::fflush(out.get()) != 0) {
    return Unavailable(std::string("cannot be written: ") + std::strerror(errno), file.string());
  }
  return Ok();
}

bool ModelStore::IsThere(const ModelCard& card) {
  std::error_code failed;
  const fs::file_time_type written = fs::last_write_time(card.weights, failed);
  if (failed) return false;
  const std::uintmax_t size = fs::file_size(card.weights, failed);
  if (failed) return false;
  const std::pair now(written, size);
  const auto known = right_.find(card.sha256);
  if (known != right_.end() && known->second == now) return true;
  if (hash_(card.weights) != card.sha256) return false;
  right_.insert_or_assign(card.sha256, now);
  return true;
}

Result<void> ModelStore::Fetch(const ModelCard& card) {
  std::string from;
  {
    const std::lock_guard sources_lock(sources_mutex_);
    const auto source = sources_.find(card.sha256);
    if (source == sources_.end() || card.weights.parent_path() != folder_) return Ok();
    from = source->second;
  }
  const std::lock_guard lock(mutex_);
  std::error_code error;
  if (IsThere(card)) return Ok();
  fs::create_directories(folder_, error);
  // Appears whole, by renaming: another worker may look for it at any moment.
  const fs::path part = folder_ / ("." + card.sha256 + "." + std::to_string(getpid()) + ".part");
  fs::remove(part, error);  // of a process with this number that was killed
  Result<void> written = Write(from, part);
  if (written && hash_(part) != card.sha256) {
    written = InvalidArgument("the weights of model " + card.name +
                                  " at the coordinator are not those of its card; put the right "
                                  "file there, or correct the card if this one is meant",
                              from);
  }
  if (written) {
    fs::rename(part, card.weights, error);
    if (error) {
      written = InvalidArgument("cannot be written: " + error.message(), card.weights.string());
    }
  }
  if (!written) fs::remove(part, error);
  return written;
}

}  // namespace prelabel
