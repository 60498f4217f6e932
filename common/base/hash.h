// XXH3, 128 bits: notices damage and change. Not cryptographic. The adapter of xxHash.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace prelabel {

using Hash128 = std::array<std::uint8_t, 16>;  // canonical (big-endian) bytes

// XXH3_128bits_withSeed of the bytes.
Hash128 HashBytes(std::string_view bytes, std::uint64_t seed = 0);

// The same over bytes that arrive in pieces. Not thread-safe.
class Hasher {
 public:
  Hasher();
  ~Hasher();
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;

  void Add(std::string_view bytes);
  // Eight bytes, lowest first, whatever the machine's byte order.
  void AddNumber(std::uint64_t value);
  Hash128 Finish() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// 32 lower-case hexadecimal digits.
std::string ToHex(const Hash128& hash);

}  // namespace prelabel
