// One HTTP GET of a whole body: the seam, and its adapter over libcurl (curl_get.cc alone includes
// it).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace prelabel {

enum class HttpTrouble : std::uint8_t {
  kNone,          // an answer came, whatever its status
  kNoConnection,  // no such host, nobody listens, or it could not be agreed how to encrypt
  kTooSlow,       // nothing, or next to nothing, came for the time that was allowed
  kBroken,        // the body ended in its middle, or is no HTTP
  kTooLarge,      // more bytes than allowed
  kRefused,       // led elsewhere than http(s), or in a circle
  kStopped,       // it was asked to end
};

struct HttpOutcome {
  HttpTrouble trouble = HttpTrouble::kNone;
  int status = 0;            // of the last answer; 0: none
  std::string body;          // of an answer 200; else empty
  std::string content_type;  // as it was sent, in small letters, without parameters; may be empty
  std::string detail;        // of a trouble: a phrase without URL
  std::optional<std::chrono::seconds> retry_after{};  // what the answer asks for
};

struct HttpLimits {
  // Connecting takes at most this or 10 s, whichever is less; less than 1 KiB a second for this
  // long is too slow; all of it takes at most twenty times as long.
  std::chrono::milliseconds timeout{30000};
  std::uint64_t max_bytes = std::uint64_t{256} << 20;
};

// Thread-safe. `stopped` is asked several times a second.
using HttpGet =
    std::function<HttpOutcome(const std::string& url, const std::function<bool()>& stopped)>;

// http and https alone, also where an answer leads on, which it may five times. Certificates are
// checked. No cookies, no .netrc; the environment's proxies (https_proxy …) are used. Connections
// are kept. `agent` is what it calls itself.
HttpGet MakeCurlGet(const HttpLimits& limits, const std::string& agent);

}  // namespace prelabel
