// Which files a coordinator may have this worker open: those below the folders of --data-root,
// symbolic links resolved. Immutable; thread-safe. It looks before it opens: somebody who can
// replace folders below a root at that moment can lead it astray, a coordinator cannot.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "worker/detect/media_opener.h"

namespace prelabel {

class DataRoots {
 public:
  // No restriction; as is any list of folders with "/" in it.
  DataRoots() = default;

  // InvalidArgument: one of the folders is none.
  static Result<DataRoots> Of(const std::vector<std::string>& folders);

  // What to open for `path`: itself without a restriction, else its canonical path. Unavailable: it
  // lies outside, or there is no such file.
  Result<std::filesystem::path> Resolve(const std::filesystem::path& path) const;

 private:
  bool Contain(const std::filesystem::path& canonical) const;

  std::vector<std::filesystem::path> roots_;  // canonical; empty: anywhere
};

// Opens nothing outside the roots. Errors name paths as they were given.
MediaOpener Confine(MediaOpener media, DataRoots roots);

// Whether only this machine can be at the other end of ZeroMQ's endpoint: ipc, inproc, or TCP to an
// address of the loopback interface (a name only if it is localhost). Also true of what is no
// endpoint at all.
bool IsLocalEndpoint(const std::string& endpoint);

}  // namespace prelabel
