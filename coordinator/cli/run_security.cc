#include "coordinator/cli/run_security.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <string_view>
#include <utility>

#include "common/wire/allow_list.h"
#include "common/wire/key_files.h"

namespace prelabel {

Result<KeySource> ChooseKeySource(const ClusterOptions& cluster, bool launches) {
  if (cluster.security == WireSecurity::kNone) return KeySource::kNone;
  if (!cluster.keys.empty()) return KeySource::kFolder;
  if (launches) return KeySource::kThrowAway;
  if (IsLocalBinding(cluster.listen)) return KeySource::kNone;
  return InvalidArgument(
      "other machines can reach this address, and the job has no keys: make some with `prelabel "
      "keygen DIR` and set cluster.keys to DIR, or set `cluster.security: none` where everybody in "
      "the network may read the data and send results",
      cluster.listen);
}

bool IsLocalBinding(const std::string& endpoint) {
  std::string_view text = endpoint;
  if (text.starts_with("ipc://")) return true;
  if (!text.starts_with("tcp://")) return false;
  text.remove_prefix(6);
  const std::string host(text.substr(0, text.rfind(':')));
  if (host == "localhost" || host == "[::1]") return true;
  in_addr address{};
  if (inet_pton(AF_INET, host.c_str(), &address) != 1) return false;
  return ntohl(address.s_addr) >> 24 == 127;
}

Result<RunSecurity> PrepareSecurity(const ClusterOptions& cluster, bool launches,
                                    std::function<void(const std::string&)> on_problem,
                                    const Clock& clock) {
  RunSecurity security;
  PRELABEL_TRY(const KeySource source, ChooseKeySource(cluster, launches));
  if (source == KeySource::kNone) return security;
  const bool folder = source == KeySource::kFolder;
  PRELABEL_TRY(CurveKeyPair own, folder ? LoadCoordinatorKeys(cluster.keys) : MakeCurveKeyPair());
  AllowListOptions options;
  options.on_problem = std::move(on_problem);
  if (folder) options.folder = AllowListFolder(cluster.keys);
  if (launches) {
    PRELABEL_TRY(CurveKeyPair worker, MakeCurveKeyPair());
    options.fixed.emplace(worker.public_key, "local");
    security.launched_keys = FormatWorkerKeys({std::move(worker), own.public_key});
  }
  PRELABEL_TRY(std::shared_ptr<AllowList> list, AllowList::Open(std::move(options), clock));
  security.server = ServerSecurity{std::move(own), std::move(list)};
  return security;
}

Result<std::string> GenerateKeysAndExplain(const std::string& folder, const std::string& name) {
  PRELABEL_TRY(const std::filesystem::path worker,
               GenerateKeys(std::filesystem::path(folder).lexically_normal(), name));
  const std::filesystem::path root = worker.parent_path();
  return fmt::format(
      "{0}/coordinator.key  stays here; in the job: cluster.keys: {0}\n"
      "{0}/workers/{1}.pub  lets the worker in; remove the file to lock it out\n"
      "{2}/  move it to the worker's machine: prelabel-worker --connect ENDPOINT --keys {1}\n",
      root.string(), name, worker.string());
}

}  // namespace prelabel
