// Where the page is served: what cluster.page says. Pure; thread-safe.
#pragma once

#include <cstdint>
#include <string>

#include "common/base/result.h"

namespace prelabel {

struct PageAddress {
  std::string host;  // an IP address without brackets, or "localhost"
  std::uint16_t port = 0;
  friend bool operator==(const PageAddress&, const PageAddress&) = default;
};

// Of "http://ADDRESS:PORT". InvalidArgument: not that.
Result<PageAddress> ParsePageAddress(const std::string& text);

// Of what PageUrl gives, whose host may be a name. InvalidArgument: not that.
Result<PageAddress> ParsePageUrl(const std::string& text);

// Whether only this machine reaches it: localhost, 127.0.0.0/8, ::1.
bool IsLoopback(const std::string& host);

// What a person opens: "http://[::1]:5578/". `machine`: this one's name, instead of 0.0.0.0 and ::.
std::string PageUrl(const PageAddress& address, const std::string& machine);

}  // namespace prelabel
