// CURVE key pairs and the text that key files hold. Keys are Z85: 40 characters for 32 bytes
// (https://rfc.zeromq.org/spec/32). libzmq makes and converts them, in curve_keys.cc. Thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "common/base/result.h"

namespace prelabel {

struct CurveKeyPair {
  std::string public_key;
  std::string secret_key;
};

// What a worker needs: its own pair and whom it talks to.
struct WorkerKeys {
  CurveKeyPair own;
  std::string coordinator_key;  // public
};

// Internal: this libzmq was built without CURVE.
Result<CurveKeyPair> MakeCurveKeyPair();

// The pair of a secret key. InvalidArgument: not a key.
Result<CurveKeyPair> PairOfSecretKey(const std::string& secret_key);

bool IsCurveKey(std::string_view text);

// Z85 of the 32 bytes that a ZAP request carries; empty for any other length.
std::string EncodeCurveKey(std::string_view bytes);

// "public-key: KEY" and "secret-key: KEY" lines. Lines that begin with # are comments (a key may
// hold a # but never begins a line). Absent ones are empty.
struct KeyText {
  std::string public_key;
  std::string secret_key;
};
std::string FormatKeyText(const std::string& comment, const KeyText& keys);
// InvalidArgument: any other line, a key twice, no key at all.
Result<KeyText> ParseKeyText(std::string_view text);

// Both parts of WorkerKeys in one text, as a launcher hands it to `prelabel-worker --keys -`.
std::string FormatWorkerKeys(const WorkerKeys& keys);
Result<WorkerKeys> ParseWorkerKeys(std::string_view text);

}  // namespace prelabel
