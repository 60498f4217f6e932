// ZeroMQ behind the transport seam: a ROUTER at the coordinator, a DEALER at each worker.
// Every send is DONTWAIT, the ROUTER is MANDATORY (it would drop messages silently otherwise) and
// names its peers itself. With keys, both speak CURVE; the coordinator lets in whom its authorizer
// names, drops what others say, and handshakes are answered within Wait and Receive.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "common/base/result.h"
#include "common/wire/authorizer.h"
#include "common/wire/curve_keys.h"
#include "common/wire/transport.h"

namespace prelabel {

inline constexpr std::int64_t kMaxMessageBytes = std::int64_t{256} << 20;

struct BoundTransport {
  std::unique_ptr<Transport> transport;
  std::string endpoint;  // with the port that was chosen
};

struct ServerSecurity {
  CurveKeyPair keys;
  std::shared_ptr<Authorizer> authorizer;
};

// Told why a connection was refused, from within Wait, each time that it is.
using TroubleSink = std::function<void(const std::string&)>;

// With security, Received.user_id is the authorizer's, and a peer is known by its connection and
// user: a revoked one is unreachable. Before the endpoint is bound, a connection with a fresh key
// has been seen to be refused. InvalidArgument: not an endpoint. Unavailable: the address is in use
// or not on this host, or that connection was not answered. Internal: a stranger's key was let in.
Result<BoundTransport> BindCoordinator(const std::string& endpoint,
                                       const std::optional<ServerSecurity>& security = {});

// Connects in the background: no coordinator need be there yet. InvalidArgument: not an endpoint.
Result<std::unique_ptr<Transport>> ConnectWorker(const std::string& endpoint,
                                                 const std::optional<WorkerKeys>& keys = {},
                                                 TroubleSink trouble = {});

}  // namespace prelabel
