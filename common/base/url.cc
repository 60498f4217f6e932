#include "common/base/url.h"

#include <algorithm>

namespace prelabel {
namespace {

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
char Small(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Of "scheme://", or npos.
std::size_t SchemeEnd(std::string_view location) {
  const std::size_t end = location.find("://");
  if (end == location.npos || end == 0 || !IsLetter(location[0])) return location.npos;
  const std::string_view scheme = location.substr(0, end);
  const bool plain = std::all_of(scheme.begin(), scheme.end(), [](char c) {
    return IsLetter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
  });
  return plain ? end : location.npos;
}

bool IsScheme(std::string_view text, std::string_view scheme) {
  return std::equal(text.begin(), text.end(), scheme.begin(), scheme.end(),
                    [](char a, char b) { return Small(a) == b; });
}

}  // namespace

bool HasScheme(std::string_view location) { return SchemeEnd(location) != location.npos; }

bool IsHttpUrl(std::string_view location) {
  const std::size_t end = SchemeEnd(location);
  if (end == location.npos) return false;
  const std::string_view scheme = location.substr(0, end);
  return IsScheme(scheme, "http") || IsScheme(scheme, "https");
}

Result<UrlParts> ParseHttpUrl(std::string_view url) {
  if (!IsHttpUrl(url)) return InvalidArgument("only http:// and https:// URLs are fetched");
  if (url.size() > kLongestUrl) return InvalidArgument("the URL is longer than 8192 bytes");
  const auto visible = [](char c) { return c > 0x20 && c < 0x7F && c != '\\'; };
  if (!std::all_of(url.begin(), url.end(), visible)) {
    return InvalidArgument(
        "the URL has a space, a backslash or a character that is not ASCII; escape it (%20)");
  }
  std::string_view rest = url.substr(SchemeEnd(url) + 3);
  rest = rest.substr(0, rest.find_first_of("?#"));
  const std::string_view authority = rest.substr(0, rest.find('/'));
  if (authority.find('@') != authority.npos) {
    return InvalidArgument(
        "the URL holds a user or password, which would have to be kept out of everything; use a "
        "presigned URL");
  }
  if (authority.empty() || authority.front() == ':') {
    return InvalidArgument("the URL names no host");
  }
  UrlParts parts;
  parts.host = authority;
  std::transform(parts.host.begin(), parts.host.end(), parts.host.begin(), Small);
  parts.path = rest.substr(authority.size());
  return parts;
}

std::string ShownLocation(std::string_view location) {
  const std::size_t scheme = SchemeEnd(location);
  if (scheme == location.npos) return std::string(location);
  const std::size_t begin = scheme + 3;
  std::string_view rest = location.substr(begin);
  rest = rest.substr(0, rest.find_first_of("?#"));
  const std::string_view authority = rest.substr(0, rest.find('/'));
  const std::size_t user = authority.rfind('@');
  if (user != authority.npos) rest.remove_prefix(user + 1);
  return std::string(location.substr(0, begin)) + std::string(rest);
}

}  // namespace prelabel
