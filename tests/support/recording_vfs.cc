#include "tests/support/recording_vfs.h"

#include <sqlite3.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <new>
#include <random>

namespace prelabel {
namespace {

constexpr int kRecordedFiles = SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL;

std::string NameOf(const char* path) { return std::filesystem::path(path).filename().string(); }

bool NoRoom(int system_error) { return system_error == ENOSPC || system_error == EDQUOT; }

}  // namespace

struct RecordingVfs::Hooks {
  struct Fault {
    std::uint64_t first = 0;
    std::uint64_t end = 0;
    int system_error = 0;
  };

  // What SQLite allocates for a file: this, then the real VFS's own.
  struct File {
    sqlite3_file base;
    Hooks* hooks;
    std::string* name;  // null: a temporary file, which is not recorded
    sqlite3_file* Real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  };
  static File* Of(sqlite3_file* file) { return reinterpret_cast<File*>(file); }
  static sqlite3_file* RealOf(sqlite3_file* file) { return Of(file)->Real(); }
  static Hooks* Of(sqlite3_vfs* vfs) { return static_cast<Hooks*>(vfs->pAppData); }

  // The errno that this call is to fail with, or 0.
  int Call(DiskCall call) {
    const auto kind = static_cast<std::size_t>(call);
    const std::uint64_t number = ++counts[kind];
    const Fault& fault = faults[kind];
    if (number < fault.first || number >= fault.end) return 0;
    last_error = fault.system_error;  // as errno, which calls that succeed leave as it is
    return last_error;
  }

  static int Close(sqlite3_file* file) {
    sqlite3_file* real = RealOf(file);
    const int code = real->pMethods == nullptr ? SQLITE_OK : real->pMethods->xClose(real);
    delete Of(file)->name;
    return code;
  }
  static int Read(sqlite3_file* file, void* into, int size, sqlite3_int64 offset) {
    if (Of(file)->hooks->Call(DiskCall::kRead) != 0) return SQLITE_IOERR_READ;
    return RealOf(file)->pMethods->xRead(RealOf(file), into, size, offset);
  }
  static int Write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
    File* self = Of(file);
    const int error = self->hooks->Call(DiskCall::kWrite);
    const int written = error == 0 ? size : size / 2;
    const int code = RealOf(file)->pMethods->xWrite(RealOf(file), data, written, offset);
    if (code == SQLITE_OK && self->name != nullptr && written > 0) {
      self->hooks->record.push_back({DiskCall::kWrite, *self->name,
                                     static_cast<std::uint64_t>(offset),
                                     std::string(static_cast<const char*>(data), written)});
    }
    if (error == ENOSPC) return SQLITE_FULL;
    return error != 0 ? SQLITE_IOERR_WRITE : code;
  }
  static int Truncate(sqlite3_file* file, sqlite3_int64 size) {
    File* self = Of(file);
    if (self->hooks->Call(DiskCall::kTruncate) != 0) return SQLITE_IOERR_TRUNCATE;
    if (self->name != nullptr) {
      self->hooks->record.push_back(
          {DiskCall::kTruncate, *self->name, static_cast<std::uint64_t>(size), {}});
    }
    return RealOf(file)->pMethods->xTruncate(RealOf(file), size);
  }
  static int Sync(sqlite3_file* file, int flags) {
    File* self = Of(file);
    const bool failed = self->hooks->Call(DiskCall::kSync) != 0;
    if (self->name != nullptr) {
      self->hooks->record.push_back({DiskCall::kSync, *self->name, 0, {}, !failed});
    }
    // The real disk need not be waited for: what survives is computed from the record.
    (void)flags;
    return failed ? SQLITE_IOERR_FSYNC : SQLITE_OK;
  }
  static int ShmMap(sqlite3_file* file, int page, int size, int extend, void volatile** into) {
    const int error = extend != 0 ? Of(file)->hooks->Call(DiskCall::kShareMemory) : 0;
    if (error != 0) return NoRoom(error) ? SQLITE_IOERR_SHMSIZE : SQLITE_IOERR_SHMMAP;
    return RealOf(file)->pMethods->xShmMap(RealOf(file), page, size, extend, into);
  }

