// Whom the coordinator lets in, asked by the ZeroMQ transport. Not thread-safe: belongs to the loop
// that owns the transport.
#pragma once

#include <optional>
#include <string>

namespace prelabel {

class Authorizer {
 public:
  virtual ~Authorizer() = default;
  // The user id of a public key (Z85) that may connect now, or nothing.
  virtual std::optional<std::string> UserOf(const std::string& public_key) = 0;
  // Whether messages of a user that was let in earlier still count.
  virtual bool Allows(const std::string& user_id) = 0;
};

}  // namespace prelabel
