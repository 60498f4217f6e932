#include "common/wire/key_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

namespace prelabel {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kPrivateFile = 0600;
constexpr mode_t kPublicFile = 0644;
constexpr mode_t kPrivateFolder = 0700;
constexpr std::size_t kLongestFile = 4096;
constexpr const char* kCoordinatorSecret = "coordinator.key";
constexpr const char* kCoordinatorPublic = "coordinator.pub";
constexpr const char* kWorkerSecret = "worker.key";
constexpr const char* kWorkersFolder = "workers";

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() {
    if (value_ >= 0) close(value_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return value_; }

 private:
  int value_;
};

Error Failed(const char* what, const fs::path& path) {
  return InvalidArgument(std::string(what) + ": " + std::strerror(errno), path.string());
}

// Root's files are as good as one's own: root could read and replace them in any case.
bool IsOurs(const struct stat& status) { return status.st_uid == geteuid() || status.st_uid == 0; }

enum class Privacy { kSecret, kPublic };

Result<std::string> ReadTrusted(const fs::path& path, Privacy privacy) {
  // O_NONBLOCK: a named pipe must not make this wait.
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) return Failed("cannot read the key", path);
  struct stat status {};
  if (fstat(file.get(), &status) != 0) return Failed("cannot read the key", path);
  if (!S_ISREG(status.st_mode)) return InvalidArgument("a key must be a plain file", path.string());
  if (!IsOurs(status)) {
    return InvalidArgument("the key file belongs to another user; chown it", path.string());
  }
  if (privacy == Privacy::kSecret && (status.st_mode & 077) != 0) {
    return InvalidArgument("others may read or write this secret key; chmod 600 " + path.string() +
                               ", and make new keys if somebody could have read it",
                           path.string());
  }
  if ((status.st_mode & 022) != 0) {
    return InvalidArgument("others may write to this key file; chmod 644 " + path.string(),
                           path.string());
  }
  std::string text(kLongestFile + 1, '\0');
  const ssize_t n = read(file.get(), text.data(), text.size());
  if (n < 0) return Failed("cannot read the key", path);
  if (static_cast<std::size_t>(n) > kLongestFile) {
    return InvalidArgument("too long for a key file", path.string());
  }
  text.resize(static_cast<std::size_t>(n));
  return text;
}

Result<std::string> LoadKey(const fs::path& path, Privacy privacy) {
  PRELABEL_TRY(const std::string text, ReadTrusted(path, privacy));
  auto keys = ParseKeyText(text);
  if (!keys) return InvalidArgument(keys.error().message, path.string());
  const bool secret = privacy == Privacy::kSecret;
  if (secret ? keys.value().secret_key.empty() : keys.value().public_key.empty()) {
    return InvalidArgument(secret ? "no secret-key in it" : "no public-key in it", path.string());
  }
  if (!secret && !keys.value().secret_key.empty()) {
    return InvalidArgument("a secret key where a public one belongs; remove it", path.string());
  }
  return secret ? keys.value().secret_key : keys.value().public_key;
}

Result<void> WriteNew(const fs::path& path, mode_t mode, const std::string& text) {
  const Descriptor file(
      open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, kPrivateFile));
  if (file.get() < 0) return Failed("cannot make the key file", path);
  // The mode that was asked for, whatever the umask; it is never wider before it is set.
  if (write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
      fchmod(file.get(), mode) != 0) {
    const Error error = Failed("cannot write the key file", path);
    unlink(path.c_str());
    return error;
  }
  return Ok();
}

Result<void> MakePrivateFolder(const fs::path& path) {
  if (mkdir(path.c_str(), kPrivateFolder) != 0) {
    if (errno == EEXIST) return CheckKeyFolder(path);
    return Failed("cannot make the folder", path);
  }
  if (chmod(path.c_str(), kPrivateFolder) != 0) return Failed("cannot make the folder", path);
  return Ok();
}

Result<void> CheckName(const std::string& name) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  if (name.empty() || name.size() > 64 || name.front() == '.' || name.front() == '-' ||
      name.find_first_not_of(kAllowed) != std::string::npos) {
    return InvalidArgument("'" + name +
                           "' is no name for a key; use up to 64 letters, digits, '.', '_', '-'");
  }
  if (name == kWorkersFolder || name == kCoordinatorSecret || name == kCoordinatorPublic) {
    return InvalidArgument("'" + name + "' is taken in a folder of keys; choose another name");
  }
  return Ok();
}

