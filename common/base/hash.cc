#include "common/base/hash.h"

#define XXH_STATIC_LINKING_ONLY  // for the size of XXH3_state_t
#include <xxhash.h>

namespace prelabel {
namespace {

Hash128 Canonical(XXH128_hash_t hash) {
  XXH128_canonical_t bytes;
  XXH128_canonicalFromHash(&bytes, hash);
  Hash128 result;
  static_assert(sizeof(bytes.digest) == sizeof(result));
  for (std::size_t i = 0; i < result.size(); ++i) result[i] = bytes.digest[i];
  return result;
}

}  // namespace

struct Hasher::State {
  XXH3_state_t xxh;
};

Hash128 HashBytes(std::string_view bytes, std::uint64_t seed) {
  return Canonical(XXH3_128bits_withSeed(bytes.data(), bytes.size(), seed));
}

Hasher::Hasher() : state_(std::make_unique<State>()) { XXH3_128bits_reset(&state_->xxh); }
Hasher::~Hasher() = default;

void Hasher::Add(std::string_view bytes) {
  XXH3_128bits_update(&state_->xxh, bytes.data(), bytes.size());
}

void Hasher::AddNumber(std::uint64_t value) {
  std::array<char, 8> bytes;
  for (char& byte : bytes) {
    byte = static_cast<char>(value & 0xFFU);
    value >>= 8;
  }
  Add({bytes.data(), bytes.size()});
}

Hash128 Hasher::Finish() const { return Canonical(XXH3_128bits_digest(&state_->xxh)); }

std::string ToHex(const Hash128& hash) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : hash) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15U];
  }
  return text;
}

}  // namespace prelabel
