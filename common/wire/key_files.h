// Key files on disk, as `prelabel keygen` lays them out, and the rules by which they are trusted:
// a secret file is readable by its owner alone, no file and no folder of keys is writable by
// others, and all belong to this user or root. Thread-safe.
//
//   DIR/coordinator.key     secret, 0600     the coordinator's
//   DIR/coordinator.pub
//   DIR/workers/NAME.pub    the allow-list: one file a worker; removing it revokes the worker
//   DIR/NAME/               worker.key (secret, 0600), coordinator.pub: goes to the worker's
//   machine
#pragma once

#include <filesystem>
#include <string>

#include "common/base/result.h"
#include "common/wire/curve_keys.h"

namespace prelabel {

// Makes the keys of worker `name` in `folder`, and before that the folder and the coordinator's
// keys where there are none. Nothing is overwritten. Returns the worker's folder.
// InvalidArgument: no name for a file, keys of that name exist, or the folder is not private.
Result<std::filesystem::path> GenerateKeys(const std::filesystem::path& folder,
                                           const std::string& name);

// InvalidArgument: missing, malformed, or not private (the message says which chmod helps).
Result<CurveKeyPair> LoadCoordinatorKeys(const std::filesystem::path& folder);
Result<WorkerKeys> LoadWorkerKeys(const std::filesystem::path& folder);

// One public key. InvalidArgument: missing, malformed, or others may write to it.
Result<std::string> LoadPublicKey(const std::filesystem::path& file);

// InvalidArgument: no folder, another user's, or others may write to it.
Result<void> CheckKeyFolder(const std::filesystem::path& folder);

// Any other secret (a token) under the same rules. InvalidArgument: missing, longer than 4 KiB, or
// not private; and where it is written: it exists already.
Result<std::string> ReadSecretFile(const std::filesystem::path& file);
Result<void> WriteSecretFile(const std::filesystem::path& file, const std::string& text);
// A file that its owner alone may read, in place of one of this name. For what a launcher hands to
// workers that read it themselves (FormatWorkerKeys). InvalidArgument: it cannot be written.
Result<void> ReplaceSecretFile(const std::filesystem::path& path, const std::string& text);

// The allow-list's place in a coordinator's folder.
std::filesystem::path AllowListFolder(const std::filesystem::path& folder);

}  // namespace prelabel
