// An HTTP/1.1 server in one thread of its own, at a lower priority than the process's others. The
// adapter of Boost.Beast. What clients can cost is bounded: connections, bytes of a request, time
// to send one, time to take a response.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "common/base/result.h"
#include "coordinator/http/http_message.h"

namespace prelabel {

struct HttpLimits {
  // One more, and the one that has waited longest for its request is closed; where none waits, the
  // new one.
  std::size_t connections = 64;
  std::size_t header_bytes = 8192;
  std::size_t body_bytes = 65536;
  std::chrono::milliseconds request{10000};  // from the response before to the request's last byte
  std::chrono::milliseconds stalled{10000};  // a client that takes nothing of its response
  std::chrono::milliseconds response{300000};  // to take the whole of one
};

class HttpServer {
 public:
  // Called in the server's thread. What it throws becomes status 500.
  using Handler = std::function<HttpResponse(const HttpRequest&)>;

  // `address`: an IP address or "localhost"; port 0: any free one. Unavailable: it cannot be bound
  // (the message says why).
  static Result<std::unique_ptr<HttpServer>> Start(const std::string& address, std::uint16_t port,
                                                   Handler handler, HttpLimits limits = {});
  // Takes no more connections and requests, and waits until responses under way are written, at
  // most so long.
  void Finish(std::chrono::milliseconds limit);

  // Closes every connection.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  std::uint16_t port() const;

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace prelabel
