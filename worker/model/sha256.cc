#include "worker/model/sha256.h"

#include <openssl/evp.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <vector>

namespace prelabel {

Result<std::string> Sha256File(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return InvalidArgument(std::string("the file cannot be opened: ") + std::strerror(errno),
                           path.string());
  }
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  if (!context || EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) != 1) {
    return Internal("OpenSSL offers no SHA-256");
  }
  std::vector<char> chunk(1 << 18);
  while (file) {
    file.read(chunk.data(), static_cast<std::streamsize>(chunk.size()));
    if (file.gcount() > 0 && EVP_DigestUpdate(context.get(), chunk.data(),
                                              static_cast<std::size_t>(file.gcount())) != 1) {
      return Internal("OpenSSL could not compute a SHA-256", path.string());
    }
  }
  if (!file.eof()) {
    return InvalidArgument("the file cannot be read to its end", path.string());
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (EVP_DigestFinal_ex(context.get(), digest.data(), &size) != 1) {
    return Internal("OpenSSL could not compute a SHA-256", path.string());
  }
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) {
    hex += "0123456789abcdef"[digest[i] >> 4];
    hex += "0123456789abcdef"[digest[i] & 15U];
  }
  return hex;
}

}  // namespace prelabel
