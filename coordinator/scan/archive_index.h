// What is in an archive, and where. Pure; not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/scan/skipped_files.h"

namespace prelabel {

struct IndexedMember {
  std::string name;          // as in the archive, without "./" before it
  std::uint64_t offset = 0;  // of its bytes in the archive
  std::uint64_t size = 0;    // unpacked
  std::uint64_t packed = 0;  // bytes in the archive where they are deflated; 0: as they are
};

struct ArchiveIndex {
  std::vector<IndexedMember> members;  // regular files with an image's extension, in their order
  SkippedFiles skipped;                // others
  std::vector<std::string> warnings;   // what was left out or is odd, a sentence each
};

inline constexpr std::size_t kMostMembers = 20'000'000;

// Takes what an archive says of its regular files, and keeps what can be an item.
class MemberList {
 public:
  // Whether a file of this name can be one: it has an image's extension, is not hidden and leads
  // out of no folder (WrongItemName). "./" before it is taken away. What somebody might miss is
  // counted.
  bool Wants(std::string_view& name);
  // After Wants. One that is larger than kMaxMemberBytes is counted instead.
  void Add(std::string_view name, std::uint64_t offset, std::uint64_t size,
           std::uint64_t packed = 0);
  // A name that could not be read.
  void CountOddName() { ++odd_names_; }
  // Left out for a reason that is the archive's: "sparse".
  void Count(const std::string& why) { ++other_[why]; }
  void Warn(std::string warning) { index_.warnings.push_back(std::move(warning)); }

  // Of two members of a name the last one, as when unpacking. Warnings begin with `archive`.
  ArchiveIndex Finish(const std::filesystem::path& archive);

 private:
  ArchiveIndex index_;
  std::size_t odd_names_ = 0;
  std::size_t too_large_ = 0;
  std::map<std::string, std::size_t> other_;
};

}  // namespace prelabel
