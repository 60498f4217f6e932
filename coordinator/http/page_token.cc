#include "coordinator/http/page_token.h"

#include <fmt/format.h>
#include <unistd.h>

#include <stdexcept>
#include <system_error>
#include <vector>

#include "common/wire/key_files.h"

namespace prelabel {
namespace {

constexpr std::size_t kTokenBytes = 24;
constexpr std::size_t kShortest = 16;
constexpr std::size_t kLongest = 256;
constexpr std::string_view kAllowed =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

}  // namespace

std::string RandomHex(std::size_t bytes) {
  std::vector<unsigned char> random(bytes);
  if (getentropy(random.data(), random.size()) != 0) {
    throw std::runtime_error("the system has no random numbers");  // no kernel that we run on
  }
  std::string text;
  for (const unsigned char byte : random) text += fmt::format("{:02x}", byte);
  return text;
}

bool SameToken(std::string_view offered, std::string_view token) {
  if (offered.size() != token.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < token.size(); ++i) {
    difference |= static_cast<unsigned char>(offered[i]) ^ static_cast<unsigned char>(token[i]);
  }
  return difference == 0;
}

Result<std::string> LoadPageToken(const std::filesystem::path& file, bool make) {
  std::error_code ignored;
  if (make && !std::filesystem::exists(file, ignored)) {
    PRELABEL_TRY(WriteSecretFile(file, RandomHex(kTokenBytes) + "\n"));
  }
  PRELABEL_TRY(std::string token, ReadSecretFile(file));
  token.erase(token.find_last_not_of(" \r\n") + 1);
  if (token.size() < kShortest || token.size() > kLongest ||
      token.find_first_not_of(kAllowed) != std::string::npos) {
    return InvalidArgument(
        fmt::format("a token is {} to {} letters, digits, '-' and '_', e.g. that of "
                    "`openssl rand -hex 24`",
                    kShortest, kLongest),
        file.string());
  }
  return token;
}

}  // namespace prelabel
