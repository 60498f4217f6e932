// ZeroMQ behind the transport seam: a ROUTER at the coordinator, a DEALER at each worker.
// Every send is DONTWAIT, the ROUTER is MANDATORY (it would drop messages silently otherwise) and
// names its peers itself. CURVE will be set here, before the socket is bound or connected.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "common/base/result.h"
#include "common/wire/transport.h"

namespace prelabel {

inline constexpr std::int64_t kMaxMessageBytes = std::int64_t{256} << 20;

struct BoundTransport {
  std::unique_ptr<Transport> transport;
  std::string endpoint;  // with the port that was chosen
};

// InvalidArgument: not an endpoint. Unavailable: the address is in use or not on this host.
Result<BoundTransport> BindCoordinator(const std::string& endpoint);

// Connects in the background: no coordinator need be there yet. InvalidArgument: not an endpoint.
Result<std::unique_ptr<Transport>> ConnectWorker(const std::string& endpoint);

}  // namespace prelabel
