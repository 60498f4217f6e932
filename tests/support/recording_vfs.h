// A disk for SQLite that keeps a record and fails on demand: wraps the default VFS, notes every
// write, truncation, sync and deletion of databases, journals and logs, and makes from any prefix
// of that record what a power failure may have left. Not thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace prelabel {

enum class DiskCall : std::uint8_t { kRead, kWrite, kTruncate, kSync, kDelete, kShareMemory };
inline constexpr std::size_t kDiskCalls = 6;

struct DiskEvent {
  DiskCall call = DiskCall::kWrite;  // not kRead or kShareMemory: these leave nothing behind
  std::string file;                  // its name, without the folder
  std::uint64_t offset = 0;          // kWrite; kTruncate: the new size
  std::string bytes;                 // kWrite
  // kSync: false where it failed, and the kernel has forgotten what it could not write. kDelete:
  // the folder was synced.
  bool durable = true;
};

// SQLite's default VFS for as long as it lives; databases must be closed before it goes.
class RecordingVfs {
 public:
  RecordingVfs();
  ~RecordingVfs();
  RecordingVfs(const RecordingVfs&) = delete;
  RecordingVfs& operator=(const RecordingVfs&) = delete;

  const std::vector<DiskEvent>& record() const;
  // Calls of a kind so far, those that failed included.
  std::uint64_t Count(DiskCall call) const;
  // Calls number `first` (counted from now, from 1) to first + count - 1 fail with this errno:
  // ENOSPC or EDQUOT as SQLite's unix VFS reports them, writes half done; anything else as EIO.
  void FailAt(DiskCall call, std::uint64_t first, std::uint64_t count, int system_error);
  void Heal();

 private:
  struct Hooks;
  std::unique_ptr<Hooks> hooks_;
};

// Contents by name; what does not exist is not in it.
using DiskImage = std::map<std::string, std::string>;

// Files as they are for sure when the power fails after `prefix` events: what was synced.
DiskImage SyncedImage(const std::vector<DiskEvent>& record, std::size_t prefix);

// As they may be besides: with a subset, drawn from `seed`, of what was not synced, whole writes or
// single sectors of 512 bytes. Seed 0: all of it.
DiskImage TornImage(const std::vector<DiskEvent>& record, std::size_t prefix, std::uint64_t seed);

// Puts the image's files into an empty folder.
void WriteImage(const DiskImage& image, const std::filesystem::path& folder);

}  // namespace prelabel