Result<CurveKeyPair> LoadOrMakeCoordinatorKeys(const fs::path& folder) {
  std::error_code ignored;
  if (fs::exists(folder / kCoordinatorSecret, ignored)) return LoadCoordinatorKeys(folder);
  PRELABEL_TRY(CurveKeyPair keys, MakeCurveKeyPair());
  PRELABEL_TRY(WriteNew(folder / kCoordinatorSecret, kPrivateFile,
                        FormatKeyText("prelabel: the coordinator's secret key; it stays here",
                                      {{}, keys.secret_key})));
  return keys;
}

}  // namespace

fs::path AllowListFolder(const fs::path& folder) { return folder / kWorkersFolder; }

Result<std::string> ReadSecretFile(const fs::path& file) {
  return ReadTrusted(file, Privacy::kSecret);
}

Result<void> WriteSecretFile(const fs::path& file, const std::string& text) {
  return WriteNew(file, kPrivateFile, text);
}

Result<void> CheckKeyFolder(const fs::path& folder) {
  struct stat status {};
  if (stat(folder.c_str(), &status) != 0) return Failed("cannot open the folder of keys", folder);
  if (!S_ISDIR(status.st_mode)) return InvalidArgument("not a folder of keys", folder.string());
  if (!IsOurs(status)) {
    return InvalidArgument("the folder of keys belongs to another user; chown it", folder.string());
  }
  if ((status.st_mode & 022) != 0) {
    return InvalidArgument("others may write to this folder of keys; chmod 700 " + folder.string(),
                           folder.string());
  }
  return Ok();
}

Result<fs::path> GenerateKeys(const fs::path& folder, const std::string& name) {
  PRELABEL_TRY(CheckName(name));
  std::error_code error;
  if (folder.has_parent_path()) fs::create_directories(folder.parent_path(), error);
  PRELABEL_TRY(MakePrivateFolder(folder));
  PRELABEL_TRY(MakePrivateFolder(AllowListFolder(folder)));
  const fs::path allowed = AllowListFolder(folder) / (name + ".pub");
  const fs::path worker = folder / name;
  for (const fs::path& path : {allowed, worker}) {
    if (fs::exists(fs::symlink_status(path, error))) {
      return InvalidArgument("keys of this name exist; give another --name or remove them",
                             path.string());
    }
  }
  PRELABEL_TRY(const CurveKeyPair coordinator, LoadOrMakeCoordinatorKeys(folder));
  const std::string coordinator_text =
      FormatKeyText("prelabel: the coordinator's public key", {coordinator.public_key, {}});
  if (!fs::exists(folder / kCoordinatorPublic, error)) {
    PRELABEL_TRY(WriteNew(folder / kCoordinatorPublic, kPublicFile, coordinator_text));
  }
  PRELABEL_TRY(const CurveKeyPair keys, MakeCurveKeyPair());
  PRELABEL_TRY(MakePrivateFolder(worker));
  PRELABEL_TRY(
      WriteNew(worker / kWorkerSecret, kPrivateFile,
               FormatKeyText("prelabel: secret key of worker " + name, {{}, keys.secret_key})));
  PRELABEL_TRY(WriteNew(worker / kCoordinatorPublic, kPublicFile, coordinator_text));
  // Last, because it lets the worker in, and whole at once: a coordinator may be reading.
  const fs::path unfinished = AllowListFolder(folder) / ("." + name + ".new");
  fs::remove(unfinished, error);
  PRELABEL_TRY(
      WriteNew(unfinished, kPublicFile,
               FormatKeyText("prelabel: public key of worker " + name, {keys.public_key, {}})));
  if (rename(unfinished.c_str(), allowed.c_str()) != 0) {
    return Failed("cannot make the key file", allowed);
  }
  return worker;
}

Result<CurveKeyPair> LoadCoordinatorKeys(const fs::path& folder) {
  PRELABEL_TRY(CheckKeyFolder(folder));
  PRELABEL_TRY(const std::string secret, LoadKey(folder / kCoordinatorSecret, Privacy::kSecret));
  return PairOfSecretKey(secret);
}

Result<WorkerKeys> LoadWorkerKeys(const fs::path& folder) {
  PRELABEL_TRY(CheckKeyFolder(folder));
  PRELABEL_TRY(const std::string secret, LoadKey(folder / kWorkerSecret, Privacy::kSecret));
  PRELABEL_TRY(CurveKeyPair own, PairOfSecretKey(secret));
  PRELABEL_TRY(std::string coordinator, LoadPublicKey(folder / kCoordinatorPublic));
  return WorkerKeys{std::move(own), std::move(coordinator)};
}

Result<std::string> LoadPublicKey(const fs::path& file) { return LoadKey(file, Privacy::kPublic); }

Result<void> ReplaceSecretFile(const fs::path& path, const std::string& text) {
  std::error_code ignored;
  fs::remove(path, ignored);
  return WriteNew(path, kPrivateFile, text);
}

}  // namespace prelabel
