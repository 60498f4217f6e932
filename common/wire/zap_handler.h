// The decision of ZeroMQ's authentication protocol (ZAP 1.0, https://rfc.zeromq.org/spec/27) as a
// function from a request's frames to the reply's. The transport moves the frames.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/wire/authorizer.h"

namespace prelabel {

// Request: version, request id, domain, address, routing id, mechanism, credentials (CURVE: the 32
// bytes of the client's public key). Reply: version, request id, status, text, user id, metadata.
// 200 with the authorizer's user id for a key it lets in, 400 for everything else. Without frames
// enough to answer the reply is empty: send nothing, and the peer's handshake times out.
std::vector<std::string> AnswerZapRequest(const std::vector<std::string>& request,
                                          std::string_view domain, Authorizer& authorizer);

}  // namespace prelabel
