// A request and its response as values: what handlers see of HTTP.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace prelabel {

struct HttpRequest {
  std::string method;  // "GET", as it was sent
  std::string target;  // "/path?query", not decoded
  std::string host;    // header fields; empty where there is none
  std::string authorization;
  std::string cookie;
  std::string origin;  // of the page whose script sent it
};

struct HttpResponse {
  int status = 200;
  std::string content_type;
  std::vector<std::pair<std::string, std::string>> headers{};  // further ones
  std::shared_ptr<const std::string> body{};                   // never null where a handler returns
};

}  // namespace prelabel
