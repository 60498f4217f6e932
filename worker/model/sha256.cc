#include "worker/model/sha256.h"

#include <openssl/evp.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <vector>

namespace prelabel {

Result<HashedFile> ReadHashedFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return InvalidArgument(std::string("the file cannot be opened: ") + std::strerror(errno),
                           path.string());
  }
  HashedFile hashed;
  std::error_code unknown;
  const auto size = std::filesystem::file_size(path, unknown);
  if (!unknown) hashed.bytes.reserve(static_cast<std::size_t>(size));
  std::vector<char> chunk(1 << 18);
  while (file) {
    file.read(chunk.data(), static_cast<std::streamsize>(chunk.size()));
    hashed.bytes.append(chunk.data(), static_cast<std::size_t>(file.gcount()));
  }
  if (!file.eof()) {
    return InvalidArgument("the file cannot be read to its end", path.string());
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int digest_size = 0;
  if (EVP_Digest(hashed.bytes.data(), hashed.bytes.size(), digest.data(), &digest_size,
                 EVP_sha256(), nullptr) != 1) {
    return Internal("OpenSSL could not compute a SHA-256", path.string());
  }
  for (unsigned int i = 0; i < digest_size; ++i) {
    hashed.sha256 += "0123456789abcdef"[digest[i] >> 4];
    hashed.sha256 += "0123456789abcdef"[digest[i] & 15U];
  }
  return hashed;
}

}  // namespace prelabel