  static int Open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out) {
    Hooks* hooks = Of(vfs);
    File* self = new (file) File{};
    self->hooks = hooks;
    const int code = hooks->real->xOpen(hooks->real, name, self->Real(), flags, out);
    if (code != SQLITE_OK) return code;
    if (name != nullptr && (flags & kRecordedFiles) != 0)
      self->name = new std::string(NameOf(name));
    self->base.pMethods = &hooks->methods;
    return SQLITE_OK;
  }
  static int Delete(sqlite3_vfs* vfs, const char* name, int sync_folder) {
    Hooks* hooks = Of(vfs);
    if (hooks->Call(DiskCall::kDelete) != 0) return SQLITE_IOERR_DELETE;
    const int code = hooks->real->xDelete(hooks->real, name, 0);
    if (code == SQLITE_OK) {
      hooks->record.push_back({DiskCall::kDelete, NameOf(name), 0, {}, sync_folder != 0});
    }
    return code;
  }
  static int GetLastError(sqlite3_vfs* vfs, int size, char* text) {
    Hooks* hooks = Of(vfs);
    if (hooks->last_error != 0) return hooks->last_error;
    return hooks->real->xGetLastError(hooks->real, size, text);
  }

  Hooks();

  sqlite3_vfs* real = sqlite3_vfs_find(nullptr);
  sqlite3_vfs vfs = *real;
  sqlite3_io_methods methods{};
  std::vector<DiskEvent> record;
  std::array<std::uint64_t, kDiskCalls> counts{};
  std::array<Fault, kDiskCalls> faults{};
  int last_error = 0;
};

RecordingVfs::Hooks::Hooks() {
  // What is not recorded goes to the real file. Version 2 is without memory-mapped reads.
  methods.iVersion = 2;
  methods.xClose = &Close;
  methods.xRead = &Read;
  methods.xWrite = &Write;
  methods.xTruncate = &Truncate;
  methods.xSync = &Sync;
  methods.xFileSize = [](sqlite3_file* file, sqlite3_int64* size) {
    return RealOf(file)->pMethods->xFileSize(RealOf(file), size);
  };
  methods.xLock = [](sqlite3_file* file, int level) {
    return RealOf(file)->pMethods->xLock(RealOf(file), level);
  };
  methods.xUnlock = [](sqlite3_file* file, int level) {
    return RealOf(file)->pMethods->xUnlock(RealOf(file), level);
  };
  methods.xCheckReservedLock = [](sqlite3_file* file, int* out) {
    return RealOf(file)->pMethods->xCheckReservedLock(RealOf(file), out);
  };
  methods.xFileControl = [](sqlite3_file* file, int what, void* argument) {
    // Room that SQLite asks to be set aside would be a write that is not seen.
    if (what == SQLITE_FCNTL_SIZE_HINT || what == SQLITE_FCNTL_CHUNK_SIZE) return SQLITE_NOTFOUND;
    const int last_error = Of(file)->hooks->last_error;
    if (what == SQLITE_FCNTL_LAST_ERRNO && last_error != 0) {
      *static_cast<int*>(argument) = last_error;
      return SQLITE_OK;
    }
    return RealOf(file)->pMethods->xFileControl(RealOf(file), what, argument);
  };
  methods.xSectorSize = [](sqlite3_file* file) {
    return RealOf(file)->pMethods->xSectorSize(RealOf(file));
  };
  methods.xDeviceCharacteristics = [](sqlite3_file* file) {
    return RealOf(file)->pMethods->xDeviceCharacteristics(RealOf(file));
  };
  methods.xShmMap = &ShmMap;
  methods.xShmLock = [](sqlite3_file* file, int offset, int count, int flags) {
    return RealOf(file)->pMethods->xShmLock(RealOf(file), offset, count, flags);
  };
  methods.xShmBarrier = [](sqlite3_file* file) {
    RealOf(file)->pMethods->xShmBarrier(RealOf(file));
  };
  methods.xShmUnmap = [](sqlite3_file* file, int remove) {
    return RealOf(file)->pMethods->xShmUnmap(RealOf(file), remove);
  };

  vfs.zName = "prelabel-recording";
  vfs.pNext = nullptr;
  vfs.pAppData = this;
  vfs.szOsFile = static_cast<int>(sizeof(File)) + real->szOsFile;
  vfs.xOpen = &Open;
  vfs.xDelete = &Delete;
  vfs.xGetLastError = &GetLastError;
}

RecordingVfs::RecordingVfs() : hooks_(std::make_unique<Hooks>()) {
  sqlite3_vfs_register(&hooks_->vfs, 1);
}

RecordingVfs::~RecordingVfs() {
  sqlite3_vfs_unregister(&hooks_->vfs);
  sqlite3_vfs_register(hooks_->real, 1);
}

const std::vector<DiskEvent>& RecordingVfs::record() const { return hooks_->record; }

