#include "common/wire/curve_keys.h"

#include <zmq.h>

#include <array>
#include <cstdint>

namespace prelabel {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kKeyCharacters = 40;
constexpr std::string_view kPublicLabel = "public-key: ";
constexpr std::string_view kSecretLabel = "secret-key: ";

using KeyBuffer = std::array<char, kKeyCharacters + 1>;  // libzmq ends keys with a zero

Result<void> ReadKey(std::string_view text, std::string& key) {
  if (!key.empty()) return InvalidArgument("the same kind of key twice; keep one");
  if (!IsCurveKey(text)) return InvalidArgument("a key must be 40 characters of Z85");
  key = text;
  return Ok();
}

}  // namespace

Result<CurveKeyPair> MakeCurveKeyPair() {
  KeyBuffer public_key{};
  KeyBuffer secret_key{};
  if (zmq_curve_keypair(public_key.data(), secret_key.data()) != 0) {
    return Internal("this libzmq cannot make CURVE keys; install one built with libsodium");
  }
  return CurveKeyPair{public_key.data(), secret_key.data()};
}

Result<CurveKeyPair> PairOfSecretKey(const std::string& secret_key) {
  KeyBuffer public_key{};
  if (!IsCurveKey(secret_key) || zmq_curve_public(public_key.data(), secret_key.c_str()) != 0) {
    return InvalidArgument("not a CURVE secret key; make keys with `prelabel keygen`");
  }
  return CurveKeyPair{public_key.data(), secret_key};
}

bool IsCurveKey(std::string_view text) {
  if (text.size() != kKeyCharacters || text.find('\0') != std::string_view::npos) return false;
  std::array<std::uint8_t, kKeyBytes> bytes{};
  return zmq_z85_decode(bytes.data(), std::string(text).c_str()) != nullptr;
}

std::string EncodeCurveKey(std::string_view bytes) {
  if (bytes.size() != kKeyBytes) return {};
  KeyBuffer text{};
  zmq_z85_encode(text.data(), reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  return text.data();
}

std::string FormatKeyText(const std::string& comment, const KeyText& keys) {
  std::string text = "# " + comment + "\n";
  if (!keys.secret_key.empty()) text += std::string(kSecretLabel) + keys.secret_key + "\n";
  if (!keys.public_key.empty()) text += std::string(kPublicLabel) + keys.public_key + "\n";
  return text;
}

Result<KeyText> ParseKeyText(std::string_view text) {
  KeyText keys;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.starts_with('#')) continue;
    if (line.starts_with(kPublicLabel)) {
      PRELABEL_TRY(ReadKey(line.substr(kPublicLabel.size()), keys.public_key));
    } else if (line.starts_with(kSecretLabel)) {
      PRELABEL_TRY(ReadKey(line.substr(kSecretLabel.size()), keys.secret_key));
    } else {
      return InvalidArgument("a line that is neither a comment nor a key");
    }
  }
  if (keys.public_key.empty() && keys.secret_key.empty()) return InvalidArgument("no key in it");
  return keys;
}

std::string FormatWorkerKeys(const WorkerKeys& keys) {
  return FormatKeyText("a worker's keys", {keys.coordinator_key, keys.own.secret_key});
}

Result<WorkerKeys> ParseWorkerKeys(std::string_view text) {
  PRELABEL_TRY(KeyText keys, ParseKeyText(text));
  if (keys.secret_key.empty() || keys.public_key.empty()) {
    return InvalidArgument("the worker's secret-key and the coordinator's public-key are needed");
  }
  PRELABEL_TRY(CurveKeyPair own, PairOfSecretKey(keys.secret_key));
  return WorkerKeys{std::move(own), std::move(keys.public_key)};
}

}  // namespace prelabel
