#include "coordinator/http/http_client.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <optional>

namespace prelabel {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using beast::error_code;

constexpr std::uint64_t kMostBytes = 1U << 20;  // of an answer

}  // namespace

Result<HttpAnswer> HttpPost(const PageAddress& address, const std::string& target,
                            const std::string& token, std::chrono::milliseconds limit) {
  asio::io_context io;
  tcp::resolver resolver(io);
  const std::string port = std::to_string(address.port);
  const std::string where = address.host + ":" + port;
  error_code failed;
  const auto found = resolver.resolve(address.host, port, failed);
  if (failed) return Unavailable(failed.message(), where);

  beast::tcp_stream stream(io);
  http::request<http::empty_body> request(http::verb::post, target, 11);
  const bool v6 = address.host.find(':') != std::string::npos;
  request.set(http::field::host, v6 ? "[" + address.host + "]:" + port : where);
  if (!token.empty()) request.set(http::field::authorization, "Bearer " + token);
  request.keep_alive(false);
  request.prepare_payload();
  beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(kMostBytes);
  // Each step begins the next; the first that fails ends all of them.
  std::optional<error_code> outcome;
  const auto read = [&](error_code code, std::size_t) {
    if (code) {
      outcome = code;
      return;
    }
    http::async_read(stream, buffer, parser, [&](error_code done, std::size_t) { outcome = done; });
  };
  stream.expires_after(limit);
  stream.async_connect(found, [&](error_code code, const tcp::endpoint&) {
    if (code) {
      outcome = code;
      return;
    }
    http::async_write(stream, request, read);
  });
  io.run();
  if (!outcome || *outcome == beast::error::timeout) {
    return Unavailable("no answer within " + std::to_string(limit.count()) + " ms", where);
  }
  if (*outcome) return Unavailable(outcome->message(), where);
  return HttpAnswer{static_cast<int>(parser.get().result_int()), std::move(parser.get().body())};
}

}  // namespace prelabel
