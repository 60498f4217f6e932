#include "coordinator/scan/archive_index.h"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "common/media/archive_member.h"
#include "coordinator/scan/file_pattern.h"
#include "coordinator/scan/item_name.h"

namespace prelabel {
namespace {

constexpr std::size_t kLongestName = 1024;

bool IsHidden(std::string_view name) {
  return name.starts_with('.') || name.find("/.") != std::string_view::npos;
}

}  // namespace

bool MemberList::Wants(std::string_view& name) {
  while (name.starts_with("./")) name.remove_prefix(2);
  if (IsHidden(name)) {
    // "../a.jpg" is hidden only by its form.
    if (HasImageExtension(name) && name.find("..") != name.npos) ++odd_names_;
    return false;
  }
  if (!HasImageExtension(name)) {
    CountSkipped(name, index_.skipped);
    return false;
  }
  if (!WrongItemName(name, kLongestName)) return true;
  ++odd_names_;
  return false;
}

void MemberList::Add(std::string_view name, std::uint64_t offset, std::uint64_t size,
                     std::uint64_t packed) {
  if (size > kMaxMemberBytes || packed > kMaxMemberBytes) return void(++too_large_);
  index_.members.push_back({std::string(name), offset, size, packed});
}

ArchiveIndex MemberList::Finish(const std::filesystem::path& archive) {
  std::map<std::string_view, std::size_t> last;
  for (std::size_t i = 0; i < index_.members.size(); ++i) last[index_.members[i].name] = i;
  const std::size_t twice = index_.members.size() - last.size();
  if (twice > 0) {
    std::vector<std::size_t> kept;
    for (const auto& entry : last) kept.push_back(entry.second);
    std::sort(kept.begin(), kept.end());
    std::vector<IndexedMember> members;
    for (const std::size_t i : kept) members.push_back(std::move(index_.members[i]));
    index_.members = std::move(members);
  }
  const auto warn = [&](std::size_t count, std::string_view why) {
    if (count > 0) Warn(fmt::format("{}: {} left out: {}", archive.string(), count, why));
  };
  warn(odd_names_, "their names lead out of a folder or are no UTF-8");
  warn(too_large_, "they are larger than 1 GiB");
  for (const auto& [why, count] : other_) warn(count, why);
  warn(twice, "another of the same name follows");
  return std::move(index_);
}

}  // namespace prelabel
