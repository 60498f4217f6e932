#include "coordinator/scan/tar_index.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <memory>

namespace prelabel {
namespace {

constexpr std::size_t kBlock = 65536;

std::string WhyNot(archive* tar) {
  const char* why = archive_error_string(tar);
  return why == nullptr ? "unknown" : why;
}

class TarReader {
 public:
  explicit TarReader(const std::filesystem::path& path) : path_(path) {}

  Result<ArchiveIndex> Read() {
    const std::unique_ptr<archive, int (*)(archive*)> tar(archive_read_new(), archive_read_free);
    if (tar == nullptr || archive_read_support_format_tar(tar.get()) != ARCHIVE_OK ||
        archive_read_open_filename(tar.get(), path_.c_str(), kBlock) != ARCHIVE_OK) {
      return DataLoss("cannot be read as an uncompressed tar archive: " + WhyNot(tar.get()),
                      path_.string());
    }
    archive_entry* entry = nullptr;
    std::size_t seen = 0;
    for (;; ++seen) {
      const int status = archive_read_next_header(tar.get(), &entry);
      if (status == ARCHIVE_EOF) break;
      if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
        if (seen == 0) {
          return DataLoss("is no tar archive, or compressed (only uncompressed ones are read): " +
                              WhyNot(tar.get()),
                          path_.string());
        }
        members_.Warn(
            fmt::format("{}: the archive is damaged behind member {} ({}); "
                        "what follows is left out",
                        path_.string(), seen, WhyNot(tar.get())));
        break;
      }
      if (seen == kMostMembers) {
        return DataLoss(fmt::format("has more than {} members", kMostMembers), path_.string());
      }
      // With no filter between, what was consumed behind a header is where the bytes begin.
      Add(entry, archive_filter_bytes(tar.get(), 0));
    }
    return members_.Finish(path_);
  }

 private:
  void Add(archive_entry* entry, std::int64_t offset) {
    if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry) != nullptr) {
      return;
    }
    const char* const raw = archive_entry_pathname(entry);
    // A name that this locale cannot express.
    if (raw == nullptr) return members_.CountOddName();
    std::string_view name = raw;
    if (!members_.Wants(name)) return;
    if (archive_entry_sparse_count(entry) > 0) return members_.Count("they are sparse");
    // A negative size is as good as too large a one.
    members_.Add(name, static_cast<std::uint64_t>(offset),
                 static_cast<std::uint64_t>(archive_entry_size(entry)));
  }

  const std::filesystem::path& path_;
  MemberList members_;
};

}  // namespace

bool IsTarName(std::string_view name) {
  if (name.size() < 4) return false;
  const std::string_view end = name.substr(name.size() - 4);
  return end == ".tar" || end == ".TAR";
}

Result<ArchiveIndex> IndexTar(const std::filesystem::path& path) { return TarReader(path).Read(); }

}  // namespace prelabel
