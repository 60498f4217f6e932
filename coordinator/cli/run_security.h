// Who may join a run: which keys its socket uses, by the job and by where it listens (the policy is
// a table in docs/job-file.md). Thread-safe.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "common/base/clock.h"
#include "common/base/result.h"
#include "common/job/job_spec.h"
#include "common/wire/zmq_transport.h"

namespace prelabel {

enum class KeySource : std::uint8_t {
  kNone,       // no encryption: whoever reaches the socket may take part
  kThrowAway,  // made for this run and known to the workers that it starts
  kFolder,     // of `prelabel keygen`; workers that the run starts get a throw-away key besides
};

// `launches`: the run starts its own workers. InvalidArgument: others could reach the socket, and
// the job neither has keys nor says `cluster.security: none`.
Result<KeySource> ChooseKeySource(const ClusterOptions& cluster, bool launches);

// Whether only this machine reaches a socket bound to this: ipc, or TCP on the loopback interface.
bool IsLocalBinding(const std::string& endpoint);

struct RunSecurity {
  std::optional<ServerSecurity> server;  // none: no encryption
  std::string launched_keys;             // for `prelabel-worker --keys -`; empty: none
};

// Reads or makes the keys. `on_problem` is told what is wrong with the allow-list while running.
// `clock` must outlive what is returned. InvalidArgument: as above, or keys that cannot be used.
Result<RunSecurity> PrepareSecurity(const ClusterOptions& cluster, bool launches,
                                    std::function<void(const std::string&)> on_problem,
                                    const Clock& clock);

// `prelabel keygen`: makes a worker's keys (and the coordinator's where there are none) and returns
// what belongs where. InvalidArgument: as GenerateKeys.
Result<std::string> GenerateKeysAndExplain(const std::string& folder, const std::string& name);

}  // namespace prelabel
