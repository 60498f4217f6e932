// Arbitrary bytes as a message, a stored payload or an index: decoding never throws or crashes, an
// error has a reason, and what is accepted is the same after another round through the codec.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "common/wire/codec.h"

namespace {

template <class Decode, class Encode>
void RoundTrip(const std::string& bytes, const Decode& decode, const Encode& encode) {
  const auto message = decode(bytes);
  if (!message.has_value()) {
    if (message.error().message.empty()) std::abort();
    return;
  }
  const std::string once = encode(message.value());
  const auto again = decode(once);
  if (!again.has_value()) {
    std::fprintf(stderr, "refused after encoding: %s\n", again.error().message.c_str());
    std::abort();
  }
  if (encode(again.value()) != once) {
    std::fprintf(stderr, "not the same after another round\n");
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  using prelabel::DecodeCoordinatorMessage;
  using prelabel::DecodeTaskPayload;
  using prelabel::DecodeWorkerMessage;
  RoundTrip(bytes, DecodeWorkerMessage, prelabel::EncodeWorkerMessage);
  RoundTrip(bytes, DecodeCoordinatorMessage, prelabel::EncodeCoordinatorMessage);
  // The quick way accepts nothing else, and makes the same of it.
  const auto slow = DecodeCoordinatorMessage(bytes);
  const auto quick = prelabel::TakeCoordinatorMessage(bytes);
  if (slow.has_value() != quick.has_value() ||
      (slow.has_value() && prelabel::EncodeCoordinatorMessage(slow.value()) !=
                               prelabel::EncodeCoordinatorMessage(quick.value()))) {
    std::abort();
  }
  RoundTrip(bytes, DecodeTaskPayload, prelabel::EncodeTaskPayload);
  RoundTrip(bytes, prelabel::DecodeVideoIndex, prelabel::EncodeVideoIndex);
  return 0;
}
