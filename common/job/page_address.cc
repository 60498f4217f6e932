#include "common/job/page_address.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <charconv>
#include <string_view>

namespace prelabel {
namespace {

bool IsAddress(int family, const std::string& host) {
  unsigned char bytes[sizeof(in6_addr)];
  return inet_pton(family, host.c_str(), bytes) == 1;
}

}  // namespace

Result<PageAddress> ParsePageUrl(const std::string& text) {
  constexpr std::string_view kScheme = "http://";
  const Error wrong = InvalidArgument("is no address of a page: http://HOST:PORT/", text);
  if (!text.starts_with(kScheme)) return wrong;
  std::string_view rest = std::string_view(text).substr(kScheme.size());
  if (rest.ends_with('/')) rest.remove_suffix(1);
  const std::size_t colon = rest.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return wrong;
  PageAddress address;
  address.host = rest.substr(0, colon);
  const char* end = rest.data() + rest.size();
  const auto [stop, error] = std::from_chars(rest.data() + colon + 1, end, address.port);
  if (error != std::errc() || stop != end) return wrong;
  if (address.host.starts_with('[') && address.host.ends_with(']')) {
    address.host = address.host.substr(1, address.host.size() - 2);
    if (!IsAddress(AF_INET6, address.host)) return wrong;
  } else if (address.host.find_first_of(":[]/@") != std::string::npos) {
    return wrong;
  }
  return address;
}

Result<PageAddress> ParsePageAddress(const std::string& text) {
  const Result<PageAddress> address = ParsePageUrl(text);
  const auto numeric = [](const std::string& host) {
    return host == "localhost" || IsAddress(AF_INET, host) || IsAddress(AF_INET6, host);
  };
  if (address && numeric(address.value().host)) return address;
  return InvalidArgument(
      "must be http://ADDRESS:PORT with an IP address or localhost (port 0: any free one)", text);
}

bool IsLoopback(const std::string& host) {
  if (host == "localhost") return true;
  in_addr four{};
  if (inet_pton(AF_INET, host.c_str(), &four) == 1) return ntohl(four.s_addr) >> 24 == 127;
  in6_addr six{};
  return inet_pton(AF_INET6, host.c_str(), &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

std::string PageUrl(const PageAddress& address, const std::string& machine) {
  std::string host = address.host;
  if ((host == "0.0.0.0" || host == "::") && !machine.empty()) host = machine;
  if (host.find(':') != std::string::npos) host = "[" + host + "]";
  return fmt::format("http://{}:{}/", host, address.port);
}

}  // namespace prelabel
