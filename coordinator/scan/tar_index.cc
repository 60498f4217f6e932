#include "coordinator/scan/tar_index.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "common/media/archive_member.h"
#include "coordinator/scan/file_pattern.h"
#include "coordinator/scan/item_name.h"

namespace prelabel {
namespace {

constexpr std::size_t kBlock = 65536;
constexpr std::size_t kLongestName = 1024;

bool IsHidden(std::string_view name) {
  return name.starts_with('.') || name.find("/.") != std::string_view::npos;
}

std::string WhyNot(archive* tar) {
  const char* why = archive_error_string(tar);
  return why == nullptr ? "unknown" : why;
}

class TarReader {
 public:
  explicit TarReader(const std::filesystem::path& path) : path_(path) {}

  Result<TarIndex> Read() {
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
        index_.warnings.push_back(
            fmt::format("{}: the archive is damaged behind member {} ({}); "
                        "what follows is left out",
                        path_.string(), seen, WhyNot(tar.get())));
        break;
      }
      if (seen == kMostTarMembers) {
        return DataLoss(fmt::format("has more than {} members", kMostTarMembers), path_.string());
      }
      // With no filter between, what was consumed behind a header is where the bytes begin.
      Add(entry, archive_filter_bytes(tar.get(), 0));
    }
    KeepTheLast();
    Warn(odd_names_, "left out: their names lead out of a folder or are no UTF-8");
    Warn(too_large_, "left out: they are larger than 1 GiB");
    Warn(sparse_, "left out: they are sparse");
    Warn(twice_, "left out: another of the same name follows");
    return std::move(index_);
  }

 private:
  void Add(archive_entry* entry, std::int64_t offset) {
    if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry) != nullptr) {
      return;
    }
    const char* const raw = archive_entry_pathname(entry);
    // A name that this locale cannot express.
    if (raw == nullptr) return void(++odd_names_);
    std::string_view name = raw;
    while (name.starts_with("./")) name.remove_prefix(2);
    if (!HasImageExtension(name) || IsHidden(name)) {
      // "../a.jpg" is hidden only by its form.
      if (HasImageExtension(name) && name.find("..") != name.npos) ++odd_names_;
      return;
    }
    const std::int64_t size = archive_entry_size(entry);
    if (WrongItemName(name, kLongestName)) return void(++odd_names_);
    if (archive_entry_sparse_count(entry) > 0) return void(++sparse_);
    if (size < 0 || static_cast<std::uint64_t>(size) > kMaxMemberBytes) return void(++too_large_);
    index_.members.push_back(
        {std::string(name), static_cast<std::uint64_t>(offset), static_cast<std::uint64_t>(size)});
  }

  void KeepTheLast() {
    std::map<std::string_view, std::size_t> last;
    for (std::size_t i = 0; i < index_.members.size(); ++i) last[index_.members[i].name] = i;
    twice_ = index_.members.size() - last.size();
    if (twice_ == 0) return;
    std::vector<std::size_t> kept;
    for (const auto& entry : last) kept.push_back(entry.second);
    std::sort(kept.begin(), kept.end());
    std::vector<TarMember> members;
    for (const std::size_t i : kept) members.push_back(std::move(index_.members[i]));
    index_.members = std::move(members);
  }

  void Warn(std::size_t count, const char* what) {
    if (count == 0) return;
    index_.warnings.push_back(fmt::format("{}: {} {}", path_.string(), count, what));
  }

  const std::filesystem::path& path_;
  TarIndex index_;
  std::size_t odd_names_ = 0;
  std::size_t too_large_ = 0;
  std::size_t sparse_ = 0;
  std::size_t twice_ = 0;
};

}  // namespace

bool IsTarName(std::string_view name) {
  if (name.size() < 4) return false;
  const std::string_view end = name.substr(name.size() - 4);
  return end == ".tar" || end == ".TAR";
}

Result<TarIndex> IndexTar(const std::filesystem::path& path) { return TarReader(path).Read(); }

}  // namespace prelabel