std::uint64_t RecordingVfs::Count(DiskCall call) const {
  return hooks_->counts[static_cast<std::size_t>(call)];
}

void RecordingVfs::FailAt(DiskCall call, std::uint64_t first, std::uint64_t count,
                          int system_error) {
  const auto kind = static_cast<std::size_t>(call);
  const std::uint64_t start = hooks_->counts[kind] + first;
  hooks_->faults[kind] = {start, start + count, system_error};
}

void RecordingVfs::Heal() {
  hooks_->faults = {};
  hooks_->last_error = 0;
}

namespace {

constexpr std::uint64_t kSector = 512;
constexpr char kDatabase[] = "run.db";

struct FileOnDisk {
  bool exists = false;
  bool named = false;  // the folder was synced since the file was made
  std::string bytes;
  std::vector<const DiskEvent*> unsynced;

  void Apply(const DiskEvent& event) {
    if (event.call == DiskCall::kWrite) {
      Write(event.offset, event.bytes);
    } else if (event.call == DiskCall::kTruncate) {
      exists = true;
      bytes.resize(event.offset);
    } else if (event.call == DiskCall::kDelete) {
      exists = false;
      named = false;
      bytes.clear();
    }
  }
  void Write(std::uint64_t offset, std::string_view data) {
    exists = true;
    if (bytes.size() < offset + data.size()) bytes.resize(offset + data.size());
    std::copy(data.begin(), data.end(), bytes.begin() + static_cast<std::ptrdiff_t>(offset));
  }
  void ApplyUnsynced() {
    for (const DiskEvent* event : unsynced) Apply(*event);
    unsynced.clear();
  }
  // Deletions are changes of the folder; what was written before them is of no interest then.
  void SyncName() {
    named = true;
    const auto last = std::find_if(unsynced.rbegin(), unsynced.rend(), [](const DiskEvent* event) {
      return event->call == DiskCall::kDelete;
    });
    if (last == unsynced.rend()) return;
    Apply(**last);
    unsynced.erase(unsynced.begin(), last.base());
  }
};

std::map<std::string, FileOnDisk> Replay(const std::vector<DiskEvent>& record, std::size_t prefix) {
  std::map<std::string, FileOnDisk> files;
  for (std::size_t i = 0; i < prefix; ++i) {
    const DiskEvent& event = record[i];
    FileOnDisk& file = files[event.file];
    if (event.call == DiskCall::kSync) {
      // SQLite's unix VFS syncs the folder with the first sync of a new journal or log.
      if (event.durable && !file.named && event.file != kDatabase) {
        for (auto& [name, other] : files) other.SyncName();
      }
      if (event.durable) file.ApplyUnsynced();
      file.unsynced.clear();
      file.named |= event.durable;
    } else {
      file.unsynced.push_back(&event);
      if (event.call == DiskCall::kDelete && event.durable) file.ApplyUnsynced();
    }
  }
  return files;
}

DiskImage ToImage(const std::map<std::string, FileOnDisk>& files) {
  DiskImage image;
  for (const auto& [name, file] : files) {
    if (file.exists) image[name] = file.bytes;
  }
  return image;
}

}  // namespace

DiskImage SyncedImage(const std::vector<DiskEvent>& record, std::size_t prefix) {
  return ToImage(Replay(record, prefix));
}

DiskImage TornImage(const std::vector<DiskEvent>& record, std::size_t prefix, std::uint64_t seed) {
  std::map<std::string, FileOnDisk> files = Replay(record, prefix);
  std::mt19937_64 random(seed);
  const auto coin = [&] { return seed == 0 || (random() & 1) != 0; };
  const bool by_sector = coin() && seed != 0;
  for (auto& [name, file] : files) {
    const std::vector<const DiskEvent*> unsynced = std::move(file.unsynced);
    for (const DiskEvent* event : unsynced) {
      if (event->call != DiskCall::kWrite || !by_sector) {
        if (coin()) file.Apply(*event);
        continue;
      }
      for (std::uint64_t at = 0; at < event->bytes.size();) {
        const std::uint64_t offset = event->offset + at;
        const std::uint64_t size =
            std::min<std::uint64_t>(kSector - offset % kSector, event->bytes.size() - at);
        if (coin()) file.Write(offset, std::string_view(event->bytes).substr(at, size));
        at += size;
      }
    }
  }
  return ToImage(files);
}

void WriteImage(const DiskImage& image, const std::filesystem::path& folder) {
  for (const auto& [name, bytes] : image) {
    std::ofstream(folder / name, std::ios::binary)
        .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }
}

}  // namespace prelabel
