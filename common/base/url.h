// URLs of items (RFC 3986): what may be fetched, what of it may be shown. Pure; thread-safe.
//
// The query of a presigned URL is a password for a while. It goes to the host and nowhere else.
#pragma once

#include <string>
#include <string_view>

#include "common/base/result.h"

namespace prelabel {

// The longest URL that is taken, in bytes.
inline constexpr std::size_t kLongestUrl = 8192;

// Whether it begins as http:// or https://, in any case of letters.
bool IsHttpUrl(std::string_view location);
// Whether it begins as a URL of any scheme: LETTER *(letter digit + - .) "://".
bool HasScheme(std::string_view location);

struct UrlParts {
  std::string host;  // in small letters, with the port where one is written
  std::string path;  // begins with '/', or is empty; as it is written, without query and fragment
};

// Of an http or https URL. InvalidArgument: another scheme, no host, a user or password, a
// character that must be escaped (anything but visible ASCII), or longer than kLongestUrl. The
// message does not repeat the URL.
Result<UrlParts> ParseHttpUrl(std::string_view url);

// What labels, reports and logs may say: without user, query and fragment. Anything that has no
// scheme is a path, and itself.
std::string ShownLocation(std::string_view location);

}  // namespace prelabel
